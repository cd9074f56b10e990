"""What the rules say about a name, as the interface and the pages show it."""

from collections.abc import Sequence
from typing import Any

from gazetteer.messages import Lang
from gazetteer.naming.lexicon_files import Lexicon
from gazetteer.naming.naming_finding import LikeName, NamingFinding
from gazetteer.naming.romanization.place_spelling import PlaceSpelling
from gazetteer.rules.rule_catalogue import read_catalogue
from web.services.naming_service import ExaminedName


def serialize_examined(examined: ExaminedName, lang: Lang) -> dict[str, Any]:
    """What the rules say about a name, without the day."""
    examination = examined.examination
    proposal, context = examination.proposal, examination.context
    return {
        "name": proposal.name,
        "legal_class": proposal.legal_class,
        "level": proposal.level,
        "specific": context.name_parts.specific,
        "generic": context.name_parts.generic,
        "within": list(context.units.names),
        "verdict": examination.overall_verdict,
        "findings": [_serialize_finding(one, examined, lang) for one in examination.findings],
        "names": _serialize_names(context.like.sorted_names, examined),
        "romanization": _serialize_spelling(examination.rule_spelling),
        "suggestions": examined.suggestions,
        "lexicons": [_serialize_lexicon(one) for one in context.lexicons.values()],
    }


def _serialize_finding(
    finding: NamingFinding, examined: ExaminedName, lang: Lang
) -> dict[str, Any]:
    rule = read_catalogue()[finding.rule]
    return {
        "rule": rule.id,
        "kind": finding.kind,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "title": rule.title.text(lang),
        "article": rule.origin.text(lang),
        "certainty": rule.certainty,
        "message": finding.text(lang),
        "term": finding.term,
        "names": _serialize_names(finding.names, examined),
    }


def _serialize_names(names: Sequence[LikeName], examined: ExaminedName) -> list[dict[str, Any]]:
    return [_serialize_name(name, examined) for name in names]


def _serialize_name(name: LikeName, examined: ExaminedName) -> dict[str, Any]:
    position = examined.positions.get(name.place_id)
    return {
        "place_id": str(name.place_id),
        "name": name.text,
        "pinyin_toned": name.toned,
        "likeness": name.likeness,
        "legal_class": name.legal_class,
        "level": name.level,
        "code": name.code,
        "units": list(name.units),
        "point": [position.lon, position.lat] if position else None,
        "point_level": position.level if position else None,
        "distance_m": examined.measure_distance(name),
    }


def _serialize_spelling(spelling: PlaceSpelling | None) -> dict[str, Any] | None:
    if spelling is None:
        return None
    return {
        "text": spelling.text,
        "toned": spelling.toned,
        "words": list(spelling.words),
        "rules": list(spelling.rules),
        "alternatives": [other.text for other in spelling.alternatives],
    }


def _serialize_lexicon(lexicon: Lexicon) -> dict[str, Any]:
    return {
        "id": lexicon.id,
        "version": lexicon.version,
        "source": lexicon.source,
        "coverage": lexicon.coverage,
        "entries": len(lexicon.rows),
    }
