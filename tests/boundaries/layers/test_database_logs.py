"""A GeoPackage that another program has open is read as it is now, and this is said."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

from shapely import box

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from tests.boundaries.layers.sample_files import drop_triggers, geopackage

A, B = box(113, 23, 113.5, 23.5), box(113.5, 23, 114, 23.5)


def log_remarks(layer: Layer) -> list[tuple[str, str]]:
    return [(r.message.id, r.severity) for r in layer.remarks if r.rule == "TOP-FIL-01"]


def test_changes_in_the_log_are_read_and_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "l.gpkg", [A, B], {"code": ["440105", "440106"]})
    drop_triggers(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE counties SET code = '440111' WHERE code = '440106'")
        db.commit()
        before = {file.name: file.read_bytes() for file in tmp_path.glob("l.gpkg*")}
        assert set(before) >= {"l.gpkg", "l.gpkg-wal"}
        layer = read_layer(path)
        assert {file.name: file.read_bytes() for file in tmp_path.glob("l.gpkg*")} == before
        with ZipFile(tmp_path / "l.zip", "w") as archive:
            archive.write(path, "l.gpkg")
            archive.write(f"{path}-wal", "l.gpkg-wal")
        packed = read_layer(tmp_path / "l.zip")
        alone = shutil.copyfile(path, tmp_path / "alone.gpkg")
    for one in (layer, packed):
        assert one.codes == ("440105", "440111")
        assert log_remarks(one) == [("layer.log_read", "info")]
    assert log_remarks(read_layer(alone)) == [("layer.log_missing", "warning")]
    assert log_remarks(read_layer(path)) == [("layer.log_missing", "warning")]
