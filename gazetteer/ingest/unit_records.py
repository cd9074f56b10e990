"""The records of one unit: unit, codes, place, names, spellings.

One unit has one place; a place has one name record per text, a name one spelling (field notes 2.2:
one entity has many names, one name has many spellings).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version
from gazetteer.records.name_parts import derive_unit_type, split_name
from gazetteer.records.romanization import romanize_name
from gazetteer.records.source_names import PINYIN_SOURCE

RESIDENTS_COMMITTEE_CLASS = "21620"
"""GB/T 18521 class of residents' committees: the only class of units known for certain."""


@dataclass(frozen=True, slots=True)
class UnitLifeStage:
    """The state of a unit during one period. Consecutive stages touch or leave a gap.

    ``code_system`` is the authority that assigns the code: ``mca`` (civil affairs) or ``stats``.
    """

    period: Period
    code: str
    name: str
    subordination_parent: UUID | None
    custody_parent: UUID | None = None
    remark: str | None = None
    code_system: str = "mca"


@dataclass(frozen=True, slots=True)
class UnitLife:
    """A unit over its whole life in one source; ``key`` is its stable key there."""

    key: str
    level: str
    stages: tuple[UnitLifeStage, ...]
    source: str

    @property
    def unit_id(self) -> UUID:
        """The id of the unit's record."""
        return derive_record_id("unit", self.key)


def iter_unit_timelines(life: UnitLife) -> Iterator[Timeline]:
    """All records of one unit."""
    place_id = derive_record_id("place", life.key)
    unit_id = life.unit_id
    yield Timeline(
        "unit",
        unit_id,
        _merge_versions(
            [(s.period, _build_unit_attributes(s, life.level, place_id)) for s in life.stages]
        ),
    )
    yield from _iter_code_timelines(life, unit_id)
    yield _build_place_timeline(life, unit_id, place_id)
    yield from _iter_names_and_spellings(life, place_id)


def _build_unit_attributes(stage: UnitLifeStage, level: str, place_id: UUID) -> dict[str, Any]:
    return {
        "level": level,
        "unit_type": derive_unit_type(stage.name, level, stage.code),
        "subordination_parent": stage.subordination_parent,
        "custody_parent": stage.custody_parent,
        "place_id": place_id,
        "seat": None,
        "remark": stage.remark,
    }


def _iter_code_timelines(life: UnitLife, unit_id: UUID) -> Iterator[Timeline]:
    for code, stages in _group_stages(life.stages, [s.code for s in life.stages]):
        attributes = {
            "unit_id": unit_id,
            "code": code,
            "code_system": stages[0].code_system,
        }
        yield Timeline(
            "code",
            derive_record_id("code", life.key, code),
            _merge_versions([(s.period, attributes) for s in stages]),
        )


def _build_place_timeline(life: UnitLife, unit_id: UUID, place_id: UUID) -> Timeline:
    village = life.level == "village"
    residents = village and derive_unit_type(life.stages[-1].name, "village", "") == "居民委员会"
    attributes = {
        "legal_class": "village_seat" if village else "division",
        "class_code": RESIDENTS_COMMITTEE_CLASS if residents else None,
        "level": life.level,
        "unit_id": unit_id,
        "within": None,
        "location": None,
        "source": life.source,
    }
    return Timeline(
        "place", place_id, _merge_versions([(s.period, attributes) for s in life.stages])
    )


def _iter_names_and_spellings(life: UnitLife, place_id: UUID) -> Iterator[Timeline]:
    for text, stages in _group_stages(life.stages, [s.name for s in life.stages]):
        name_parts = split_name(text, life.level)
        periods = [s.period for s in stages]
        province = stages[0].code[:2]
        yield from _iter_name_timeline(
            life, place_id, periods, text, "standard", name_parts.specific, name_parts.generic
        )
        yield from _iter_spelling_timeline(
            life, periods, text, "standard", romanize_name(name_parts.words, province)
        )
    shorts = [split_name(s.name, life.level).short for s in life.stages]
    for short, stages in _group_stages(life.stages, shorts):
        periods = [s.period for s in stages]
        yield from _iter_name_timeline(life, place_id, periods, short, "short", None, None)
        spelled = romanize_name((short,), stages[0].code[:2])
        yield from _iter_spelling_timeline(life, periods, short, "short", spelled)


def _iter_name_timeline(
    life: UnitLife,
    place_id: UUID,
    periods: Sequence[Period],
    text: str,
    name_kind: str,
    specific: str | None,
    generic: str | None,
) -> Iterator[Timeline]:
    attributes = {
        "place_id": place_id,
        "text": text,
        "name_kind": name_kind,
        "language": "zh-Hans",
        "specific_part": specific,
        "generic_part": generic,
        "source": life.source,
    }
    yield Timeline(
        "name",
        derive_record_id("name", life.key, name_kind, text),
        _merge_versions([(period, attributes) for period in periods]),
    )


def _iter_spelling_timeline(
    life: UnitLife, periods: Sequence[Period], text: str, name_kind: str, spelled: str | None
) -> Iterator[Timeline]:
    if spelled is None:
        return
    attributes = {
        "name_id": derive_record_id("name", life.key, name_kind, text),
        "text": spelled,
        "system": "pinyin",
        "status": "proposed",
        "source": PINYIN_SOURCE,
    }
    yield Timeline(
        "spelling",
        derive_record_id("spelling", life.key, name_kind, text, "pinyin"),
        _merge_versions([(period, attributes) for period in periods]),
    )


def _group_stages(
    stages: Sequence[UnitLifeStage], keys: Sequence[str | None]
) -> Iterator[tuple[str, list[UnitLifeStage]]]:
    """Stages by key, in order of first appearance; stages without key are left out."""
    groups: dict[str, list[UnitLifeStage]] = {}
    for stage, key in zip(stages, keys, strict=True):
        if key is not None:
            groups.setdefault(key, []).append(stage)
    yield from groups.items()


def _merge_versions(pieces: Sequence[tuple[Period, dict[str, Any]]]) -> tuple[Version, ...]:
    """Versions of the pieces; touching pieces with equal attributes become one."""
    versions: list[Version] = []
    for period, attributes in pieces:
        last = versions[-1] if versions else None
        if last and last.period.end.on == period.start.on and last.attributes == attributes:
            versions[-1] = Version(Period(last.period.start, period.end), attributes)
        else:
            versions.append(Version(period, attributes))
    return tuple(versions)
