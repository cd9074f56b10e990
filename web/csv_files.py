"""CSV in and out: the encodings that offices use, clear words for a file that is not one."""

import csv
import io
from dataclasses import dataclass

from flask import Response, request

from gazetteer.problems import InvalidValue

ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: its header, its rows (all as long as the header), its encoding."""

    header: list[str]
    rows: list[list[str]]
    encoding: str

    def position(self, column: str) -> int:
        """The index of a column."""
        return self.header.index(column)


def read_upload(field: str, encoding: str | None, columns: list[str]) -> Table:
    """The uploaded CSV file of the form field; it must have the columns.

    Raises:
        InvalidValue: names the field; says the line where a line is wrong.
    """
    upload = request.files.get(field)
    if upload is None:
        raise InvalidValue(f"缺少文件 {field}。", f"the file {field} is missing", field=field)
    text, found = _decoded(field, upload.read(), encoding)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise InvalidValue(
            f"第 {reader.line_num} 行不是有效的 CSV：{error}。",
            f"line {reader.line_num} is not CSV: {error}",
            field=field,
            line=reader.line_num,
        ) from None
    if not rows:
        raise InvalidValue("文件为空。", "the file is empty", field=field)
    header, body = rows[0], rows[1:]
    for column in columns:
        if column not in header:
            raise InvalidValue(
                f"没有名为“{column}”的列；文件的列：{'、'.join(header)}。",
                f"there is no column {column!r}; the file has: {', '.join(header)}",
                field="columns",
            )
    for number, row in enumerate(body, 2):
        if len(row) != len(header):
            raise InvalidValue(
                f"第 {number} 行有 {len(row)} 列，表头有 {len(header)} 列。",
                f"row {number} has {len(row)} columns, the header {len(header)}",
                field=field,
                line=number,
            )
    return Table(header, body, found)


def _decoded(field: str, content: bytes, encoding: str | None) -> tuple[str, str]:
    if encoding and encoding.lower() not in ENCODINGS:
        names = ", ".join(ENCODINGS)
        raise InvalidValue(
            f"不支持编码“{encoding}”；可用：{names}。",
            f"the encoding {encoding!r} is not one of {names}",
            field="encoding",
        )
    marked = content.startswith(b"\xef\xbb\xbf")
    guesses = ["utf-8-sig"] if marked else ["utf-8", "gb18030"]
    for guess in [encoding.lower()] if encoding else guesses:
        try:
            return content.decode(guess), guess
        except UnicodeDecodeError:
            continue
    raise InvalidValue(
        "文件的编码既不是 UTF-8 也不是 GB18030，或与所给的 encoding 不符。",
        "the file is neither UTF-8 nor GB18030, or not of the encoding that was named",
        field="encoding" if encoding else field,
    )


def write_table(table: Table) -> Response:
    """The table as a CSV response in its own encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.header)
    writer.writerows(table.rows)
    return Response(
        out.getvalue().encode(table.encoding, errors="replace"),
        mimetype=f"text/csv; charset={'utf-8' if 'utf' in table.encoding else table.encoding}",
        headers={"Content-Disposition": "attachment; filename=result.csv"},
    )
