"""Finding by name: what may be found, and in which state of the register it is looked for."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import current_app
from psycopg import Connection
from pydantic import Field

from boundaries.areas.label_points import load_label_points
from gazetteer.ledger.as_of import AsOf, Basis
from gazetteer.problems import InvalidValue, NotFound
from gazetteer.records.division_queries import find_unit
from gazetteer.records.levels import Level
from gazetteer.search.autocomplete import historical_search
from gazetteer.search.autocomplete.filters import Filters
from gazetteer.search.autocomplete.search_geocodejson import serialize_suggestions
from gazetteer.search.autocomplete.suggestions import Suggestion, find_suggestions
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.division_lookup import find_node_of_state, find_state_by_code
from web.http.as_of_params import CODE_PATTERN
from web.http.connections import connection
from web.http.endpoints import Parameters
from web.services.search_index import get_day_index, index_as_of_fields

GeocodeJson = dict[str, Any]

_UUID_FORM = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class FilterQuery(Parameters):
    """What may be found: everything, where nothing is given."""

    level: Level | None = Field(None, description="Only places of this level")
    legal_class: str | None = Field(
        None,
        alias="class",
        description="Only places of this legal class, such as `division` or `natural`",
        max_length=50,
    )
    within: str | None = Field(
        None,
        description="Only what lies in the unit with this code or id, and the unit itself",
        pattern=f"{CODE_PATTERN}|^{_UUID_FORM}$",
    )
    bbox: str | None = Field(
        None,
        description="west,south,east,north in degrees (CGCS2000): only what has its point there",
        max_length=200,
    )
    near: str | None = Field(
        None, description="lon,lat: what is nearer comes earlier", max_length=100
    )

    def build_filters(self, as_of: AsOf) -> Filters:
        """The values.

        Raises:
            InvalidValue: names the parameter.
            UnknownCode, CodeNotInForce, NoDataBefore, NotFound: there is no unit to look in.
        """
        bbox = _parse_numbers("bbox", self.bbox, 4)
        if bbox and (bbox[0] > bbox[2] or bbox[1] > bbox[3]):
            raise InvalidValue(
                "bbox 须依次为西、南、东、北。", "bbox is west, south, east, north", field="bbox"
            )
        near = _parse_numbers("near", self.near, 2)
        within = self._resolve_within(as_of) if self.within else None
        return Filters(self.level, self.legal_class, within, bbox, near)  # type: ignore[arg-type]

    def _resolve_within(self, as_of: AsOf) -> str:
        assert self.within is not None
        with connection() as conn:
            if len(self.within) <= 12:
                return find_unit(conn, self.within, as_of, field="within")[0]
            return _check_unit_id(conn, UUID(self.within))


def _check_unit_id(conn: Connection[Any], unit: UUID) -> str:
    if conn.execute("SELECT FROM unit_state WHERE unit_id = %s LIMIT 1", [unit]).rowcount == 0:
        raise NotFound(f"没有编号为 {unit} 的单位。", f"there is no unit {unit}", field="within")
    return str(unit)


def search_places(query: str, as_of: AsOf, filters: Filters, limit: int) -> GeocodeJson:
    """What a name finds, as GeocodeJSON: in memory in the newest state, in an earlier one by SQL.

    Raises:
        InvalidValue: an empty or overlong query.
    """
    if not query.strip() or len(query) > historical_search.MAX_QUERY:
        raise InvalidValue(
            f"请输入 1 到 {historical_search.MAX_QUERY} 个字符。",
            f"type 1 to {historical_search.MAX_QUERY} characters",
            field="q",
        )
    day_index = get_day_index(as_of.at)
    is_newest = as_of.known_at is None or as_of.known_at == day_index.index.recorded_at
    if is_newest and as_of.basis is Basis.EFFECTIVE:
        return serialize_suggestions(
            day_index,
            query,
            suggest_from_home(day_index, query, limit, filters),
            index_as_of_fields(day_index),
        )
    with connection() as conn:
        answer = historical_search.search_names(conn, query, as_of, filters, limit)
        _fill_label_points(conn, answer["features"], as_of)
    return answer


def suggest_from_home(
    day_index: DayIndex, query: str, limit: int, filters: Filters
) -> list[Suggestion]:
    """What is most likely meant, by somebody who is at home where the register is."""
    home = _find_home_id(day_index, current_app.config["GAZETTEER"].home_division)
    return find_suggestions(day_index, query, limit, replace(filters, home=home))


def _find_home_id(day_index: DayIndex, code: str) -> str | None:
    """The id of the unit with the code; None if there is none on the day."""
    key = ("home", code)
    if key not in day_index.memo:
        state = find_state_by_code(day_index.index, code, day_index.day)
        home_id = (
            None
            if state is None
            else day_index.index.ids[find_node_of_state(day_index.index, state)]
        )
        day_index.remember(key, home_id)
        return home_id
    home: str | None = day_index.memo.get(key)
    return home


def _fill_label_points(conn: Connection[Any], features: list[GeocodeJson], as_of: AsOf) -> None:
    """Units have no point of their own: the label point of their area stands for them."""
    without_point = [f for f in features if f["geometry"] is None]
    ids = [f["properties"]["geocoding"]["unit_id"] for f in without_point]
    points = load_label_points(conn, [unit for unit in ids if unit], as_of)
    for feature in without_point:
        point = points.get(feature["properties"]["geocoding"]["unit_id"])
        if point:
            feature["geometry"] = {"type": "Point", "coordinates": point}


def _parse_numbers(field: str, text: str | None, count: int) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    ranges = ((-180, 180), (-90, 90)) * 2
    inside = all(low <= v <= high for v, (low, high) in zip(values, ranges, strict=False))
    if len(values) != count or not inside:
        raise InvalidValue(
            f"{field} 须为 {count} 个以逗号分隔的经纬度数值（先经度后纬度）。",
            f"{field} takes {count} numbers in degrees, lon before lat",
            field=field,
        )
    return values
