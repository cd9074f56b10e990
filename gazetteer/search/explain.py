"""How an address was read, step by step, in words: Chinese or English."""

from collections.abc import Iterator
from dataclasses import dataclass

from gazetteer.records.levels import LEVELS
from gazetteer.search.faults import MEANINGS, Fault
from gazetteer.search.geocode import MAX_READ, Geocoded, Match, geocode
from gazetteer.search.normalize import normalized, told
from gazetteer.search.readings import Reading, readings
from gazetteer.search.view import View

_SHOWN = 8
"""Readings that are told; those below them are of no interest."""

_STEPS = {
    "compatibility": ("兼容字符与全角", "compatibility forms and widths"),
    "invisible": ("去除不可见字符", "invisible characters dropped"),
    "simplify": ("繁体转简体", "traditional to simplified"),
    "variants": ("异体字", "variant characters"),
    "notes": ("去除括号内的注", "notes in brackets dropped"),
    "noise": ("去除标签、电话、国名", "labels, telephone numbers and the country dropped"),
    "brackets": ("去除其他括号", "other brackets dropped"),
    "punctuation": ("统一标点与空白", "punctuation and blanks"),
    "numerals": ("中文数字转数字", "Chinese numerals to digits"),
}
_STATUS = {
    "matched": ("已匹配", "matched"),
    "ambiguous": ("有歧义", "ambiguous"),
    "not_found": ("未找到", "not found"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation, in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The line in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


def explained(view: View, address: str) -> list[Line]:
    """Every step of :func:`geocode` for one address, and why the answer is what it is."""
    return [*_steps(address), *_readings(view, address), *_answer(geocode(view, address))]


def _steps(address: str) -> Iterator[Line]:
    for name, after in told(address):
        zh, en = _STEPS[name]
        yield Line(f"文本 · {zh}：{after}", f"text · {en}: {after}")


def _readings(view: View, address: str) -> Iterator[Line]:
    value = normalized(address).value[:MAX_READ]
    found = readings(view, value)
    for reading in found[:_SHOWN]:
        yield _reading(value, reading)
    if len(found) > _SHOWN:
        rest = len(found) - _SHOWN
        yield Line(f"读法 · 另有 {rest} 种，更差", f"reading · {rest} more, worse")


def _reading(value: str, reading: Reading) -> Line:
    chain = "".join(spot.name for spot in reading.chain)
    by = "、".join(value[s.start : s.end] for s in reading.supports)
    against = "、".join(value[mark.start : mark.end] for mark in reading.against)
    zh = f"读法 · {chain}：依据 {by}，权重 {reading.worth}"
    en = f"reading · {chain}: supported by {by}, worth {reading.worth}"
    if against:
        zh, en = f"{zh}；相矛盾的有 {against}", f"{en}; against it: {against}"
    if reading.hops:
        zh = f"{zh}；须越过在前的地名，不取"
        en = f"{en}; it would hop over a name before it"
    return Line(zh, en)


def _answer(answer: Geocoded) -> Iterator[Line]:
    zh, en = _STATUS[answer.status]
    if answer.deciding:
        zh = f"{zh}：{answer.total} 个候选，写明 {answer.deciding} 即可判定"
        en = f"{en}: {answer.total} candidates, the {answer.deciding} would decide"
    yield Line(f"结果 · {zh}", f"answer · {en}")
    for match in answer.matches:
        yield from _match(match)


def _match(match: Match) -> Iterator[Line]:
    label = "".join(spot.name for spot in match.chain)
    level = LEVELS[match.leaf.level]
    yield Line(
        f"候选 · {label}（{match.leaf.code or '无代码'}，{level}）得分 {match.score:.2f}",
        f"candidate · {label} ({match.leaf.code or 'no code'}, {level}) score {match.score:.2f}",
    )
    for fault in match.faults:
        zh, en = _fault(fault)
        yield Line(f"　　−{fault.penalty:.2f} {zh}", f"    −{fault.penalty:.2f} {en}")
    parts = "、".join(f"{part.kind} {part.text}" for part in match.elements)
    if parts:
        yield Line(f"　　其余要素：{parts}", f"    further elements: {parts}")
    if match.unmatched:
        yield Line(f"　　未理解：{match.unmatched}", f"    not understood: {match.unmatched}")


def _fault(fault: Fault) -> tuple[str, str]:
    zh, en = MEANINGS[fault.kind]
    written = f" {fault.text}" if fault.text else ""
    known = f" → {fault.register}" if fault.register else ""
    level = f" [{fault.level}]" if fault.level else ""
    return f"{zh}{level}{written}{known}", f"{en}{level}{written}{known}"
