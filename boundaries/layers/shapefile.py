"""Shapefile through GDAL, after its parts were looked at: GDAL passes over missing ones.

GDAL sees only the geometries, the index and the attribute bytes. Which characters the bytes are is
told here: by the ``.cpg``, else from the bytes, as Chinese offices write GBK and do not say so.
"""

import codecs
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
from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from boundaries.layers.raw_layer import RawLayer

SIGNATURE = struct.pack(">i", 9994)

_HEADER_BYTES, _INDEX_BYTES = 100, 8
_MAX_PRJ_CHARS = 100_000  # characters; an honest one has a thousand
_BYTES_ENCODING = "ISO-8859-1"  # in capitals for GDAL; every byte is one character of it and back
_GB18030 = "gb18030"

# GDAL says "non closed ring" and the like to the terminal; it is told as remarks of features.
warnings.filterwarnings("ignore", category=RuntimeWarning, module="pyogrio")


def read_shapefile(path: Path, source: str, encoding: str | None) -> RawLayer:
    """The features of the ``.shp`` at ``path`` with the files of the same name beside it.

    Raises:
        UnreadableFile: a part is missing or cut off, or the attributes are in no known encoding.
    """
    parts = _find_parts(path)
    _check_parts(parts, source)
    with TemporaryDirectory(prefix="shape-") as directory:
        for ending in (".shp", ".shx", ".dbf"):
            if ending in parts:  # under one name: GDAL minds the case of letters
                (Path(directory) / f"layer{ending}").symlink_to(parts[ending].resolve())
        try:
            meta, _, binary, columns = pyogrio.raw.read(
                Path(directory) / "layer.shp", encoding=_BYTES_ENCODING
            )
        except (DataLayerError, DataSourceError) as error:
            zh, en = f"Shapefile 读不出（{error}）。", f"the Shapefile cannot be read ({error})"
            raise unreadable_error(source, zh, en) from None
    geometries, remarks = wkb.decode_polygons(list(binary))
    fields = [str(field).encode(_BYTES_ENCODING) for field in meta["fields"]]
    values = [_as_plain_values(column) for column in columns]
    detected, encoding_remarks = _detect_encoding(
        parts, source, encoding, [*fields, *_encode_texts(values)]
    )
    names = [field.decode(detected, "replace") for field in fields]
    rows = zip(*([_decode_value(v, detected) for v in column] for column in values), strict=True)
    attributes: Sequence[Mapping[str, Any]] = [dict(zip(names, r, strict=True)) for r in rows]
    attributes = attributes or [{}] * len(geometries)
    if ".dbf" not in parts:
        encoding_remarks = (_report_missing_attributes(),)
    return RawLayer(geometries, tuple(attributes), _read_crs(parts), (*remarks, *encoding_remarks))


def _find_parts(path: Path) -> dict[str, Path]:
    """The files of the same name, by their endings in small letters."""
    stem = path.stem.casefold()
    siblings = sorted(path.parent.iterdir())
    return {p.suffix.lower(): p for p in siblings if p.stem.casefold() == stem} | {".shp": path}


def _check_parts(parts: Mapping[str, Path], source: str) -> None:
    if ".shx" not in parts:
        raise unreadable_error(
            source,
            "缺少 .shx 文件；请把 .shp、.shx、.dbf、.prj 一起打成 ZIP。",
            "the .shx file is missing; send .shp, .shx, .dbf and .prj together, as a ZIP",
        )
    shapes = _read_length(parts[".shp"], source)
    index = _read_length(parts[".shx"], source)
    for part, expected_bytes in ((parts[".shp"], shapes), (parts[".shx"], index)):
        if part.stat().st_size < expected_bytes:
            zh = f"{part.suffix} 文件不完整：应有 {expected_bytes} 字节，只有 {part.stat().st_size}。"
            en = f"the {part.suffix} is cut off: {part.stat().st_size} of {expected_bytes} bytes"
            raise unreadable_error(source, zh, en)
    rows = _read_row_count(parts[".dbf"], source) if ".dbf" in parts else None
    count = (index - _HEADER_BYTES) // _INDEX_BYTES
    if rows not in (None, count):
        zh = f".dbf 有 {rows} 行，.shp 有 {count} 个图形，不属于同一图层。"
        en = f"the .dbf has {rows} rows and the .shp {count} shapes: they do not belong together"
        raise unreadable_error(source, zh, en)


def _read_length(path: Path, source: str) -> int:
    """The length in bytes that the header of a ``.shp`` or ``.shx`` tells."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(SIGNATURE):
        zh, en = f"{path.suffix} 文件头损坏。", f"the header of the {path.suffix} is broken"
        raise unreadable_error(source, zh, en)
    return int(struct.unpack_from(">i", header, 24)[0]) * 2


def _read_row_count(dbf: Path, source: str) -> int:
    with dbf.open("rb") as file:
        header = file.read(32)
    if len(header) < 32:
        raise unreadable_error(source, ".dbf 文件头损坏。", "the header of the .dbf is broken")
    return int(struct.unpack_from("<I", header, 4)[0])


def _read_crs(parts: Mapping[str, Path]) -> str | None:
    """The WKT of the ``.prj``; names in it may be in any encoding, its numbers are ASCII."""
    if ".prj" not in parts:
        return None
    with parts[".prj"].open(encoding="utf-8", errors="replace") as file:
        return file.read(_MAX_PRJ_CHARS).strip("\ufeff \r\n") or None


def _report_missing_attributes() -> Remark:
    return Remark(
        "TOP-FIL-02",
        "warning",
        "缺少 .dbf 文件：没有任何属性，要素以序号称呼。",
        "the .dbf file is missing: no attributes, features are called by their number",
    )


def _as_plain_values(column: NDArray[Any]) -> list[Any]:
    """Python values; no value is None, days and times are ISO 8601 text."""
    if column.dtype.kind == "M":
        return [None if np.isnat(day) else str(day) for day in column]
    return [None if value != value else value for value in column.tolist()]


def _encode_texts(columns: Iterable[Sequence[Any]]) -> list[bytes]:
    return [v.encode(_BYTES_ENCODING) for column in columns for v in column if isinstance(v, str)]


def _decode_value(value: Any, encoding: str) -> Any:
    return (
        value.encode(_BYTES_ENCODING).decode(encoding, "replace")
        if isinstance(value, str)
        else value
    )


def _detect_encoding(
    parts: Mapping[str, Path], source: str, requested: str | None, texts: Sequence[bytes]
) -> tuple[str, tuple[Remark, ...]]:
    """The encoding of the attributes, and a remark if it was told from the bytes."""
    if requested is not None:
        if not _can_decode(requested, texts):
            zh, en = f"属性不是 {requested} 编码。", f"the attributes are not in {requested}"
            raise unreadable_error(source, zh, en, field="encoding")
        return requested, ()
    declared = _read_declared_encoding(parts)
    if declared is not None and _can_decode(declared, texts):
        return declared, ()
    if all(text.isascii() for text in texts):
        return "utf-8", ()
    for guess in ("utf-8", _GB18030):
        if _can_decode(guess, texts):
            return guess, (_report_encoding(guess, declared),)
    zh = "属性既不是 UTF-8 也不是 GBK，请用编码选项指明。"
    en = "the attributes are neither UTF-8 nor GBK; name their encoding"
    raise unreadable_error(source, zh, en, field="encoding")


def _read_declared_encoding(parts: Mapping[str, Path]) -> str | None:
    """The encoding that the ``.cpg`` names, as Python calls it: ``936``, ``GBK`` and others."""
    if ".cpg" not in parts:
        return None
    name = parts[".cpg"].read_bytes()[:40].decode("ascii", "ignore").strip().lower()
    name = name.removeprefix("ansi").removeprefix("oem").strip(" _-")
    chinese = {"936", "cp936", "gbk", "gb2312", "gb18030", "54936"}
    encoding = _GB18030 if name in chinese else {"65001": "utf-8"}.get(name, name)
    encoding = f"cp{encoding}" if encoding.isdigit() else encoding
    return encoding if _is_text_encoding(encoding) else None


def _is_text_encoding(name: str) -> bool:
    """Whether ``name`` is an encoding of text."""
    try:
        "x".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def _can_decode(encoding: str, texts: Sequence[bytes]) -> bool:
    """Whether all texts are in ``encoding``; the last character of a full field may be cut."""
    if not _is_text_encoding(encoding):
        return False
    for text in texts:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            decoder.decode(text, final=False)
        except UnicodeDecodeError:
            return False
    return True


def _report_encoding(encoding: str, declared: str | None) -> Remark:
    name = "GBK" if encoding == _GB18030 else "UTF-8"
    zh = f"属性编码由字节判定为 {name}" + (f"，.cpg 所写 {declared} 不符。" if declared else "。")
    en = f"the attributes are {name}, told from their bytes"
    en += f"; the .cpg says {declared}, which does not fit" if declared else ""
    return Remark("TOP-FIL-01", "warning" if declared else "info", zh, en)
