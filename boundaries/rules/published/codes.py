"""TOP-VER-05 and -06: codes are not issued again, and kept or changed as the change asks.

Both are law since Order 79 of the Ministry of Civil Affairs came into force; what happened before
is told as information, because whoever translates old codes has to know it.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from uuid import UUID

from boundaries.layers.layer import Severity
from boundaries.rules.finding import Finding
from boundaries.rules.published.past import Held, Past, State
from boundaries.rules.registry import judges, severity

ORDER_79 = date(2025, 9, 1)
"""民政部令第79号（行政区划代码管理办法）comes into force."""


@judges("TOP-VER-05")
def codes_again(past: Past) -> Iterator[Finding]:
    """Codes that another unit carried before, or carries on the same day."""
    for before, after in pairwise(past.codes):
        if before.code != after.code or before.unit == after.unit:
            continue
        if after.life.start is None or after.life.start > past.until:
            continue
        if before.life.meets(after.life):
            yield _again(past, before, after, "two_units")
        elif before.life.stop is not None:
            yield _again(past, before, after, "issued_again")


def _again(past: Past, before: Held, after: Held, kind: str) -> Finding:
    old_zh, old_en = past.called([before.unit])
    new_zh, new_en = past.called([after.unit])
    since = after.life.start or date.min
    if kind == "two_units":
        zh = f"代码 {after.code} 自 {since} 起同时属于 {old_zh} 和 {new_zh}。"
        en = f"the code {after.code} is carried by {old_en} and {new_en} from {since} on"
        grade = severity("TOP-VER-05")
    else:
        zh = (
            f"代码 {after.code} 曾属 {old_zh}，{before.life.stop} 停用，{since} 起又用于 {new_zh}。"
        )
        en = (
            f"the code {after.code} of {old_en}, retired on {before.life.stop}, was issued again"
            f" to {new_en} on {since}"
        )
        grade = _grade("TOP-VER-05", since)
    units = past.features([before.unit, after.unit])
    return Finding("TOP-VER-05", kind, grade, units, None, zh, en)


def _grade(rule: str, on: date) -> Severity:
    return severity(rule) if on >= ORDER_79 else "info"


@judges("TOP-VER-06")
def codes_with_changes(past: Past) -> Iterator[Finding]:
    """Units that kept their code under another parent, or changed it without one.

    A unit whose type or level changed was abolished and set up anew. A parent that its heir
    replaced under the same code is no other subordination.
    """
    heirs = {(link.giver, link.taker) for link in past.links}
    for unit, states in past.states.items():
        for before, after in pairwise(states):
            on = after.life.start
            if on is None or on > past.until or before.life.stop != on:
                continue
            if (before.level, before.unit_type) != (after.level, after.unit_type):
                continue
            moved = before.parent != after.parent
            if moved and (before.parent, after.parent) in heirs:
                moved = _code(past, before.parent, before) != _code(past, after.parent, after)
            if moved == (before.code == after.code):
                yield _unasked(past, unit, before, after, moved=moved)


def _code(past: Past, parent: UUID | None, child: State) -> str | None:
    """The code that the parent of a unit had when that state began or, of the first, ended."""
    if parent is None:
        return None
    day = child.life.start or date.min
    return next((s.code for s in past.states.get(parent, ()) if s.life.covers(day)), None)


def _unasked(past: Past, unit: UUID, before: State, after: State, *, moved: bool) -> Finding:
    zh, en = past.called([unit])
    on = after.life.start or date.min
    if moved:
        kind = "kept"
        words_zh = f"{zh} 于 {on} 改变隶属，代码 {after.code} 没有换发。"
        words_en = f"{en} came under another parent on {on} and kept its code {after.code}"
    else:
        kind = "changed"
        words_zh = f"{zh} 的代码于 {on} 由 {before.code} 改为 {after.code}，隶属没有改变。"
        words_en = (
            f"the code of {en} changed from {before.code} to {after.code} on {on}, under the same"
            " parent"
        )
    grade = _grade("TOP-VER-06", on)
    return Finding("TOP-VER-06", kind, grade, past.features([unit]), None, words_zh, words_en)
