"""Lists of proposed names: a CSV file whose rows are examined one by one."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

from psycopg import Connection
from pydantic import ValidationError

from boundaries.batch.csv_files import CsvFile, CsvRecord, iter_records
from gazetteer.messages import Lang, Message, message
from gazetteer.naming.naming_finding import NamingFinding, Outcome
from gazetteer.naming.proposal import LegalClass
from gazetteer.problems import InvalidValue, Problem
from web.http.validation_errors import build_invalid_value
from web.services.naming_models import NameCheckBody
from web.services.naming_proposals import build_proposal
from web.services.naming_service import ExaminedName, examine_proposal

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "名称", "拟用名称", "地名", "标准名称"),
    "legal_class": ("legal_class", "类别", "地名类别"),
    "level": ("level", "级别"),
    "within": ("within", "code", "代码", "区划代码", "行政区划代码", "所在行政区代码"),
    "lon": ("lon", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "former_name": ("former_name", "原名称", "原名"),
    "cause": ("cause", "更名原因"),
    "romanized": ("romanized", "罗马字母拼写", "拼写"),
}
"""The headings under which a list has what a check needs."""
RESULT_COLUMNS = (
    *("result_verdict", "result_romanized", "result_departures", "result_questions"),
    *("result_not_examined", "result_like_names", "result_suggestions", "result_detail"),
)
_MOST_NAMES = 5


_CLASS_OF_WORD = {
    language_word: one.value
    for one in LegalClass
    for language_word in (one.class_message.text("zh"), one.class_message.text("en"))
}
"""The classes as people write them."""


class _Position(NamedTuple):
    """Where a column of a list is, by what it holds."""

    field: str
    column: int


@dataclass(frozen=True)
class NameList:
    """A list of names, and the class and unit of rows that state none.

    Raises:
        InvalidValue: the list has no column of names, or no class of places is stated anywhere.
    """

    csv_file: CsvFile
    lang: Lang
    at: date
    legal_class: LegalClass | None = None
    within: str | None = None

    def __post_init__(self) -> None:
        """Refuse a list that cannot be examined."""
        found = {position.field for position in self._find_columns()}
        if "name" not in found:
            raise InvalidValue(
                message("naming.list_without_names", known=list(HEADINGS["name"])), field="data"
            )
        if "legal_class" not in found and self.legal_class is None:
            raise InvalidValue(message("naming.list_without_class"), field="legal_class")

    def iter_results(self, conn: Connection[Any], stream: BinaryIO) -> Iterator[str]:
        """The list with the columns of results, in pieces of one row.

        A row that cannot be examined says why; the others are examined all the same.
        """
        positions = tuple(self._find_columns())
        rows_by_name: dict[tuple[str, str, UUID | None], int] = {}
        for record in iter_records(stream, self.csv_file):
            if not record.cells:
                yield record.text + record.end
            elif record.number == 0:
                yield self._format_row(record, RESULT_COLUMNS)
            elif len(record.cells) != len(self.csv_file.header):
                yield self._format_row(record, self._explain_width(record))
            else:
                values = {one.field: record.cells[one.column].strip() for one in positions}
                results = self._examine_row(conn, values, record.number, rows_by_name)
                yield self._format_row(record, results)

    def _find_columns(self) -> Iterator[_Position]:
        header = [name.strip().casefold() for name in self.csv_file.header]
        for field, known in HEADINGS.items():
            for name in known:
                if name in header:
                    yield _Position(field, header.index(name))
                    break

    def _format_row(self, record: CsvRecord, results: Iterable[str]) -> str:
        """A row as it was, with the cells of its result behind it."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.csv_file.delimiter, lineterminator="")
        writer.writerow(results)
        end = record.end or "\n"
        missing = self.csv_file.delimiter * (len(self.csv_file.header) - len(record.cells))
        return f"{record.text}{missing}{self.csv_file.delimiter}{text.getvalue()}{end}"

    def _explain_width(self, record: CsvRecord) -> list[str]:
        """Why a row that is shorter or longer than the header cannot be examined."""
        width = len(self.csv_file.header)
        words = message("batch.row_width", line=record.line, n=len(record.cells), width=width)
        return _build_refusal(words.text(self.lang))

    def _examine_row(
        self,
        conn: Connection[Any],
        values: dict[str, str],
        number: int,
        rows_by_name: dict[tuple[str, str, UUID | None], int],
    ) -> Iterator[str]:
        try:
            proposal = build_proposal(conn, self._read_body(values))
            examined = examine_proposal(conn, proposal, self.at, with_suggestions=True)
        except Problem as problem:
            return iter(_build_refusal(problem.text(self.lang)))
        context = examined.examination.context
        key = (context.key.text, proposal.legal_class.value, context.units.county)
        earlier = rows_by_name.setdefault(key, number)
        words = message("naming.list_repeated", row=earlier) if earlier != number else None
        return self._describe_examined(examined, words)

    def _read_body(self, values: dict[str, str]) -> NameCheckBody:
        """The row as the body of a check.

        Raises:
            InvalidValue: a cell is wrong; names the column.
        """
        filled: dict[str, Any] = {name: value for name, value in values.items() if value}
        lon, lat = filled.pop("lon", None), filled.pop("lat", None)
        if lon is not None or lat is not None:
            filled["geometry"] = {"type": "Point", "coordinates": [_to_float(lon), _to_float(lat)]}
        filled.setdefault("legal_class", self.legal_class)
        filled["legal_class"] = _CLASS_OF_WORD.get(filled["legal_class"], filled["legal_class"])
        filled.setdefault("within", self.within)
        try:
            return NameCheckBody.model_validate({**filled, "at": self.at.isoformat()})
        except ValidationError as error:
            raise build_invalid_value(error) from None

    def _describe_examined(self, examined: ExaminedName, words: Message | None) -> Iterator[str]:
        examination = examined.examination
        yield examination.overall_verdict.value
        yield examination.rule_spelling.text if examination.rule_spelling else ""
        for outcome in (Outcome.DEPARTURE, Outcome.QUESTION, Outcome.NOT_EXAMINED):
            findings = [one for one in examination.findings if one.outcome is outcome]
            yield "; ".join(self._describe_finding(one) for one in findings)
        names = examination.context.like.sorted_names[:_MOST_NAMES]
        yield "; ".join("".join((*name.units, name.text)) for name in names)
        yield "; ".join(examined.suggestions)
        yield words.text(self.lang) if words else ""

    def _describe_finding(self, finding: NamingFinding) -> str:
        return f"{finding.rule} {finding.text(self.lang)}"


def _build_refusal(words: str) -> list[str]:
    """The results of a row that cannot be examined."""
    return ["" for _ in RESULT_COLUMNS[:-1]] + [words]


def _to_float(text: str | None) -> float | str | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return text
