"""Units by code: ``/v1/divisions``."""

from typing import Any

from pydantic import BaseModel

from gazetteer.ledger.as_of import Basis, today
from gazetteer.records import division_queries
from gazetteer.records.unit_history import load_history as unit_history
from gazetteer.search.index import division_lookup
from web.api.response_models import (
    AsOfModel,
    ChildUnitModel,
    SuccessionModel,
    UnitCodeModel,
    UnitSummaryModel,
    ValidityModel,
)
from web.http.as_of_params import AsOfParams, Code
from web.http.connections import connection
from web.http.endpoints import Api
from web.services.search_index import get_newest_index

api = Api()


class SeatModel(BaseModel):
    """Where the government sits: degrees, CGCS2000."""

    lon: float
    lat: float


class DivisionModel(AsOfModel):
    """A unit as it was at the moment."""

    unit_id: str
    code: str
    name: str | None
    romanized_name: str | None
    level: str
    unit_type: str | None
    place_id: str | None
    parent: UnitCodeModel | None
    subordination_parent: UnitCodeModel | None
    custody_parent: UnitCodeModel | None
    ancestors: list[UnitSummaryModel]
    seat: SeatModel | None
    valid: ValidityModel
    status: str
    predecessors: list[SuccessionModel]
    successors: list[SuccessionModel]


class ChildUnitsModel(AsOfModel):
    """The units directly under a unit; ``records_begin`` says since when each level is known."""

    code: str
    name: str | None
    children: list[ChildUnitModel]
    records_begin: dict[str, str]


class UnitEventModel(BaseModel):
    """One thing that happened, with the act behind it."""

    on: str | None
    precision: str
    kind: str
    summary_zh: str
    summary_en: str
    act: dict[str, Any] | None
    before: str | None
    after: str | None


class UnitVersionModel(BaseModel):
    """What the unit was in one period."""

    code: str | None
    name: str | None
    romanized_name: str | None
    level: str
    unit_type: str | None
    parent: UnitCodeModel | None
    valid: ValidityModel


class UnitHistoryModel(AsOfModel):
    """The whole history of a unit."""

    code: str
    unit_id: str
    name: str | None
    events: list[UnitEventModel]
    versions: list[UnitVersionModel]


@api.get("/v1/divisions/<code>", DivisionModel)
def get_division(code: Code, query: AsOfParams) -> dict[str, Any]:
    """The unit that carried the code on the date.

    The newest state is told from memory, at most a tenth of a second behind a publication;
    `known_at` tells which state that was. 404 `code_not_in_force` gives the periods when a unit
    carried the code, with what succeeded it; 404 `no_data_before` says since when there are
    records.
    """
    as_of = query.to_as_of()
    if as_of.known_at is None and as_of.basis is Basis.EFFECTIVE:
        index = get_newest_index()
        from_index = index and division_lookup.find_division(index, code, as_of.at, today())
        if from_index:
            return from_index
    with connection() as conn:
        return division_queries.load_division(conn, code, as_of, today())


@api.get("/v1/divisions/<code>/children", ChildUnitsModel)
def list_child_units(code: Code, query: AsOfParams) -> dict[str, Any]:
    """The units directly under the unit that carried the code on the date."""
    with connection() as conn:
        return division_queries.load_children(conn, code, query.to_as_of())


@api.get("/v1/divisions/<code>/history", UnitHistoryModel)
def get_unit_history(code: Code, query: AsOfParams) -> dict[str, Any]:
    """Every version and every event of the unit that carried the code on the date.

    The history is whole whatever the date; the date only says whose it is.
    """
    with connection() as conn:
        return unit_history(conn, code, query.to_as_of())
