"""What page and endpoints ask about differences of states, and the files of these."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypeVar
from uuid import UUID

from flask import Response, send_file
from pydantic import Field

from boundaries.differences.compared_states import ComparedStates
from boundaries.differences.difference_tables import DifferenceFile, write_difference_file
from boundaries.differences.register_difference import RegisterDifference
from boundaries.differences.state_comparison import compare_states
from boundaries.drafts.draft_comparison import compare_draft
from boundaries.exports.export_query import ROW_BYTES, Conn
from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat
from gazetteer.ledger.as_of import AsOf, Basis
from web.http import rate_limits
from web.http.app_settings import current_settings
from web.http.as_of_params import ActDate, Code, Day, KnownAt
from web.http.connections import snapshot_connection
from web.http.endpoints import Parameters, json_response
from web.http.heavy_requests import limited_slot
from web.http.language import request_language
from web.services.difference_serializers import describe_states, serialize_difference
from web.services.draft_service import open_visible_draft

JsonObject = dict[str, Any]

Result = TypeVar("Result")

_MB = 1 << 20

FILE_TYPES = tuple(MIME_TYPES[LayerFormat(one.value)] for one in DifferenceFile)
"""The media types of the files."""


class DifferenceFormat(StrEnum):
    """The formats of answers."""

    JSON = "json"
    GEOPACKAGE = "gpkg"
    XLSX = "xlsx"


FormatChoice = Annotated[
    DifferenceFormat,
    Field(
        description="Format of the response: `json` (default), `gpkg` (GeoPackage with the layers"
        " `territory` and `vertices` and the tables `areas` and `records`) or `xlsx` (a sheet for"
        " each of these)"
    ),
]


class StatesQuery(Parameters):
    """A unit and two states of the register."""

    unit: Code
    first_day: Annotated[
        Day,
        Field(alias="from", description="Date of the state before, `YYYY-MM-DD` (Asia/Shanghai)"),
    ]
    second_day: Annotated[
        Day,
        Field(
            alias="to",
            description="Date of the state after, `YYYY-MM-DD` (Asia/Shanghai); it may equal `from`"
            " or lie before it, and may be in the future",
        ),
    ]
    from_known_at: KnownAt = None
    to_known_at: KnownAt = None
    basis: ActDate = Basis.EFFECTIVE


def compare_published_states(
    query: StatesQuery,
    use_difference: Callable[[Conn, ComparedStates, RegisterDifference], Result],
) -> Result:
    """What a function makes of the difference of two published states, on one snapshot.

    The states have their moments of knowledge resolved.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore, InvalidValue: a parameter is wrong.
        TooLarge: more differs than the service reads.
        Unavailable: all slots for heavy requests are taken.
    """
    settings = current_settings()
    rate_limits.count_action("export")
    before = AsOf(query.first_day, query.from_known_at, query.basis)
    after = AsOf(query.second_day, query.to_known_at, query.basis)
    most_records = int(settings.export_limit_mb * _MB) // ROW_BYTES
    with limited_slot(settings), snapshot_connection() as conn:
        compared = compare_states(conn, query.unit, before, after, most_records=most_records)
        return use_difference(conn, *compared)


def answer_states(query: StatesQuery, answer_format: DifferenceFormat) -> JsonObject | Response:
    """The difference of two published states as JSON or as a file.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore, InvalidValue, TooLarge, Unavailable: as
            :func:`compare_published_states`.
    """

    def build_answer(
        _: Conn, states: ComparedStates, difference: RegisterDifference
    ) -> JsonObject | Response:
        if answer_format is not DifferenceFormat.JSON:
            name = f"{query.unit}-{states.before.at}-{states.after.at}"
            return send_difference(difference, DifferenceFile(answer_format.value), name)
        answer = {"unit": query.unit, **describe_states(states), **serialize_difference(difference)}
        return json_response(answer, media=MIME_TYPES[LayerFormat.GEOJSON])

    return compare_published_states(query, build_answer)


def answer_draft(draft_id: UUID, file_format: DifferenceFile) -> Response:
    """What a draft changes on its day, as a file.

    Raises:
        Unavailable: all slots for heavy requests are taken.
        Unauthenticated, NotFound, Forbidden: the account of the request may not see the draft.
    """
    slot = limited_slot(current_settings())
    with slot, open_visible_draft(draft_id) as (conn, opened):
        difference = compare_draft(conn, opened).difference
        return send_difference(difference, file_format, f"draft-{opened.draft.number}")


def send_difference(
    difference: RegisterDifference, file_format: DifferenceFile, name: str
) -> Response:
    """A file to be stored under a name.

    Raises:
        InvalidValue: more rows than a sheet has.
    """
    with TemporaryDirectory(prefix="difference-") as folder:
        path = Path(folder, "difference")
        write_difference_file(path, difference, file_format, request_language())
        file = path.open("rb")  # goes on being there for the answer when its folder is gone
    response = send_file(file, mimetype=MIME_TYPES[LayerFormat(file_format.value)], etag=False)
    disposition = f"attachment; filename=difference-{name}.{file_format}"
    response.headers["Content-Disposition"] = disposition
    return response
