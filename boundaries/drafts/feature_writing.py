"""Features of a draft as other programs write them: territories, edges and attributes of units."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from boundaries.drafts.command_registry import COMMANDS
from boundaries.drafts.draft_access import get_account_id
from boundaries.drafts.draft_editing import take_step
from boundaries.drafts.draft_reading import build_unit_area, list_edges_in_box
from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.drafts.outline_settling import is_same_area, settle_draft
from boundaries.network.commands.day_edges import DayEdge, list_edges_of_units
from boundaries.network.commands.redivision import find_faces
from boundaries.network.commands.successions import get_face
from boundaries.network.segments import Floats
from boundaries.network.vertex_restoring import restore_vertices
from boundaries.outlines.outline import Outline
from boundaries.outlines.outline_plan import PlannedCommand, plan_reshape
from boundaries.outlines.outline_rows import settle_outlines, write_outline
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft_life import DraftEventKind, derive_state
from gazetteer.messages import message
from gazetteer.problems import Forbidden, InvalidValue, NotFound
from gazetteer.records.commands.unit_codes import check_code
from gazetteer.records.commands.unit_lookup import find_code, get_parent

_GEOMETRY = "geometry"
_REACH_DEGREES = 1e-6


def draw_division(
    conn: Conn, opened: OpenDraft, unit: UUID, drawn: BaseGeometry, tolerance: float, actor: Actor
) -> bool:
    """Let the territory of a unit be as it is drawn, once it closes with the neighbours.

    Args:
        conn: in a transaction in which ``opened`` is locked.
        opened: the draft.
        unit: the unit, in force on its day.
        drawn: a Polygon or MultiPolygon in lon, lat degrees of CGCS2000.
        tolerance: by how many degrees its vertices may be rounded.
        actor: who draws it, and may.

    Returns:
        Whether anything has changed.

    Raises:
        InvalidValue: the polygon is not valid; ``place`` says where.
        Forbidden: the unit is neither below that of the draft nor beside it.
    """
    derive_state(opened.draft.state, DraftEventKind.EDITED)
    _check_may_draw(opened, unit)
    area = _restore_area(opened, drawn, tolerance)
    waiting = opened.outlines.get(unit)
    if waiting is not None and waiting.area is not None and is_same_area(area, waiting.area):
        return False
    current = build_unit_area(opened.drafted_records, unit, opened.draft.first_day)
    if current is not None and is_same_area(area, current):
        if waiting is None:
            return False
        settle_outlines(conn, opened.draft.draft_id, [unit])
        _count_revision(conn, opened)
        return True
    new_unit = waiting.new_unit if waiting is not None else None
    _keep_outline(conn, opened, Outline(unit, area, new_unit), actor)
    return True


def clear_division(conn: Conn, opened: OpenDraft, unit: UUID, actor: Actor) -> None:
    """Let a unit give up its territory: it ends once a neighbour takes that.

    A unit that was only drawn and is not established yet is forgotten.

    Raises:
        Forbidden: the unit is neither below that of the draft nor beside it.
        Conflict: it has no territory of its own, but consists of others.
    """
    derive_state(opened.draft.state, DraftEventKind.EDITED)
    waiting = opened.outlines.get(unit)
    if waiting is not None and waiting.new_unit is not None:
        settle_outlines(conn, opened.draft.draft_id, [unit])
        _count_revision(conn, opened)
        return
    _check_may_draw(opened, unit)
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    get_face(records, find_faces(records, [unit]), unit, "feature")
    _keep_outline(conn, opened, Outline(unit, None), actor)


def discard_outline(conn: Conn, opened: OpenDraft, unit: UUID) -> None:
    """Let the outline of a unit go, within a transaction in which the draft is locked.

    Raises:
        NotFound: there is none.
    """
    derive_state(opened.draft.state, DraftEventKind.EDITED)
    if unit not in opened.outlines:
        raise NotFound(message("draft.no_outline"), field="unit_id")
    settle_outlines(conn, opened.draft.draft_id, [unit])
    _count_revision(conn, opened)


def add_division(
    conn: Conn,
    opened: OpenDraft,
    new_unit: Mapping[str, Any],
    drawn: BaseGeometry,
    tolerance: float,
    actor: Actor,
) -> UUID:
    """Draw the territory of a unit that is established once it closes; the id that it will have.

    ``new_unit`` has its code, name and level; the rest is as for :func:`draw_division`.

    Raises:
        InvalidValue: the polygon is not valid, or the code does not fit the level.
        Conflict: another unit carries the code.
    """
    derive_state(opened.draft.state, DraftEventKind.EDITED)
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    check_code(records, new_unit["code"], new_unit["level"])
    area = _restore_area(opened, drawn, tolerance)
    unit = uuid4()
    _keep_outline(conn, opened, Outline(unit, area, dict(new_unit)), actor)
    return unit


def describe_division(
    conn: Conn, opened: OpenDraft, unit: UUID, changes: Mapping[str, Any], actor: Actor
) -> None:
    """Change attributes of a unit by the commands for them: name, code, the unit above.

    Raises:
        Problem: as the commands; the field is that of the property.
    """
    planned = [_PROPERTY_COMMANDS[name](str(unit), value) for name, value in changes.items()]
    _take_steps(conn, opened.draft.draft_id, planned, actor)


def draw_edge(
    conn: Conn, opened: OpenDraft, edge: DayEdge, drawn: BaseGeometry, tolerance: float,
    actor: Actor,
) -> bool:  # fmt: skip
    """Let an edge run as it is drawn; where its end has moved the node has, with all its edges.

    ``edge`` is the edge as it is, ``drawn`` a LineString; the rest is as for
    :func:`draw_division`.

    Returns:
        Whether anything has changed.
    """
    derive_state(opened.draft.state, DraftEventKind.EDITED)
    known = _list_known_lines(opened, drawn)
    path = shapely.get_coordinates(restore_vertices(drawn, known, tolerance))
    line = edge.line.copy()
    planned: list[PlannedCommand] = []
    for end, at in (("start_node", 0), ("end_node", -1)):
        if (line[at] != path[at]).any():
            line[at] = path[at]
            node = str(edge.attributes[end])
            planned.append(("move_node", {"node": node, "to": path[at].tolist()}))
    planned += plan_reshape(edge, line, list(map(tuple, path.tolist())))
    _take_steps(conn, opened.draft.draft_id, planned, actor)
    return bool(planned)


def find_drafted_edge(opened: OpenDraft, edge: UUID) -> DayEdge:
    """An edge on the day of a draft.

    Raises:
        NotFound: it is not in force.
    """
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    attributes = records.find_record("edge", edge)
    if attributes is None:
        raise NotFound(message("feature.not_found", id=str(edge)), field="feature")
    return DayEdge.from_attributes(edge, attributes)


def _take_steps(conn: Conn, draft_id: UUID, planned: list[PlannedCommand], actor: Actor) -> None:
    for name, sent in planned:
        command = COMMANDS[name]
        arguments = command.arguments.model_validate(sent)
        revision = draft_store.load_draft(conn, draft_id).revision
        take_step(conn, draft_id, revision, command, arguments, actor)


def _keep_outline(conn: Conn, opened: OpenDraft, outline: Outline, actor: Actor) -> None:
    write_outline(conn, opened.draft.draft_id, outline, get_account_id(actor))
    _count_revision(conn, opened)
    settle_draft(conn, opened.draft.draft_id, actor)


def _count_revision(conn: Conn, opened: OpenDraft) -> None:
    draft = opened.draft
    draft_store.update_draft(conn, draft.draft_id, {"revision": draft.revision + 1})


def _restore_area(opened: OpenDraft, drawn: BaseGeometry, tolerance: float) -> shapely.MultiPolygon:
    restored = restore_vertices(drawn, _list_known_lines(opened, drawn), tolerance)
    area = shapely.MultiPolygon(shapely.get_parts(restored).tolist())
    if not shapely.is_valid(area):
        reason = explain_validity(area)
        place = [float(part) for part in reason.partition("[")[2].rstrip("]").split()]
        words = message("command.invalid_polygon", reason=reason)
        raise InvalidValue(words, field=_GEOMETRY, place=place)
    return area


def _list_known_lines(opened: OpenDraft, drawn: BaseGeometry) -> list[Floats]:
    """The edges near a drawing, and the rings of outlines that wait."""
    west, south, east, north = drawn.bounds
    box = (
        west - _REACH_DEGREES, south - _REACH_DEGREES, east + _REACH_DEGREES,
        north + _REACH_DEGREES,
    )  # fmt: skip
    edges = list_edges_in_box(opened.drafted_records, box, opened.draft.first_day)
    waiting = [one.area for one in opened.outlines.values() if one.area is not None]
    rings = shapely.get_rings(shapely.get_parts(np.array(waiting, dtype=object)))
    return [*(edge.line for edge in edges), *(shapely.get_coordinates(ring) for ring in rings)]


def _check_may_draw(opened: OpenDraft, unit: UUID) -> None:
    """Check that the territory of a unit may change by a draft: it is below its unit, or beside."""
    scope = opened.draft.header.unit_id
    if scope is None or unit in opened.outlines:
        return
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    beside = {unit}
    for edge in list_edges_of_units(records, [unit]):
        beside |= {edge.attributes["left_unit"], edge.attributes["right_unit"]} - {None}
    if not any(_is_within(records, one, scope) for one in beside):
        codes = [find_code(records, unit) or str(unit)]
        raise Forbidden(message("draft.outside_scope", units=codes), field="unit", units=codes)


def _is_within(records: DayRecords, unit: UUID | None, scope: UUID) -> bool:
    while unit is not None and unit != scope:
        attributes = records.find_record("unit", unit)
        unit = get_parent(attributes) if attributes else None
    return unit == scope


_PROPERTY_COMMANDS: Mapping[str, Callable[[str, Any], PlannedCommand]] = {
    "code": lambda unit, value: ("recode_unit", {"unit": unit, "code": value}),
    "name": lambda unit, value: ("rename_unit", {"unit": unit, "name": value}),
    "parent_code": lambda unit, value: ("change_parent", {"unit": unit, "parent": value}),
}
WRITABLE_PROPERTIES = tuple(_PROPERTY_COMMANDS)
"""The attributes of a unit that can be written as properties."""
