"""Repairs of a finding as steps of a draft: of one that the draft adds, or one on the register.

The proposals are those of :mod:`boundaries.rules.proposals`, made for the territories round the
finding as the draft has them. Taking one is a step like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.drafts.draft_editing import StepResult, take_step
from boundaries.drafts.draft_exceptions import find_added_finding
from boundaries.drafts.local_faces import assemble_faces, find_units_near
from boundaries.drafts.open_draft import Conn, OpenDraft, open_draft
from boundaries.findings.responses import load_finding
from boundaries.network.commands.replace_area import REPLACE_AREAS
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import build_tolerances
from boundaries.rules.incremental import ValidatedLevel, validate_level
from boundaries.rules.proposals import Proposal, propose_repairs
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords
from gazetteer.messages import DEFAULT_LANG, Message, message
from gazetteer.problems import Conflict
from gazetteer.records.commands.unit_lookup import find_code
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.settings import get_settings


@dataclass(frozen=True)
class RepairedFinding:
    """A finding for which repairs are asked: its rule, its units and its place in degrees."""

    rule: str
    kind: str
    units: frozenset[UUID]
    place: BaseGeometry
    message: Message


@dataclass(frozen=True)
class DraftProposal:
    """One way to resolve a finding, as :class:`boundaries.rules.proposals.Proposal` has it.

    Units are codes; ``areas`` are the new territories, in lon, lat degrees of CGCS2000.
    """

    way: str
    unit: str | None
    areas: Mapping[str, BaseGeometry]
    gain_m2: Mapping[str, float]
    moved_count: int
    furthest_m: float


def has_proposals(rule: str) -> bool:
    """Whether repairs can be proposed for the findings of a rule."""
    return bool(read_catalogue()[rule].proposals)


def find_repaired(conn: Conn, opened: OpenDraft, finding: str) -> RepairedFinding:
    """A finding that a draft adds, by its id; or one on the register, by its UUID.

    Raises:
        NotFound: there is none.
        Conflict: it has no place, so that nothing can be proposed.
    """
    if len(finding) == len(str(UUID(int=0))):
        seen = load_finding(conn, UUID(finding)).finding.observation
        rule, kind, units = seen.key.rule, seen.key.kind, seen.key.units
        place, words = seen.geometry, seen.message
    else:
        added = find_added_finding(opened, finding)
        rule, kind, units = added.finding.rule, added.finding.kind, added.units
        place, words = added.finding.geometry, added.finding.message
    if place is None or not has_proposals(rule):
        raise Conflict(message("draft.nothing_to_propose"), field="finding")
    return RepairedFinding(rule, kind, frozenset(units), place, words)


def list_proposals(opened: OpenDraft, repaired: RepairedFinding) -> list[DraftProposal]:
    """The proposals for a finding over the draft as it is; often none."""
    known, day = opened.drafted_records, opened.draft.first_day
    records = DayRecords(known, day)
    near = find_units_near(repaired.place.bounds, (records,))
    units, level = _validate_near(known, sorted(near | repaired.units), day)
    own = _find_nearest(level, units, repaired)
    if own is None:
        return []
    return [_describe_proposal(level, one) for one in propose_repairs(level, own)]


def take_proposal(
    conn: Conn,
    draft_id: UUID,
    revision: int,
    choice: tuple[str, str, str | None],
    actor: Actor,
) -> StepResult:
    """Make a step of a proposal.

    Args:
        conn: an autocommit connection.
        draft_id: the draft.
        revision: as it was read.
        choice: the finding, the way, and the code of the unit of the proposal if it has one.
        actor: who takes the step; the caller has checked that they may.

    Raises:
        NotFound: there is no such finding.
        Conflict: the proposal is not offered (any more).
        DraftMoved, DraftConflict, LaterChange, Forbidden: as
            :func:`boundaries.drafts.draft_editing.take_step`.
    """
    finding, way, unit = choice
    with conn.transaction():
        opened = open_draft(conn, draft_id, lock=True)
        repaired = find_repaired(conn, opened, finding)
        offered = list_proposals(opened, repaired)
        chosen = next((one for one in offered if (one.way, one.unit) == (way, unit)), None)
        if chosen is None:
            raise Conflict(message("draft.proposal_not_offered"), field="way")
        source = message("draft.proposal_source", rule=repaired.rule).text(DEFAULT_LANG)
        areas = [
            {"unit": code, "area": shapely.geometry.mapping(area)}
            for code, area in chosen.areas.items()
        ]
        arguments = REPLACE_AREAS.arguments.model_validate({"areas": areas, "source": source})
        return take_step(conn, draft_id, revision, REPLACE_AREAS, arguments, actor)


def _validate_near(
    known: KnownRecords, units: Sequence[UUID], day: date
) -> tuple[tuple[UUID, ...], ValidatedLevel]:
    faces = assemble_faces(known, units, day)
    records = DayRecords(known, day)
    names = {unit: find_code(records, unit) or str(unit) for unit in faces}
    ordered = tuple(sorted(faces, key=names.__getitem__))
    shapes = np.array([None, *(faces[unit] for unit in ordered)], dtype=object)[1:]
    tolerances = build_tolerances(None, None, get_settings())
    codes = tuple(names[unit] for unit in ordered)
    return ordered, validate_level(shapes, codes, Metric(False), tolerances)


def _find_nearest(
    level: ValidatedLevel, units: Sequence[UUID], repaired: RepairedFinding
) -> SpatialFinding | None:
    """The finding of a level that is the one asked for: by rule, units and the nearest place."""

    def is_same(finding: SpatialFinding) -> bool:
        about = {units[feature] for feature in finding.features}
        return (finding.rule, finding.kind) == (repaired.rule, repaired.kind) and (
            about == repaired.units
        )

    same = [one for one in level.findings if is_same(one) and one.geometry is not None]
    return min(same, key=lambda one: shapely.distance(one.geometry, repaired.place), default=None)


def _describe_proposal(level: ValidatedLevel, proposal: Proposal) -> DraftProposal:
    names = level.names
    return DraftProposal(
        proposal.way,
        None if proposal.feature is None else names[proposal.feature],
        {names[feature]: shape for feature, shape in proposal.shapes.items()},
        {names[feature]: gain for feature, gain in proposal.gain_m2.items()},
        len(proposal.moves),
        proposal.furthest_m,
    )
