"""Rows of the files, typed and checked one by one; a broken row is left out, with a finding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.ingest.coordinate_checks import parse_point
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.table_files import CsvRow, CsvTable, read_table
from gazetteer.messages import AnyOf

CODE_DIGITS = {"province": 6, "prefecture": 6, "county": 6, "township": 9, "village": 12}
TIANDITU_CODE = re.compile(r"156\d{6}")
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
    """Territory passes from ``old_code`` to ``new_code`` (empty where the source names none)."""

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
    alternate_names: tuple[str, ...]
    lon: float
    lat: float
    country: str
    county_code: str
    kind: str
    source: str


def is_code_of_level(code: str, level: str) -> bool:
    """Whether ``code`` has the digits of a code of ``level`` and does not begin with a zero."""
    return code.isascii() and code.isdigit() and len(code) == CODE_DIGITS[level] and code[0] != "0"


def _validate_unit_cells(line: int, row: CsvRow, findings: LoadFindingCollector) -> bool:
    if row["level"] not in CODE_DIGITS:
        levels = AnyOf(list(CODE_DIGITS))
        findings.add_finding("unknown_level", line, "level", row["level"], levels=levels)
        return False
    return _validate_code(line, "code", row["code"], row["level"], findings) and _validate_name(
        line, row, findings
    )


def _validate_code(
    line: int, column: str, code: str, level: str, findings: LoadFindingCollector
) -> bool:
    if TIANDITU_CODE.fullmatch(code) and level != "village":
        findings.add_finding("tianditu_code", line, column, code)
        return False
    if not is_code_of_level(code, level):
        findings.add_finding("malformed_code", line, column, code)
        return False
    return True


def _validate_name(line: int, row: CsvRow, findings: LoadFindingCollector) -> bool:
    if not row["name"]:
        findings.add_finding("missing_name", line, "name", "")
        return False
    return True


def _parse_year(line: int, column: str, value: str, findings: LoadFindingCollector) -> int | None:
    if value.isascii() and value.isdigit() and FIRST_YEAR <= int(value) <= LAST_YEAR:
        return int(value)
    findings.add_finding("bad_year", line, column, value, first=FIRST_YEAR, last=LAST_YEAR)
    return None


def read_division_rows(
    path: Path, findings: LoadFindingCollector
) -> tuple[CsvTable, list[DivisionRow]]:
    """A list of divisions (``code,name,level,parent_code[,in_mca_2023]``)."""
    table = read_table(path, DIVISION_COLUMNS, findings)
    seen: set[str] = set()
    rows: list[DivisionRow] = []
    for line, row in table.rows:
        if not _validate_unit_cells(line, row, findings):
            continue
        code = row["code"]
        if code in seen:
            findings.add_finding("duplicate_code", line, "code", code)
            continue
        seen.add(code)
        is_unit = row.get("in_mca_2023", "") != "0"
        rows.append(DivisionRow(line, code, row["name"], row["level"], row["parent_code"], is_unit))
    return table, rows


def read_record_rows(
    path: Path, findings: LoadFindingCollector
) -> tuple[CsvTable, list[RecordRow]]:
    """Periods of codes of county level and above."""
    table = read_table(path, RECORD_COLUMNS, findings)
    rows: list[RecordRow] = []
    periods_by_code: dict[str, list[tuple[int, int]]] = {}
    for line, row in table.rows:
        if not _validate_unit_cells(line, row, findings):
            continue
        since = _parse_year(line, "valid_from_year", row["valid_from_year"], findings)
        until = None
        if row["valid_to_year"]:
            until = _parse_year(line, "valid_to_year", row["valid_to_year"], findings)
            if until is None:
                continue
        if since is None:
            continue
        if until is not None and until <= since:
            findings.add_finding(
                "date_order", line, "valid_to_year", until, since=since, until=until
            )
            continue
        periods = periods_by_code.setdefault(row["code"], [])
        last = until or LAST_YEAR
        if any(since < e and s < last for s, e in periods):
            findings.add_finding(
                "overlapping_period", line, "valid_from_year", since, code=row["code"]
            )
            continue
        periods.append((since, last))
        rows.append(
            RecordRow(
                line, row["code"], row["name"], row["level"], row["parent_code"], since, until
            )
        )
    return table, rows


def read_change_rows(
    path: Path, findings: LoadFindingCollector
) -> tuple[CsvTable, list[ChangeRow]]:
    """Changes between periods of codes, with the documents that approved them."""
    table = read_table(path, CHANGE_COLUMNS, findings)
    return table, list(_iter_change_rows(table, findings))


def _iter_change_rows(table: CsvTable, findings: LoadFindingCollector) -> Iterator[ChangeRow]:
    for line, row in table.rows:
        if not _validate_code(line, "old_code", row["old_code"], "county", findings):
            continue
        if row["new_code"] and not _validate_code(
            line, "new_code", row["new_code"], "county", findings
        ):
            continue
        since = _parse_year(line, "old_valid_from_year", row["old_valid_from_year"], findings)
        year = _parse_year(line, "change_year", row["change_year"], findings)
        if since is None or year is None:
            continue
        approved = None
        if row["approval_date"]:
            try:
                approved = date.fromisoformat(row["approval_date"])
            except ValueError:
                findings.add_finding("bad_date", line, "approval_date", row["approval_date"])
                continue
        yield ChangeRow(
            line, row["old_code"], since, year, approved, row["kind"], row["new_code"],
            row["document_no"], row["document_title"], row["source_url"],
        )  # fmt: skip


def read_township_rows(
    path: Path, findings: LoadFindingCollector
) -> tuple[CsvTable, list[TownshipRow]]:
    """Changes of townships by year."""
    table = read_table(path, TOWNSHIP_COLUMNS, findings)
    rows: list[TownshipRow] = []
    for line, row in table.rows:
        year = _parse_year(line, "year", row["year"], findings)
        if year is None:
            continue
        if row["new_code"] and not any(char.isdigit() for char in row["new_code"]):
            findings.add_finding("text_for_code", line, "new_code", row["new_code"])
            row["new_code"] = ""
        sides = [c for c in ("old_code", "new_code") if row[c]]
        if not sides:
            findings.add_finding("malformed_code", line, "new_code", "", case="both_empty")
        elif all(_validate_code(line, side, row[side], "township", findings) for side in sides):
            rows.append(
                TownshipRow(
                    line, year, row["old_code"], row["old_name"], row["new_code"],
                    row["new_name"], row["reason_filled_down"], row["document_filled_down"],
                )
            )  # fmt: skip
    return table, rows


def read_toponym_rows(
    path: Path, findings: LoadFindingCollector
) -> tuple[CsvTable, list[ToponymRow]]:
    """Names with points."""
    table = read_table(path, TOPONYM_COLUMNS, findings)
    seen: set[str] = set()
    rows: list[ToponymRow] = []
    for line, row in table.rows:
        if row["id"] in seen or not row["id"]:
            findings.add_finding("duplicate_code", line, "id", row["id"], case="id")
            continue
        if not row["name"] and not row["name_zh"]:
            findings.add_finding("missing_name", line, "name", "")
            continue
        point = parse_point(line, row, findings)
        if point is None:
            continue
        seen.add(row["id"])
        rows.append(
            ToponymRow(
                line,
                row["id"],
                row["name"],
                row["name_zh"],
                _split_names(row.get("names_zh", "")),
                _split_names(row.get("alternate_names", "")),
                *point,
                row.get("country", ""),
                row.get("county_code_pip", ""),
                row["kind"],
                row["source"],
            )
        )
    return table, rows


def _split_names(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in cell.split("|") if part.strip()))
