"""Detecting the encoding of a file: one of the three that offices use, checked to the last byte."""

import codecs
from typing import BinaryIO

from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue

MARKED_UTF8 = "utf-8-sig"
ENCODINGS = (MARKED_UTF8, "utf-8", "gb18030")
"""UTF-8 with a byte order mark, without, and GB18030 (GBK and GB 2312 are parts of it)."""


def get_body_encoding(encoding: str) -> str:
    """The encoding of a file behind its byte order mark; also what HTTP calls its charset."""
    return "utf-8" if encoding == MARKED_UTF8 else encoding


_ALIASES = {"utf8": "utf-8", "utf_8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}
_BOM = codecs.BOM_UTF8
_BLOCK_BYTES = 1 << 20
_MIN_UTF8_EVIDENCE = 20
"""So many characters beyond ASCII are not valid UTF-8 by chance: a later error is damage."""


def detect_encoding(stream: BinaryIO, declared: str | None, field: str = "data") -> str:
    """The encoding of a file, one of :data:`ENCODINGS`; reads it to its end and goes back.

    A byte order mark decides between ``utf-8-sig`` and ``utf-8``, whichever is declared.

    Raises:
        InvalidValue: an unknown encoding (field ``encoding``), or bytes that are not of it.
    """
    name = declared.strip().lower() if declared else None
    name = _ALIASES.get(name, name) if name else None
    if name and name not in ENCODINGS:
        raise InvalidValue(
            message("batch.unknown_encoding", encoding=declared, choices=AnyOf(ENCODINGS)),
            field="encoding",
        )
    has_bom = _starts_with_bom(stream)
    if name == "gb18030":
        _check_encoding(stream, name, "encoding")
        return name
    if has_bom or name:
        _check_encoding(stream, "utf-8", "encoding" if name else field)
        return MARKED_UTF8 if has_bom else "utf-8"
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
        message("batch.encoding_not_detected", byte=damaged_at), field=field, byte=damaged_at
    )


def _check_encoding(stream: BinaryIO, encoding: str, field: str) -> None:
    damaged_at, _ = _find_damage(stream, encoding)
    if damaged_at is not None:
        words = message("batch.wrong_encoding", encoding=encoding.upper(), byte=damaged_at)
        raise InvalidValue(words, field=field, byte=damaged_at)


def _find_damage(stream: BinaryIO, encoding: str) -> tuple[int | None, int]:
    """The first byte that is not of the encoding, and the characters beyond ASCII before it."""
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
