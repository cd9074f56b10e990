"""Small registers for tests: a unit with its code and name, and random changes of everything."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import shapely
from psycopg import Connection
from shapely import MultiPolygon, Point, box

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.publish import Changeset, Ledger, Publication
from gazetteer.ledger.versions import Statement
from gazetteer.problems import Conflict
from gazetteer.records.unit_states import derive_states

LEDGER = Ledger(REGISTER_KINDS, (derive_states,))
LOAD = Changeset("registrar", "first load", "load")
CORRECTION = Changeset("registrar", "the archive says otherwise", "correction")

POINT = shapely.to_wkb(Point(113.25, 23.125), hex=True, byte_order=1).lower()
SQUARE = shapely.to_wkb(MultiPolygon([box(113, 23, 114, 24)]), hex=True, byte_order=1).lower()


def day(text: str, act: UUID | None = None) -> PeriodEnd:
    return PeriodEnd(date.fromisoformat(text), act, Precision.DAY)


def span(start: str | None = None, end: str | None = None, act: UUID | None = None) -> Period:
    """From ``start`` to before ``end``; ``act`` starts the period."""
    return Period(day(start, act) if start else UNBOUNDED, day(end) if end else UNBOUNDED)


def act(record_id: UUID, **attributes: Any) -> Statement:
    return Statement("act", record_id, Period(), {"title": "国务院关于同意的批复", **attributes})


@dataclass(frozen=True)
class UnitRecords:
    """The records that make up one unit."""

    unit: UUID = field(default_factory=uuid4)
    place: UUID = field(default_factory=uuid4)
    name: UUID = field(default_factory=uuid4)
    spelling: UUID = field(default_factory=uuid4)
    code: UUID = field(default_factory=uuid4)

    def founded(
        self, code: str, name: str, start: str = "1985-05-24", *, by: UUID | None = None
    ) -> list[Statement]:
        """The unit with everything about it, from a day on."""
        period, level = span(start, act=by), "county"
        return [
            Statement("unit", self.unit, period, {"level": level, "place_id": self.place}),
            Statement("place", self.place, Period(), self._place(level)),
            Statement("name", self.name, period, self.named(name)),
            Statement("spelling", self.spelling, period, self.spelt(f"{name} in pinyin")),
            Statement("code", self.code, period, self.coded(code)),
        ]

    def coded(self, code: str) -> dict[str, Any]:
        return {"unit_id": self.unit, "code": code, "code_system": "mca"}

    def named(self, text: str) -> dict[str, Any]:
        return {
            "place_id": self.place,
            "text": text,
            "name_kind": "standard",
            "language": "zh-Hans",
        }

    def spelt(self, text: str) -> dict[str, Any]:
        return {"name_id": self.name, "text": text, "system": "pinyin", "status": "proposed"}

    def _place(self, level: str) -> dict[str, Any]:
        return {"legal_class": "division", "level": level, "unit_id": self.unit}


def publish(conn: Connection[Any], *statements: Statement, why: Changeset = LOAD) -> Publication:
    """Publish statements that say something new."""
    published = LEDGER.publish_statements(conn, why, statements)
    assert published is not None
    return published


class RandomChanges:
    """Changes of every kind in random order: acts, corrections, deletions, future dates.

    Many are impossible (a code that is taken, a reference to nothing): the ledger refuses them
    whole, and that is part of the test.
    """

    FIRST, DAYS = date(1980, 1, 1), 365 * 60

    def __init__(self, seed: int, units: int = 20) -> None:
        self.random = random.Random(seed)
        self.acts = [self._uuid() for _ in range(12)]
        self.units = [UnitRecords(*(self._uuid() for _ in range(5))) for _ in range(units)]
        self.loose = {
            kind: [self._uuid() for _ in range(6)]
            for kind in ("succession", "functional_area", "area", "jurisdiction")
        }

    def found(self, conn: Connection[Any]) -> None:
        """The register before the random changes."""
        acts = [act(record_id, announced_on=self._day()) for record_id in self.acts]
        units = [
            statement
            for number, unit in enumerate(self.units)
            for statement in unit.founded(f"{440100 + number}", f"第{number}区")
        ]
        publish(conn, *acts, *units)

    def publish(self, conn: Connection[Any]) -> Publication | None:
        """One random changeset; None if it was refused or said nothing new."""
        statements = [self._statement() for _ in range(self.random.randint(1, 9))]
        purpose = self.random.choice(["act", "correction", "load"])
        acts = self.random.sample(self.acts, 2) if purpose == "act" else []
        changeset = Changeset("registrar", f"random {purpose}", purpose, acts)
        try:
            return LEDGER.publish_statements(conn, changeset, statements)
        except Conflict:
            return None

    def _statement(self) -> Statement:
        pick = self.random.choice
        unit, kind = pick(self.units), pick([*_OF_UNIT, *self.loose, "act"])
        if kind == "act":
            return act(pick(self.acts), title=f"批复{self._number()}", announced_on=self._day())
        if kind in self.loose:
            record_id, attributes = pick(self.loose[kind]), self._loose(kind)
        else:
            record_id = getattr(unit, kind)
            attributes = getattr(self, f"_{kind}")(unit)
        deleted = kind != "place" and self.random.random() < 0.15
        told = None if deleted else attributes
        return Statement(kind, record_id, self._span(), told, replaces_later=True)

    def _span(self) -> Period:
        first, second = sorted([self._day(), self._day()])
        start = UNBOUNDED if self.random.random() < 0.15 else self._bound(first)
        end = UNBOUNDED if self.random.random() < 0.4 else self._bound(second + timedelta(days=1))
        return Period(start, end)

    def _bound(self, on: date) -> PeriodEnd:
        named = self.random.choice([None, *self.acts])
        return PeriodEnd(on, named, self.random.choice([Precision.DAY, Precision.APPROVED]))

    def _unit(self, unit: UnitRecords) -> Mapping[str, Any]:
        parents = [self.random.choice([None, self.random.choice(self.units).unit]) for _ in "12"]
        return {
            "level": "county",
            "unit_type": self.random.choice([None, "县", "市辖区", "县级市"]),
            "subordination_parent": parents[0],
            "custody_parent": parents[1],
            "place_id": self.random.choice([unit, self.random.choice(self.units)]).place,
            "seat": self.random.choice([None, POINT]),
        }

    def _code(self, unit: UnitRecords) -> Mapping[str, Any]:
        return unit.coded(str(440100 + self.random.randint(0, 3 * len(self.units))))

    def _place(self, unit: UnitRecords) -> Mapping[str, Any]:
        return {"legal_class": "division", "level": "county", "location": POINT}

    def _name(self, unit: UnitRecords) -> Mapping[str, Any]:
        kind = self.random.choice(["standard", "standard", "alias"])
        language = self.random.choice(["zh-Hans", "zh-Hans", "zh-Hant"])
        return {**unit.named(f"名{self._number()}"), "name_kind": kind, "language": language}

    def _spelling(self, unit: UnitRecords) -> Mapping[str, Any]:
        system = self.random.choice(["pinyin", "pinyin", "english"])
        return {**unit.spelt(f"Ming {self._number()}"), "system": system}

    def _loose(self, kind: str) -> Mapping[str, Any]:
        one, other = (self.random.choice(self.units).unit for _ in "12")
        share = self.random.choice([None, 1.0, 1e-05, self.random.random()])
        return {
            "succession": {
                "from_unit": one,
                "to_unit": other,
                "link_kind": "part_of",
                "share_from": share,
                "area_m2": 1.0e16,
            },
            "functional_area": {"name": f'开发区{self._number()} "\\\n\u2028😀', "within": one},
            "area": {"unit_id": one, "geom": SQUARE, "source": "drawn", "accuracy_m": share},
            "jurisdiction": {"grantor_unit": one, "holder_unit": other, "geom": SQUARE},
        }[kind]

    def _day(self) -> date:
        return self.FIRST + timedelta(days=self.random.randrange(self.DAYS))

    def _number(self) -> int:
        return self.random.randrange(50)

    def _uuid(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)


_OF_UNIT = ("unit", "code", "place", "name", "spelling")
