"""Reading a file of a user: its compression, encoding and columns; nothing is guessed silently.

UTF-8 with and without byte order mark and GB18030 are told apart; which one was found is part of
the result. A file that cannot be read at all is a problem that names file, line and field.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.problems import Problem

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(Problem):
    """A file that cannot be read as what it was said to be."""

    code = "unreadable_file"
    title_zh, title_en = "文件无法读取", "Unreadable file"


def build_unreadable_error(
    path: Path, zh: str, en: str, *, field: str, line: int = 0
) -> UnreadableFile:
    """The problem for ``path``; both sentences get the name of the file and the line."""
    where_zh = f"{path.name} 第 {line} 行" if line else path.name
    where_en = f"{path.name} line {line}" if line else path.name
    return UnreadableFile(
        f"{where_zh}:{zh}", f"{where_en}: {en}", field=field, file=path.name, line=line
    )


def read_bytes(path: Path) -> bytes:
    """The content, unpacked if it is gzip.

    Raises:
        UnreadableFile: no such file, no right to read it, or a broken archive.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        zh, en = f"打不开({reason})", f"cannot open ({reason})"
        raise build_unreadable_error(path, zh, en, field="file") from error
    if not raw.startswith(GZIP_MAGIC):
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise build_unreadable_error(
            path, "gzip 损坏", "the gzip archive is broken", field="file"
        ) from error


def read_text(path: Path) -> tuple[str, str]:
    """The text and its encoding: ``utf-8``, ``utf-8-sig`` or ``gb18030``.

    Raises:
        UnreadableFile: any other encoding; names the line where decoding stopped.
    """
    return decode_text(path, read_bytes(path))


def decode_text(path: Path, raw: bytes) -> tuple[str, str]:
    """What :func:`read_text` gives, of the unpacked content ``raw`` of the file ``path``."""
    if raw.startswith(UTF16_BOMS):
        raise build_unreadable_error(
            path, "是 UTF-16,请另存为 UTF-8", "is UTF-16; save it as UTF-8", field="encoding"
        )
    if b"\0" in raw:
        raise build_unreadable_error(path, "不是文本文件", "is not a text file", field="encoding")
    if raw.startswith(UTF8_BOM):
        return _decode_strictly(path, raw, "utf-8-sig"), "utf-8-sig"
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_strictly(path, raw, "gb18030"), "gb18030"


def _decode_strictly(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise build_unreadable_error(
            path,
            "既不是 UTF-8 也不是 GB18030",
            "is neither UTF-8 nor GB18030",
            field="encoding",
            line=line,
        ) from error


CsvRow = dict[str, str]


class _CsvReader(Protocol):
    """A reader of the standard library, whose own type has no public name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True)
class CsvTable:
    """A CSV file whose header has been checked."""

    path: Path
    encoding: str
    rows: tuple[tuple[int, CsvRow], ...]  # line of the file (the row's last), cells by column


def read_table(path: Path, columns: Sequence[str], findings: LoadFindingCollector) -> CsvTable:
    """Read a CSV file that must have ``columns``; more are allowed and kept.

    Raises:
        UnreadableFile: encoding, a missing column, or no header at all.
    """
    text, encoding = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    for column in columns:
        if column not in header:
            raise build_unreadable_error(
                path,
                f"缺少列“{column}”;应有的列:{','.join(columns)}",
                f"column '{column}' is missing; expected: {', '.join(columns)}",
                field=column,
                line=1,
            )
    return CsvTable(path, encoding, tuple(_iter_rows(path, reader, header, findings)))


def _iter_rows(
    path: Path, reader: "_CsvReader", header: list[str], findings: LoadFindingCollector
) -> Iterator[tuple[int, CsvRow]]:
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                findings.add_finding(
                    "cell_count",
                    reader.line_num,
                    "",
                    ",".join(cells)[:120],
                    f"{len(cells)} ≠ {len(header)}",
                )
                continue
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise build_unreadable_error(
            path,
            f"不是有效的 CSV({error})",
            f"not valid CSV ({error})",
            field="file",
            line=reader.line_num,
        ) from error
