"""How an address was read, step by step, in words: Chinese or English."""

from collections.abc import Iterator
from dataclasses import dataclass

from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.faults import FAULT_TEXTS, Fault
from gazetteer.search.geocoder.geocoding import (
    MAX_TEXT_LENGTH,
    GeocodeMatch,
    GeocodeResult,
    geocode,
)
from gazetteer.search.geocoder.interpretations import Interpretation, find_interpretations
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.normalize import normalize_text, trace_normalization

_MAX_INTERPRETATIONS = 8
"""Readings that are told; those below them are of no interest."""

_STEP_TEXTS = {
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
_STATUS_TEXTS = {
    "matched": ("已匹配", "matched"),
    "ambiguous": ("有歧义", "ambiguous"),
    "not_found": ("未找到", "not found"),
}


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """One line of an explanation, in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """The line in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


def explain_address(day_index: DayIndex, address: str) -> list[ExplanationLine]:
    """Every step of :func:`geocode` for one address, and why the answer is what it is."""
    return [
        *_explain_normalization(address),
        *_explain_interpretations(day_index, address),
        *_explain_result(geocode(day_index, address)),
    ]


def _explain_normalization(address: str) -> Iterator[ExplanationLine]:
    for name, after in trace_normalization(address):
        zh, en = _STEP_TEXTS[name]
        yield ExplanationLine(f"文本 · {zh}：{after}", f"text · {en}: {after}")


def _explain_interpretations(day_index: DayIndex, address: str) -> Iterator[ExplanationLine]:
    value = normalize_text(address).value[:MAX_TEXT_LENGTH]
    interpretations = find_interpretations(day_index, value)
    for interpretation in interpretations[:_MAX_INTERPRETATIONS]:
        yield _explain_interpretation(value, interpretation)
    if len(interpretations) > _MAX_INTERPRETATIONS:
        rest = len(interpretations) - _MAX_INTERPRETATIONS
        yield ExplanationLine(f"读法 · 另有 {rest} 种，更差", f"reading · {rest} more, worse")


def _explain_interpretation(value: str, interpretation: Interpretation) -> ExplanationLine:
    chain = "".join(unit.name for unit in interpretation.chain)
    evidence = "、".join(value[s.start : s.end] for s in interpretation.evidence)
    contradictions = "、".join(
        value[mention.start : mention.end] for mention in interpretation.contradictions
    )
    zh = f"读法 · {chain}：依据 {evidence}，权重 {interpretation.weight}"
    en = f"reading · {chain}: supported by {evidence}, worth {interpretation.weight}"
    if contradictions:
        zh, en = f"{zh}；相矛盾的有 {contradictions}", f"{en}; against it: {contradictions}"
    if interpretation.skips_named_unit:
        zh = f"{zh}；须越过在前的地名，不取"
        en = f"{en}; it would hop over a name before it"
    return ExplanationLine(zh, en)


def _explain_result(result: GeocodeResult) -> Iterator[ExplanationLine]:
    zh, en = _STATUS_TEXTS[result.status]
    if result.deciding_level:
        zh = f"{zh}：{result.total} 个候选，写明 {result.deciding_level} 即可判定"
        en = f"{en}: {result.total} candidates, the {result.deciding_level} would decide"
    yield ExplanationLine(f"结果 · {zh}", f"answer · {en}")
    for match in result.matches:
        yield from _explain_match(match)


def _explain_match(match: GeocodeMatch) -> Iterator[ExplanationLine]:
    label = "".join(unit.name for unit in match.chain)
    level = LEVELS[match.leaf.level]
    yield ExplanationLine(
        f"候选 · {label}（{match.leaf.code or '无代码'}，{level}）得分 {match.score:.2f}",
        f"candidate · {label} ({match.leaf.code or 'no code'}, {level}) score {match.score:.2f}",
    )
    for fault in match.faults:
        zh, en = _format_fault(fault)
        yield ExplanationLine(f"　　−{fault.penalty:.2f} {zh}", f"    −{fault.penalty:.2f} {en}")
    components = "、".join(f"{component.kind} {component.text}" for component in match.components)
    if components:
        yield ExplanationLine(f"　　其余要素：{components}", f"    further elements: {components}")
    if match.unmatched:
        yield ExplanationLine(
            f"　　未理解：{match.unmatched}", f"    not understood: {match.unmatched}"
        )


def _format_fault(fault: Fault) -> tuple[str, str]:
    zh, en = FAULT_TEXTS[fault.kind]
    written = f" {fault.text}" if fault.text else ""
    known = f" → {fault.registered_name}" if fault.registered_name else ""
    level = f" [{fault.level}]" if fault.level else ""
    return f"{zh}{level}{written}{known}", f"{en}{level}{written}{known}"
