"""As-you-type: ``/v1/suggest``."""

from typing import Any

from pydantic import BaseModel, Field

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import Suggestion
from gazetteer.search.index.day_index import DayIndex
from web.http.as_of_params import Day
from web.http.endpoints import Api
from web.services.search_index import get_day_index, index_as_of_fields
from web.services.search_service import FilterQuery, suggest_from_home

api = Api()

MAX_PREFIX = 100
"""Characters; nobody types more before looking at what is suggested."""


class SuggestQuery(FilterQuery):
    """What has been typed so far."""

    q: str = Field(
        description="Characters, pinyin, initials, or a mixture such as gz天河",
        max_length=MAX_PREFIX,
    )
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    limit: int = Field(10, ge=1, le=50, description="How many at most")


class SuggestionModel(BaseModel):
    """A place that may be meant."""

    place_id: str | None
    unit_id: str | None
    code: str | None
    name: str
    label: str = Field(description="The name with the units above it")
    level: str
    matched_name: str = Field(description="The name or spelling that begins as typed")
    matched_by: str = Field(
        description="standard, short, alias, former, later (it bears the name from a later day),"
        " ended (in force no more), pinyin, initials, latin, address (the text names several"
        " levels) or fuzzy (one character differs)"
    )
    via_former_name: bool


class SuggestResponse(BaseModel):
    """The likeliest first."""

    query: str
    suggestions: list[SuggestionModel]
    at: str
    known_at: str | None
    basis: str


@api.get("/v1/suggest", SuggestResponse)
def list_suggestions(query: SuggestQuery) -> dict[str, Any]:
    """Places that may be meant by a few characters, the likeliest first.

    Whole names come before beginnings, names in force before former ones, higher levels before
    lower ones, and with `near` what is nearer. One wrong character is forgiven where nothing else
    fits.
    """
    if not query.q.strip():
        raise InvalidValue("请输入文字。", "type something", field="q")
    at = query.at or today()
    filters = query.build_filters(AsOf(at))
    day_index = get_day_index(at)
    suggestions = suggest_from_home(day_index, query.q, query.limit, filters)
    serialized = [_serialize_suggestion(day_index, suggestion) for suggestion in suggestions]
    return {"query": query.q, "suggestions": serialized, **index_as_of_fields(day_index)}


def _serialize_suggestion(day_index: DayIndex, suggestion: Suggestion) -> dict[str, Any]:
    leaf, index = suggestion.leaf, day_index.index
    return {
        "place_id": index.places[leaf.node],
        "unit_id": index.ids[leaf.node] if index.is_unit(leaf.node) else None,
        "code": leaf.code,
        "name": leaf.name,
        "label": "".join([unit.name for unit in suggestion.chain]),
        "level": LEVELS[leaf.level],
        "matched_name": suggestion.matched_name,
        "matched_by": suggestion.matched_by,
        "via_former_name": suggestion.is_former_name,
    }
