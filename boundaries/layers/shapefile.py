"""Shapefile through GDAL, after its parts were checked: GDAL ignores missing ones.

GDAL reads only the geometries, the index and the attribute bytes. The encoding of the bytes is
determined beside: by the ``.cpg``, else from the bytes, as Chinese offices write undeclared GBK.
"""

import codecs
import itertools
import math
import struct
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from boundaries.layers import wkb
from boundaries.layers.attribute_encoding import AttributeText, detect_encoding
from boundaries.layers.geometry_faults import report_heights
from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from boundaries.layers.raw_layer import RawLayer
from gazetteer.messages import message

SIGNATURE = struct.pack(">i", 9994)

_HEADER_BYTES, _INDEX_BYTES = 100, 8
_POLYGON_M = 25
_MAX_PRJ_CHARS = 100_000  # usual ones have a thousand
_BYTES_ENCODING = "ISO-8859-1"  # maps each byte to one character and back; GDAL wants capitals

# GDAL warns of rings that are not closed and the like; here these are remarks on features.
warnings.filterwarnings("ignore", category=RuntimeWarning, module="pyogrio")
warnings.filterwarnings("ignore", category=UserWarning, module="pyogrio")


def read_shapefile(path: Path, source: str, encoding: str | None) -> RawLayer:
    """The features of the ``.shp`` at ``path`` with the files of the same name beside it.

    Raises:
        UnreadableFile: A part is missing or incomplete, or the attributes are in no known encoding.
    """
    parts = _find_parts(path)
    _check_parts(parts, source)
    with TemporaryDirectory(prefix="shape-") as directory:
        for ending in (".shp", ".shx", ".dbf"):
            if ending in parts:  # under one name: GDAL distinguishes case
                (Path(directory) / f"layer{ending}").symlink_to(parts[ending].resolve())
        try:
            meta, _, binary, columns = pyogrio.raw.read(
                Path(directory) / "layer.shp", encoding=_BYTES_ENCODING
            )
        except (DataLayerError, DataSourceError) as error:
            detail = message("layer.shapefile_unreadable", reason=str(error))
            raise unreadable_error(source, detail) from None
    geometries, remarks = wkb.decode_polygons(list(binary))
    if _read_shape_type(parts[".shp"]) == _POLYGON_M:  # GDAL has left the measures out
        remarks.append(report_heights(len(geometries)))
    fields = [str(field).encode(_BYTES_ENCODING) for field in meta["fields"]]
    values = [_as_plain_values(column) for column in columns]
    detected, encoding_remarks = detect_encoding(
        parts, source, encoding, _list_texts(fields, values)
    )
    names = _decode_names(fields, detected)
    rows = zip(*([_decode_value(v, detected) for v in column] for column in values), strict=True)
    attributes: Sequence[Mapping[str, Any]] = [dict(zip(names, r, strict=True)) for r in rows]
    attributes = attributes or [{}] * len(geometries)
    if ".dbf" not in parts:
        encoding_remarks = (Remark("TOP-FIL-02", "warning", message("layer.dbf_missing")),)
    return RawLayer(geometries, tuple(attributes), _read_crs(parts), (*remarks, *encoding_remarks))


def _find_parts(path: Path) -> dict[str, Path]:
    """The files of the same name, by their suffixes in lower case."""
    stem = path.stem.casefold()
    siblings = sorted(path.parent.iterdir())
    return {p.suffix.lower(): p for p in siblings if p.stem.casefold() == stem} | {".shp": path}


def _check_parts(parts: Mapping[str, Path], source: str) -> None:
    if ".shx" not in parts:
        raise unreadable_error(source, message("layer.shx_missing"))
    shapes = _read_length(parts[".shp"], source)
    index = _read_length(parts[".shx"], source)
    for part, expected_bytes in ((parts[".shp"], shapes), (parts[".shx"], index)):
        if part.stat().st_size < expected_bytes:
            detail = message(
                "layer.part_incomplete",
                part=part.suffix, bytes=part.stat().st_size, expected=expected_bytes,
            )  # fmt: skip
            raise unreadable_error(source, detail)
    rows = _read_row_count(parts[".dbf"], source) if ".dbf" in parts else None
    count = (index - _HEADER_BYTES) // _INDEX_BYTES
    if rows not in (None, count):
        raise unreadable_error(source, message("layer.parts_differ", rows=rows, shapes=count))


def _read_length(path: Path, source: str) -> int:
    """The length in bytes that the header of a ``.shp`` or ``.shx`` states."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(SIGNATURE):
        raise unreadable_error(source, message("layer.header_broken", part=path.suffix))
    return int(struct.unpack_from(">i", header, 24)[0]) * 2


def _read_shape_type(path: Path) -> int:
    with path.open("rb") as file:
        return int(struct.unpack_from("<i", file.read(_HEADER_BYTES), 32)[0])


def _read_row_count(dbf: Path, source: str) -> int:
    with dbf.open("rb") as file:
        header = file.read(32)
    if len(header) < 32:
        raise unreadable_error(source, message("layer.header_broken", part=dbf.suffix))
    return int(struct.unpack_from("<I", header, 4)[0])


def _read_crs(parts: Mapping[str, Path]) -> str | None:
    """The WKT of the ``.prj``; its names may be in any encoding, its numbers are ASCII."""
    if ".prj" not in parts:
        return None
    with parts[".prj"].open(encoding="utf-8", errors="replace") as file:
        return file.read(_MAX_PRJ_CHARS).strip("\ufeff \r\n") or None


def _as_plain_values(column: NDArray[Any]) -> list[Any]:
    """Python values; missing ones are None, dates and times are ISO 8601 text."""
    if column.dtype.kind == "M":
        return [None if np.isnat(day) else str(day) for day in column]
    return [None if _is_nan(value) else value for value in column.tolist()]


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _list_texts(fields: Sequence[bytes], columns: Iterable[Sequence[Any]]) -> list[AttributeText]:
    """All texts of the file: the names of its columns, and the values that are text."""
    texts = [AttributeText(field, field, None) for field in fields]
    for field, column in zip(fields, columns, strict=True):
        texts += [
            AttributeText(value.encode(_BYTES_ENCODING), field, feature)
            for feature, value in enumerate(column)
            if isinstance(value, str)
        ]
    return texts


def _decode_names(fields: Sequence[bytes], encoding: str) -> list[str]:
    """The names of columns, each its own: cut to 10 bytes, two may differ by half a character."""
    names: list[str] = []
    for field in fields:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        stem = decoder.decode(field, final=False)
        copies = (f"{stem}_{number}" for number in itertools.count(1))
        names.append(next(name for name in itertools.chain([stem], copies) if name not in names))
    return names


def _decode_value(value: Any, encoding: str) -> Any:
    return (
        value.encode(_BYTES_ENCODING).decode(encoding, "replace")
        if isinstance(value, str)
        else value
    )
