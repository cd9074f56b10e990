"""What a step and a publication disagree about, as the page of a draft shows it.

A stretch of a border is drawn as it was, as it is published and as the draft has it; a record is
put into words three times. Records that were ended are shown with those that took their place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.differences.register_difference import ChangedRecord
from boundaries.drafts.draft_reading import list_edges_in_box
from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordKey, RecordsInMemory
from gazetteer.ledger.versions import Attributes, Version
from gazetteer.messages import Lang
from gazetteer.problems import Problem
from web.pages.draft_records import RecordWording
from web.pages.map_sketch import SketchView, find_bounds, widen_box
from web.pages.record_pairs import SubjectFinder

_LEAST_DEGREES = 0.0005
_MARGIN_SHARE = 0.8
StepChanges = Mapping[RecordKey, tuple[tuple[Version, ...], tuple[Version, ...]]]
"""The timelines of the records that a step changes, before and after it."""
VARIANTS = ("ancestor", "theirs", "ours")
"""As it was when the step was taken, as it is published, as the draft has it."""


@dataclass(frozen=True)
class StretchConflict:
    """A stretch of a border: paths of SVG in a box of ``width`` by ``height`` pixels.

    ``lines`` has a path for each of :data:`VARIANTS`; empty: there is no such border. ``around``
    are the other borders, ``sides`` the names of the units on both sides, ``place`` the middle of
    what differs, longitude and latitude in degrees; the picture is ``width_m`` metres wide.
    """

    sides: tuple[str, ...]
    width: float
    height: float
    width_m: float
    lines: Mapping[str, str]
    around: tuple[str, ...]
    place: tuple[float, float]


@dataclass(frozen=True)
class RecordConflict:
    """A record: what is said for each of :data:`VARIANTS`; nothing: it is not in force."""

    kind: str
    owner: str
    name_kind: str
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ConflictView:
    """A step in conflict, by its number, with all that can be shown of it."""

    step: int
    stretches: tuple[StretchConflict, ...]
    records: tuple[RecordConflict, ...]


def build_conflict_view(
    conn: Conn, opened: OpenDraft, problem: Problem | None, lang: Lang
) -> ConflictView | None:
    """What is shown of a conflict; None: the problem is no conflict of a step of the draft.

    Args:
        conn: in the transaction in which the draft was read.
        opened: the draft.
        problem: what a service has raised.
        lang: the language of the words.
    """
    number = problem.extras.get("step") if problem else None
    if problem is None or number is None or "conflicts" not in problem.extras:
        return None
    step = next((one for one in opened.steps if one.number == number), None)
    if step is None:
        return None
    conflicts = problem.extras["conflicts"]
    day = _find_day(opened, problem)
    published = DayRecords(opened.base, day)
    changes = draft_store.load_step_changes(conn, LEDGER.kinds, step.step_id)
    keys = [(row["kind"], UUID(row["record_id"])) for row in conflicts if "kind" in row]
    wording = RecordWording((published, DayRecords(opened.drafted_records, day)), lang)
    return ConflictView(
        number,
        tuple(_draw_stretch(row, published, wording) for row in conflicts if "edge" in row),
        tuple(_RecordComparison(opened, day, changes, lang).iter_conflicts(keys)),
    )


def _find_day(opened: OpenDraft, problem: Problem) -> date:
    day = problem.message.params.get("day")
    return day if isinstance(day, date) else opened.draft.first_day


def _draw_stretch(
    conflict: Mapping[str, Any], published: DayRecords, wording: RecordWording
) -> StretchConflict:
    lines = {
        name: shapely.geometry.shape(conflict[name])
        for name in VARIANTS
        if conflict[name] is not None
    }
    bounds = find_bounds(_list_differing_points(lines))
    box = widen_box(bounds, _LEAST_DEGREES, _MARGIN_SHARE)
    view = SketchView(box)
    edge_id = UUID(conflict["edge"])
    around = [
        view.draw_line(shapely.LineString(edge.line))
        for edge in list_edges_in_box(published.known, box, published.day)
        if edge.edge != edge_id
    ]
    edge = wording.find_attributes("edge", edge_id)
    sides = (edge["left_unit"], edge["right_unit"]) if edge else ()
    return StretchConflict(
        tuple(filter(None, (wording.name_unit(unit) for unit in sides if unit))),
        view.picture_width,
        view.picture_height,
        view.width_m,
        {name: view.draw_line(lines[name]) if name in lines else "" for name in VARIANTS},
        tuple(path for path in around if path),
        (round((box[0] + box[2]) / 2, 6), round((box[1] + box[3]) / 2, 6)),
    )


def _list_differing_points(lines: Mapping[str, BaseGeometry]) -> list[BaseGeometry]:
    """The vertices that not all variants have; of the former line all but its fixed ends.

    The rest of a border of kilometres would make a change of some metres invisible.
    """
    vertices = {
        name: set(map(tuple, shapely.get_coordinates(line).tolist()))
        for name, line in lines.items()
    }
    inner = set(map(tuple, shapely.get_coordinates(lines["ancestor"]).tolist()[1:-1]))
    theirs, ours = (vertices.get(name) for name in ("theirs", "ours"))
    differing = (theirs ^ ours) | (inner - (theirs & ours)) if theirs and ours else inner
    return [shapely.Point(point) for point in differing] or [lines["ancestor"]]


class _RecordComparison:
    """Compares the records that a step met with what is published and with what it made."""

    def __init__(self, opened: OpenDraft, day: date, changes: StepChanges, lang: Lang) -> None:
        self._day, self._changes, self._result = day, changes, opened.result
        self._published = DayRecords(opened.base, day)
        self._drafted = DayRecords(RecordsInMemory(opened.result), day)
        former = DayRecords(RecordsInMemory({key: met for key, (met, _) in changes.items()}), day)
        self._wording = RecordWording((former, self._published, self._drafted), lang)
        made = ((key, self._find_on_day(after)) for key, (_, after) in changes.items())
        links = [ChangedRecord(key, None, dict(one)) for key, one in made if one is not None]
        self._subjects = SubjectFinder(links, self._wording)

    def iter_conflicts(self, keys: Sequence[RecordKey]) -> Iterator[RecordConflict]:
        """The records in words."""
        for key in keys:
            before, after = self._changes.get(key, ((), ()))
            was = self._find_on_day(before)
            if was is None:
                continue
            now = self._published.find_record(*key)
            ours = self._find_on_day(after)
            variants = (
                was,
                now or self._find_follower(key, was, self._list_published(key[0], was)),
                ours or self._find_follower(key, was, self._list_drafted(key[0])),
            )
            words = [self._wording.word_fields(key[0], one) for one in variants]
            yield RecordConflict(
                key[0],
                self._wording.describe_owner(*key, was),
                was["name_kind"] if key[0] == "name" else "",
                {name: tuple(said.values()) for name, said in zip(VARIANTS, words, strict=True)},
            )

    def _find_on_day(self, versions: Sequence[Version]) -> Attributes | None:
        on_day = (version for version in versions if version.period.contains_day(self._day))
        return next((version.attributes for version in on_day), None)

    def _find_follower(
        self, key: RecordKey, was: Attributes, candidates: Mapping[UUID, Attributes]
    ) -> Attributes | None:
        """The record that has taken the place of one that ended, if there is one."""
        subject = self._subjects.find_subject(*key, was)
        for record_id, attributes in candidates.items():
            if self._subjects.find_subject(key[0], record_id, attributes) == subject:
                return attributes
        return None

    def _list_published(self, kind: str, was: Attributes) -> Mapping[UUID, Attributes]:
        """The records of the same unit or place that are in force."""
        select = self._published.select_records
        match kind:
            case "code":
                return select(kind, "unit_id", was["unit_id"])
            case "name":
                return select(kind, "place_id", was["place_id"])
            case "spelling":
                name = self._wording.find_attributes("name", was["name_id"])
                names = select("name", "place_id", name["place_id"]) if name else {}
                spellings = [select(kind, "name_id", one) for one in names]
                return {record: one for found in spellings for record, one in found.items()}
        return {}

    def _list_drafted(self, kind: str) -> Mapping[UUID, Attributes]:
        """The records of a kind that the draft has made or changed, in force."""
        ids = [key[1] for key in self._result if key[0] == kind]
        found = {record_id: self._drafted.find_record(kind, record_id) for record_id in ids}
        return {record_id: one for record_id, one in found.items() if one is not None}
