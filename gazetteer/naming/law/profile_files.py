"""Local law on names: dated profiles of units, in ``profiles.toml``, which explains the fields."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.rules.rule_catalogue import Certainty
from gazetteer.settings import get_settings

BuildingMeasure = Literal[
    "site_m2",
    "floor_area_m2",
    "floors",
    "floor_area_ratio",
    "coverage_percent",
    "green_percent",
    "open_space_m2",
]
"""What a threshold limits: areas in square metres, shares of the site in percent."""

ThresholdCondition = Literal[
    "surrounded_by_roads",
    "open_space_without_parking",
    "kindergarten_and_school",
    "gardens_exceed_footprint",
    "suburban",
    "hillside",
]
"""What a person has to look at."""

_SHIPPED = Path(__file__).with_name("profiles.toml")
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class MeasureLimit:
    """The values of a measure that pass: ``at_least <= value < below``."""

    __pydantic_config__ = _STRICT

    at_least: float | None = None
    below: float | None = None

    def includes_value(self, value: float) -> bool:
        """Whether a value passes."""
        return (self.at_least is None or value >= self.at_least) and (
            self.below is None or value < self.below
        )


@dataclass(frozen=True, slots=True)
class BuildingThreshold:
    """What a building or an estate must be for a generic term, in cities of a size (None: all).

    One of ``any_of`` and each of ``all_of`` has to pass.
    """

    __pydantic_config__ = _STRICT

    terms: tuple[str, ...]
    city_size: Literal["big", "other"] | None = None
    any_of: Mapping[BuildingMeasure, MeasureLimit] = field(default_factory=dict)
    all_of: Mapping[BuildingMeasure, MeasureLimit] = field(default_factory=dict)
    conditions: tuple[ThresholdCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalProfile:
    """The law on names of a unit and of all below it; everywhere where ``unit`` is None.

    It holds from ``valid_from`` until the day before ``valid_to``; None where the day is not known.
    """

    __pydantic_config__ = _STRICT

    id: str
    rules: tuple[str, ...]
    source: str
    certainty: Certainty
    unit: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    valid_from: Annotated[date | None, Field(validation_alias="from")] = None
    valid_to: Annotated[date | None, Field(validation_alias="to")] = None
    remarks: str | None = None
    max_characters: Annotated[int, Field(ge=1)] | None = None
    forbids_foreign_letters: bool = False
    thresholds: tuple[BuildingThreshold, ...] = ()

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on a day; an end that is not known does not exclude it."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )


_PROFILES = TypeAdapter(tuple[LocalProfile, ...])


def parse_profiles(text: str) -> tuple[LocalProfile, ...]:
    """Read profiles from TOML.

    Raises:
        InvalidValue: it is no TOML, or a field is missing, unknown or wrong; ``detail`` says what.
    """
    try:
        return _PROFILES.validate_python(tomllib.loads(text).get("profile", ()))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        detail = _describe_error(error)
        raise InvalidValue(
            message("naming.profiles_invalid", detail=detail), field="profile"
        ) from error


@cache
def read_profiles(path: Path | None = None) -> tuple[LocalProfile, ...]:
    """The profiles of a file; None: of that of the office, else of the one that is shipped.

    Raises:
        InvalidValue: as :func:`parse_profiles`.
        OSError: the file cannot be read.
    """
    chosen = get_settings().naming_profiles_file
    file = path or (Path(chosen) if chosen else _SHIPPED)
    return parse_profiles(file.read_text("utf-8"))


def select_profiles(
    profiles: Iterable[LocalProfile], codes_of_units_above: Sequence[str], on: date
) -> tuple[LocalProfile, ...]:
    """The profiles in force in a unit on a day, the most local first.

    Args:
        profiles: all there are.
        codes_of_units_above: the code of the unit and of those above it, the unit itself first.
        on: the day.
    """
    rank = {code: position for position, code in enumerate(codes_of_units_above)}
    selected = [
        profile
        for profile in profiles
        if (profile.unit is None or profile.unit in rank) and profile.is_in_force(on)
    ]
    return tuple(sorted(selected, key=lambda p: rank[p.unit] if p.unit else len(rank)))


def _describe_error(error: tomllib.TOMLDecodeError | ValidationError) -> str:
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
