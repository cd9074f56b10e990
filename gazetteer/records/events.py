"""What happened to a unit, told from its states and its kin (field notes 3.3). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class State:
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
class Event:
    """One thing that happened on one day, with the act behind it."""

    on: date | None
    precision: str
    kind: str
    zh: str
    en: str
    act: UUID | None
    before: str | None
    after: str | None

    def answer(self, acts: Mapping[UUID, Any]) -> dict[str, Any]:
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


_LINKS = {
    "same": ("整体延续为{0}", "continues as {0}"),
    "continues": ("由{0}承继", "is continued by {0}"),
    "part_of": ("部分区域划入{0}", "part goes to {0}"),
    "absorbed": ("并入{0}", "is absorbed by {0}"),
    "split_off": ("析出{0}", "{0} is split off"),
}
_LINKS_FROM = {
    "same": ("由{0}整体延续而来", "continues {0}"),
    "continues": ("承继{0}", "continues {0}"),
    "part_of": ("由{0}划入部分区域", "receives part of {0}"),
    "absorbed": ("并入了{0}", "absorbs {0}"),
    "split_off": ("自{0}析出", "is split off from {0}"),
}

Kin = Sequence[Mapping[str, Any]]


def events(states: Sequence[State], predecessors: Kin, successors: Kin) -> list[Event]:
    """Everything that happened, in order of time."""
    told: list[Event] = []
    if states:
        told.append(_began(states[0]))
        for before, after in pairwise(states):
            told.extend(_changed(before, after))
        if states[-1].stop:
            told.append(_ended(states[-1]))
    told.extend(_linked(predecessors, _LINKS_FROM, states))
    told.extend(_linked(successors, _LINKS, states))
    return sorted(told, key=lambda event: event.on or date.min)


def _began(state: State) -> Event:
    first = state.start_precision in ("first_record", "unknown")
    zh = f"有记录以来为{state.name}" if first else f"设立{state.name}"
    en = f"{state.name} when the records begin" if first else f"{state.name} is established"
    kind = "first_record" if first else "establish"
    return Event(
        state.start, state.start_precision, kind, zh, en, state.started_by, None, state.name
    )


def _ended(state: State) -> Event:
    zh, en = f"撤销{state.name}", f"{state.name} is abolished"
    return Event(
        state.stop, state.end_precision, "abolish", zh, en, state.ended_by, state.name, None
    )


def _changed(before: State, after: State) -> Iterator[Event]:
    parts = (
        ("rename", "名称", "name", before.name, after.name),
        ("code_change", "代码", "code", before.code, after.code),
        ("subordination_change", "隶属", "parent", before.parent_name, after.parent_name),
        ("type_change", "建制", "type", before.unit_type, after.unit_type),
    )
    for kind, zh, en, old, new in parts:
        if old != new:
            yield Event(
                after.start,
                after.start_precision,
                kind,
                f"{zh}由{old or '无'}变为{new or '无'}",
                f"{en}: {old or 'none'} → {new or 'none'}",
                after.started_by,
                old,
                new,
            )


def _linked(
    kin: Kin, texts: Mapping[str, tuple[str, str]], states: Sequence[State]
) -> Iterator[Event]:
    for other in kin:
        zh, en = texts[other["kind"]]
        label = f"{other['name']}（{other['code']}）"
        on = date.fromisoformat(other["on"]) if other["on"] else None
        act = other["act_id"] or _act_on(states, on)
        yield Event(
            on,
            other["precision"],
            other["kind"],
            zh.format(label),
            en.format(f"{other['name']} ({other['code']})"),
            act,
            None,
            other["code"],
        )


def _act_on(states: Iterable[State], day: date | None) -> UUID | None:
    for state in states:
        if day and state.start == day and state.started_by:
            return state.started_by
        if day and state.stop == day and state.ended_by:
            return state.ended_by
    return None
