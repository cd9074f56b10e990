"""Features in words and pictures, as pages for people show them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import shapely
from flask import request
from shapely.geometry.base import BaseGeometry

from boundaries.features.feature_collection import FeatureCollection, FeatureProperty, PropertyType
from boundaries.features.feature_period import FeaturePeriod
from gazetteer.ledger.as_of import today
from gazetteer.messages import Lang, message
from web.ogc.feature_views import FeatureView
from web.pages.display import Display
from web.pages.map_sketch import SketchView, find_bounds, widen_box
from web.pages.rendering import build_place_url, build_unit_url

Feature = Mapping[str, Any]
_CODE_LISTS = {
    "level": "level",
    "left_level": "level",
    "right_level": "level",
    "beyond": "beyond",
    "legal_class": "legal_class",
    "unit_type": "unit_type",
    "severity": "severity",
    "source": "source",
}
"""The messages that word coded properties, by their names."""
_NUMBERS = (PropertyType.INTEGER, PropertyType.NUMBER)
_SEPARATORS = {"codes": " ", "names": " ", "source": "; ", "other_names": "; "}
"""What stands between the values of a property that has several."""
_UNIT_CODES = ("code", "parent_code", "left_code", "right_code", "within_code", "codes")
_NODES = ("start_node", "end_node")
_CARRIED = ("crs", "datetime", "known_at", "basis", "lang")
"""Parameters of a page of features that those of one feature have too."""
_LEAST_DEGREES = 0.002
_MARGIN_SHARE = 0.08
_MOST_PIXELS_OFF = 0.3
"""How far drawn lines may lie from the true ones: less than can be seen."""


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value of a property in words.

    Attributes:
        text: the words.
        raw: what the JSON has, where the words differ.
        day: the value as a date of ISO 8601, if it is one.
        href: what it leads to.
        lang: the language of names.
    """

    text: str
    raw: str | None = None
    day: str | None = None
    href: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class FeatureCell:
    """The values of a property of a feature; none where it is not known."""

    title: str
    values: tuple[ShownValue, ...]
    is_number: bool


@dataclass(frozen=True, slots=True)
class FeatureSketch:
    """Paths of SVG in a box of ``width`` by ``height`` pixels, each with its title, and points."""

    width: float
    height: float
    width_m: float
    areas: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str], ...]
    dots: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class FeatureDisplay:
    """The words and links of features of a collection in a period."""

    view: FeatureView
    collection: FeatureCollection
    period: FeaturePeriod
    lang: Lang

    def name_feature(self, feature: Feature) -> str:
        """What a feature is called: its name, those of the units beside it, or its id."""
        stated = feature["properties"]
        if stated.get("name"):
            return Display(self.lang).unit_name(stated)
        beyond = stated.get("beyond")
        sides = [
            stated.get(f"{side}_name") or (beyond and word_code("beyond", beyond, self.lang))
            for side in ("left", "right")
        ]
        return " — ".join(map(str, sides)) if all(sides) else stated.get("names") or feature["id"]

    def word_properties(self, feature: Feature) -> list[FeatureCell]:
        """All properties of a feature in their order."""
        return [
            FeatureCell(
                one.description_message.text(self.lang),
                tuple(self._iter_values(one, feature)),
                one.type in _NUMBERS,
            )
            for one in self.collection.properties
        ]

    def build_item_url(self, collection: str, feature: str) -> str:
        """The address of a feature at the moment of the request."""
        carried = {name: request.args[name] for name in _CARRIED if name in request.args}
        path = f"{self.view.path}/collections/{collection}/items/{quote(feature, safe=':')}"
        return f"{path}?{urlencode(carried)}" if carried else path

    def iter_page_links(self, feature: Feature) -> Iterator[tuple[str, str]]:
        """The pages of the register about a feature: their addresses and titles."""
        if self.collection.name == "places" and not self.view.is_draft:
            yield build_place_url(feature["id"]), message("ogc.page.place").text(self.lang)
        if code := feature["properties"].get("code"):
            yield self._build_unit_link(code, feature), message("ogc.page.unit").text(self.lang)

    def _iter_values(self, one: FeatureProperty, feature: Feature) -> Iterator[ShownValue]:
        value = feature["properties"][one.name]
        if value is None:
            return
        separator = _SEPARATORS.get(one.name)
        for part in value.split(separator) if separator else [value]:
            if part != "":
                yield self._word_value(one, part, feature)

    def _word_value(self, one: FeatureProperty, value: Any, feature: Feature) -> ShownValue:
        if one.type is PropertyType.DATE:
            return ShownValue(Display(self.lang).day(value), day=value)
        if one.type in _NUMBERS:
            return ShownValue(f"{value:,.3f}".rstrip("0").rstrip("."), raw=repr(value))
        if one.values or one.name in _CODE_LISTS:
            return ShownValue(word_code(one.name, value, self.lang), raw=value)
        is_name = one.name.endswith(("name", "names"))
        lang = "zh-Latn" if one.name == "romanized_name" else "zh-Hans" if is_name else None
        return ShownValue(value, href=self._find_target(one.name, value, feature), lang=lang)

    def _find_target(self, name: str, value: str, feature: Feature) -> str | None:
        """What a code or an id leads to."""
        if name in _UNIT_CODES:
            return self._build_unit_link(value, feature)
        if name in _NODES:
            return self.build_item_url("nodes", value)
        return f"/rules/{quote(value)}" if name == "rule" else None

    def _build_unit_link(self, code: str, feature: Feature) -> str:
        day = self._find_day(feature)
        return build_unit_url(code, None if day == today() else day.isoformat())

    def _find_day(self, feature: Feature) -> date:
        """The day of which a feature is: of an interval the last one on which it was in force."""
        at = self.period.as_of.at
        end = feature["properties"].get("valid_to")
        if self.period.is_day or end is None:
            return at
        last = date.fromisoformat(end) - timedelta(days=1)
        return last if self.period.until is None else min(last, self.period.until)


def word_code(name: str, value: str, lang: Lang) -> str:
    """The words of a value of a coded property; the value itself where there are none."""
    if name == "state":
        return message(f"ogc.page.state.{value}").text(lang)
    return Display(lang).known(_CODE_LISTS[name], value) if name in _CODE_LISTS else value


def describe_geometry_facts(shape: BaseGeometry | None) -> dict[str, Any] | None:
    """The type, the number of vertices and the box of a geometry; None: there is none."""
    if shape is None or shape.is_empty:
        return None
    bounds = [f"{number:.6f}" for number in shape.bounds]
    return {
        "type": shape.geom_type,
        "vertices": int(shapely.get_num_coordinates(shape)),
        "south_west": ", ".join(bounds[:2]),
        "north_east": ", ".join(bounds[2:]),
        "is_point": shape.geom_type == "Point",
    }


def draw_features(
    shapes: Sequence[tuple[BaseGeometry | None, str]],
) -> FeatureSketch | None:
    """The map of geometries (degrees, east first) with their names; None: all are empty."""
    parts = [
        (part, name)
        for shape, name in shapes
        if shape is not None
        for part in shapely.get_parts(shape).tolist()
        if not part.is_empty
    ]
    if not parts:
        return None
    box = widen_box(find_bounds(part for part, _ in parts), _LEAST_DEGREES, _MARGIN_SHARE)
    view = SketchView(box)
    tolerance = _MOST_PIXELS_OFF * (box[3] - box[1]) / view.picture_height
    by_dimension: dict[int, list[tuple[BaseGeometry, str]]] = {0: [], 1: [], 2: []}
    for part, name in parts:
        dimension = int(shapely.get_dimensions(part))
        by_dimension[dimension].append((shapely.simplify(part, tolerance), name))
    return FeatureSketch(
        view.picture_width,
        view.picture_height,
        view.width_m,
        tuple((view.draw_polygons(part), name) for part, name in by_dimension[2]),
        tuple((view.draw_line(part), name) for part, name in by_dimension[1]),
        tuple(
            (*pixel, name)
            for part, name in by_dimension[0]
            for point in shapely.get_coordinates(part).tolist()
            if (pixel := view.place_point(*point)) is not None
        ),
    )
