"""Search by name: ``/v1/search``."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from web.http.as_of_params import AsOfParams
from web.http.endpoints import Api
from web.services.search_service import FilterQuery, search_places

api = Api()


class SearchQuery(FilterQuery, AsOfParams):
    """What is looked for, and where."""

    q: str = Field(
        description="A name, its beginning, pinyin, initials, an alias, a former name, or several"
        " levels in one",
    )
    limit: int = Field(20, ge=1, le=100, description="How many at most")


class SearchResponse(BaseModel):
    """GeocodeJSON: the places found, the expected first."""

    type: Literal["FeatureCollection"]
    geocoding: dict[str, Any]
    features: list[dict[str, Any]]


@api.get("/v1/search", SearchResponse)
def search_by_name(query: SearchQuery) -> dict[str, Any]:
    """Places whose name is or begins with the text, in force or former, the expected first.

    Ranked as `/v1/suggest`. What was found by a former name says so in `via_former_name`, with
    the period of that name in `valid`; `matched_by` is `later` for a name that begins after the
    date. An unknown code in `within`: 404 `unknown_code`.

    With an earlier `known_at`, or another `basis` than `effective`, the search is a plainer one:
    by whole names, their beginnings and pinyin; and it finds the place itself that bore the name,
    not what came after it.
    """
    as_of = query.to_as_of()
    return search_places(query.q, as_of, query.build_filters(as_of), query.limit)
