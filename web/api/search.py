"""Search by name: ``/v1/search``."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from web.http.as_of_params import AsOfParams
from web.http.endpoints import Api
from web.services.search_service import MAX_OFFSET, FilterQuery, ResultPage, search_places

api = Api()


class SearchQuery(FilterQuery, AsOfParams):
    """The text to search for, and filters."""

    q: str = Field(
        description="Search text, 1 to 200 characters: a name, its beginning, pinyin, initials, an"
        " alias, a former name, or several levels in one",
    )
    limit: int = Field(
        20, ge=1, le=100, description="Maximum number of results, 1 to 100; default: 20"
    )
    offset: int = Field(
        0,
        ge=0,
        le=MAX_OFFSET,
        description="Number of results to skip, 0 to 1000; default: 0. `next_offset` of a response"
        " is that of the next page",
    )


class SearchResponse(BaseModel):
    """A GeocodeJSON collection of the places found, most likely first."""

    type: Literal["FeatureCollection"]
    geocoding: dict[str, Any]
    features: list[dict[str, Any]]


@api.get("/v1/search", SearchResponse, page="/search")
def search_by_name(query: SearchQuery) -> dict[str, Any]:
    """Search for places by name.

    Finds places whose current or former name equals or begins with the text. Results are ranked as
    by `/v1/suggest`, most likely first. If a place was found by a former name, `via_former_name` is
    true and `valid` is the period of that name; `matched_by` is `later` for a name in use from a
    later date. An unknown code in `within` returns 404 `unknown_code`.

    With an earlier `known_at`, or a `basis` other than `effective`, the search is limited to whole
    names, beginnings of names and pinyin, and returns the place that had the name, not its
    successors.
    """
    as_of, page = query.to_as_of(), ResultPage(query.limit, query.offset)
    return search_places(query.q, as_of, query.build_filters(as_of), page)
