"""What happened to a unit, told from its states and its kin (field notes 3.3). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UnitState:
    """What a unit was in one period; ``start`` and ``stop`` half-open, None = open."""

    code: str | None
    name: str | None
    level: str
    unit_type: str | None
    parent_id: UUID | None
    parent_name: str | None
    start: date | None
    stop: date | None
    start_precision: str
    end_precision: str
    started_by: UUID | None
    ended_by: UUID | None


@dataclass(frozen=True, slots=True)
class UnitEvent:
    """One thing that happened on one day, with the act behind it."""

    on: date | None
    precision: str
    kind: str
    zh: str
    en: str
    act: UUID | None
    before: str | None
    after: str | None

    def serialize(self, acts: Mapping[UUID, Any]) -> dict[str, Any]:
        """The event as answers show it."""
        return {
            "on": self.on.isoformat() if self.on else None,
            "precision": self.precision,
            "kind": self.kind,
            "summary_zh": self.zh,
            "summary_en": self.en,
            "act": acts.get(self.act) if self.act else None,
            "before": self.before,
            "after": self.after,
        }


_SUCCESSOR_TEXTS = {
    "same": ("整体延续为{0}", "continues as {0}"),
    "continues": ("由{0}承继", "is continued by {0}"),
    "part_of": ("部分区域划入{0}", "part goes to {0}"),
    "absorbed": ("并入{0}", "is absorbed by {0}"),
    "split_off": ("析出{0}", "{0} is split off"),
}
_PREDECESSOR_TEXTS = {
    "same": ("由{0}整体延续而来", "continues {0}"),
    "continues": ("承继{0}", "continues {0}"),
    "part_of": ("由{0}划入部分区域", "receives part of {0}"),
    "absorbed": ("并入了{0}", "absorbs {0}"),
    "split_off": ("自{0}析出", "is split off from {0}"),
}

SuccessionRows = Sequence[Mapping[str, Any]]


def derive_events(
    states: Sequence[UnitState], predecessors: SuccessionRows, successors: SuccessionRows
) -> list[UnitEvent]:
    """Everything that happened, in order of time."""
    derived: list[UnitEvent] = []
    if states:
        derived.append(_build_first_event(states[0]))
        for before, after in pairwise(states):
            derived.extend(_iter_change_events(before, after))
        if states[-1].stop:
            derived.append(_build_last_event(states[-1]))
    derived.extend(_iter_succession_events(predecessors, _PREDECESSOR_TEXTS, states))
    derived.extend(_iter_succession_events(successors, _SUCCESSOR_TEXTS, states))
    return sorted(derived, key=lambda event: event.on or date.min)


def _build_first_event(state: UnitState) -> UnitEvent:
    is_first_record = state.start_precision in ("first_record", "unknown")
    zh = f"有记录以来为{state.name}" if is_first_record else f"设立{state.name}"
    en = (
        f"{state.name} when the records begin"
        if is_first_record
        else f"{state.name} is established"
    )
    kind = "first_record" if is_first_record else "establish"
    return UnitEvent(
        state.start, state.start_precision, kind, zh, en, state.started_by, None, state.name
    )


def _build_last_event(state: UnitState) -> UnitEvent:
    zh, en = f"撤销{state.name}", f"{state.name} is abolished"
    return UnitEvent(
        state.stop, state.end_precision, "abolish", zh, en, state.ended_by, state.name, None
    )


def _iter_change_events(before: UnitState, after: UnitState) -> Iterator[UnitEvent]:
    parts = (
        ("rename", "名称", "name", before.name, after.name),
        ("code_change", "代码", "code", before.code, after.code),
        ("subordination_change", "隶属", "parent", before.parent_name, after.parent_name),
        ("type_change", "建制", "type", before.unit_type, after.unit_type),
    )
    for kind, zh, en, old, new in parts:
        if old != new:
            yield UnitEvent(
                after.start,
                after.start_precision,
                kind,
                f"{zh}由{old or '无'}变为{new or '无'}",
                f"{en}: {old or 'none'} → {new or 'none'}",
                after.started_by,
                old,
                new,
            )


def _iter_succession_events(
    succession: SuccessionRows, texts: Mapping[str, tuple[str, str]], states: Sequence[UnitState]
) -> Iterator[UnitEvent]:
    for other in succession:
        zh, en = texts[other["kind"]]
        label = f"{other['name']}（{other['code']}）"
        on = date.fromisoformat(other["on"]) if other["on"] else None
        act = other["act_id"] or _find_act(states, on)
        yield UnitEvent(
            on,
            other["precision"],
            other["kind"],
            zh.format(label),
            en.format(f"{other['name']} ({other['code']})"),
            act,
            None,
            other["code"],
        )


def _find_act(states: Iterable[UnitState], day: date | None) -> UUID | None:
    for state in states:
        if day and state.start == day and state.started_by:
            return state.started_by
        if day and state.stop == day and state.ended_by:
            return state.ended_by
    return None
