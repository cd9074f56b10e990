"""Arguments name units by code or id; a step keeps the ids."""

from datetime import date

import pytest
from pydantic import ValidationError

from boundaries.network.commands.split_unit import SPLIT_UNIT
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordsInMemory
from gazetteer.problems import NotFound
from gazetteer.records.commands.change_parent import ChangeParent
from gazetteer.records.commands.command import CommandArguments, parse_unit_id, resolve_units
from gazetteer.records.commands.move_seat import MoveSeat
from tests.gazetteer.records.commands.small_register import (
    CITY,
    DAY,
    PROVINCE,
    SHIPAI,
    SINCE,
    TIANHE,
    build_register,
    build_unit,
    identify,
)

KNOWN = build_register()
TODAY = DayRecords(KNOWN, DAY)


def move(unit: str) -> MoveSeat:
    return MoveSeat.model_validate({"unit": unit, "to": (113.3, 23.1)})


@pytest.mark.parametrize("code", [PROVINCE, CITY, TIANHE, SHIPAI])
def test_a_code_becomes_the_id_of_its_unit(code: str) -> None:
    resolved = resolve_units(TODAY, move(code))
    assert resolved == move(str(identify("unit", code)))


def test_an_id_stays() -> None:
    by_id = move(str(identify("unit", TIANHE)))
    assert resolve_units(TODAY, by_id) == by_id
    assert parse_unit_id(by_id.unit) == identify("unit", TIANHE)


def test_units_that_may_be_missing_are_resolved_if_they_are_named() -> None:
    values = {"unit": TIANHE, "parent": CITY}
    ids = {name: str(identify("unit", code)) for name, code in values.items()}
    plain = ChangeParent.model_validate(values)
    assert resolve_units(TODAY, plain) == ChangeParent.model_validate(ids)
    held = ChangeParent.model_validate({**values, "custody_parent": PROVINCE})
    custody = {"custody_parent": str(identify("unit", PROVINCE))}
    assert resolve_units(TODAY, held) == ChangeParent.model_validate({**ids, **custody})


def test_arguments_within_arguments_are_kept() -> None:
    values = {
        "unit": TIANHE,
        "line": {"type": "LineString", "coordinates": [(113.0, 23.0), (114.0, 24.0)]},
        "at": (113.1, 23.9),
        "new": {"code": "440118", "name": "增城区"},
    }
    arguments = SPLIT_UNIT.arguments.model_validate(values)
    expected = SPLIT_UNIT.arguments.model_validate(
        {**values, "unit": str(identify("unit", TIANHE))}
    )
    assert resolve_units(TODAY, arguments) == expected


@pytest.mark.parametrize(
    "unknown", ["440199", "440106999", "0" * 8 + "-0000-0000-0000-" + "0" * 12]
)
def test_a_unit_that_is_not_known_is_said_with_its_field(unknown: str) -> None:
    for field, values in (
        ("unit", {"unit": unknown, "parent": CITY}),
        ("parent", {"unit": TIANHE, "parent": unknown}),
        ("custody_parent", {"unit": TIANHE, "parent": CITY, "custody_parent": unknown}),
    ):
        with pytest.raises(NotFound) as caught:
            resolve_units(TODAY, ChangeParent.model_validate(values))
        assert caught.value.field == field


def test_a_code_means_the_unit_that_carries_it_on_the_day() -> None:
    assert SINCE.on is not None
    with pytest.raises(NotFound):
        resolve_units(DayRecords(KNOWN, date(1980, 1, 1)), move(TIANHE))
    assert resolve_units(DayRecords(KNOWN, SINCE.on), move(TIANHE)) != move(TIANHE)


def test_a_code_of_civil_affairs_comes_before_the_same_one_of_another_system() -> None:
    timelines = {**KNOWN.timelines, **build_unit("440199", "别县", "county", CITY)}
    key = "code", identify("code", "440199")
    (version,) = timelines[key]
    other = {**version.attributes, "code": TIANHE, "code_system": "stats"}
    timelines[key] = (type(version)(version.period, other),)
    resolved = resolve_units(DayRecords(RecordsInMemory(timelines), DAY), move(TIANHE))
    assert resolved == move(str(identify("unit", TIANHE)))


@pytest.mark.parametrize(
    "values",
    [
        {"unit": "4401", "to": (113.3, 23.1)},
        {"unit": "天河区", "to": (113.3, 23.1)},
        {"unit": TIANHE, "to": (181.0, 23.1)},
        {"unit": TIANHE, "to": (113.3, 91.0)},
        {"unit": TIANHE, "to": (113.3, float("nan"))},
        {"unit": TIANHE, "to": (113.3, 23.1), "name": "天河"},
        {"unit": TIANHE},
    ],
)
def test_arguments_that_are_none_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MoveSeat.model_validate(values)


def test_arguments_cannot_be_changed() -> None:
    arguments: CommandArguments = move(TIANHE)
    with pytest.raises(ValidationError):
        arguments.unit = CITY  # type: ignore[attr-defined]
