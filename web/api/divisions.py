"""Units by code: ``/v1/divisions``."""

from typing import Any

from pydantic import BaseModel

from gazetteer.ledger.asof import Basis, today
from gazetteer.records import reads
from gazetteer.records.history import load_history as unit_history
from gazetteer.search import divisions
from web.api.answers import AtMoment, Brief, Child, Kin, UnitBrief, Valid
from web.contract import Api
from web.db import connection
from web.moments import Code, Moment
from web.search_index import newest_index

api = Api()


class Seat(BaseModel):
    """Where the government sits: degrees, CGCS2000."""

    lon: float
    lat: float


class Division(AtMoment):
    """A unit as it was at the moment."""

    unit_id: str
    code: str
    name: str | None
    romanized_name: str | None
    level: str
    unit_type: str | None
    place_id: str | None
    parent: Brief | None
    subordination_parent: Brief | None
    custody_parent: Brief | None
    ancestors: list[UnitBrief]
    seat: Seat | None
    valid: Valid
    status: str
    predecessors: list[Kin]
    successors: list[Kin]


class Children(AtMoment):
    """The units directly under a unit; ``records_begin`` says since when each level is known."""

    code: str
    name: str | None
    children: list[Child]
    records_begin: dict[str, str]


class Event(BaseModel):
    """One thing that happened, with the act behind it."""

    on: str | None
    precision: str
    kind: str
    summary_zh: str
    summary_en: str
    act: dict[str, Any] | None
    before: str | None
    after: str | None


class UnitVersion(BaseModel):
    """What the unit was in one period."""

    code: str | None
    name: str | None
    romanized_name: str | None
    level: str
    unit_type: str | None
    parent: Brief | None
    valid: Valid


class History(AtMoment):
    """The whole history of a unit."""

    code: str
    unit_id: str
    name: str | None
    events: list[Event]
    versions: list[UnitVersion]


@api.get("/v1/divisions/<code>", Division)
def division(code: Code, query: Moment) -> dict[str, Any]:
    """The unit that carried the code on the date.

    The newest state is told from memory, at most a tenth of a second behind a publication;
    `known_at` tells which state that was. 404 `code_not_in_force` gives the periods when a unit
    carried the code, with what succeeded it; 404 `no_data_before` says since when there are
    records.
    """
    as_of = query.as_of()
    if as_of.known_at is None and as_of.basis is Basis.EFFECTIVE:
        index = newest_index()
        remembered = index and divisions.find_division(index, code, as_of.at, today())
        if remembered:
            return remembered
    with connection() as conn:
        return reads.load_division(conn, code, as_of, today())


@api.get("/v1/divisions/<code>/children", Children)
def children(code: Code, query: Moment) -> dict[str, Any]:
    """The units directly under the unit that carried the code on the date."""
    with connection() as conn:
        return reads.load_children(conn, code, query.as_of())


@api.get("/v1/divisions/<code>/history", History)
def history(code: Code, query: Moment) -> dict[str, Any]:
    """Every version and every event of the unit that carried the code on the date.

    The history is whole whatever the date; the date only says whose it is.
    """
    with connection() as conn:
        return unit_history(conn, code, query.as_of())
