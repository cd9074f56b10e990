"""What a collection of features consists of: its properties and the SQL of its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from boundaries.features.feature_period import FeaturePeriod
from gazetteer.messages import Message, message


class PropertyType(StrEnum):
    """The types of properties, as JSON Schema names them; a date is a string there."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class FeatureProperty:
    """A property of every feature of a collection.

    ``values`` are all that a coded one can have; empty for any other.
    """

    name: str
    type: PropertyType = PropertyType.STRING
    values: tuple[str, ...] = ()

    @property
    def description_message(self) -> Message:
        """What it says."""
        return message(f"feature.property.{self.name}")


GeometryFormat = Literal[
    "geometry-point", "geometry-linestring", "geometry-multilinestring", "geometry-multipolygon",
    "geometry-any",
]  # fmt: skip
"""The geometry of a collection, as OGC API - Features - Part 5 names it."""


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What the SQL of a collection depends on: the period, and whether a box limits it."""

    period: FeaturePeriod
    has_box: bool = False

    def limit_to_box(self, geometry: str, *, is_optional: bool = False) -> str:
        """A further condition: the bounding box of a geometry meets that of the request.

        An optional geometry that is missing meets every box (``/req/core/fc-bbox-response``).
        """
        if not self.has_box:
            return ""
        meets = f"{geometry} && %(box)s::geometry"
        return f"AND ({geometry} IS NULL OR {meets})" if is_optional else f"AND {meets}"


BuildSource = Callable[[SourceContext], str]
"""The body of a WITH RECURSIVE clause that defines ``feature``: one row for each feature.

Its columns are ``id``, ``geom`` (EPSG:4490, east first) and the properties by their names. The
clause ``moment`` is defined before it, and so are ``known_*`` and ``unit_state``, the tables that a
draft replaces; see :mod:`boundaries.features.known_tables`.
"""


@dataclass(frozen=True)
class FeatureCollection:
    """A collection of features of one kind.

    Attributes:
        name: its id in paths.
        geometry: the type of its geometries.
        properties: in the order in which they are shown.
        build_source: the SQL of its rows.
        tables: the clauses of :mod:`boundaries.features.known_tables` that it is read from.
        page_key: the column by which pages are ordered: unique, and the same for ever in one
            state of knowledge; one that an index orders where there are many features.
        page_key_type: its SQL type.
        code_property: the property by which a feature can be named besides its id.
        geometry_optional: whether some features have none.
    """

    name: str
    geometry: GeometryFormat
    properties: Sequence[FeatureProperty]
    build_source: BuildSource
    tables: tuple[str, ...] = ()
    page_key: str = "id"
    page_key_type: Literal["uuid", "text", "bigint"] = "uuid"
    code_property: str | None = None
    geometry_optional: bool = False
    property_by_name: Mapping[str, FeatureProperty] = field(init=False)

    def __post_init__(self) -> None:
        """Index the properties."""
        by_name = {one.name: one for one in self.properties}
        object.__setattr__(self, "property_by_name", by_name)

    @property
    def title_message(self) -> Message:
        """What it is called."""
        return message(f"feature.collection.{self.name}")

    @property
    def description_message(self) -> Message:
        """What its features are."""
        return message(f"feature.collection.{self.name}.description")
