"""Published records as they are known now, read from the ledger when a step looks at them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection, sql
from psycopg.rows import tuple_row

from gazetteer.ledger.drafts.known_records import Box, RecordKey
from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.ledger.version_store import load_known_versions
from gazetteer.ledger.versions import Version, sort_versions

_BY_VALUE = "SELECT DISTINCT record_id FROM {} WHERE upper_inf(recorded) AND {} = %s"
_IN_BOX = "SELECT DISTINCT record_id FROM {} WHERE upper_inf(recorded) AND {} && %s::geometry"


@dataclass
class StoredRecords:
    """The records of a register at one moment: use it within one transaction only."""

    conn: Connection[Any]
    kinds: RecordKinds
    _loaded: dict[RecordKey, tuple[Version, ...]] = field(default_factory=dict)

    def load_versions(self, key: RecordKey) -> tuple[Version, ...]:
        """The versions of a record, in chronological order."""
        if key not in self._loaded:
            rows = load_known_versions(self.conn, self.kinds[key[0]], [key[1]])[key[1]]
            self._loaded[key] = sort_versions(row.version for row in rows)
        return self._loaded[key]

    def prepare_records(self, keys: Iterable[RecordKey]) -> None:
        """Read many records at once that will be asked for one by one; changes no answer."""
        missing: dict[str, list[UUID]] = {}
        for kind, record in keys:
            if (kind, record) not in self._loaded:
                missing.setdefault(kind, []).append(record)
        for kind, records in missing.items():
            for record, rows in load_known_versions(self.conn, self.kinds[kind], records).items():
                self._loaded[kind, record] = sort_versions(row.version for row in rows)

    def find_ids(self, kind: str, field: str, value: Any) -> set[UUID]:
        """The records of a kind of which any version has the value in a field."""
        return self._select_loaded(_BY_VALUE, kind, field, value)

    def find_ids_in_box(self, kind: str, field: str, box: Box) -> set[UUID]:
        """The records of a kind of which any version has a geometry whose box meets another."""
        shape = shapely.set_srid(shapely.box(*box), 4490)
        ewkb = shapely.to_wkb(shape, hex=True, include_srid=True)
        return self._select_loaded(_IN_BOX, kind, field, ewkb)

    def _select_loaded(self, query: str, kind: str, field: str, value: Any) -> set[UUID]:
        """The records that a query finds; their versions are loaded with one statement."""
        statement = sql.SQL(query).format(
            sql.Identifier(self.kinds[kind].table_name), sql.Identifier(field)
        )
        with self.conn.cursor(row_factory=tuple_row) as cursor:
            found = {row[0] for row in cursor.execute(statement, (value,))}
        self.prepare_records((kind, record) for record in found)
        return found
