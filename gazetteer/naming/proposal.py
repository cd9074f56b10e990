"""A name that is examined: of what it shall be the name, and what is known of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from uuid import UUID

from gazetteer.messages import Message, message


class LegalClass(StrEnum):
    """What the law tells apart (Order 753, article 3): it decides on scope and approver."""

    NATURAL = "natural"
    DIVISION = "division"
    VILLAGE_SEAT = "village_seat"
    PARK_RESERVE = "park_reserve"
    ROAD = "road"
    BUILDING = "building"
    FACILITY = "facility"
    OTHER = "other"

    @property
    def class_message(self) -> Message:
        """What it is called."""
        return message(f"legal_class.{self.value}")


class RenamingCause(StrEnum):
    """Why a name no longer fits (Order 753, article 10)."""

    DIVISION_CHANGE = "division_change"
    CONSTRUCTION = "construction"
    NATURAL_CHANGE = "natural_change"
    UNLAWFUL_NAME = "unlawful_name"


@dataclass(frozen=True, slots=True)
class BuildingSize:
    """Figures of a building or estate; None where one is not known.

    Attributes:
        site_m2: the site.
        floor_area_m2: the gross floor area.
        floors: storeys above ground.
        floor_area_ratio: gross floor area by site.
        green_percent: green space, in percent of the site.
        open_space_m2: public open space without parking.
        coverage_percent: built-up ground, in percent of the site.
        city_size: ``big`` or ``other``, where local law distinguishes them.
    """

    site_m2: float | None = None
    floor_area_m2: float | None = None
    floors: float | None = None
    floor_area_ratio: float | None = None
    green_percent: float | None = None
    open_space_m2: float | None = None
    coverage_percent: float | None = None
    city_size: Literal["big", "other"] | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided where a rule asks: whether a word is linked to what it also names.

    A ruling that it is not lifts the question; one that it is makes the name inadmissible.
    """

    rule: str
    linked: bool
    reason: str


@dataclass(frozen=True, slots=True)
class NameProposal:
    """A name, and what it is to name.

    Attributes:
        name: as it is proposed.
        legal_class: what kind of place.
        level: its level (:class:`gazetteer.records.levels.Level`).
        within: the unit in which it lies; None: not stated.
        geometry: EWKB in hexadecimal, lon, lat degrees of CGCS2000 (EPSG:4490); None: not stated.
        place_id: the place that has another name now, or has this one: it is no duplicate of its
            own. None: a new place.
        in_force: whether the name is in force already, and is only examined.
        former_name: the name that it replaces; None: it is no renaming.
        cause: why the name is changed.
        has_protection_measures: whether measures for a protected name are attached.
        main_place_name: the name of the place after which a station or bridge is named.
        reading: syllables with tones, where they are not those of the rules.
        romanized: a proposed spelling, which is compared with that of the rules.
        size: of a building.
        rulings: by the ids of rules.
    """

    name: str
    legal_class: LegalClass
    level: str
    within: UUID | None = None
    geometry: str | None = None
    place_id: UUID | None = None
    in_force: bool = False
    former_name: str | None = None
    cause: RenamingCause | None = None
    has_protection_measures: bool = False
    main_place_name: str | None = None
    reading: tuple[str, ...] | None = None
    romanized: str | None = None
    size: BuildingSize = BuildingSize()
    rulings: Mapping[str, Ruling] = field(default_factory=dict)
