"""The events in the history of a unit, derived from its states and its succession. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from gazetteer.messages import Message, has_message, message


@dataclass(frozen=True, slots=True)
class UnitState:
    """What a unit was in one period; ``start`` and ``stop`` half-open, None = open."""

    code: str | None
    name: str | None
    romanized_name: str | None
    level: str
    unit_type: str | None
    parent_id: UUID | None
    parent_name: str | None
    parent_romanized_name: str | None
    start: date | None
    stop: date | None
    start_precision: str
    end_precision: str
    started_by: UUID | None
    ended_by: UUID | None


@dataclass(frozen=True, slots=True)
class UnitEvent:
    """One event on one day, with the act that caused it; None if no act is on record."""

    on: date | None
    precision: str
    kind: str
    summary: Message
    act: UUID | None
    before: str | None
    after: str | None

    def serialize(self, acts: Mapping[UUID, Any]) -> dict[str, Any]:
        """The event in the form of responses; ``acts`` are those of :func:`load_acts`."""
        return {
            "on": self.on.isoformat() if self.on else None,
            "precision": self.precision,
            "kind": self.kind,
            "summary_zh": self.summary.text("zh"),
            "summary_en": self.summary.text("en"),
            "act": acts.get(self.act) if self.act else None,
            "before": self.before,
            "after": self.after,
        }


SuccessionRows = Sequence[Mapping[str, Any]]
"""Links of a unit, of :func:`gazetteer.records.succession_queries.parse_succession`, each with the
other unit's ``romanized_name`` and ``first_day``."""


def derive_events(
    states: Sequence[UnitState], predecessors: SuccessionRows, successors: SuccessionRows
) -> list[UnitEvent]:
    """Everything that happened to a unit, in chronological order.

    Args:
        states: all states of the unit, in chronological order.
        predecessors: the units from which territory was received.
        successors: the units to which territory was transferred.
    """
    derived: list[UnitEvent] = []
    if states:
        derived.append(_build_first_event(states[0]))
        for before, after in pairwise(states):
            derived.extend(_iter_change_events(before, after))
        if states[-1].stop:
            derived.append(_build_last_event(states[-1]))
    first_day = states[0].start if states else None
    derived.extend(
        _build_succession_event(link, "predecessor", first_day, states) for link in predecessors
    )
    derived.extend(
        _build_succession_event(link, "successor", link["first_day"], states) for link in successors
    )
    return sorted(derived, key=lambda event: event.on or date.min)


def _build_first_event(state: UnitState) -> UnitEvent:
    is_first_record = state.start_precision in ("first_record", "unknown")
    kind = "first_record" if is_first_record else "establish"
    summary = message(f"event.{kind}", unit=_label_unit(state.name, state.romanized_name))
    return UnitEvent(
        state.start, state.start_precision, kind, summary, state.started_by, None, state.name
    )


def _build_last_event(state: UnitState) -> UnitEvent:
    summary = message("event.abolish", unit=_label_unit(state.name, state.romanized_name))
    return UnitEvent(
        state.stop, state.end_precision, "abolish", summary, state.ended_by, state.name, None
    )


def _iter_change_events(before: UnitState, after: UnitState) -> Iterator[UnitEvent]:
    parts = (
        (
            "rename",
            (before.name, _label_unit(before.name, before.romanized_name)),
            (after.name, _label_unit(after.name, after.romanized_name)),
        ),
        ("code_change", (before.code, before.code), (after.code, after.code)),
        (
            "subordination_change",
            (before.parent_name, _label_unit(before.parent_name, before.parent_romanized_name)),
            (after.parent_name, _label_unit(after.parent_name, after.parent_romanized_name)),
        ),
        (
            "type_change",
            (before.unit_type, _label_type(before.unit_type)),
            (after.unit_type, _label_type(after.unit_type)),
        ),
    )
    none = message("event.none")
    for kind, (old, old_label), (new, new_label) in parts:
        if old != new:
            summary = message(f"event.{kind}", before=old_label or none, after=new_label or none)
            yield UnitEvent(
                after.start, after.start_precision, kind, summary, after.started_by, old, new
            )


def _build_succession_event(
    link: Mapping[str, Any], side: str, founded: date | None, states: Sequence[UnitState]
) -> UnitEvent:
    """The event of a link; ``founded`` is the first day of the unit that received territory."""
    on = date.fromisoformat(link["on"]) if link["on"] else None
    kind = link["kind"]
    # Territory split off may go to a unit that exists already: then no unit is established.
    text_kind = "part_of" if kind == "split_off" and founded != on else kind
    unit = _label_unit(link["name"], link["romanized_name"], link["code"])
    return UnitEvent(
        on,
        link["precision"],
        kind,
        message(f"event.{side}.{text_kind}", unit=unit),
        link["act_id"] or _find_act(states, on),
        None,
        link["code"],
    )


def _label_unit(
    name: str | None, romanized_name: str | None, code: str | None = None
) -> Message | str | None:
    """The name of a unit in the language of the reader: romanized as well outside Chinese."""
    if name is None:
        return None
    if code is None:
        if romanized_name is None:
            return name
        return message("event.unit", name=name, romanized_name=romanized_name)
    if romanized_name is None:
        return message("event.unit_without_romanization", name=name, code=code)
    return message("event.unit_with_code", name=name, romanized_name=romanized_name, code=code)


def _label_type(unit_type: str | None) -> Message | str | None:
    id_ = f"unit_type.{unit_type}"
    return message(id_) if has_message(id_) else unit_type


def _find_act(states: Iterable[UnitState], day: date | None) -> UUID | None:
    for state in states:
        if day and state.start == day and state.started_by:
            return state.started_by
        if day and state.stop == day and state.ended_by:
            return state.ended_by
    return None
