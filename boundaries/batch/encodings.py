"""Which encoding a file is in: one of the three that offices use, checked to the last byte."""

import codecs
from typing import BinaryIO

from gazetteer.problems import InvalidValue

ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")
"""UTF-8 with a byte order mark, without, and GB18030 (GBK and GB 2312 are parts of it)."""

_ALIASES = {"utf8": "utf-8", "utf_8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}
_BOM = codecs.BOM_UTF8
_BLOCK_BYTES = 1 << 20
_MIN_UTF8_EVIDENCE = 20
"""So many characters beyond ASCII are never right by chance: what breaks later is damage."""


def detect_encoding(stream: BinaryIO, declared: str | None, field: str = "data") -> str:
    """The encoding of a file, one of :data:`ENCODINGS`; reads it to its end and goes back.

    A mark at the beginning decides between ``utf-8-sig`` and ``utf-8``, whichever is named.

    Raises:
        InvalidValue: an unknown encoding (field ``encoding``), or bytes that are not of it.
    """
    name = declared.strip().lower() if declared else None
    name = _ALIASES.get(name, name) if name else None
    if name and name not in ENCODINGS:
        choices = ", ".join(ENCODINGS)
        raise InvalidValue(
            f"不支持编码“{declared}”；可用：{choices}。",
            f"the encoding {declared!r} is not one of {choices}",
            field="encoding",
        )
    has_bom = _starts_with_bom(stream)
    if name == "gb18030":
        _check_encoding(stream, name, "encoding")
        return name
    if has_bom or name:
        _check_encoding(stream, "utf-8", "encoding" if name else field)
        return "utf-8-sig" if has_bom else "utf-8"
    return _guess_encoding(stream, field)


def _starts_with_bom(stream: BinaryIO) -> bool:
    stream.seek(0)
    return stream.read(len(_BOM)) == _BOM


def _guess_encoding(stream: BinaryIO, field: str) -> str:
    damaged_at, non_ascii = _find_damage(stream, "utf-8")
    if damaged_at is None:
        return "utf-8"
    if non_ascii < _MIN_UTF8_EVIDENCE and _find_damage(stream, "gb18030")[0] is None:
        return "gb18030"
    raise InvalidValue(
        f"文件的编码既不是 UTF-8 也不是 GB18030（第 {damaged_at} 字节处有误）。",
        f"the file is neither UTF-8 (wrong at byte {damaged_at}) nor GB18030",
        field=field,
        byte=damaged_at,
    )


def _check_encoding(stream: BinaryIO, encoding: str, field: str) -> None:
    damaged_at, _ = _find_damage(stream, encoding)
    if damaged_at is not None:
        raise InvalidValue(
            f"文件不是 {encoding} 编码（第 {damaged_at} 字节处有误）。",
            f"the file is not {encoding}: wrong at byte {damaged_at}",
            field=field,
            byte=damaged_at,
        )


def _find_damage(stream: BinaryIO, encoding: str) -> tuple[int | None, int]:
    """Where the file stops being of the encoding, and how much beyond ASCII came before."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = non_ascii = 0
    while True:
        piece = stream.read(_BLOCK_BYTES)
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            text = error.object[: error.start].decode(encoding, errors="ignore")
            before = non_ascii + _count_non_ascii(text)
            return max(0, offset - pending) + error.start, before
        non_ascii += _count_non_ascii(text)
        offset += len(piece)
        if not piece:
            stream.seek(0)
            return None, non_ascii


def _count_non_ascii(text: str) -> int:
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
