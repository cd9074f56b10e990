"""Parsing the queries and data extensions of the Reconciliation API."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gazetteer.messages import message
from gazetteer.problems import InvalidValue, TooLarge
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.records.written_codes import clean_code, is_division_code, strip_filling
from gazetteer.records.written_days import parse_written_day
from gazetteer.search.reconcile.vocabulary import PROPERTIES, find_type, find_type_levels
from web.http.validation_errors import build_invalid_value

MAX_QUERIES = 50
"""Queries of one batch; part of the manifest."""
MAX_LIMIT = 50
MAX_IDS = 1000
_MAX_TEXT = 10_000
_MAX_SHOWN = 80
"""Characters of an unknown name that a problem repeats."""
_Model = TypeVar("_Model")


class EntityValue(BaseModel):
    """A value that was reconciled before."""

    id: str = Field(max_length=200)
    name: str | None = Field(None, max_length=_MAX_TEXT)

    def text(self) -> str:
        """Its id."""
        return self.id


_Value = str | int | float | bool | EntityValue


class QueryProperty(BaseModel):
    """A property with the value or values that a candidate should have."""

    pid: str = Field(max_length=200)
    v: _Value | list[_Value] | None = None


class RawReconcileQuery(BaseModel):
    """One query of a batch (Reconciliation API 0.2, 4.1)."""

    model_config = ConfigDict(extra="forbid")

    query: str | None = Field(None, max_length=_MAX_TEXT)
    type: str | list[str] | None = None
    limit: int = Field(10, ge=1)
    properties: list[QueryProperty] = Field(default_factory=list, max_length=50)
    type_strict: Literal["any", "all", "should"] | None = None


class ColumnSettings(BaseModel):
    """The options for fetching a property."""

    at: str | None = None


class ExtensionColumn(BaseModel):
    """A property to fetch."""

    id: str
    settings: ColumnSettings = ColumnSettings()


class ExtensionRequest(BaseModel):
    """A request for properties of reconciled places (Reconciliation API 0.2, 7.3)."""

    ids: list[str] = Field(max_length=MAX_IDS)
    properties: list[ExtensionColumn] = Field(max_length=100)


@dataclass(frozen=True, slots=True)
class ContainerValue:
    """A unit above as a query names it: by id, code or name; with its level, if it says that."""

    reference: str
    name: str
    level: str | None


@dataclass(frozen=True, slots=True)
class ReconcileQuery:
    """A parsed query.

    ``levels`` is empty for any level. ``containers`` are units above, the highest first. ``at`` is
    None for the present day.
    """

    text: str
    at: date | None
    levels: frozenset[str]
    containers: tuple[ContainerValue, ...]
    code: str | None
    limit: int


def parse_batch(text: str) -> dict[str, Any]:
    """The queries of a batch, each still as it was sent.

    Raises:
        InvalidValue: not a batch.
        TooLarge: more than :data:`MAX_QUERIES`.
    """
    content = _parse_json("queries", text)
    if not isinstance(content, dict):
        raise InvalidValue(message("request.not_an_object", name="queries"), field="queries")
    if len(content) > MAX_QUERIES:
        raise TooLarge(
            message("reconcile.too_many_queries", limit=MAX_QUERIES, n=len(content)),
            field="queries",
        )
    return content


def parse_extension(text: str) -> ExtensionRequest:
    """A request for properties.

    Raises:
        InvalidValue: not a request, or an unknown property; names the member.
    """
    request = _validate_content(
        TypeAdapter(ExtensionRequest), "extend", _parse_json("extend", text)
    )
    for column in request.properties:
        if column.id not in PROPERTIES or not PROPERTIES[column.id].can_fetch:
            raise InvalidValue(
                message("reconcile.no_property", property=_shorten(column.id)), field="extend"
            )
    return request


def _parse_json(field: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidValue(
            message("reconcile.not_json", field=field, line=error.lineno, column=error.colno),
            field=field,
        ) from None


def _validate_content(adapter: TypeAdapter[_Model], field: str, content: Any) -> _Model:
    try:
        return adapter.validate_python(content)
    except ValidationError as error:
        problem = build_invalid_value(error)
        raise InvalidValue(problem.message, field=f"{field}.{problem.field}") from None


def build_query(name: str, content: Any, today: date) -> ReconcileQuery:
    """A query of a batch, parsed.

    Args:
        name: the key of the query in its batch.
        content: the query as it was sent.
        today: the day that stands for a year or a month that is not over.

    Raises:
        InvalidValue: no query, an unknown type or property, nothing to search for, or a value that
            cannot be right.
    """
    query = _validate_content(TypeAdapter(RawReconcileQuery), f"queries.{name}", content)
    values_of = {pid: list(values) for pid, values in _iter_property_values(name, query)}
    levels = _levels_of_types(name, query.type)
    for value in values_of.get("level", ()):
        levels = levels & _levels_of_value(value) if levels else _levels_of_value(value)
    containers = list(_iter_containers(values_of))
    text, code = (query.query or "").strip(), _parse_code(values_of.get("code", []))
    if not text and containers and code is None:
        last = containers.pop()  # the lowest part is the name itself
        text = last.reference
        levels = levels or frozenset((last.level,) if last.level else ())
    if not text and code is None:
        raise InvalidValue(message("reconcile.empty_query"), field=f"queries.{name}")
    days = (value for value in values_of.get("at", []) if _format_value(value))
    at = next((parse_written_day(_format_value(day), today) for day in days), None)
    return ReconcileQuery(text, at, levels, tuple(containers), code, min(query.limit, MAX_LIMIT))


def _iter_containers(values_of: Mapping[str, list[_Value]]) -> Iterator[ContainerValue]:
    """The units above that a query names, the highest first."""
    for pid in (*UNIT_LEVELS, "within"):
        level = None if pid == "within" else pid
        for value in values_of.get(pid, ()):
            written = _format_value(value)
            name = (value.name if isinstance(value, EntityValue) else None) or written
            yield ContainerValue(written, name, level)


def _iter_property_values(
    name: str, query: RawReconcileQuery
) -> Iterable[tuple[str, list[_Value]]]:
    for constraint in query.properties:
        definition = PROPERTIES.get(constraint.pid)
        if definition is None or not definition.can_query:
            raise InvalidValue(
                message("reconcile.no_query_property", property=_shorten(constraint.pid)),
                field=f"queries.{name}",
            )
        values = (
            constraint.v
            if isinstance(constraint.v, list)
            else [constraint.v]
            if constraint.v is not None
            else []
        )
        yield constraint.pid, [value for value in values if _format_value(value)]


def _format_value(value: _Value) -> str:
    """A value as people write it: a number into which a table turned a code is that code again."""
    if isinstance(value, EntityValue):
        return value.text()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _levels_of_types(name: str, types: str | list[str] | None) -> frozenset[str]:
    levels = frozenset[str]()
    for written in [types] if isinstance(types, str) else types or []:
        term = find_type(written)
        if term is None:
            raise InvalidValue(
                message("reconcile.no_type", type=_shorten(written)), field=f"queries.{name}.type"
            )
        levels |= find_type_levels(term.id)
    return levels


def _levels_of_value(value: _Value) -> frozenset[str]:
    written = _format_value(value)
    term = find_type(written)
    if term is None:
        raise InvalidValue(message("reconcile.no_level", level=written))
    return find_type_levels(term.id)


def _parse_code(values: list[_Value]) -> str | None:
    if not values:
        return None
    code = strip_filling(clean_code(_format_value(values[0])))
    if not is_division_code(code):
        raise InvalidValue(message("request.not_a_code", value=code))
    return code


def _shorten(name: str) -> str:
    return name[:_MAX_SHOWN]
