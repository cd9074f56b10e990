"""Units with names, one below the other, in a register whose keys follow what is published."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.register_ledger import LEDGER
from gazetteer.ledger.versions import Statement
from tests.gazetteer.ledger.registers import CORRECTION, LOAD, span

START = "1985-05-24"


@dataclass(frozen=True)
class NamedUnit:
    """The records of a unit of a level."""

    level: str
    code: str
    parent: UUID | None = None
    unit: UUID = field(default_factory=uuid4)
    place: UUID = field(default_factory=uuid4)
    name: UUID = field(default_factory=uuid4)
    coding: UUID = field(default_factory=uuid4)

    def found(self, text: str) -> list[Statement]:
        """The unit with everything about it."""
        coded = {"unit_id": self.unit, "code": self.code, "code_system": "mca"}
        legal_class = "village_seat" if self.level == "village" else "division"
        placed = {"legal_class": legal_class, "level": self.level, "unit_id": self.unit}
        return [
            self.put_under(self.parent, START),
            Statement("place", self.place, span(), placed),
            self.call(text, START),
            Statement("code", self.coding, span(START), coded),
        ]

    def put_under(self, parent: UUID | None, start: str, end: str | None = None) -> Statement:
        """The unit under another one from a day on."""
        facts = {"level": self.level, "place_id": self.place, "subordination_parent": parent}
        return Statement("unit", self.unit, span(start, end), facts)

    def call(self, text: str, start: str, end: str | None = None) -> Statement:
        """The standard name of the unit from a day on."""
        return name_place(self.place, self.name, text, start, end)

    def spell(self, text: str, status: str) -> Statement:
        """A spelling of the name."""
        facts = {"name_id": self.name, "text": text, "system": "pinyin", "status": status}
        return Statement("spelling", uuid4(), span(START), facts)


def name_place(
    place: UUID, name: UUID, text: str, start: str | None, end: str | None = None
) -> Statement:
    """The standard name of a place from a day on."""
    facts = {"place_id": place, "text": text, "name_kind": "standard", "language": "zh-Hans"}
    return Statement("name", name, span(start, end), facts)


@dataclass(frozen=True)
class NamedTree:
    """440000 广东省 > 440100 广州市 and 440300 深圳市 > 440106 天河区 > 五山镇 > 石牌 village."""

    province: NamedUnit
    canton: NamedUnit
    shenzhen: NamedUnit
    tianhe: NamedUnit
    wushan: NamedUnit
    shipai: NamedUnit


def found_tree(conn: Connection[Any]) -> NamedTree:
    """Publish the units of :class:`NamedTree`."""
    province = NamedUnit("province", "440000")
    canton = NamedUnit("prefecture", "440100", province.unit)
    shenzhen = NamedUnit("prefecture", "440300", province.unit)
    tianhe = NamedUnit("county", "440106", canton.unit)
    wushan = NamedUnit("township", "440106001", tianhe.unit)
    shipai = NamedUnit("village", "440106001001", wushan.unit)
    publish(
        conn,
        *province.found("广东省"),
        *canton.found("广州市"),
        *shenzhen.found("深圳市"),
        *tianhe.found("天河区"),
        *wushan.found("五山镇"),
        *shipai.found("石牌社区居民委员会"),
        is_load=True,
    )
    return NamedTree(province, canton, shenzhen, tianhe, wushan, shipai)


def publish(conn: Connection[Any], *statements: Statement, is_load: bool = False) -> None:
    """Publish statements that say something new."""
    assert LEDGER.publish_statements(conn, LOAD if is_load else CORRECTION, statements) is not None


def load_keys(conn: Connection[Any], place: UUID) -> list[dict[str, Any]]:
    """The keys of the names of a place, the earliest first, with the days of their periods."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT text, text_key, specific_key, generic, pinyin, pinyin_toned, province,"
            " prefecture, county, township, lower(valid)::text AS since, upper(valid)::text AS till"
            " FROM name_key WHERE place_id = %s ORDER BY valid",
            (place,),
        ).fetchall()


def load_key_ids(conn: Connection[Any]) -> dict[UUID, set[int]]:
    """The ids of the keys of each place; a key that is written anew has another one."""
    rows = conn.execute("SELECT place_id, array_agg(key_id) FROM name_key GROUP BY 1")
    return {place: set(ids) for place, ids in rows}
