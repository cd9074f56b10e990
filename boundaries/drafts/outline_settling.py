"""Outlines that close become borders: as steps of the draft, each by an ordinary command."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import shapely

from boundaries.drafts.command_registry import COMMANDS
from boundaries.drafts.draft_editing import StepResult, take_step
from boundaries.drafts.draft_reading import build_unit_area
from boundaries.drafts.local_faces import assemble_faces, find_units_near
from boundaries.drafts.open_draft import Conn, OpenDraft, open_draft
from boundaries.network.area_assembly import canonicalize_area, encode_area
from boundaries.outlines.outline import Outline
from boundaries.outlines.outline_closing import find_closed
from boundaries.outlines.outline_plan import (
    PlannedCommand,
    plan_border_changes,
    plan_merger,
    plan_replacement,
    plan_split,
)
from boundaries.outlines.outline_rows import settle_outlines
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import DraftConflict
from gazetteer.problems import Forbidden, LaterChange, Problem

Territories = dict[UUID, shapely.MultiPolygon]


class _PlanFails(Exception):
    """The planned commands do not lead to the outlines."""


def settle_draft(conn: Conn, draft_id: UUID, actor: Actor) -> tuple[StepResult, ...]:
    """Let borders follow the outlines of a draft that close, within the caller's transaction.

    Outlines that do not close wait; so do those for which there is no command.

    Raises:
        Forbidden: a border would be moved that is not the draft's.
        DraftConflict, LaterChange: a step of the draft, or one of these, meets a publication.
    """
    opened = open_draft(conn, draft_id)
    faces = load_faces_round(opened)
    areas = {unit: outline.area for unit, outline in opened.outlines.items()}
    lowest = {
        unit: area
        for unit, area in areas.items()
        if unit in faces or opened.outlines[unit].new_unit is not None
    }
    steps: tuple[StepResult, ...] = ()
    closed = find_closed(lowest, faces)
    if closed:
        steps = _take_steps(conn, draft_id, {unit: opened.outlines[unit] for unit in closed}, actor)
    _settle_equal(conn, open_draft(conn, draft_id), set(areas) - set(lowest))
    return steps


def load_faces_round(opened: OpenDraft) -> Mapping[UUID, shapely.MultiPolygon]:
    """The territories of the units with outlines, and of all near them, as the borders are."""
    day = opened.draft.first_day
    records = DayRecords(opened.drafted_records, day)
    units = set(opened.outlines)
    boxes = [one.area.bounds for one in opened.outlines.values() if one.area is not None]
    own = assemble_faces(opened.drafted_records, sorted(units), day)
    boxes += [face.bounds for face in own.values()]
    for box in boxes:
        units |= find_units_near(box, [records])
    return assemble_faces(opened.drafted_records, sorted(units), day)


def _take_steps(
    conn: Conn, draft_id: UUID, outlines: Mapping[UUID, Outline], actor: Actor
) -> tuple[StepResult, ...]:
    """The steps that lead to the outlines; none if there are none that do."""
    for replaces in (False, True):
        try:
            with conn.transaction():
                taken = _try_steps(conn, draft_id, outlines, actor, replaces=replaces)
                settle_outlines(conn, draft_id, sorted(outlines))
        except (Forbidden, DraftConflict, LaterChange):
            raise
        except (_PlanFails, Problem):
            continue
        return taken
    return ()


def _try_steps(
    conn: Conn, draft_id: UUID, outlines: Mapping[UUID, Outline], actor: Actor, *, replaces: bool
) -> tuple[StepResult, ...]:
    steps = _Steps(conn, draft_id, actor)
    closed = {unit: one.area for unit, one in outlines.items() if one.area is not None}
    for unit, outline in sorted(outlines.items()):
        if outline.area is None:
            face = steps.find_faces([unit])[unit]
            steps.take_planned(plan_merger(outline, face, closed))
    for _, outline in sorted(outlines.items()):
        if outline.new_unit is not None:
            steps.take_planned(plan_split(outline, steps.find_faces(closed), closed))
    remaining = _find_differing(closed, steps.find_faces(closed))
    if remaining and replaces:
        steps.take_planned(plan_replacement(remaining))
    elif remaining:
        for command in list(plan_border_changes(steps.read_records(), remaining)):
            steps.take_planned(command)
    if _find_differing(closed, steps.find_faces(closed)):
        raise _PlanFails
    return tuple(steps.taken)


def _find_differing(wanted: Territories, faces: Territories) -> Territories:
    """The territories that are not yet as they were drawn."""
    return {
        unit: area
        for unit, area in wanted.items()
        if unit not in faces or not is_same_area(area, faces[unit])
    }


def is_same_area(one: shapely.MultiPolygon, other: shapely.MultiPolygon) -> bool:
    """Whether two areas have the same vertices to the last bit, wherever their rings begin."""
    return encode_area(canonicalize_area(one)) == encode_area(canonicalize_area(other))


def _settle_equal(conn: Conn, opened: OpenDraft, units: set[UUID]) -> None:
    """Let outlines of higher units go, once the borders below them have come along."""
    settled = []
    for unit in sorted(units):
        drawn = opened.outlines[unit].area
        area = build_unit_area(opened.drafted_records, unit, opened.draft.first_day)
        if drawn is not None and area is not None and is_same_area(drawn, area):
            settled.append(unit)
    settle_outlines(conn, opened.draft.draft_id, settled)


class _Steps:
    """Steps taken one after the other, each over what the one before has left."""

    def __init__(self, conn: Conn, draft_id: UUID, actor: Actor) -> None:
        self._conn, self._draft_id, self._actor = conn, draft_id, actor
        self.taken: list[StepResult] = []

    def take_planned(self, planned: PlannedCommand | None) -> None:
        """Take a planned step."""
        if planned is None:
            raise _PlanFails
        command = COMMANDS[planned[0]]
        arguments = command.arguments.model_validate(planned[1])
        revision = open_draft(self._conn, self._draft_id).draft.revision
        self.taken.append(
            take_step(self._conn, self._draft_id, revision, command, arguments, self._actor)
        )

    def read_records(self) -> DayRecords:
        """The records of the draft's day as they are now."""
        opened = open_draft(self._conn, self._draft_id)
        return DayRecords(opened.drafted_records, opened.draft.first_day)

    def find_faces(self, units: Iterable[UUID]) -> Territories:
        """The territories of units as the borders are now."""
        opened = open_draft(self._conn, self._draft_id)
        return assemble_faces(opened.drafted_records, sorted(units), opened.draft.first_day)
