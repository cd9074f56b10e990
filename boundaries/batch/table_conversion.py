"""Tables that are no CSV file in UTF-8 or GB18030, converted before anything reads them.

Spreadsheets, UTF-16 (the "Unicode text" of Excel) and Big5 become CSV in UTF-8 with a byte order
mark, and their results are such files: the names of the register cannot be written in Big5.
"""

import codecs
import csv
import io
import shutil
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from boundaries.batch.spreadsheet_rows import iter_sheet_rows
from gazetteer.messages import message
from gazetteer.problems import InvalidValue

_MAX_IN_MEMORY = 1 << 20
_SAMPLE_BYTES = 1 << 16
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CODECS = {
    **dict.fromkeys(("utf-16", "utf16", "utf_16", "unicode", "ucs-2"), "utf-16"),
    **dict.fromkeys(("utf-16le", "utf-16-le"), "utf-16-le"),
    **dict.fromkeys(("utf-16be", "utf-16-be"), "utf-16-be"),
    **dict.fromkeys(("big5", "big-5", "cp950", "big5-hkscs", "big5hkscs"), "big5hkscs"),
}
"""The codec of each encoding that is converted, by the names under which senders declare it."""
_FIRST_OF_PAIR, _LOW_SECOND = 0xA1, range(0x40, 0x7F)
_MIN_PAIRS, _MIN_LOW_SHARE = 4, 0.15


def convert_table(stream: BinaryIO, encoding: str | None, field: str = "data") -> BinaryIO | None:
    """A table as a CSV file in UTF-8 with a byte order mark; None for what is read as it is.

    Args:
        stream: the file, of which the beginning says what it is; at its beginning afterwards.
        encoding: the encoding as declared by the sender, if any.
        field: the field that a problem with the file names.

    Raises:
        InvalidValue: a spreadsheet of an old kind or a damaged one, or bytes that are not of the
            encoding.
    """
    sample = _read_sample(stream)
    if sample.startswith(_OLE):
        raise InvalidValue(message("batch.old_spreadsheet"), field=field)
    codec = _CODECS.get(encoding.strip().lower()) if encoding else _guess_codec(sample)
    is_spreadsheet = sample.startswith(_ZIP)
    if codec is None and not is_spreadsheet:
        return None
    converted = cast(BinaryIO, SpooledTemporaryFile(_MAX_IN_MEMORY))  # noqa: SIM115 (returned)
    text = io.TextIOWrapper(converted, "utf-8-sig", newline="")
    try:
        if codec is None or is_spreadsheet:
            _write_sheet(stream, text, field)
        else:
            _write_as_utf8(stream, codec, text, field)
    except InvalidValue:
        converted.close()
        raise
    text.flush()
    text.detach()
    converted.seek(0)
    stream.seek(0)
    return converted


def _read_sample(stream: BinaryIO) -> bytes:
    stream.seek(0)
    sample = stream.read(_SAMPLE_BYTES)
    stream.seek(0)
    return sample


def _guess_codec(sample: bytes) -> str | None:
    """The codec of a file that must be converted; None for all others."""
    if sample.startswith(_UTF_16_MARKS):
        return "utf-16"
    return "big5hkscs" if _is_probably_big5(sample) else None


def _is_probably_big5(sample: bytes) -> bool:
    """Whether a text is more likely Big5 than GB18030, and certainly no UTF-8.

    Second bytes below 0x7F are common in Big5; in GB18030 only rare characters have them, and most
    of these have first bytes that Big5 lacks.
    """
    try:
        sample[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return False
    else:
        return False
    try:
        codecs.getincrementaldecoder("big5hkscs")().decode(sample)
    except UnicodeDecodeError:
        return False
    pairs = low = position = 0
    while position < len(sample) - 1:
        first, second = sample[position], sample[position + 1]
        if first < 0x80:
            position += 1
            continue
        if first < _FIRST_OF_PAIR or (second not in _LOW_SECOND and second < _FIRST_OF_PAIR):
            return False
        pairs, low, position = pairs + 1, low + (second in _LOW_SECOND), position + 2
    return pairs >= _MIN_PAIRS and low >= _MIN_LOW_SHARE * pairs


def _write_as_utf8(stream: BinaryIO, codec: str, text: io.TextIOWrapper, field: str) -> None:
    source = io.TextIOWrapper(stream, codec, newline="")
    try:
        shutil.copyfileobj(source, text)
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        words = message("batch.wrong_encoding", encoding=codec.upper(), byte=at)
        raise InvalidValue(words, field=field, byte=at) from None
    finally:
        source.detach()  # the stream belongs to the caller


def _write_sheet(stream: BinaryIO, text: io.TextIOWrapper, field: str) -> None:
    """The rows of a sheet, each at least as wide as the header."""
    writer, width = csv.writer(text), 0
    for cells in iter_sheet_rows(stream, field):
        width = width or len(cells)
        if cells:
            writer.writerow(cells + [""] * (width - len(cells)))
