"""How an address is parsed, step by step, as messages that are worded for the reader."""

from collections.abc import Iterator, Sequence

from gazetteer.messages import Message, message
from gazetteer.records.levels import LEVELS
from gazetteer.search.geocoder.address_fields import AddressField, WrittenAddress, bind_mentions
from gazetteer.search.geocoder.faults import Fault
from gazetteer.search.geocoder.geocoding import MAX_TEXT_LENGTH, GeocodeResult, geocode
from gazetteer.search.geocoder.interpretations import Interpretation, rank_interpretations
from gazetteer.search.geocoder.matches import GeocodeMatch
from gazetteer.search.geocoder.mentions import find_mentions
from gazetteer.search.geocoder.romanized_mentions import find_romanized_mentions
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.address_components import AddressComponent
from gazetteer.search.text.normalize import normalize_text, trace_normalization

_MAX_INTERPRETATIONS = 8
"""Interpretations that are listed; those ranked lower are only counted."""


def explain_address(day_index: DayIndex, address: str | WrittenAddress) -> list[Message]:
    """Every step of :func:`geocode` for one address, and why the result is what it is."""
    written, fields = (address, ()) if isinstance(address, str) else address
    return [
        *_explain_normalization(written),
        *_explain_interpretations(day_index, written, fields),
        *_explain_result(geocode(day_index, address)),
    ]


def _explain_normalization(address: str) -> Iterator[Message]:
    for name, after in trace_normalization(address):
        step = message(f"geocode.explain.step.{name}")
        yield message("geocode.explain.normalized", step=step, text=after)


def _explain_interpretations(
    day_index: DayIndex, address: str, fields: Sequence[AddressField]
) -> Iterator[Message]:
    text = normalize_text(address)
    value = text.value[:MAX_TEXT_LENGTH]
    mentions = find_mentions(day_index, value) or find_romanized_mentions(day_index, value)
    if fields:
        mentions = bind_mentions(day_index, text, mentions, fields)
    interpretations = rank_interpretations(day_index, mentions, include_all=True)
    for interpretation in interpretations[:_MAX_INTERPRETATIONS]:
        yield _explain_interpretation(value, interpretation)
    if len(interpretations) > _MAX_INTERPRETATIONS:
        rest = len(interpretations) - _MAX_INTERPRETATIONS
        yield message("geocode.explain.more_interpretations", n=rest)


def _explain_interpretation(value: str, interpretation: Interpretation) -> Message:
    line = message(
        "geocode.explain.interpretation",
        chain="".join(unit.name for unit in interpretation.chain),
        evidence=[value[item.start : item.end] for item in interpretation.evidence],
        weight=interpretation.weight,
    )
    if interpretation.contradictions:
        names = [value[mention.start : mention.end] for mention in interpretation.contradictions]
        line = message("geocode.explain.contradicted", interpretation=line, names=names)
    if interpretation.skips_named_unit:
        line = message("geocode.explain.skips_named_unit", interpretation=line)
    return line


def _explain_result(result: GeocodeResult) -> Iterator[Message]:
    status = message(f"status.{result.status}")
    if result.deciding_level:
        level = message(f"level.{result.deciding_level}")
        yield message("geocode.explain.undecided", status=status, n=result.total, level=level)
    else:
        yield message("geocode.explain.result", status=status)
    for match in result.matches:
        yield from _explain_match(match)


def _explain_match(match: GeocodeMatch) -> Iterator[Message]:
    yield message(
        "geocode.explain.candidate",
        label="".join(unit.name for unit in match.chain),
        code=match.leaf.code or message("geocode.explain.no_code"),
        level=message(f"level.{LEVELS[match.leaf.level]}"),
        score=match.score,
    )
    for fault in match.faults:
        yield _explain_fault(fault)
    if match.components:
        components = [_explain_component(component) for component in match.components]
        yield message("geocode.explain.components", components=components)
    if match.unmatched:
        yield message("geocode.explain.unmatched", text=match.unmatched)


def _explain_component(component: AddressComponent) -> Message:
    # Below an address a "unit" is an entrance of a building; pages name it apart from divisions.
    kind = "unit_of_building" if component.kind == "unit" else component.kind
    return message("geocode.explain.component", kind=message(f"piece.{kind}"), text=component.text)


def _explain_fault(fault: Fault) -> Message:
    params: dict[str, object] = {
        "penalty": fault.penalty,
        "fault": fault.kind.message,
        "text": fault.text,
        "registered": (fault.registered_name or "").split("、"),  # of a contradiction several
    }
    if fault.level is None:
        return message("geocode.explain.fault" + (".text" if fault.text else ""), **params)
    params["level"] = message(f"level.{fault.level}")
    return message("geocode.explain.fault" + (".name" if fault.text else ".level"), **params)
