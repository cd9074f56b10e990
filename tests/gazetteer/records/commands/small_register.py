"""A province, a prefecture, two counties and a township in memory, and steps played over them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import (
    KnownRecords,
    RecordKey,
    RecordOverlay,
    RecordsInMemory,
)
from gazetteer.ledger.drafts.step_play import EffectiveDays, PlayedStep, StepIds, play_step
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Attributes, Version
from gazetteer.records.commands.command import Command, resolve_units
from gazetteer.records.name_parts import split_name

NAMESPACE = UUID("2f1f0b4e-54c5-4b5e-8a52-0d3c2b1a0f9e")
STEP, ACT = UUID(int=1000), UUID(int=1001)
SINCE, DAY = PeriodEnd(date(1985, 5, 24), None, Precision.DAY), date(2026, 7, 1)
BY_ACT = EffectiveDays(date(2026, 1, 1), DAY, ACT)
STEP_START = PeriodEnd(DAY, ACT, Precision.DAY)

PROVINCE, CITY = "440000", "440100"
TIANHE, CONGHUA, SHIPAI = "440106", "440122", "440106002"

Timelines = dict[RecordKey, tuple[Version, ...]]


def identify(kind: str, code: str) -> UUID:
    """The id of a record of the unit that began with a code."""
    return uuid5(NAMESPACE, f"{kind}/{code}")


def build_unit(code: str, name: str, level: str, parent: str | None = None) -> Timelines:
    """A unit with its place, names, spellings and code."""
    short = split_name(name, level).short
    place = identify("place", code)
    records: dict[RecordKey, Attributes] = {
        ("unit", identify("unit", code)): {
            "level": level,
            "unit_type": None,
            "subordination_parent": identify("unit", parent) if parent else None,
            "custody_parent": None,
            "place_id": place,
            "seat": None,
            "remark": None,
        },
        ("place", place): _build_place(code, level),
        ("code", identify("code", code)): {
            "unit_id": identify("unit", code),
            "code": code,
            "code_system": "mca",
        },
    }
    for kind, text in (("standard", name), ("short", short)):
        if text is not None:
            records |= _build_name(f"{code}/{kind}", place, text, kind)
    return {key: (Version(Period(SINCE), values),) for key, values in records.items()}


def _build_place(code: str, level: str) -> Attributes:
    return {
        "legal_class": "division",
        "class_code": None,
        "level": level,
        "unit_id": identify("unit", code),
        "within": None,
        "location": None,
        "source": None,
    }


def _build_name(number: str, place: UUID, text: str, kind: str) -> dict[RecordKey, Attributes]:
    name = identify("name", number)
    return {
        ("name", name): {
            "place_id": place,
            "text": text,
            "name_kind": kind,
            "language": "zh-Hans",
            "specific_part": None,
            "generic_part": None,
            "source": None,
        },
        ("spelling", identify("spelling", number)): {
            "name_id": name,
            "text": f"{text} in pinyin",
            "system": "pinyin",
            "status": "proposed",
            "source": None,
        },
    }


def build_register() -> RecordsInMemory:
    """The units; Shipai is a township of Tianhe."""
    return RecordsInMemory(
        {
            **build_unit(PROVINCE, "广东省", "province"),
            **build_unit(CITY, "广州市", "prefecture", PROVINCE),
            **build_unit(TIANHE, "天河区", "county", CITY),
            **build_unit(CONGHUA, "从化县", "county", CITY),
            **build_unit(SHIPAI, "石牌街道", "township", TIANHE),
        }
    )


def run_command(
    known: KnownRecords,
    command: Command,
    arguments: Mapping[str, Any],
    days: EffectiveDays = BY_ACT,
    step: UUID = STEP,
) -> PlayedStep:
    """A command with its arguments as a program sends them, played over what is known."""
    first = DayRecords(known, days.first_day or days.reference_day)
    resolved = resolve_units(first, command.arguments.model_validate(arguments))

    def play(records: DayRecords, ids: StepIds) -> None:
        command.play(records, resolved, ids)

    return play_step(known, play, step, days)


def apply_command(
    known: KnownRecords,
    command: Command,
    arguments: Mapping[str, Any],
    days: EffectiveDays = BY_ACT,
    step: UUID = STEP,
) -> RecordOverlay:
    """What is known with the step."""
    return RecordOverlay(known, run_command(known, command, arguments, days, step).after)


def read_day(known: KnownRecords, day: date = DAY) -> DayRecords:
    return DayRecords(known, day)


def find_unit(known: KnownRecords, code: str, day: date = DAY) -> UUID | None:
    """The unit that carries a code on a day."""
    carriers = read_day(known, day).select_records("code", "code", code).values()
    return next((row["unit_id"] for row in carriers), None)


def get_attributes(known: KnownRecords, kind: str, code: str, day: date = DAY) -> Attributes:
    """A record of the unit that began with a code."""
    found = read_day(known, day).find_record(kind, identify(kind, code))
    assert found is not None
    return found


def list_codes(known: KnownRecords, unit: UUID, day: date = DAY) -> list[str]:
    codes = read_day(known, day).select_records("code", "unit_id", unit).values()
    return sorted(row["code"] for row in codes)


def list_names(known: KnownRecords, place: UUID, day: date = DAY) -> dict[str, list[str]]:
    """The names of a place by kind, each with its spellings."""
    records = read_day(known, day)
    found: dict[str, list[str]] = {}
    for name_id, name in records.select_records("name", "place_id", place).items():
        spellings = records.select_records("spelling", "name_id", name_id).values()
        texts = [name["text"], *sorted(row["text"] for row in spellings)]
        found.setdefault(name["name_kind"], []).append(" = ".join(texts))
    return {kind: sorted(texts) for kind, texts in sorted(found.items())}


def find_last_bound(known: KnownRecords, kind: str, record_id: UUID) -> PeriodEnd:
    """Where the last known version of a record ends."""
    versions = known.load_versions((kind, record_id))
    return versions[-1].period.end if versions else UNBOUNDED
