"""As-you-type: ``/v1/suggest``."""

from typing import Any

from pydantic import BaseModel, Field

from gazetteer.ledger.asof import AsOf, today
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS, Level
from gazetteer.search.suggest import Suggestion, suggest
from gazetteer.search.view import View
from web.contract import Api, Parameters
from web.moments import Day
from web.search_index import search_view

api = Api()

MAX_TYPED = 100
"""Characters; nobody types more before looking at what is suggested."""


class SuggestQuery(Parameters):
    """What has been typed so far."""

    q: str = Field(
        description="Characters, pinyin, initials, or a mixture such as gz天河",
        max_length=MAX_TYPED,
    )
    level: Level | None = Field(None, description="Only places of this level")
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    limit: int = Field(10, ge=1, le=50, description="How many at most")


class Suggested(BaseModel):
    """A place that may be meant."""

    place_id: str | None
    unit_id: str | None
    code: str | None
    name: str
    label: str = Field(description="The name with the units above it")
    level: str
    matched_name: str
    matched_by: str = Field(
        description="standard, short, alias, former, pinyin, initials, fuzzy, or address for a"
        " text that names several levels"
    )
    via_former_name: bool


class SuggestionsTold(BaseModel):
    """The likeliest first."""

    query: str
    suggestions: list[Suggested]
    at: str
    known_at: str | None
    basis: str


@api.get("/v1/suggest", SuggestionsTold)
def suggest_places(query: SuggestQuery) -> dict[str, Any]:
    """Places that may be meant by a few characters, the likeliest first.

    Higher levels come first, names in force before former ones. One wrong character is forgiven
    where nothing else fits (`fuzzy`).
    """
    if not query.q.strip():
        raise InvalidValue("请输入文字。", "type something", field="q")
    view = search_view(query.at or today())
    found = suggest(view, query.q, query.limit, query.level)
    known = view.index.recorded_at
    moment: dict[str, str | None] = {"at": view.at.isoformat(), "known_at": None}
    if known:
        moment |= AsOf(view.at).echo(known)
    told = [_suggested(view, suggestion) for suggestion in found]
    return {"query": query.q, "suggestions": told, "basis": "effective", **moment}


def _suggested(view: View, suggestion: Suggestion) -> dict[str, Any]:
    leaf, index = suggestion.leaf, view.index
    return {
        "place_id": index.places[leaf.node],
        "unit_id": index.ids[leaf.node] if index.is_unit(leaf.node) else None,
        "code": leaf.code,
        "name": leaf.name,
        "label": "".join(spot.name for spot in suggestion.chain),
        "level": LEVELS[leaf.level],
        "matched_name": suggestion.matched,
        "matched_by": suggestion.by,
        "via_former_name": suggestion.former,
    }
