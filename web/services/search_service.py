"""Search by name: filters, and the state of the register that is searched."""

from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from pydantic import Field

from boundaries.areas.label_points import load_label_points
from gazetteer.ledger.as_of import AsOf, Basis
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, NotFound
from gazetteer.records.division_queries import find_unit
from gazetteer.records.levels import Level
from gazetteer.search.autocomplete import historical_search
from gazetteer.search.autocomplete.filters import Filters
from gazetteer.search.autocomplete.search_geocodejson import serialize_suggestions
from gazetteer.search.autocomplete.suggestions import Suggestion, find_suggestions
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.division_lookup import find_node_of_state, find_state_by_code
from web.http.app_settings import current_settings
from web.http.connections import lookup_connection
from web.http.endpoints import Parameters
from web.http.text_patterns import CODE_OR_ID_PATTERN
from web.services.search_index import get_day_index, index_as_of_fields

GeocodeJson = dict[str, Any]


class FilterQuery(Parameters):
    """Filters for places; without any, everything is found."""

    level: Level | None = Field(None, description="Return only places of this level")
    legal_class: str | None = Field(
        None,
        alias="class",
        description="Return only places of this legal class, such as `division`, `natural` or"
        " `facility`",
        max_length=50,
    )
    within: str | None = Field(
        None,
        description="Return only places within the unit that has this code or id on the date,"
        " and the unit itself",
        pattern=CODE_OR_ID_PATTERN,
    )
    bbox: str | None = Field(
        None,
        description="Return only places within the bounding box `west,south,east,north`, in degrees"
        " (CGCS2000)",
        max_length=200,
    )
    near: str | None = Field(
        None,
        description="Position `lon,lat` in degrees (CGCS2000); nearer places rank higher",
        max_length=100,
    )

    def build_filters(self, as_of: AsOf) -> Filters:
        """The filters with the unit ``within`` by its id.

        Raises:
            InvalidValue: names the parameter.
            UnknownCode, CodeNotInForce, NoDataBefore, NotFound: there is no such unit ``within``.
        """
        bbox = _parse_numbers("bbox", self.bbox, 4)
        if bbox and (bbox[0] > bbox[2] or bbox[1] > bbox[3]):
            raise InvalidValue(message("search.bbox_order"), field="bbox")
        near = _parse_numbers("near", self.near, 2)
        within = self._resolve_within(as_of) if self.within else None
        return Filters(self.level, self.legal_class, within, bbox, near)  # type: ignore[arg-type]

    def _resolve_within(self, as_of: AsOf) -> str:
        assert self.within is not None
        with lookup_connection() as conn:
            if len(self.within) <= 12:
                return find_unit(conn, self.within, as_of, field="within")[0]
            return _check_unit_id(conn, UUID(self.within))


def _check_unit_id(conn: Connection[Any], unit: UUID) -> str:
    if conn.execute("SELECT FROM unit_state WHERE unit_id = %s LIMIT 1", [unit]).rowcount == 0:
        raise NotFound(message("search.no_unit", unit=unit), field="within")
    return str(unit)


MAX_OFFSET = 1_000


class ResultPage(NamedTuple):
    """How many results are wanted, after those that are skipped."""

    limit: int
    offset: int = 0


def search_places(query: str, as_of: AsOf, filters: Filters, page: ResultPage) -> GeocodeJson:
    """The places a text finds, as GeocodeJSON: from memory in the newest state, else by SQL.

    ``next_offset`` is that of the next page, None on the last one.

    Raises:
        InvalidValue: an empty or overlong query.
    """
    after = page.offset + page.limit
    answer = _search_state(query, as_of, filters, after + 1)
    found = answer["features"]
    has_more = len(found) > after and after <= MAX_OFFSET
    geocoding = {**answer["geocoding"], "next_offset": after if has_more else None}
    return {**answer, "geocoding": geocoding, "features": found[page.offset : after]}


def _search_state(query: str, as_of: AsOf, filters: Filters, limit: int) -> GeocodeJson:
    if not query.strip() or len(query) > historical_search.MAX_QUERY:
        words = message("search.query_length", limit=historical_search.MAX_QUERY)
        raise InvalidValue(words, field="q")
    day_index = get_day_index(as_of.at)
    is_newest = as_of.known_at is None or as_of.known_at == day_index.index.recorded_at
    if is_newest and as_of.basis is Basis.EFFECTIVE:
        return serialize_suggestions(
            day_index,
            query,
            suggest_from_home(day_index, query, limit, filters),
            index_as_of_fields(day_index),
        )
    with lookup_connection() as conn:
        answer = historical_search.search_names(conn, query, as_of, filters, limit)
        _fill_label_points(conn, answer["features"], as_of)
    return answer


def suggest_from_home(
    day_index: DayIndex, query: str, limit: int, filters: Filters
) -> list[Suggestion]:
    """The likeliest places for a reader in the home division of the register."""
    home = _find_home_id(day_index, current_settings().home_division)
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
    """Give units, which have no point of their own, the label point of their area."""
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
        words = message("search.wrong_coordinates", name=field, count=count)
        raise InvalidValue(words, field=field)
    return values
