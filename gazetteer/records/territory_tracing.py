"""Territory followed between two days along the links of succession.

Forward in time it follows successors, backward predecessors. Every unit in which territory of the
first one lies on the last day is a result; none is preferred (field notes 3.3; Order 79).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

_RANK = ("same", "continues", "absorbed", "split_off", "part_of")
"""Kinds of links by rank: that of a whole path is the last of these that occurs in it."""


@dataclass(frozen=True, slots=True)
class SuccessionLink:
    """Territory that passed from one unit to another on a day.

    ``share`` is the fraction of the territory of the unit of origin, None if unknown.
    """

    to: UUID
    on: date
    kind: str
    share: float | None


@dataclass(frozen=True, slots=True)
class ReachedUnit:
    """A unit in which territory lies, how it came there, and what share (None: unknown).

    Not ``certain``: a unit that had absorbed the territory later transferred some territory; there
    is no evidence whether that included any of this territory.
    """

    unit: UUID
    kind: str
    share: float | None
    certain: bool = True


LinkLookup = Callable[[UUID], Sequence[SuccessionLink]]
InForceLookup = Callable[[UUID], bool]


def trace_territory(
    start: UUID, since: date, until: date, find_links: LinkLookup, is_in_force: InForceLookup
) -> list[ReachedUnit]:
    """All units reached from ``start`` between two days; pure, given the two lookups.

    Steps are taken in chronological order, so that a path never reverses its direction in time.

    Args:
        start: the unit whose territory is traced.
        since: the day of its territory.
        until: the day of the results, before or after ``since``.
        find_links: the links from a unit in the direction of ``until``.
        is_in_force: whether a unit is in force on ``until``.
    """
    known: dict[UUID, Sequence[SuccessionLink]] = {}
    reached: dict[UUID, ReachedUnit] = {start: ReachedUnit(start, "same", 1.0)}
    day, forward = since, since <= until
    first = True
    while True:
        known.update({unit: find_links(unit) for unit in reached.keys() - known.keys()})
        steps = [
            (unit, step)
            for unit in reached
            for step in known[unit]
            if _is_ahead(step.on, day, until, forward, first)
        ]
        if not steps:
            return [there for there in reached.values() if is_in_force(there.unit)]
        day = (min if forward else max)(step.on for _, step in steps)
        _transfer_territory(reached, [(unit, step) for unit, step in steps if step.on == day])
        first = False


def _transfer_territory(
    reached: dict[UUID, ReachedUnit], steps: Sequence[tuple[UUID, SuccessionLink]]
) -> None:
    """Apply the steps of one day; what arrives on a day is not passed on the same day."""
    steps = _drop_superfluous_steps(steps)
    arrived = [_follow_step(reached[unit], step) for unit, step in steps]
    for unit in {unit for unit, _ in steps}:
        outgoing = [step for origin, step in steps if origin == unit]
        share = _remaining_share(reached[unit].share, outgoing)
        reached[unit] = replace(reached[unit], share=share)
    for there in arrived:
        reached[there.unit] = _merge_reached(reached.get(there.unit), there)


def _drop_superfluous_steps(
    steps: Sequence[tuple[UUID, SuccessionLink]],
) -> list[tuple[UUID, SuccessionLink]]:
    """The steps without those for which nothing is left where another takes the whole territory.

    When a prefecture is divided among its cities, a city is a part of it and continues itself.
    """
    emptied = {unit for unit, step in steps if step.share == 1.0}
    return [(unit, step) for unit, step in steps if step.share == 1.0 or unit not in emptied]


def _follow_step(here: ReachedUnit, step: SuccessionLink) -> ReachedUnit:
    """The unit to which a step leads, and what is known of the territory there."""
    worst = max(here.kind, step.kind, key=_RANK.index)
    mixed = here.kind not in ("same", "continues")
    certain = here.certain and not (mixed and step.kind == "split_off")
    return ReachedUnit(step.to, worst, _multiply_shares(here.share, step.share), certain)


def _is_ahead(on: date, day: date, until: date, forward: bool, first: bool) -> bool:
    if forward:
        return day < on <= until
    return until < on < day or (first and until < on == day)


def _multiply_shares(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a * b


def _remaining_share(share: float | None, steps: Sequence[SuccessionLink]) -> float | None:
    """The share that remains with a unit after transfers."""
    shares = [step.share for step in steps]
    if share is None or any(part is None for part in shares):
        return None
    return share * max(0.0, 1.0 - sum(part for part in shares if part is not None))


def _merge_reached(known: ReachedUnit | None, new: ReachedUnit) -> ReachedUnit:
    if known is None:
        return new
    shares = (known.share, new.share)
    total = None if None in shares else sum(share for share in shares if share is not None)
    kind = max(known.kind, new.kind, key=_RANK.index)
    return ReachedUnit(new.unit, kind, total, known.certain or new.certain)
