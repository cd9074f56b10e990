"""Rows of the files, typed and checked one by one; a broken row is told and left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.intake.coordinates import read_point
from gazetteer.intake.findings import Findings
from gazetteer.intake.read import Row, Table, read_table

DIGITS = {"province": 6, "prefecture": 6, "county": 6, "township": 9, "village": 12}
TIANDITU = re.compile(r"156\d{6}")
FIRST_YEAR, LAST_YEAR = 1900, 2200

DIVISION_COLUMNS = ("code", "name", "level", "parent_code")
RECORD_COLUMNS = ("code", "name", "level", "parent_code", "valid_from_year", "valid_to_year")
CHANGE_COLUMNS = (
    "old_code", "old_valid_from_year", "change_year", "approval_date", "kind", "new_code",
    "document_no", "document_title", "source_url",
)  # fmt: skip
TOWNSHIP_COLUMNS = (
    "year", "old_code", "old_name", "reason_filled_down", "new_code", "new_name",
    "document_filled_down",
)  # fmt: skip
TOPONYM_COLUMNS = ("id", "name", "name_zh", "lat", "lon", "kind", "source")


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One unit of a list of divisions at one point in time."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str
    is_unit: bool  # False: an area for statistics only


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One period of one code; years are half-open, ``until`` None = still in use."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Territory of ``old_code`` goes to ``new_code`` ('' where the source does not say)."""

    line: int
    old_code: str
    old_since: int
    year: int
    approved_on: date | None
    kind: str
    new_code: str
    number: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class TownshipRow:
    """A change of a township; either side may be empty."""

    line: int
    year: int
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class ToponymRow:
    """A name with a point (WGS84 lon, lat in degrees)."""

    line: int
    key: str
    name: str
    name_zh: str
    names_zh: tuple[str, ...]
    others: tuple[str, ...]
    lon: float
    lat: float
    country: str
    county_code: str
    kind: str
    source: str


def code_fits(code: str, level: str) -> bool:
    """Whether ``code`` has the digits of a code of ``level`` and does not begin with a zero."""
    return code.isascii() and code.isdigit() and len(code) == DIGITS[level] and code[0] != "0"


def _level_and_code(line: int, row: Row, findings: Findings) -> bool:
    if row["level"] not in DIGITS:
        findings.add("unknown_level", line, "level", row["level"])
        return False
    return _code(line, "code", row["code"], row["level"], findings) and _name(line, row, findings)


def _code(line: int, column: str, code: str, level: str, findings: Findings) -> bool:
    if TIANDITU.fullmatch(code) and level != "village":
        findings.add("tianditu_code", line, column, code)
        return False
    if not code_fits(code, level):
        findings.add("malformed_code", line, column, code)
        return False
    return True


def _name(line: int, row: Row, findings: Findings) -> bool:
    if not row["name"]:
        findings.add("missing_name", line, "name", "")
        return False
    return True


def _year(line: int, column: str, value: str, findings: Findings) -> int | None:
    if value.isascii() and value.isdigit() and FIRST_YEAR <= int(value) <= LAST_YEAR:
        return int(value)
    findings.add("bad_year", line, column, value)
    return None


def divisions(path: Path, findings: Findings) -> tuple[Table, list[DivisionRow]]:
    """A list of divisions (``code,name,level,parent_code[,in_mca_2023]``)."""
    table = read_table(path, DIVISION_COLUMNS, findings)
    seen: set[str] = set()
    rows: list[DivisionRow] = []
    for line, row in table.rows:
        if not _level_and_code(line, row, findings):
            continue
        code = row["code"]
        if code in seen:
            findings.add("duplicate_code", line, "code", code)
            continue
        seen.add(code)
        is_unit = row.get("in_mca_2023", "") != "0"
        rows.append(DivisionRow(line, code, row["name"], row["level"], row["parent_code"], is_unit))
    return table, rows


def records(path: Path, findings: Findings) -> tuple[Table, list[RecordRow]]:
    """Periods of codes of county level and above."""
    table = read_table(path, RECORD_COLUMNS, findings)
    rows: list[RecordRow] = []
    ends: dict[str, list[tuple[int, int]]] = {}
    for line, row in table.rows:
        if not _level_and_code(line, row, findings):
            continue
        since = _year(line, "valid_from_year", row["valid_from_year"], findings)
        until = None
        if row["valid_to_year"]:
            until = _year(line, "valid_to_year", row["valid_to_year"], findings)
            if until is None:
                continue
        if since is None:
            continue
        if until is not None and until <= since:
            findings.add("date_order", line, "valid_to_year", until, f"{since} – {until}")
            continue
        periods = ends.setdefault(row["code"], [])
        last = until or LAST_YEAR
        if any(since < e and s < last for s, e in periods):
            findings.add("overlapping_period", line, "valid_from_year", since, row["code"])
            continue
        periods.append((since, last))
        rows.append(
            RecordRow(
                line, row["code"], row["name"], row["level"], row["parent_code"], since, until
            )
        )
    return table, rows


def changes(path: Path, findings: Findings) -> tuple[Table, list[ChangeRow]]:
    """Changes between periods of codes, with the documents that approved them."""
    table = read_table(path, CHANGE_COLUMNS, findings)
    return table, list(_changes(table, findings))


def _changes(table: Table, findings: Findings) -> Iterator[ChangeRow]:
    for line, row in table.rows:
        if not _code(line, "old_code", row["old_code"], "county", findings):
            continue
        if row["new_code"] and not _code(line, "new_code", row["new_code"], "county", findings):
            continue
        since = _year(line, "old_valid_from_year", row["old_valid_from_year"], findings)
        year = _year(line, "change_year", row["change_year"], findings)
        if since is None or year is None:
            continue
        approved = None
        if row["approval_date"]:
            try:
                approved = date.fromisoformat(row["approval_date"])
            except ValueError:
                findings.add("bad_date", line, "approval_date", row["approval_date"])
                continue
        yield ChangeRow(
            line, row["old_code"], since, year, approved, row["kind"], row["new_code"],
            row["document_no"], row["document_title"], row["source_url"],
        )  # fmt: skip


def townships(path: Path, findings: Findings) -> tuple[Table, list[TownshipRow]]:
    """Changes of townships by year."""
    table = read_table(path, TOWNSHIP_COLUMNS, findings)
    rows: list[TownshipRow] = []
    for line, row in table.rows:
        year = _year(line, "year", row["year"], findings)
        if year is None:
            continue
        if row["new_code"] and not any(char.isdigit() for char in row["new_code"]):
            findings.add("text_for_code", line, "new_code", row["new_code"])
            row["new_code"] = ""
        sides = [c for c in ("old_code", "new_code") if row[c]]
        if not sides:
            findings.add("malformed_code", line, "new_code", "")
        elif all(_code(line, side, row[side], "township", findings) for side in sides):
            rows.append(
                TownshipRow(
                    line,
                    year,
                    row["old_code"],
                    row["old_name"],
                    row["new_code"],
                    row["new_name"],
                    row["reason_filled_down"],
                    row["document_filled_down"],
                )
            )
    return table, rows


def toponyms(path: Path, findings: Findings) -> tuple[Table, list[ToponymRow]]:
    """Names with points."""
    table = read_table(path, TOPONYM_COLUMNS, findings)
    seen: set[str] = set()
    rows: list[ToponymRow] = []
    for line, row in table.rows:
        if row["id"] in seen or not row["id"]:
            findings.add("duplicate_code", line, "id", row["id"])
            continue
        if not row["name"] and not row["name_zh"]:
            findings.add("missing_name", line, "name", "")
            continue
        point = read_point(line, row, findings)
        if point is None:
            continue
        seen.add(row["id"])
        rows.append(
            ToponymRow(
                line,
                row["id"],
                row["name"],
                row["name_zh"],
                _split(row.get("names_zh", "")),
                _split(row.get("alternate_names", "")),
                *point,
                row.get("country", ""),
                row.get("county_code_pip", ""),
                row["kind"],
                row["source"],
            )
        )
    return table, rows


def _split(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))
