"""The rows of a file of division codes, each translated as a single request is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from psycopg import Connection

from boundaries.batch.result_columns import ColumnSet
from boundaries.batch.row_processing import RowInput
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue, Problem
from gazetteer.records.code_translation import TranslationRequest, translate_unit_code
from gazetteer.records.written_codes import (
    CodeForm,
    clean_code,
    extract_identity_code,
    is_division_code,
    is_rounded_number,
)
from gazetteer.records.written_days import parse_written_day

_ALL_COLUMNS = (
    "result_status", "result_code", "result_name", "result_kind", "result_share",
    "result_candidates", "result_detail", "result_read_as", "result_within",
)  # fmt: skip
CODE_COLUMNS = ColumnSet(
    available=_ALL_COLUMNS,
    short=(
        "result_status", "result_code", "result_name", "result_candidates", "result_detail",
    ),
    full=_ALL_COLUMNS,
)  # fmt: skip
"""The columns that can be added to codes."""

_INVALID_CODE, _INVALID_DATE = "invalid_code", "invalid_date"
_CACHE_SIZE = 50_000


@dataclass(frozen=True)
class CodeTranslator:
    """Translates the codes of rows at one state of the register.

    Attributes:
        conn: a connection that sees one state.
        as_of: the day and the moment of the result.
        since: the day on which the codes were in use, in rows that have none of their own.
        takes_identity_numbers: whether an identity number stands for the code it begins with.
        lang: the language of details.
        columns: the result columns.
    """

    conn: Connection[Any]
    as_of: AsOf
    since: date | None
    takes_identity_numbers: bool
    lang: Lang
    columns: tuple[str, ...]

    def translate_row(self, cells: RowInput) -> Sequence[str]:
        """The result columns of a row, of which the cells are the code and, if any, the day."""
        written, *days = cells
        code = clean_code(written)
        identity_code = extract_identity_code(code)
        if identity_code and self.takes_identity_numbers:
            code = identity_code
        elif not is_division_code(code):
            return self._refuse_cell(_INVALID_CODE, _explain_refusal(code))
        day = days[0].strip() if days else ""
        try:
            since = parse_written_day(day, self.as_of.at) if day else self.since
        except InvalidValue as refused:
            return self._refuse_cell(_INVALID_DATE, refused)
        form = CodeForm.IDENTITY_NUMBER if identity_code else None
        return self._translate_cached(code, since, form)

    @cached_property
    def _translate_cached(self) -> Callable[[str, date | None, CodeForm | None], Sequence[str]]:
        """Files repeat the same codes."""
        return lru_cache(_CACHE_SIZE)(self._translate_code)

    def _translate_code(
        self, code: str, since: date | None, form: CodeForm | None
    ) -> Sequence[str]:
        try:
            request = TranslationRequest(code, since, self.as_of.at)
            answer = translate_unit_code(self.conn, request, self.as_of)
        except Problem as problem:
            return self._refuse_cell(problem.code, problem)
        return self._format_answer(answer, form or CodeForm(answer["read_as"]["form"]))

    def _format_answer(self, answer: dict[str, Any], form: CodeForm) -> Sequence[str]:
        details = []
        if form is not CodeForm.AS_WRITTEN:
            words = message(f"translation.form.{form}", code=answer["read_as"]["code"])
            details.append(words.text(self.lang))
        results, within = answer["results"], answer["within"]
        candidates = [f"{r['code']} {r['name']}" for r in results]
        candidates += [f"{c['name']} {c['from']}..{c['to'] or ''}" for c in answer["candidates"]]
        values = {
            "result_status": answer["status"],
            "result_read_as": answer["read_as"]["code"],
            "result_within": f"{within['code']} {within['name']}" if within else "",
        }
        if answer["status"] == "matched":
            values |= _build_match_values(results[0])
        else:
            values["result_candidates"] = ";".join(candidates)
        if len(results) == 1:
            details.append(explain_result(answer, results[0], self.lang))
        return self._select_cells({**values, "result_detail": " ".join(details)})

    def _refuse_cell(self, status: str, problem: Problem) -> Sequence[str]:
        return self._select_cells(
            {"result_status": status, "result_detail": problem.text(self.lang)}
        )

    def _select_cells(self, values: Mapping[str, str]) -> Sequence[str]:
        return [values.get(column, "") for column in self.columns]


def _build_match_values(result: dict[str, Any]) -> dict[str, str]:
    share = "" if result["share"] is None else str(result["share"])
    names = ("code", "name", "kind")
    return {**{f"result_{name}": result[name] for name in names}, "result_share": share}


def explain_result(answer: dict[str, Any], result: dict[str, Any], lang: Lang) -> str:
    """What the chain of succession that leads to a result means."""
    return message(f"translation.{answer['direction']}.{result['kind']}").text(lang)


def _explain_refusal(code: str) -> InvalidValue:
    """Why a cell is no code."""
    if not code:
        return InvalidValue(message("translation.no_code"), field="code")
    if is_rounded_number(code):
        return InvalidValue(message("translation.rounded_number", value=code), field="code")
    if extract_identity_code(code):
        return InvalidValue(message("translation.identity_number"), field="code")
    return InvalidValue(message("translation.not_a_code", value=code), field="code")
