"""What is to be exported as a table, and how much of it may be read into memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from psycopg import Connection

from boundaries.layers.geometry_faults import Geometries
from gazetteer.ingest.staged_batch import ignore_progress
from gazetteer.ledger.as_of import AsOf, in_force_sql
from gazetteer.messages import Lang, Message, message
from gazetteer.problems import NoAreaKnown, TooLarge
from gazetteer.progress import Progress

Conn = Connection[Any]
RowDict = dict[str, Any]

ROW_BYTES = 1000
"""The size of a row besides its geometry, roughly."""

_BATCH = 100

SUBTREE = f"""
subtree AS (
    SELECT s.unit_id FROM moment, unit_state s WHERE s.code = %(within)s AND {in_force_sql("s")}
    UNION ALL
    SELECT s.unit_id FROM subtree t, moment, unit_state s
    WHERE s.parent_id = t.unit_id AND {in_force_sql("s")}
)"""
"""A WITH RECURSIVE clause: the unit with the code ``within``, and all units below it."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The moment, the level (None: all levels), and the code of a unit that limits the export.

    ``most_bytes`` limits what is read: rows and geometries as they are stored; None is no limit.
    ``lang`` adds a column in that language after each column of coded values; None adds none.
    """

    as_of: AsOf
    level: str | None = None
    within: str | None = None
    most_bytes: int | None = None
    lang: Lang | None = None
    progress: Progress = ignore_progress

    def build_sql_params(self) -> dict[str, Any]:
        """Named parameters of the statements; ``most_rows`` is one more than may be read."""
        rows = None if self.most_bytes is None else self.most_bytes // ROW_BYTES + 1
        return {
            **self.as_of.to_sql_params(),
            "level": self.level,
            "within": self.within,
            "most_rows": rows,
        }

    def check_size(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Check that rows may be read; ``bytes`` is the size of their geometry.

        Raises:
            TooLarge: names the command that has no such limit.
        """
        if self.most_bytes is None:
            return
        if sum(ROW_BYTES + (row["bytes"] or 0) for row in rows) > self.most_bytes:
            limit = self.most_bytes / (1 << 20)
            raise TooLarge(message("export.too_large", limit=limit), field="within")

    def build_empty_problem(self, reason: Message, **extras: Any) -> NoAreaKnown:
        """The problem that there is nothing to export for that day."""
        return NoAreaKnown(reason, field="at", **extras)


def load_geometries(
    conn: Conn, kind: str, versions: Sequence[Any], progress: Progress
) -> Geometries:
    """The geometries of versions of a kind (``area`` or ``edge``), in their order."""
    statement = (
        f"SELECT version_id, ST_AsBinary(geom) FROM {kind}_version WHERE version_id = ANY (%s)"
    )
    wkb_by_version: dict[Any, bytes] = {}
    for start in range(0, len(versions), _BATCH):
        wkb_by_version |= dict(
            conn.execute(statement, [versions[start : start + _BATCH]]).fetchall()
        )
        progress(min(start + _BATCH, len(versions)), len(versions), "read")
    return np.asarray(
        shapely.from_wkb([wkb_by_version[version] for version in versions]), dtype=object
    )


def build_columns(rows: Sequence[RowDict], names: Iterable[str]) -> dict[str, list[Any]]:
    """The rows as columns of these names, in this order."""
    return {name: [row[name] for row in rows] for name in names}
