"""Places by id: ``/v1/places``."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from gazetteer.records import place_queries
from web.api.response_models import AsOfModel, UnitCodeModel, ValidityModel
from web.http.as_of_params import AsOfParams
from web.http.connections import lookup_connection
from web.http.endpoints import Api

api = Api()

PlaceId = Annotated[UUID, Field(description="Permanent identifier of the place")]


class LocationModel(BaseModel):
    """A position in degrees (CGCS2000)."""

    lon: float
    lat: float


class SpellingModel(BaseModel):
    """A spelling of a name; it is `approved` only by a legal act."""

    text: str
    system: str
    status: str
    source: str | None
    valid: dict[str, str | None]


class PlaceNameModel(BaseModel):
    """A name of the place (standard, short, alias or former) with its period and legal acts."""

    name_id: str
    text: str
    name_kind: str
    language: str
    specific_part: str | None
    generic_part: str | None
    source: str | None
    in_force: bool
    valid: ValidityModel
    acts: list[dict[str, Any]]
    spellings: list[SpellingModel]


class PlaceModel(AsOfModel):
    """A place with all its current and former names."""

    place_id: str
    legal_class: str
    class_code: str | None
    level: str
    source: str | None
    unit_id: str | None
    code: str | None
    within: UnitCodeModel | None
    location: LocationModel | None
    names: list[PlaceNameModel]


class PlaceHistoryModel(AsOfModel):
    """The versions of a place with their changesets."""

    place_id: str
    versions: list[dict[str, Any]]
    names: list[PlaceNameModel]


@api.get("/v1/places/<id>", PlaceModel, page="/places/{id}")
def get_place(id: PlaceId, query: AsOfParams) -> dict[str, Any]:
    """Get a place with all its names and spellings."""
    with lookup_connection() as conn:
        return place_queries.load_place(conn, id, query.to_as_of())


@api.get("/v1/places/<id>/history", PlaceHistoryModel, page="/places/{id}")
def get_place_history(id: PlaceId, query: AsOfParams) -> dict[str, Any]:
    """Get the history of a place.

    Returns the versions of the place with their changesets.
    """
    with lookup_connection() as conn:
        return place_queries.load_place_history(conn, id, query.to_as_of())
