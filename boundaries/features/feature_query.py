"""Features of a collection: counted, read one by one, or streamed as GeoJSON."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.features.feature_collection import FeatureCollection, SourceContext
from boundaries.features.feature_crs import CRS84, FeatureCrs
from boundaries.features.feature_period import FeaturePeriod
from boundaries.features.known_tables import NOT_DRAFTED, DraftedRows, build_table_clauses
from gazetteer.ledger.as_of import MOMENT_CTE

Conn = Connection[Any]
_DIGITS = 15
"""Decimals of a coordinate: all that a double has."""
_ROWS_AT_ONCE = 8
"""Rows of a stream that are held in memory: a territory in full detail may have some megabytes."""


@dataclass(frozen=True)
class FeatureQuery:
    """Which features of a collection are read, and how.

    Attributes:
        collection: the collection.
        period: the days.
        crs: the system of the coordinates.
        box: what geometries have to meet, in lon, lat of CGCS2000.
        conditions: further conditions on the row ``f``; all have to be met.
        params: their named parameters.
        after: the page key of the last feature of the page before.
        limit: how many features at most; None: all.
        drafted: what a draft puts in the place of records.
    """

    collection: FeatureCollection
    period: FeaturePeriod
    crs: FeatureCrs = CRS84
    box: BaseGeometry | None = None
    conditions: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    after: str | None = None
    limit: int | None = None
    drafted: DraftedRows = NOT_DRAFTED

    def build_statement(self, columns: str, *, is_page: bool) -> str:
        """The statement that selects columns of the row ``f``; a page is ordered and limited."""
        context = SourceContext(self.period, self.box is not None)
        rows = f"SELECT * FROM feature f{self._build_where(is_page=is_page)}"
        if is_page:
            rows += f" ORDER BY {self._page_key} LIMIT %(limit)s"
        return (
            f"WITH RECURSIVE {MOMENT_CTE},\n{build_table_clauses(self.drafted)},\n"
            f"{self.collection.build_source(context)}\nSELECT {columns} FROM ({rows}) f"
            + (f" ORDER BY {self._page_key}" if is_page else "")
        )

    def build_params(self) -> dict[str, Any]:
        """The named parameters of the statement."""
        params = {**self.period.to_sql_params(), **self.drafted.to_sql_params(), **self.params}
        if self.box is not None:
            ewkb = shapely.to_wkb(shapely.set_srid(self.box, 4490), include_srid=True)
            params["box"] = ewkb.hex()
        return {**params, "after": self.after, "limit": self.limit}

    @property
    def _page_key(self) -> str:
        collate = ' COLLATE "C"' if self.collection.page_key_type == "text" else ""
        return f"f.{self.collection.page_key}{collate}"

    def _build_where(self, *, is_page: bool) -> str:
        conditions = list(self.conditions)
        if self.box is not None:
            meets = "ST_Intersects(f.geom, %(box)s::geometry)"
            is_optional = self.collection.geometry_optional
            conditions.append(f"(f.geom IS NULL OR {meets})" if is_optional else meets)
        if is_page and self.after is not None:
            conditions.append(f"{self._page_key} > %(after)s::{self.collection.page_key_type}")
        return " WHERE " + " AND ".join(conditions) if conditions else ""


def count_features(conn: Conn, query: FeatureQuery) -> int:
    """How many features meet the conditions, on all pages."""
    statement = query.build_statement("count(*)", is_page=False)
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(statement.encode(), query.build_params()).fetchone()
    assert row is not None
    return int(row[0])


class FeatureRow(NamedTuple):
    """A feature of a page: its page key, the moment of knowledge, and GeoJSON in UTF-8."""

    key: str
    known_at: datetime
    content: bytes


def stream_features(conn: Conn, query: FeatureQuery) -> Generator[FeatureRow, None, None]:
    """The features of a page.

    A few rows at a time are read as they are asked for, so that memory does not grow with their
    number; nothing else may be asked of the connection meanwhile.
    """
    feature = f"convert_to({_build_feature_sql(query)}, 'UTF8')"  # passed on without decoding
    key = f"f.{query.collection.page_key}::text"
    columns = f"{key}, (SELECT known_at FROM moment), {feature}"
    statement = query.build_statement(columns, is_page=True)
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.stream(
            statement.encode(), query.build_params(), binary=True, size=_ROWS_AT_ONCE
        )
        yield from map(FeatureRow._make, rows)


def load_feature(conn: Conn, query: FeatureQuery) -> str | None:
    """The one feature that meets the conditions, as the text of GeoJSON; None: there is none."""
    statement = query.build_statement(_build_feature_sql(query), is_page=True)
    params = {**query.build_params(), "limit": 1}
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(statement.encode(), params).fetchone()
    return None if row is None else str(row[0])


def _build_feature_sql(query: FeatureQuery) -> str:
    geometry = query.crs.build_sql("f.geom")
    names = ", ".join(f"f.{name}" for name in query.collection.property_by_name)
    return (
        '\'{"type":"Feature","id":\' || to_json(f.id::text)::text'
        f" || ',\"geometry\":' || coalesce(ST_AsGeoJSON({geometry}, {_DIGITS}, 0), 'null')"
        f" || ',\"properties\":' || (SELECT row_to_json(p) FROM (SELECT {names}) p)::text || '}}'"
    )
