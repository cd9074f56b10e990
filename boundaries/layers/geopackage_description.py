"""What a GeoPackage says besides its rows, and GDAL does not write: headings, style, moment.

Columns have their headings by the schema extension (OGC 12-128r18, F.9), as GDAL and QGIS read
them. The style is in ``layer_styles``, a table of QGIS that no standard describes.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from boundaries.layers.layer_presentation import LayerPresentation
from gazetteer.messages import message
from gazetteer.problems import Unavailable

_SCHEMA_EXTENSION = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
    mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
    min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
    scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_extensions
SELECT name, NULL, 'gpkg_schema',
    'http://www.geopackage.org/spec121/#extension_schema', 'read-write'
FROM sqlite_master WHERE name IN ('gpkg_data_columns', 'gpkg_data_column_constraints');
"""
_STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
_REGISTER_STYLES = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description)
VALUES ('layer_styles', 'attributes', 'layer_styles', '')
"""
_INSERT_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
    styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)
VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)
"""


def describe_geopackage(path: Path, layer: str, presentation: LayerPresentation) -> None:
    """Add what GDAL does not write to a file of one layer.

    The times at which it was written become that of its content: the same state is the same file.

    Raises:
        Unavailable: The file cannot be written.
    """
    moment = f"{presentation.state_of:%Y-%m-%dT%H:%M:%S}.{presentation.state_of:%f}"[:23] + "Z"
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("BEGIN")
            _add_headings(db, layer, presentation)
            if presentation.style:
                db.execute(_STYLE_TABLE)
                db.execute(_REGISTER_STYLES)
                described = (presentation.title, presentation.style, presentation.abstract)
                db.execute(_INSERT_STYLE, (layer, *described, moment))
            db.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
            db.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))
            db.execute("COMMIT")
    except sqlite3.Error as error:  # a full disk, for example
        raise Unavailable(message("layer.write_failed", reason=str(error))) from error


def _add_headings(db: sqlite3.Connection, layer: str, presentation: LayerPresentation) -> None:
    for statement in _SCHEMA_EXTENSION.split(";\n"):
        db.execute(statement)
    rows = [(layer, name, alias, alias) for name, alias in presentation.aliases.items()]
    columns = "(table_name, column_name, name, title)"
    db.executemany(f"INSERT INTO gpkg_data_columns {columns} VALUES (?, ?, ?, ?)", rows)
