"""Facilities by administrative unit: ``/v1/coverage``, also as CSV."""

from typing import Any, BinaryIO, Literal

from flask import Response
from pydantic import BaseModel, Field

from boundaries.batch.csv_files import CsvFile
from boundaries.batch.facility_counts import (
    ContainingDivision,
    CountedUnit,
    Facility,
    FacilityStatus,
    count_totals,
)
from boundaries.batch.facility_coverage import CoveragePlan, iter_result_lines
from gazetteer.records.division_queries import find_unit
from gazetteer.search.index.day_index import DayIndex
from web.http.app_settings import current_settings
from web.http.connections import connection
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.point_index_cache import find_area_index
from web.services.search_index import get_day_index, index_as_of_fields
from web.uploads.batch_forms import CoverageForm
from web.uploads.csv_uploads import copy_small_upload, open_table, stream_csv

api = Api()


class CoverageDivision(BaseModel):
    """A unit by level, code and name."""

    level: str
    code: str | None
    name: str


class CoverageWithin(CoverageDivision):
    """The unit within which facilities are counted."""

    unit_id: str


class CoverageUnit(CoverageWithin):
    """A unit of the level, with or without facilities; `rows` are those counted in it."""

    label: str
    parents: list[CoverageDivision] = Field(description="Units above, highest level first")
    count: int
    rows: list[int]
    point: list[float] | None = Field(description="Label point `[lon, lat]` in degrees (CGCS2000)")


class CoverageFacility(BaseModel):
    """A row of the file and its outcome; rows are numbered from 1 below the header.

    `counted` rows are counted in `unit`. All others are not counted: `outside` the territory,
    `not_at_level` (located, but only down to `unit`), `ambiguous`, `not_found` and `invalid`;
    `detail` gives the reason.
    """

    row: int
    name: str | None
    address: str
    status: FacilityStatus
    unit: CoverageDivision | None
    label: str | None
    match_level: str | None
    score: float | None
    point: list[float] | None = Field(description="Position `[lon, lat]` in degrees (CGCS2000)")
    coordinate_level: str | None = Field(
        description="Level of what `point` represents; the value `point` means a position of the"
        " facility itself"
    )
    detail: str | None


class CoverageTotals(BaseModel):
    """Numbers of facilities by outcome, and of units."""

    facilities: int
    counted: int
    outside: int
    not_at_level: int
    ambiguous: int
    not_found: int
    invalid: int
    units: int
    units_without: int


class CoverageResponse(BaseModel):
    """The facilities counted in every unit of a level within a territory."""

    level: Literal["prefecture", "county", "township", "village"]
    within: CoverageWithin
    at: str
    known_at: str | None
    basis: str
    encoding: str
    delimiter: str
    totals: CoverageTotals
    units: list[CoverageUnit]
    facilities: list[CoverageFacility]


@api.write("POST", "/v1/coverage", CoverageResponse, requires_account=False)
def compute_coverage(form: CoverageForm) -> dict[str, Any]:
    """Count the facilities in a CSV file by unit.

    Counts the facilities in each unit of `level` in force within the unit `within`, including units
    without any. The response lists every unit, with the rows counted in it, and every row of the
    file. A row is not counted if its unit is ambiguous, if it is located only above the level, or
    if it cannot be located; `status` gives the reason.
    """
    stream, sheet, plan, day_index = _open_list(form)
    counted = plan.build_coverage(day_index)
    points = plan.build_position_processor(day_index, connection, find_area_index)
    chunks = plan.iter_facilities(stream, day_index, points, counted)
    facilities = [facility for chunk in chunks for facility in chunk]
    units = list(counted.units.values())
    return {
        "level": counted.level,
        "within": {
            "unit_id": counted.within.unit_id,
            "level": counted.within.level,
            "code": counted.within.code,
            "name": counted.within.name,
        },
        **index_as_of_fields(day_index),
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "totals": count_totals(units, facilities),
        "units": [_serialize_unit(unit) for unit in units],
        "facilities": [_serialize_facility(facility) for facility in facilities],
    }


@api.write("POST", "/v1/coverage/csv", "text/csv", requires_account=False)
def compute_coverage_csv(form: CoverageForm) -> Response:
    """Count the facilities in a CSV file by unit, with the result as CSV.

    Returns one row for each unit, followed by one row for each facility that is not counted.
    `record` is `unit` (`count` may be 0; `rows` are the rows counted) or `facility`, whose `status`
    gives the reason.
    """
    stream, sheet, plan, day_index = _open_list(form)
    counted = plan.build_coverage(day_index)
    points = plan.build_position_processor(day_index, connection, find_area_index)
    chunks = plan.iter_facilities(stream, day_index, points, counted)
    uncounted = [f for chunk in chunks for f in chunk if f.status is not FacilityStatus.COUNTED]
    as_of_fields = index_as_of_fields(day_index)
    headers = {"At": as_of_fields["at"] or "", "Known-At": as_of_fields["known_at"] or ""}
    return stream_csv(iter_result_lines(sheet, counted, uncounted), sheet, headers)


def _open_list(form: CoverageForm) -> tuple[BinaryIO, CsvFile, CoveragePlan, DayIndex]:
    upload = copy_small_upload()
    task = form.build_task(request_language(), current_settings().near_boundary_m)
    with connection() as conn:
        find_unit(conn, task.within, task.as_of, field="within")
    stream, sheet = open_table(upload, form.encoding, form.delimiter)
    return stream, sheet, task.build_plan(sheet), get_day_index(task.as_of.at)


def _serialize_division(division: ContainingDivision) -> dict[str, Any]:
    return division._asdict()


def _serialize_unit(unit: CountedUnit) -> dict[str, Any]:
    return {
        "unit_id": unit.unit_id,
        "level": unit.level,
        "code": unit.code,
        "name": unit.name,
        "label": unit.label,
        "parents": [_serialize_division(parent) for parent in unit.parents],
        "count": len(unit.rows),
        "rows": unit.rows,
        "point": unit.point,
    }


def _serialize_facility(facility: Facility) -> dict[str, Any]:
    place = facility.location
    return {
        "row": facility.row,
        "name": facility.name,
        "address": facility.address,
        "status": facility.status,
        "unit": _serialize_division(facility.unit) if facility.unit else None,
        "label": place.label,
        "match_level": place.match_level,
        "score": place.score,
        "point": place.point,
        "coordinate_level": place.coordinate_level,
        "detail": place.detail,
    }
