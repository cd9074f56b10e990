"""Places by id: ``/v1/places``."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from gazetteer.records import places
from web.api.answers import AtMoment, Brief, Valid
from web.contract import Api
from web.db import connection
from web.moments import Moment

api = Api()

PlaceId = Annotated[UUID, Field(description="Id of the place, the same for its whole life")]


class Point(BaseModel):
    """A position: degrees, CGCS2000."""

    lon: float
    lat: float


class Spelling(BaseModel):
    """A way to write a name; only an act makes it `approved`."""

    text: str
    system: str
    status: str
    source: str | None
    valid: dict[str, str | None]


class Name(BaseModel):
    """A name of the place: standard, short, alias or former, with its period and acts."""

    name_id: str
    text: str
    name_kind: str
    language: str
    specific_part: str | None
    generic_part: str | None
    source: str | None
    in_force: bool
    valid: Valid
    acts: list[dict[str, Any]]
    spellings: list[Spelling]


class Place(AtMoment):
    """A place with every name that it has or had."""

    place_id: str
    legal_class: str
    class_code: str | None
    level: str
    source: str | None
    unit_id: str | None
    code: str | None
    within: Brief | None
    location: Point | None
    names: list[Name]


class PlaceHistory(AtMoment):
    """The versions of a place, with the changesets that wrote them."""

    place_id: str
    versions: list[dict[str, Any]]
    names: list[Name]


@api.get("/v1/places/<id>", Place)
def place(id: PlaceId, query: Moment) -> dict[str, Any]:
    """A place with all its names and spellings."""
    with connection() as conn:
        return places.load_place(conn, id, query.as_of())


@api.get("/v1/places/<id>/history", PlaceHistory)
def place_history(id: PlaceId, query: Moment) -> dict[str, Any]:
    """The versions of a place."""
    with connection() as conn:
        return places.load_place_history(conn, id, query.as_of())
