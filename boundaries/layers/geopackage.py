"""GeoPackage read by its own standard (OGC 12-128r18), blob by blob.

General readers silently turn curves into many small segments and drop broken blobs; here both are
reported. The file is opened read-only and cannot run anything: views are not read.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from boundaries.layers import wkb
from boundaries.layers.database_logs import open_with_log, report_log
from boundaries.layers.problems import layer_choice_error, unreadable_error
from boundaries.layers.raw_layer import RawLayer
from gazetteer.messages import message

SIGNATURE = b"SQLite format 3\0"

_SELECT_LAYERS = """
SELECT CAST(g.table_name AS text), CAST(g.column_name AS text), CAST(g.srs_id AS integer)
FROM gpkg_geometry_columns g
JOIN gpkg_contents c USING (table_name)
JOIN sqlite_master m ON lower(m.name) = lower(g.table_name) AND m.type = 'table'
WHERE c.data_type = 'features' ORDER BY 1
"""
_SELECT_CRS = """
SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys
WHERE srs_id = ?
"""
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)  # by its code in the flags: none, xy, xyz, xym, xyzm


def read_geopackage(path: Path, source: str, layer: str | None) -> RawLayer:
    """The features of one table of polygons.

    Raises:
        UnreadableFile: No GeoPackage, broken, or without feature tables.
        LayerNotNamed: Several feature tables, or not the requested one.
    """
    try:
        with _open_database(path, source) as db:
            table, column, srs = _choose_table(db, source, layer)
            rows = db.execute(f"SELECT * FROM {_quote_identifier(table)}")
            names = [described[0] for described in rows.description]
            at = _find_column(names, column, source)
            records = rows.fetchall()
            crs = _find_crs(db, srs)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        detail = message("layer.geopackage_unreadable", reason=str(error))
        raise unreadable_error(source, detail) from None
    log_remarks = report_log(path)
    geometries, remarks = wkb.decode_polygons([_extract_wkb(record[at]) for record in records])
    attributes = tuple(_build_attributes(names, record, at) for record in records)
    return RawLayer(geometries, attributes, crs, (*remarks, *log_remarks))


@contextmanager
def _open_database(path: Path, source: str) -> Iterator[sqlite3.Connection]:
    with open_with_log(path, source) as uri, closing(sqlite3.connect(uri, uri=True)) as db:
        db.execute("PRAGMA trusted_schema = OFF")
        db.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        yield db


def _choose_table(db: sqlite3.Connection, source: str, layer: str | None) -> tuple[str, str, int]:
    """Table, geometry column and reference system id of the requested layer."""
    layers = db.execute(_SELECT_LAYERS).fetchall()
    if not layers:
        raise unreadable_error(source, message("layer.no_feature_table"), field="layer")
    candidates = [row for row in layers if layer in (None, row[0])]
    if len(candidates) != 1:
        raise layer_choice_error(source, [str(row[0]) for row in layers], layer)
    table, column, srs = candidates[0]
    return str(table), str(column), srs or 0


def _quote_identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _find_column(names: Sequence[str], column: str, source: str) -> int:
    for at, name in enumerate(names):
        if name.lower() == column.lower():
            return at
    detail = message("layer.no_geometry_column", column=column)
    raise unreadable_error(source, detail, field="layer")


def _build_attributes(names: Sequence[str], record: Sequence[Any], geometry: int) -> dict[str, Any]:
    return {name: record[i] for i, name in enumerate(names) if i != geometry}


def _find_crs(db: sqlite3.Connection, srs: int) -> str | None:
    """``EPSG:n`` or WKT; None for the two undefined systems (0 and -1)."""
    row = db.execute(_SELECT_CRS, (srs,)).fetchone()
    if srs in (0, -1) or row is None:
        return None
    organization, number, definition = row
    if str(organization).upper() == "EPSG":
        return f"EPSG:{number}"
    return str(definition)


def _extract_wkb(blob: Any) -> bytes | None:
    """The WKB in a GeoPackage blob; what is none is returned as it is, so that it is reported."""
    if blob is None:
        return None
    if not isinstance(blob, bytes):
        return b"?"
    if len(blob) < 8 or not blob.startswith(b"GP"):
        return blob or b"?"
    code = blob[3] >> 1 & 7
    if code >= len(_ENVELOPE_BYTES):
        return b"?"
    return blob[8 + _ENVELOPE_BYTES[code] :] or b"?"
