"""Features of a draft created, replaced, updated and deleted, under a lock on the draft."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from pydantic import Field

from boundaries.drafts import draft_access, feature_writing
from boundaries.drafts.command_registry import COMMANDS
from boundaries.drafts.feature_writing import WRITABLE_PROPERTIES
from boundaries.drafts.open_draft import Conn, OpenDraft, open_draft
from boundaries.features.feature_crs import CRS84, SUPPORTED, FeatureCrs
from gazetteer.accounts.actors import Actor
from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue, NotFound
from gazetteer.records.levels import Level
from web.auth import authentication
from web.http.connections import connection
from web.http.endpoints import Parameters
from web.http.etags import check_if_match_any
from web.http.request_values import validate_model
from web.ogc.draft_views import build_draft_view
from web.ogc.feature_bodies import SentFeature, read_feature
from web.ogc.feature_responses import find_feature, tag_feature
from web.ogc.items_query import FeatureParams
from web.ogc.links import GEOJSON

_CODE = r"^\d{6}(\d{3}){0,2}$"


_STATED = {"divisions": ("level",), "edges": ("left_code", "right_code", "start_node", "end_node")}
"""Properties that a replacement must bring back as they are."""


class NewDivision(Parameters):
    """What a unit begins with, among the properties of a new feature."""

    code: str = Field(pattern=_CODE)
    name: str = Field(min_length=1, max_length=100)
    romanized_name: str | None = Field(None, max_length=200)
    unit_type: str | None = Field(None, max_length=50)
    level: Level


class DivisionChanges(Parameters):
    """The properties of a division that can be written."""

    code: str | None = Field(None, pattern=_CODE)
    name: str | None = Field(None, min_length=1, max_length=100)
    parent_code: str | None = Field(None, pattern=_CODE)


@dataclass(frozen=True)
class _Write:
    """A draft under lock, and the account that writes."""

    conn: Conn
    opened: OpenDraft
    actor: Actor

    def find_feature(self, collection: str, feature: str, crs: FeatureCrs = CRS84) -> str | None:
        """A feature as it is now; None: there is none."""
        view = build_draft_view(self.opened, collection)
        params = FeatureParams(crs=crs.uri, datetime=None)
        try:
            return find_feature(self.conn, view, collection, feature, params)[0]
        except NotFound:
            return None


@contextmanager
def _lock_draft(draft_id: UUID, command: str) -> Iterator[_Write]:
    who = authentication.require_known_actor()
    with connection() as conn, conn.transaction():
        opened = open_draft(conn, draft_id, lock=True)
        draft_access.require_editor(conn, who, opened.draft, COMMANDS[command])
        yield _Write(conn, opened, who)


def create_feature(draft_id: UUID, collection: str) -> Response:
    """Draw a new unit (POST)."""
    with _lock_draft(draft_id, "split_unit") as write:
        known = build_draft_view(write.opened).get_collection(collection)
        sent = read_feature(known, is_patch=False)
        stated = {name: value for name, value in sent.properties.items() if value is not None}
        named = {name: stated[name] for name in NewDivision.model_fields if name in stated}
        new_unit = validate_model(NewDivision, named, "field").model_dump(mode="json")
        assert sent.geometry is not None
        unit = feature_writing.add_division(
            write.conn, write.opened, new_unit, sent.geometry, sent.tolerance, write.actor
        )
        text = _read_current(write, collection, str(unit), sent.crs)
        assert text is not None
    headers = {"Location": f"{request.base_url}/{unit}", "Content-Crs": f"<{sent.crs.uri}>"}
    response = Response(text, 201, headers, content_type=GEOJSON)
    return _finish_response(response, tag_feature(text, sent.crs))


def replace_feature(draft_id: UUID, collection: str, feature: str) -> Response:
    """Replace a feature (PUT)."""
    return _write_feature(draft_id, collection, feature, is_patch=False)


def update_feature(draft_id: UUID, collection: str, feature: str) -> Response:
    """Change parts of a feature (PATCH)."""
    return _write_feature(draft_id, collection, feature, is_patch=True)


def delete_feature(draft_id: UUID, collection: str, feature: str) -> Response:
    """Let a unit give up its territory (DELETE)."""
    with _lock_draft(draft_id, "merge_units") as write:
        current = _require_feature(write, collection, feature)
        unit = UUID(current["id"])
        feature_writing.clear_division(write.conn, write.opened, unit, write.actor)
    return _finish_response(Response(status=204), None)


def _write_feature(draft_id: UUID, collection: str, feature: str, *, is_patch: bool) -> Response:
    command = "replace_area" if collection == "divisions" else "reshape_edge"
    with _lock_draft(draft_id, command) as write:
        known = build_draft_view(write.opened).get_collection(collection)
        current = _require_feature(write, collection, feature)
        sent = read_feature(known, is_patch=is_patch)
        if is_patch and sent.id is not None and sent.id != current["id"]:
            raise InvalidValue(message("feature.id_fixed"), field="id")
        repeats_all = sent.properties.keys() >= known.property_by_name.keys()
        is_strict = is_patch and not repeats_all
        changes = _find_changes(collection, current["properties"], sent, is_strict=is_strict)
        _apply_changes(write, collection, UUID(current["id"]), sent, changes)
        text = _read_current(write, collection, current["id"], sent.crs)
    return _finish_response(
        Response(status=204), None if text is None else tag_feature(text, sent.crs)
    )


def _apply_changes(
    write: _Write, collection: str, record: UUID, sent: SentFeature, changes: Mapping[str, Any]
) -> None:
    if collection == "edges":
        edge = feature_writing.find_drafted_edge(write.opened, record)
        if sent.geometry is not None:
            feature_writing.draw_edge(
                write.conn, write.opened, edge, sent.geometry, sent.tolerance, write.actor
            )
        return
    if sent.geometry is not None:
        feature_writing.draw_division(
            write.conn, write.opened, record, sent.geometry, sent.tolerance, write.actor
        )
    if changes:
        opened = open_draft(write.conn, write.opened.draft.draft_id)
        feature_writing.describe_division(write.conn, opened, record, changes, write.actor)


def _require_feature(write: _Write, collection: str, feature: str) -> dict[str, Any]:
    """The feature that is written to, if the client has seen its current state.

    Raises:
        NotFound: there is none.
        PreconditionFailed: ``If-Match`` names another state.
    """
    text = write.find_feature(collection, feature)
    if "HTTP_IF_MATCH" in request.environ:
        forms = [(write.find_feature(collection, feature, crs), crs) for crs in SUPPORTED]
        check_if_match_any([tag_feature(form, crs) for form, crs in forms if form is not None])
    if text is None:
        raise NotFound(message("feature.not_found", id=feature), field="feature")
    found: dict[str, Any] = orjson.loads(text)
    return found


def _find_changes(
    collection: str, current: Mapping[str, Any], sent: SentFeature, *, is_strict: bool
) -> Mapping[str, Any]:
    """The properties that are to be other than they are.

    Most follow from others: a replacement brings them back as its program last read them, which
    says nothing, and so does an update that names all, as QGIS sends it after merging; one that
    names some is a mistake (``is_strict``).

    Raises:
        InvalidValue: a property that cannot be written.
    """
    writable = WRITABLE_PROPERTIES if collection == "divisions" else ()
    stated = (*writable, *_STATED.get(collection, ()))
    changes: dict[str, Any] = {}
    for name, value in sent.properties.items():
        if name == "id" or _is_same_value(current.get(name), value):
            continue
        if not is_strict and name not in stated:
            continue
        if name not in writable or value is None:
            raise _build_read_only_problem(name, writable)
        changes[name] = value
    validate_model(DivisionChanges, changes, "field")
    return changes


def _build_read_only_problem(name: str, writable: Sequence[str]) -> InvalidValue:
    words = message("feature.property_fixed", name=name)
    if writable:
        words = message("feature.property_read_only", name=name, known=AnyOf(list(writable)))
    return InvalidValue(words, field=f"properties.{name}")


def _is_same_value(current: Any, sent: Any) -> bool:
    """Whether a value is the same, as programs write it back: numbers as text, dates with times."""
    if current == sent:
        return True
    if current is None or sent is None:
        return current in (None, "") and sent in (None, "")
    if isinstance(current, float | int) and not isinstance(current, bool):
        try:
            return abs(float(sent) - current) <= 1e-6 * max(1.0, abs(current))
        except (TypeError, ValueError):
            return False
    text = str(sent)
    return text == str(current) or text.startswith(f"{current}T")


def _read_current(write: _Write, collection: str, feature: str, crs: FeatureCrs) -> str | None:
    """A feature as it is after a write; None: it is no more."""
    opened = open_draft(write.conn, write.opened.draft.draft_id)
    return _Write(write.conn, opened, write.actor).find_feature(collection, feature, crs)


def _finish_response(response: Response, etag: str | None) -> Response:
    if etag is not None:
        response.set_etag(etag)
    response.headers["Cache-Control"] = "no-store"
    return response
