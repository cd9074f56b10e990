"""A small register in which anything about names may change, at random but repeatably."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.publish import Publication
from gazetteer.ledger.versions import Statement
from gazetteer.problems import Conflict
from tests.gazetteer.ledger.registers import (
    CORRECTION,
    LEDGER,
    LOAD,
    POINT,
    SQUARE,
    UnitRecords,
    publish,
    span,
)

LEVELS = ("province", "county", "township", "village")
_GENERICS = {"province": "省", "county": "县", "township": "镇", "village": "村委会", "place": ""}
_SYLLABLES = "东西南北大小新老山水"


class RandomRegister:
    """Units of four levels, and places that may have the name of a township."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.units: dict[str, list[UnitRecords]] = {level: [] for level in LEVELS}
        self.places: list[UnitRecords] = []
        self.links = [self._uuid() for _ in range(4)]
        self.areas = [self._uuid() for _ in range(4)]
        self.codes = 0

    def found(self, conn: Connection[Any]) -> None:
        """The register before the changes."""
        counts = zip(LEVELS, (2, 4, 8, 16), strict=True)
        statements = [s for level, count in counts for _ in range(count) for s in self._unit(level)]
        publish(conn, *statements, *(s for _ in range(8) for s in self._place()), why=LOAD)

    def change(self, conn: Connection[Any]) -> Publication | None:
        """One publication; None if it was refused or changed nothing."""
        kinds = [
            self._rename, self._rename, self._move, self._recode, self._found, self._found_place,
            self._rename_place, self._respell, self._link, self._place_area, self._drop,
            self._change_place,
        ]  # fmt: skip
        count = self.random.randint(1, 3)
        statements = [s for _ in range(count) for s in self.random.choice(kinds)()]
        corrections = [replace(statement, replaces_later=True) for statement in statements]
        try:
            return LEDGER.publish_statements(conn, CORRECTION, corrections)
        except Conflict:
            return None

    def _unit(self, level: str) -> list[Statement]:
        unit = UnitRecords(*(self._uuid() for _ in range(5)))
        name = self._name(level)
        self.codes += 1
        statements = [
            Statement("unit", unit.unit, span("1985-05-24"), self._attributes(level, unit)),
            Statement("place", unit.place, span(), {"legal_class": "division", "level": level}),
            Statement("name", unit.name, span("1985-05-24"), unit.named(name)),
            Statement("spelling", unit.spelling, span("1985-05-24"), unit.spelt("Dong Xi")),
            Statement("code", unit.code, span("1985-05-24"), unit.coded(f"{44000 + self.codes}")),
        ]
        self.units[level].append(unit)
        return statements

    def _place(self) -> list[Statement]:
        place = UnitRecords(*(self._uuid() for _ in range(5)))
        self.places.append(place)
        return [
            Statement("place", place.place, span(), self._place_attributes()),
            Statement("name", place.name, span(), place.named(self._name("place"))),
            Statement("name", place.code, span(), self._alias(place)),
        ]

    def _alias(self, place: UnitRecords) -> dict[str, Any]:
        return {**place.named(self._name("township")), "name_kind": "alias"}

    def _attributes(self, level: str, unit: UnitRecords) -> dict[str, Any]:
        above = LEVELS.index(level) - 1
        parents = self.units[LEVELS[above]] if above >= 0 else []
        other = self.random.choice([None, None, None, *parents])
        return {
            "level": level,
            "place_id": unit.place,
            "subordination_parent": self.random.choice(parents).unit if parents else None,
            "custody_parent": other.unit if other else None,
            "unit_type": self.random.choice([None, "县", "镇"]),
            "seat": self.random.choice([None, POINT]),
        }

    def _place_attributes(self) -> dict[str, Any]:
        within = self.random.choice([None, *self.units["county"], *self.units["township"]])
        return {
            "legal_class": self.random.choice(["settlement", "natural"]),
            "level": self.random.choice(["natural_settlement", "poi", "township"]),
            "location": self.random.choice([None, POINT]),
            "within": within.unit if within else None,
        }

    def _rename(self) -> list[Statement]:
        level, unit = self._pick()
        return [Statement("name", unit.name, self._span(), unit.named(self._name(level)))]

    def _move(self) -> list[Statement]:
        level, unit = self._pick()
        return [Statement("unit", unit.unit, self._span(), self._attributes(level, unit))]

    def _recode(self) -> list[Statement]:
        _, unit = self._pick()
        code = f"{self.random.randint(44001, 44099)}"
        return [Statement("code", unit.code, self._span(), unit.coded(code))]

    def _found(self) -> list[Statement]:
        return self._unit(self.random.choice(LEVELS))

    def _found_place(self) -> list[Statement]:
        return self._place()

    def _rename_place(self) -> list[Statement]:
        place = self.random.choice(self.places)
        if self.random.random() < 0.5:
            return [Statement("name", place.code, self._span(), self._alias(place))]
        return [Statement("name", place.name, span(), place.named(self._name("place")))]

    def _change_place(self) -> list[Statement]:
        place = self.random.choice(self.places)
        return [Statement("place", place.place, span(), self._place_attributes())]

    def _respell(self) -> list[Statement]:
        _, unit = self._pick()
        text = self.random.choice(["Xi Nan", "Da Shan", "Eastham"])
        attributes = {**unit.spelt(text), "system": self.random.choice(["pinyin", "english"])}
        return [Statement("spelling", unit.spelling, self._span(), attributes)]

    def _link(self) -> list[Statement]:
        one, other = self._pick()[1], self._pick()[1]
        link = {"from_unit": one.unit, "to_unit": other.unit, "link_kind": "absorbed"}
        deleted = self.random.random() < 0.2
        record, period = self.random.choice(self.links), span(self._day())
        return [Statement("succession", record, period, None if deleted else link)]

    def _place_area(self) -> list[Statement]:
        _, unit = self._pick()
        area = {"unit_id": unit.unit, "geom": SQUARE, "source": "drawn"}
        return [Statement("area", self.random.choice(self.areas), self._span(), area)]

    def _drop(self) -> list[Statement]:
        """A unit or a place without its name, or a unit without its code."""
        _, unit = self._pick()
        place = self.random.choice(self.places)
        kind, record = self.random.choice(
            [("name", unit.name), ("code", unit.code), ("name", place.name), ("name", place.code)]
        )
        period = self.random.choice([span(), self._span()])
        return [Statement(kind, record, period, None)]

    def _pick(self) -> tuple[str, UnitRecords]:
        level = self.random.choice(LEVELS)
        return level, self.random.choice(self.units[level])

    def _name(self, level: str) -> str:
        return "".join(self.random.choices(_SYLLABLES, k=2)) + _GENERICS[level]

    def _span(self) -> Any:
        first, second = sorted((self._day(), self._day()))
        end = None if self.random.random() < 0.6 or first == second else second
        return span(first, end)

    def _day(self) -> str:
        return date(self.random.randint(1985, 2025), self.random.randint(1, 12), 1).isoformat()

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)
