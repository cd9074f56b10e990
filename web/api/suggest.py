"""Suggestions as you type: ``/v1/suggest``."""

from typing import Any

from pydantic import BaseModel, Field

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.suggestions import Suggestion
from gazetteer.search.index.day_index import DayIndex
from web.http.as_of_params import AtDay
from web.http.endpoints import Api
from web.services.search_index import get_day_index, index_as_of_fields
from web.services.search_service import FilterQuery, suggest_from_home

api = Api()

MAX_PREFIX = 100
"""Characters; nobody types more before looking at what is suggested."""


class SuggestQuery(FilterQuery):
    """The text typed so far, and filters."""

    q: str = Field(
        description="Text typed so far, 1 to 100 characters: Chinese characters, pinyin,"
        " initials, or a mixture such as `gz天河` or `天he`; or the first digits of a code",
        max_length=MAX_PREFIX,
    )
    at: AtDay = None
    limit: int = Field(
        10, ge=1, le=50, description="Maximum number of suggestions, 1 to 50; default: 10"
    )


class SuggestionModel(BaseModel):
    """A suggested place."""

    place_id: str | None
    unit_id: str | None
    code: str | None
    name: str
    label: str = Field(description="Name, preceded by the names of the units above it")
    level: str
    matched_name: str = Field(description="Name or spelling that matched")
    matched_by: str = Field(
        description="How the text matched: `standard`, `short`, `alias`, `former`, `later` (in use"
        " from a later date), `ended` (no longer in force), `code`, `pinyin`, `initials`,"
        " `latin`, `address` (the text names several levels), `similar` (pinyin spelled by ear, or"
        " with a wrong letter) or `fuzzy` (one character differs)"
    )
    via_former_name: bool


class SuggestResponse(BaseModel):
    """Suggestions, most likely first."""

    query: str
    suggestions: list[SuggestionModel]
    at: str
    known_at: str | None
    basis: str


@api.get("/v1/suggest", SuggestResponse)
def list_suggestions(query: SuggestQuery) -> dict[str, Any]:
    """Suggest places for the text typed so far, most likely first.

    Whole names rank before partial matches, names in force before former names, higher levels
    before lower levels and, with `near`, nearer places before more distant ones. Pinyin spelled by
    ear and one wrong character are tolerated if nothing else matches.
    """
    if not query.q.strip():
        raise InvalidValue(message("search.empty"), field="q")
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
