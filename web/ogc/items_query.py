"""The parameters of a request for features, and the query that they make."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model

from boundaries.features.feature_collection import (
    FeatureCollection,
    FeatureProperty,
    PropertyType,
)
from boundaries.features.feature_crs import FeatureCrs, find_crs, read_box
from boundaries.features.feature_period import FeaturePeriod
from boundaries.features.feature_query import FeatureQuery
from boundaries.features.filter_parsing import parse_json, parse_text
from boundaries.features.filter_sql import FilterCondition
from boundaries.features.instant_reading import read_instant
from gazetteer.ledger.as_of import AsOf, Basis
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from web.http.as_of_params import ActDate, Day, KnownAt
from web.http.endpoints import Parameters
from web.http.request_values import validate_model
from web.ogc.feature_views import FeatureView

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
_MOST_DIGITS = 18
Format = Annotated[
    Literal["json", "html"] | None,
    Field(description="`json` or `html`; default: by the header `Accept`"),
]
Language = Annotated[str | None, Field(description="Language of titles: `zh` or `en`")]


InstantText = Annotated[
    str | None,
    Field(max_length=40, description="Day (`2020-06-01`) or moment (RFC 3339); default: today"),
]


class DocumentQuery(Parameters):
    """How a document is sent."""

    f: Format = None
    lang: Language = None


class SchemaQuery(DocumentQuery):
    """Of what the schema is."""

    type: Literal["create", "replace", "update"] | None = Field(
        None,
        description="Schema of a feature that is sent to a draft, as GeoJSON; default: of the"
        " properties of features",
    )


class FeatureParams(DocumentQuery):
    """Of what moment a feature is, and its coordinate system."""

    crs: str | None = Field(
        None, description="URI of the coordinate reference system of the response; default: CRS84"
    )
    datetime: str | None = Field(
        None,
        max_length=100,
        description="Day (`2020-06-01`), moment (RFC 3339) or interval (`2020-01-01/..`) in which"
        " features are in force; of an interval each feature is returned as it was last. Default:"
        " today",
    )
    known_at: KnownAt = None
    basis: ActDate = Basis.EFFECTIVE


class ItemsQuery(FeatureParams):
    """Which features of a collection are returned.

    Every property of a collection with a simple value is a parameter too: `level=county`.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=False)

    limit: int = Field(
        DEFAULT_LIMIT,
        ge=1,
        description=f"Maximum number of features; default {DEFAULT_LIMIT}, at most {MAX_LIMIT}",
        json_schema_extra={"maximum": MAX_LIMIT},
    )
    bbox: str | None = Field(
        None,
        max_length=300,
        description="Box that features meet: four numbers (or six, with heights), in the order of"
        " the axes of `bbox-crs`",
    )
    bbox_crs: str | None = Field(
        None, alias="bbox-crs", description="Coordinate reference system of `bbox`; default: CRS84"
    )
    filter: str | None = Field(None, description="Filter in CQL2 (OGC 21-065r2)")
    filter_lang: Literal["cql2-text", "cql2-json"] = Field(
        "cql2-text", alias="filter-lang", description="Encoding of `filter`"
    )
    filter_crs: str | None = Field(
        None, alias="filter-crs", description="Coordinate reference system of `filter`"
    )
    cursor: str | None = Field(
        None, max_length=200, description="Where the page before ended; from its link `next`"
    )


def read_property_values(collection: FeatureCollection, params: ItemsQuery) -> Mapping[str, Any]:
    """The parameters of a request that are named like properties of a collection.

    Raises:
        InvalidValue: an unknown parameter, or a value that is not of its type.
    """
    model = _build_model(collection.name, tuple(collection.properties))
    stated = validate_model(model, params.model_extra or {})
    return stated.model_dump(exclude_none=True)


@cache
def _build_model(name: str, properties: tuple[FeatureProperty, ...]) -> type[Parameters]:
    types: Mapping[PropertyType, Any] = {
        PropertyType.STRING: str,
        PropertyType.INTEGER: int,
        PropertyType.NUMBER: float,
        PropertyType.DATE: Day,
    }
    fields: dict[str, Any] = {
        one.name: ((Literal[one.values] if one.values else types[one.type]) | None, None)
        for one in properties
    }
    return create_model(f"{name}_properties_query", __base__=Parameters, **fields)


def build_query(
    view: FeatureView, collection: FeatureCollection, params: ItemsQuery
) -> FeatureQuery:
    """The query that the parameters of a request for features make.

    Raises:
        InvalidValue: one of them says what is not possible.
    """
    period, conditions, values = read_period(view, params)
    for name, value in read_property_values(collection, params).items():
        conditions.append(f"f.{name} = %(property_{name})s")
        values[f"property_{name}"] = value
    if params.filter is not None:
        filtered, filter_values = _read_filter(collection, params)
        conditions.append(filtered)
        values.update(filter_values)
    find_crs(params.filter_crs, "filter-crs")
    box = None
    if params.bbox is not None:
        box_crs = find_crs(params.bbox_crs, "bbox-crs")
        box = read_box(_read_numbers(params.bbox), box_crs, "bbox")
    elif params.bbox_crs is not None:
        find_crs(params.bbox_crs, "bbox-crs")
    return FeatureQuery(
        collection,
        period,
        find_crs(params.crs, "crs"),
        box,
        tuple(conditions),
        values,
        _check_cursor(collection, params.cursor),
        min(params.limit, MAX_LIMIT),
        view.drafted,
    )


def read_period(
    view: FeatureView, params: FeatureParams
) -> tuple[FeaturePeriod, list[str], dict[str, Any]]:
    """The days of a request; of a draft, whose day is fixed, conditions on them instead."""
    since, until, is_day = _read_datetime(params.datetime)
    if view.is_draft:
        if params.known_at is not None or params.basis is not Basis.EFFECTIVE:
            raise InvalidValue(message("feature.draft_moment"), field="known_at")
        conditions, values = _build_day_conditions(since, until)
        return FeaturePeriod(view.as_of), conditions, values
    if params.datetime is None:
        return FeaturePeriod(AsOf(view.as_of.at, params.known_at, params.basis)), [], {}
    if is_day and since is not None:
        return FeaturePeriod(AsOf(since, params.known_at, params.basis)), [], {}
    if params.basis is not Basis.EFFECTIVE:
        raise InvalidValue(message("feature.interval_basis"), field="basis")
    as_of = AsOf(until or view.as_of.at, params.known_at)
    return FeaturePeriod(as_of, since, until, is_day=False), [], {}


def _build_day_conditions(
    since: date | None, until: date | None
) -> tuple[list[str], dict[str, Any]]:
    conditions, values = [], {}
    if until is not None:
        conditions.append("coalesce(f.valid_from, '-infinity') <= %(until_day)s")
        values["until_day"] = until
    if since is not None:
        conditions.append("coalesce(f.valid_to, 'infinity') > %(since_day)s")
        values["since_day"] = since
    return conditions, values


def _read_filter(collection: FeatureCollection, params: ItemsQuery) -> tuple[str, dict[str, Any]]:
    text = params.filter or ""
    crs: FeatureCrs = find_crs(params.filter_crs, "filter-crs")
    is_text = params.filter_lang == "cql2-text"
    tree = parse_text(text) if is_text else parse_json(text)
    condition = FilterCondition(collection, crs, text if is_text else None)
    return condition.build_sql(tree), condition.params


def _read_numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidValue(
            message("feature.box_form", n=text.count(",") + 1), field="bbox"
        ) from None


def _check_cursor(collection: FeatureCollection, cursor: str | None) -> str | None:
    """The page key of a cursor.

    Raises:
        InvalidValue: it is none of this collection.
    """
    if cursor is None:
        return None
    is_number = cursor.isascii() and cursor.isdigit() and len(cursor) <= _MOST_DIGITS
    fits = {
        "bigint": is_number,
        "uuid": len(cursor) == 36 and cursor.replace("-", "").isalnum() and _is_hex(cursor),
        "text": True,
    }
    if not fits[collection.page_key_type]:
        raise InvalidValue(message("feature.cursor"), field="cursor")
    return cursor


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF-" for character in text)


def _read_datetime(text: str | None) -> tuple[date | None, date | None, bool]:
    """The first and the last day, and whether they are one that was named by itself."""
    if text is None:
        return None, None, True
    start, slash, end = text.partition("/")
    if not slash:
        day = _read_day(start)
        return day, day, True
    since, until = (None if part in ("", "..") else _read_day(part) for part in (start, end))
    if since is not None and until is not None and since > until:
        raise InvalidValue(message("feature.datetime_order"), field="datetime")
    if since is None and until is None and text not in ("../..", "/", "../", "/.."):
        raise _build_datetime_problem(text)
    return since, until, False


def read_instant_day(text: str | None) -> date | None:
    """The day of a parameter ``datetime`` that may not be an interval; None: there is none.

    Raises:
        InvalidValue: it is an interval, or no date.
    """
    return None if text is None else _read_day(text)


def _read_day(text: str) -> date:
    """The day of a date, or that of a moment in Shanghai."""
    try:
        return read_instant(text)
    except ValueError:
        raise _build_datetime_problem(text) from None


def _build_datetime_problem(text: str) -> InvalidValue:
    return InvalidValue(message("feature.datetime_form", value=text[:40]), field="datetime")
