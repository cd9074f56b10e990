"""The files that a register is fed from: the shipped ones as a whole, or one of a user's."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from psycopg import Connection

from boundaries.intake import STATE, areas
from boundaries.network.elsewhere import known_elsewhere
from boundaries.register import LEDGER
from gazetteer.intake import KNOWN_KINDS, UnitIndex, country, guangdong, read_files, territory
from gazetteer.intake.batch import Batch, Progress, joined, no_progress
from gazetteer.ledger.store import all_known

KINDS = (*(kind for kind, known in KNOWN_KINDS.items() if known.read), "areas")
"""What a user's file may hold."""

COMPANIONS = tuple(kind for kind, known in KNOWN_KINDS.items() if known.goes_with)
"""Kinds of files that are read beside another one."""


def shipped(fixtures: Path, progress: Progress, divisions: Path | None = None) -> Batch:
    """The shipped data as one batch; ``divisions`` is a list of all China in place of Guangdong's.

    Raises:
        UnreadableFile: a file is missing or not of its form.
    """
    names = country(fixtures, divisions, progress) if divisions else guangdong(fixtures, progress)
    polygons = fixtures / "guangdong_boundaries.geojson.gz"
    lands = areas(polygons, names.known, names.territory, progress=progress)
    return joined(names.source, (names, lands), names.known, names.territory)


def read(
    conn: Connection[Any],
    kind: str,
    files: Mapping[str, Path],
    state: date | None,
    progress: Progress = no_progress,
) -> Batch:
    """A user's file of ``kind``, on top of the units that the register knows.

    ``state`` is the day whose state a file of divisions or areas shows.

    Raises:
        InvalidValue: an unknown kind, or one that needs another file beside it.
        UnreadableFile: a file cannot be read, or is not of its form.
    """
    day = state or STATE
    units, codes, names = (list(all_known(conn, LEDGER.kinds[k])) for k in ("unit", "code", "name"))
    known = UnitIndex.of([*units, *codes, *names])
    if kind == "areas":
        links = all_known(conn, LEDGER.kinds["succession"])
        lands = territory([*units, *links])
        elsewhere = known_elsewhere(conn, day)
        return areas(
            files["areas"], known, lands, state=day, elsewhere=elsewhere, progress=progress
        )
    return read_files(kind, files, known, progress, day)
