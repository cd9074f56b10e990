"""TOP-VER-05 and -06: codes are not issued again, and kept or changed as the change asks.

Both are law since Order 79 of the Ministry of Civil Affairs came into force; what happened before
is told as information, because whoever translates old codes has to know it.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from uuid import UUID

from boundaries.layers.polygon_layer import Severity
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.history.history_context import CodeTenure, HistoryContext, UnitTenure
from boundaries.rules.rule_registry import get_severity, rule_check

ORDER_79 = date(2025, 9, 1)
"""民政部令第79号（行政区划代码管理办法）comes into force."""


@rule_check("TOP-VER-05")
def find_reissued_codes(history: HistoryContext) -> Iterator[Finding]:
    """Codes that another unit carried before, or carries on the same day."""
    for before, after in pairwise(history.codes):
        if before.code != after.code or before.unit == after.unit:
            continue
        if after.period.start is None or after.period.start > history.until:
            continue
        if before.period.overlaps_period(after.period):
            yield _build_reissue_finding(history, before, after, "two_units")
        elif before.period.stop is not None:
            yield _build_reissue_finding(history, before, after, "issued_again")


def _build_reissue_finding(
    history: HistoryContext, before: CodeTenure, after: CodeTenure, kind: str
) -> Finding:
    old_zh, old_en = history.format_names([before.unit])
    new_zh, new_en = history.format_names([after.unit])
    since = after.period.start or date.min
    if kind == "two_units":
        zh = f"代码 {after.code} 自 {since} 起同时属于 {old_zh} 和 {new_zh}。"
        en = f"the code {after.code} is carried by {old_en} and {new_en} from {since} on"
        grade = get_severity("TOP-VER-05")
    else:
        zh = f"代码 {after.code} 曾属 {old_zh}，{before.period.stop} 停用，{since} 起又用于 {new_zh}。"
        en = (
            f"the code {after.code} of {old_en}, retired on {before.period.stop}, was issued again"
            f" to {new_en} on {since}"
        )
        grade = _grade_by_day("TOP-VER-05", since)
    units = history.number_units([before.unit, after.unit])
    return Finding("TOP-VER-05", kind, grade, units, None, zh, en)


def _grade_by_day(rule: str, on: date) -> Severity:
    return get_severity(rule) if on >= ORDER_79 else "info"


@rule_check("TOP-VER-06")
def find_code_change_flaws(history: HistoryContext) -> Iterator[Finding]:
    """Units that kept their code under another parent, or changed it without one.

    A unit whose type or level changed was abolished and set up anew. A parent that its heir
    replaced under the same code is no other subordination.
    """
    heirs = {(link.giver, link.taker) for link in history.links}
    for unit, states in history.states.items():
        for before, after in pairwise(states):
            on = after.period.start
            if on is None or on > history.until or before.period.stop != on:
                continue
            if (before.level, before.unit_type) != (after.level, after.unit_type):
                continue
            moved = before.parent != after.parent
            if moved and (before.parent, after.parent) in heirs:
                moved = _find_code_of_parent(
                    history, before.parent, before
                ) != _find_code_of_parent(history, after.parent, after)
            if moved == (before.code == after.code):
                yield _build_code_change_finding(history, unit, before, after, moved=moved)


def _find_code_of_parent(
    history: HistoryContext, parent: UUID | None, child: UnitTenure
) -> str | None:
    """The code that the parent of a unit had when that state began or, of the first, ended."""
    if parent is None:
        return None
    day = child.period.start or date.min
    return next((s.code for s in history.states.get(parent, ()) if s.period.covers_day(day)), None)


def _build_code_change_finding(
    history: HistoryContext, unit: UUID, before: UnitTenure, after: UnitTenure, *, moved: bool
) -> Finding:
    zh, en = history.format_names([unit])
    on = after.period.start or date.min
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
    grade = _grade_by_day("TOP-VER-06", on)
    return Finding(
        "TOP-VER-06", kind, grade, history.number_units([unit]), None, words_zh, words_en
    )
