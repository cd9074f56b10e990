"""Defects of the names in the register: ``/v1/naming/defects``."""

from typing import Annotated, Any
from uuid import UUID

from flask import Response
from psycopg import Connection
from pydantic import BaseModel, Field

from gazetteer.accounts.roles import find_current_unit, load_unit_chain
from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.naming import defect_runs, defect_store
from gazetteer.naming.defect_kinds import DefectKind
from gazetteer.naming.defect_runs import DEFECT_ACTIONS
from gazetteer.naming.defect_store import DefectFilter, DefectName, NameDefect
from gazetteer.problems import Forbidden
from web.auth import authentication
from web.http.as_of_params import Code, Day
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.language import request_language

api = Api()
DEFECTS_PATH = "/v1/naming/defects"
MAX_PAGE = 500


class DefectsQuery(Parameters):
    """Filters, and the page."""

    kind: DefectKind | None = Field(
        None,
        description="Return only defects of this kind: `duplicate`, `homophone`, `many_names`,"
        " `many_spellings`, `unnamed`, `oversized`, `foreignized` or `odd`",
    )
    unit: Code | None = Field(
        None, description="Division code: return only defects in the unit or the units within it"
    )
    with_exceptions: bool = Field(
        False, description="Whether to return defects with an exception too; default: false"
    )
    limit: int = Field(
        50, ge=1, le=MAX_PAGE, description="Maximum number of defects, 1 to 500; default: 50"
    )
    after: int = Field(
        0,
        ge=0,
        le=2**62,
        description="Value of `next` on the previous page; default: 0, the first page",
    )


class DefectRunModel(BaseModel):
    """A completed search for defects."""

    at: str
    seq: int = Field(description="Sequence number of the register that was searched")
    started_at: str
    finished_at: str
    names: int = Field(description="Number of names that were examined")


class DefectCountModel(BaseModel):
    """The number of defects of a kind."""

    kind: DefectKind
    title: str
    open: int
    excepted: int


class DefectNameModel(BaseModel):
    """A name with the defect."""

    place_id: str
    name: str
    code: str | None
    units: list[str] = Field(description="Names of the units above it, highest first")


class DefectExceptionModel(BaseModel):
    """The exception of a defect."""

    id: int
    reason: str
    expires_on: str | None


class DefectModel(BaseModel):
    """A defect: a subject (a name, a sound or a word) within a unit."""

    id: int
    kind: DefectKind
    rule: str
    unit_code: str | None = Field(description="Code of the unit; null: the whole country")
    unit: str | None
    subject: str
    places: int = Field(description="Number of places that it concerns")
    names: list[DefectNameModel] = Field(description="The first of the names that have it")
    exception: DefectExceptionModel | None


class DefectListModel(BaseModel):
    """A page of defects, as of the newest search."""

    run: DefectRunModel | None = Field(description="The newest search; null: there was none yet")
    counts: list[DefectCountModel]
    defects: list[DefectModel]
    next: int | None = Field(description="Value of `after` for the next page; null: there is none")


class SearchRequest(Parameters):
    """An empty object."""


class SearchModel(BaseModel):
    """A search in the background, which is also a job."""

    job_id: str


class DefectExceptionBody(Parameters):
    """The reason for which a defect may remain."""

    reason: str = Field(max_length=2000, description="Reason for which the defect may remain")
    expires_on: Day | None = Field(
        None, description="Last day of the exception, `YYYY-MM-DD`; default: it has none"
    )


class RecordedExceptionModel(BaseModel):
    """A recorded exception."""

    id: int


DefectId = Annotated[int, Field(ge=1, le=2**62, description="Id of the defect")]
ExceptionId = Annotated[int, Field(ge=1, le=2**62, description="Id of the exception")]


@api.get(DEFECTS_PATH, DefectListModel, page="/naming/defects")
def list_naming_defects(query: DefectsQuery) -> dict[str, Any]:
    """List the defects of the names in the register.

    Returns the defects that the newest search has found; a search runs every night after a change,
    and on request. The numbers are those of the whole register.
    """
    return load_defect_page(query)


@api.write("POST", f"{DEFECTS_PATH}/searches", SearchModel, 202)
def request_defect_search(
    body: SearchRequest,  # noqa: ARG001  (declares that the body is empty)
) -> Response:
    """Start a search for defects in the background.

    Requires the role of naming officer, reviewer or administrator for any unit. The search is a
    job: `/v1/jobs/{id}` has its progress.
    """
    return json_response({"job_id": str(enqueue_search())}, 202)


@api.write("POST", f"{DEFECTS_PATH}/<int:defect_id>/exceptions", RecordedExceptionModel, 201)
def except_naming_defect(defect_id: DefectId, body: DefectExceptionBody) -> Response:
    """Record that a defect may remain, with the reason.

    Requires the role of naming officer, reviewer or administrator for the unit of the defect. The
    exception holds for the same subject in the same unit in later searches too.
    """
    return json_response({"id": record_exception(defect_id, body)}, 201)


@api.write("DELETE", "/v1/naming/exceptions/<int:exception_id>", RecordedExceptionModel)
def withdraw_naming_exception(exception_id: ExceptionId) -> dict[str, Any]:
    """Withdraw an exception; the defect is open again."""
    cancel_exception(exception_id)
    return {"id": exception_id}


def load_defect_page(query: DefectsQuery) -> dict[str, Any]:
    """The defects that match a query, with the newest search and the numbers."""
    day, lang = today(), request_language()
    with connection() as conn:
        unit = find_current_unit(conn, query.unit) if query.unit else None
        wanted = DefectFilter(query.kind, unit, query.with_exceptions, query.after, query.limit + 1)
        run, counts = defect_store.find_last_run(conn), defect_store.count_defects(conn, day)
        defects = defect_store.load_defects(conn, wanted, day)
        names = defect_store.load_defect_names(conn, defects, day)
    shown = defects[: query.limit]
    return {
        "run": run
        and {
            "at": run.at.isoformat(),
            "seq": run.seq,
            "started_at": run.started_at.isoformat(),
            "finished_at": run.finished_at.isoformat(),
            "names": run.names,
        },
        "counts": [
            {
                "kind": kind,
                "title": kind.kind_message.text(lang),
                "open": counts.get(kind, (0, 0))[0],
                "excepted": counts.get(kind, (0, 0))[1],
            }
            for kind in DefectKind
        ],
        "defects": [_serialize_defect(defect, names) for defect in shown],
        "next": shown[-1].defect_id if len(defects) > len(shown) else None,
    }


def _serialize_defect(defect: NameDefect, names: dict[UUID, DefectName]) -> dict[str, Any]:
    known = [names[name] for name in defect.name_ids if name in names]
    return {
        "id": defect.defect_id,
        "kind": defect.kind,
        "rule": defect.rule,
        "unit_code": defect.unit_code,
        "unit": defect.unit,
        "subject": defect.subject,
        "places": defect.places,
        "names": [
            {
                "place_id": str(name.place_id),
                "name": name.text,
                "code": name.code,
                "units": list(name.units),
            }
            for name in known
        ],
        "exception": defect.exception_id
        and {
            "id": defect.exception_id,
            "reason": defect.reason,
            "expires_on": defect.expires_on.isoformat() if defect.expires_on else None,
        },
    }


def enqueue_search() -> UUID:
    """The job of a search, newly enqueued or already waiting."""
    by = authentication.require_permission_somewhere(*DEFECT_ACTIONS).label
    with connection() as conn:
        return defect_runs.enqueue_search(conn, by, request_language())


def record_exception(defect_id: int, body: DefectExceptionBody) -> int:
    """Except a defect as the current actor; the id of the exception."""
    with connection() as conn:
        unit = defect_store.find_defect_unit(conn, defect_id)
        by = _require_permission(conn, unit)
        return defect_store.add_exception(conn, defect_id, body.reason, body.expires_on, by)


def cancel_exception(exception_id: int) -> None:
    """Withdraw an exception as the current actor."""
    with connection() as conn:
        unit = defect_store.find_exception_unit(conn, exception_id)
        by = _require_permission(conn, unit)
        defect_store.withdraw_exception(conn, exception_id, by)


def _require_permission(conn: Connection[Any], unit: UUID | None) -> str:
    """The label of the current actor, if they may except defects of a unit.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: they have no such role over the unit.
    """
    who = authentication.require_permission_somewhere(*DEFECT_ACTIONS)
    chain = load_unit_chain(conn, unit) if unit is not None else ()
    if not any(who.may_perform(action, chain) for action in DEFECT_ACTIONS):
        raise Forbidden(message("naming_defect.may_not"))
    return who.label
