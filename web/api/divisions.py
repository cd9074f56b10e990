"""Units by code: ``/v1/divisions``."""

from typing import Any, Literal

from pydantic import BaseModel, Field

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
from web.http.connections import lookup_connection
from web.http.endpoints import Api
from web.services.search_index import get_newest_index

api = Api()


class SeatModel(BaseModel):
    """The position of the seat of government, in degrees (CGCS2000)."""

    lon: float
    lat: float


class DivisionModel(AsOfModel):
    """A unit as of the given point in time."""

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
    status: Literal["current", "retired", "upcoming"] = Field(
        description="Whether the unit is in force today, was abolished, or is yet to be established"
    )
    predecessors: list[SuccessionModel]
    successors: list[SuccessionModel]


class ChildUnitsModel(AsOfModel):
    """The direct subdivisions of a unit.

    `records_begin` gives the beginning of the records for each level.
    """

    code: str
    name: str | None
    children: list[ChildUnitModel]
    records_begin: dict[str, str]


class UnitEventModel(BaseModel):
    """An event in the history of a unit, with its legal act."""

    on: str | None
    precision: str
    kind: str
    summary_zh: str
    summary_en: str
    act: dict[str, Any] | None
    before: str | None
    after: str | None


class UnitVersionModel(BaseModel):
    """A version of a unit in one period."""

    code: str | None
    name: str | None
    romanized_name: str | None
    level: str
    unit_type: str | None
    parent: UnitCodeModel | None
    valid: ValidityModel


class UnitHistoryModel(AsOfModel):
    """The complete history of a unit."""

    code: str
    unit_id: str
    name: str | None
    events: list[UnitEventModel]
    versions: list[UnitVersionModel]


@api.get("/v1/divisions/<code>", DivisionModel, page="/units/{code}")
def get_division(code: Code, query: AsOfParams) -> dict[str, Any]:
    """Get a unit by division code.

    Returns the unit that had the code on the date `at`. Requests for the newest state are served
    from memory, which lags a publication by at most a tenth of a second; `known_at` in the response
    identifies that state. Error 404 `code_not_in_force` lists the periods in which a unit had the
    code, and its successors; 404 `no_data_before` gives the beginning of the records.
    """
    as_of = query.to_as_of()
    if as_of.known_at is None and as_of.basis is Basis.EFFECTIVE:
        index = get_newest_index()
        from_index = index and division_lookup.find_division(index, code, as_of.at, today())
        if from_index:
            return from_index
    with lookup_connection() as conn:
        return division_queries.load_division(conn, code, as_of, today())


@api.get("/v1/divisions/<code>/children", ChildUnitsModel, page="/units/{code}")
def list_child_units(code: Code, query: AsOfParams) -> dict[str, Any]:
    """List the direct subdivisions of a unit.

    Returns the units directly below the unit that had the code on the date `at`.
    """
    with lookup_connection() as conn:
        return division_queries.load_children(conn, code, query.to_as_of())


@api.get("/v1/divisions/<code>/history", UnitHistoryModel, page="/units/{code}")
def get_unit_history(code: Code, query: AsOfParams) -> dict[str, Any]:
    """Get the history of a unit.

    Returns all versions and events of the unit that had the code on the date `at`. The date only
    selects the unit; the history is always complete.
    """
    with lookup_connection() as conn:
        return unit_history(conn, code, query.to_as_of())
