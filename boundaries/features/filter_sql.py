"""A CQL2 tree as an SQL condition: values only as parameters, names only those of queryables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import shapely
from shapely.errors import ShapelyError

from boundaries.features.feature_collection import FeatureCollection
from boundaries.features.feature_crs import CRS84, FeatureCrs, read_box
from boundaries.features.filter_parsing import FilterError, FilterTree, locate_name
from boundaries.features.filter_values import KIND_OF_TYPE, SqlValue, ValueKind
from boundaries.features.instant_reading import read_instant
from boundaries.features.temporal_relations import (
    INSTANT_RELATIONS,
    TEMPORAL_RELATIONS,
    build_relation_sql,
)
from gazetteer.messages import AnyOf, Message, message
from gazetteer.problems import InvalidValue

GEOMETRY = "geometry"
"""The name of the geometry in filters."""


_COMPARISONS = {"=": "=", "<>": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_SPATIAL = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}


@dataclass
class FilterCondition:
    """A condition on the row ``f`` of a feature.

    ``text`` is the filter as it was sent if it was text: positions in problems refer to it.
    """

    collection: FeatureCollection
    crs: FeatureCrs = CRS84
    text: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def build_sql(self, tree: FilterTree) -> str:
        """The condition of a tree; :attr:`params` has its named parameters.

        Raises:
            FilterError: an unknown property or operator, or values that cannot be compared.
        """
        built = self._build_value(tree, "")
        if built.kind is not ValueKind.BOOLEAN:
            raise self._build_error(message("feature.filter_not_condition"), "")
        return built.sql

    def _build_value(self, node: FilterTree, path: str) -> SqlValue:  # noqa: PLR0911 (one a kind)
        match node:
            case {"op": str(op), "args": list(args)}:
                return self._build_operation(op, args, path)
            case {"property": str(name)}:
                return self._build_property(name, path)
            case {"date": str(text)}:
                return self._build_date(text, path)
            case {"timestamp": str(text)}:
                return self._build_date(text, path)
            case {"interval": [start, end]}:
                return self._build_interval(start, end, path)
            case {"bbox": list(numbers)} | {"type": "bbox", "coordinates": list(numbers)}:
                return self._build_box(numbers, path)
            case {"type": str()}:
                return self._build_geometry(node, path)
            case bool():
                return SqlValue(ValueKind.BOOLEAN, "TRUE" if node else "FALSE")
            case int() | float():
                return SqlValue(ValueKind.NUMBER, f"{self._add_param(float(node))}::float8")
            case str() if "\0" not in node:
                return SqlValue(ValueKind.TEXT, f"{self._add_param(node)}::text")
            case _:
                raise self._build_error(message("feature.filter_part_unknown"), path)

    def _build_operation(self, op: str, args: Sequence[Any], path: str) -> SqlValue:
        name = op.lower()
        build = _OPERATIONS.get(name)
        if build is None and (name in _SPATIAL or name in TEMPORAL_RELATIONS):
            build = (
                FilterCondition._build_spatial
                if name in _SPATIAL
                else FilterCondition._build_temporal
            )
        if build is None:
            words = message("feature.filter_operator_unknown", name=op)
            raise self._build_error(words, path, name=op)
        return SqlValue(ValueKind.BOOLEAN, build(self, name, args, path))

    def _build_logical(self, name: str, args: Sequence[Any], path: str) -> str:
        if not args or (name == "not" and len(args) != 1):
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        parts = [
            self._expect_kind(ValueKind.BOOLEAN, arg, path, k).sql for k, arg in enumerate(args)
        ]
        if name == "not":
            return f"(NOT {parts[0]})"
        return "(" + f" {name.upper()} ".join(parts) + ")"

    def _build_comparison(self, name: str, args: Sequence[Any], path: str) -> str:
        one, other = self._build_alike(args, 2, name, path)
        return f"({one.sql} {_COMPARISONS[name]} {other.sql})"

    def _build_between(self, name: str, args: Sequence[Any], path: str) -> str:
        value, low, high = self._build_alike(args, 3, name, path)
        return f"({value.sql} BETWEEN {low.sql} AND {high.sql})"

    def _build_in(self, name: str, args: Sequence[Any], path: str) -> str:
        if len(args) != 2 or not isinstance(args[1], list) or not args[1]:
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        value, *options = self._build_alike([args[0], *args[1]], None, name, path)
        return f"({value.sql} IN (" + ", ".join(option.sql for option in options) + "))"

    def _build_like(self, name: str, args: Sequence[Any], path: str) -> str:
        if len(args) != 2:
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        value = self._expect_kind(ValueKind.TEXT, args[0], path, 0).sql
        if not isinstance(args[1], str):
            words = message("feature.filter_kind", kind=message("feature.kind.text"))
            raise self._build_error(words, f"{path}/args/1", [args[1]])
        escapes = len(args[1]) - len(args[1].rstrip("\\"))
        whole = args[1] + "\\" * (escapes % 2)  # one that escapes nothing stands for itself
        return f"({value} LIKE {self._build_value(whole, f'{path}/args/1').sql})"

    def _build_is_null(self, name: str, args: Sequence[Any], path: str) -> str:
        if len(args) != 1:
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        return f"({self._build_value(args[0], f'{path}/args/0').sql} IS NULL)"

    def _build_spatial(self, name: str, args: Sequence[Any], path: str) -> str:
        if len(args) != 2:
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        one, other = (
            self._expect_kind(ValueKind.GEOMETRY, arg, path, k).sql for k, arg in enumerate(args)
        )
        return f"{_SPATIAL[name]}({one}, {other})"

    def _build_temporal(self, name: str, args: Sequence[Any], path: str) -> str:
        if len(args) != 2:
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        pairs = []
        for number, arg in enumerate(args):
            at = f"{path}/args/{number}"
            value = self._build_value(arg, at)
            kind = ValueKind.DATE if name in INSTANT_RELATIONS else ValueKind.INTERVAL
            if value.kind not in (kind, ValueKind.INTERVAL):
                words = message("feature.filter_kind", kind=message(f"feature.kind.{kind}"))
                raise self._build_error(words, at, [arg])
            pairs.append((value.sql, value.end_sql or value.sql))
        return build_relation_sql(name, pairs[0], pairs[1])

    def _build_alike(
        self, args: Sequence[Any], count: int | None, name: str, path: str
    ) -> list[SqlValue]:
        """Values of one kind; texts that are compared with dates are read as dates."""
        if count is not None and len(args) != count:
            raise self._build_error(message("feature.filter_arguments", name=name), path)
        values = [self._build_value(arg, f"{path}/args/{k}") for k, arg in enumerate(args)]
        if any(value.kind is ValueKind.DATE for value in values):
            values = [
                self._build_date(arg, path) if isinstance(arg, str) else value
                for arg, value in zip(args, values, strict=True)
            ]
        if len({value.kind for value in values}) != 1:
            kinds = [message(f"feature.kind.{value.kind}") for value in values]
            raise self._build_error(message("feature.filter_kinds_differ", kinds=kinds), path, args)
        if values[0].kind in (ValueKind.GEOMETRY, ValueKind.INTERVAL):
            raise self._build_error(message("feature.filter_not_comparable"), path, args)
        return values

    def _expect_kind(self, kind: ValueKind, arg: Any, path: str, number: int) -> SqlValue:
        at = f"{path}/args/{number}"
        value = self._build_value(arg, at)
        if value.kind is not kind:
            words = message("feature.filter_kind", kind=message(f"feature.kind.{kind}"))
            raise self._build_error(words, at, [arg])
        return value

    def _build_property(self, name: str, path: str) -> SqlValue:
        if name == GEOMETRY:
            return SqlValue(ValueKind.GEOMETRY, "f.geom")
        known = self.collection.property_by_name.get(name)
        if known is None:
            queryables = AnyOf([*self.collection.property_by_name, GEOMETRY])
            words = message("feature.filter_property_unknown", name=name, known=queryables)
            raise self._build_error(words, path, name=name)
        kind = KIND_OF_TYPE[known.type]
        cast = "::float8" if kind is ValueKind.NUMBER else ""
        return SqlValue(kind, f"f.{name}{cast}")

    def _build_date(self, text: str, path: str) -> SqlValue:
        try:
            day = read_instant(text)
        except ValueError:
            raise self._build_error(message("feature.filter_not_date", value=text), path) from None
        return SqlValue(ValueKind.DATE, f"{self._add_param(day)}::date")

    def _build_interval(self, start: Any, end: Any, path: str) -> SqlValue:
        ends = []
        for value, open_end in ((start, "-infinity"), (end, "infinity")):
            if value == "..":
                ends.append(f"'{open_end}'::date")
            elif isinstance(value, str):
                ends.append(self._build_date(value, path).sql)
            else:
                built = self._build_value(value, path)
                if built.kind is not ValueKind.DATE:
                    words = message("feature.filter_kind", kind=message("feature.kind.date"))
                    raise self._build_error(words, path, [value])
                ends.append(built.sql)
        return SqlValue(ValueKind.INTERVAL, *ends)

    def _build_box(self, numbers: Sequence[Any], path: str) -> SqlValue:
        if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            raise self._build_error(message("feature.box_form", n=len(numbers)), path)
        try:
            box = read_box(numbers, self.crs, "filter")
        except InvalidValue as problem:
            raise self._build_error(problem.message, path) from None
        return self._add_geometry(box)

    def _build_geometry(self, node: Mapping[str, Any], path: str) -> SqlValue:
        try:
            geometry = shapely.from_geojson(orjson.dumps(node))
        except (ShapelyError, orjson.JSONEncodeError):
            raise self._build_error(message("feature.filter_geometry"), path) from None
        if geometry is None or not shapely.is_valid(geometry):
            raise self._build_error(message("feature.filter_geometry"), path)
        moved = self.crs.to_degrees(geometry)
        points = abs(shapely.get_coordinates(moved))
        if not (points <= (180, 90)).all():
            raise self._build_error(message("feature.box_range"), path)
        return self._add_geometry(moved)

    def _add_geometry(self, geometry: Any) -> SqlValue:
        wkb = shapely.to_wkb(shapely.set_srid(geometry, 4490), include_srid=True)
        return SqlValue(ValueKind.GEOMETRY, f"{self._add_param(wkb.hex())}::geometry")

    def _add_param(self, value: Any) -> str:
        name = f"filter_{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def _build_error(
        self, words: Message, path: str, args: Sequence[Any] = (), name: str | None = None
    ) -> FilterError:
        if self.text is None:
            return FilterError(words, path)
        names = [name, *(arg.get("property") for arg in args if isinstance(arg, dict))]
        found = (locate_name(self.text, one) for one in names if one)
        return FilterError(words, next((at for at in found if at), 1))


_Build = Callable[[FilterCondition, str, Sequence[Any], str], str]
_OPERATIONS: Mapping[str, _Build] = {
    **dict.fromkeys(("and", "or", "not"), FilterCondition._build_logical),
    **dict.fromkeys(_COMPARISONS, FilterCondition._build_comparison),
    "between": FilterCondition._build_between,
    "in": FilterCondition._build_in,
    "like": FilterCondition._build_like,
    "isnull": FilterCondition._build_is_null,
}
