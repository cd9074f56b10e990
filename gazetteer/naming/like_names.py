"""Names of the register that are like a name: read by its key, the nearest units first."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.naming.name_keys import NameKey
from gazetteer.naming.naming_finding import LikeName, Likeness
from gazetteer.naming.proposal import NameProposal

Conn = Connection[Any]
_SCOPES = ("province", "prefecture", "county", "township")
_MOST = 30
"""Names of one likeness that are read: those of the nearest units."""


class NamingScope(StrEnum):
    """Within which no two names may be the same."""

    NATION = "nation"
    PROVINCE = "province"
    COUNTY = "county"
    TOWNSHIP = "township"


@dataclass(frozen=True, slots=True)
class UnitsAbove:
    """The units in which a place lies, by level; None where there is none or it is not known.

    ``county`` is that of the law: in a city without districts or counties it is the city.
    """

    province: UUID | None = None
    prefecture: UUID | None = None
    county: UUID | None = None
    township: UUID | None = None
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def find_unit(self, scope: NamingScope) -> UUID | None:
        """The unit of a scope; None of the whole country, and where it is not known."""
        return None if scope is NamingScope.NATION else getattr(self, scope.value)


_UNITS_ABOVE = """
WITH RECURSIVE above AS (
    SELECT u.unit_id, u.level, u.name, u.code, u.parent_id, 0 AS step FROM unit_state u
    WHERE u.unit_id = %(unit)s AND upper_inf(u.recorded) AND u.valid @> %(at)s::date
    UNION ALL
    SELECT u.unit_id, u.level, u.name, u.code, u.parent_id, a.step + 1
    FROM above a JOIN unit_state u ON u.unit_id = a.parent_id
    WHERE upper_inf(u.recorded) AND u.valid @> %(at)s::date AND a.step < 8
)
SELECT unit_id, level, name, code FROM above ORDER BY step DESC
"""

# The text of the unit's level is compared, not its whole chain: each is one equality in an index.
_LIKE = """
SELECT k.place_id, k.text, k.pinyin_toned AS toned, k.legal_class, k.level, k.text_key, k.pinyin,
       lower(k.valid) AS since, k.province, k.prefecture, k.county, k.township,
       p.unit_id, s.code, ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
       ARRAY(SELECT a.name FROM unnest(ARRAY[k.province, k.prefecture, k.county, k.township])
             WITH ORDINALITY AS w(unit, number)
             JOIN LATERAL (SELECT u.name FROM unit_state u WHERE u.unit_id = w.unit
                 AND upper_inf(u.recorded) AND u.valid @> %(at)s::date LIMIT 1) a ON true
             WHERE w.unit IS DISTINCT FROM p.unit_id
             AND (w.number <> 3 OR w.unit IS DISTINCT FROM k.prefecture)
             ORDER BY w.number) AS units
FROM (
    SELECT * FROM name_key
    WHERE {condition} AND valid @> %(at)s::date AND place_id IS DISTINCT FROM %(place)s
    ORDER BY (legal_class = %(legal_class)s AND level = %(level)s) DESC,
        (township = %(township)s) DESC NULLS LAST, (county = %(county)s) DESC NULLS LAST,
        (prefecture = %(prefecture)s) DESC NULLS LAST, (province = %(province)s) DESC NULLS LAST,
        key_id
    LIMIT %(most)s
) k
LEFT JOIN LATERAL (
    SELECT v.unit_id, v.location FROM place_version v
    WHERE v.record_id = k.place_id AND upper_inf(v.recorded) AND v.valid @> %(at)s::date LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT u.code FROM unit_state u
    WHERE u.unit_id = p.unit_id AND upper_inf(u.recorded) AND u.valid @> %(at)s::date LIMIT 1
) s ON true
"""
_CONDITIONS = {
    "text": "text_key = %(text)s",
    "sound": "pinyin = %(plain)s AND text_key <> %(text)s",
    "specific": "specific_key = %(specific)s AND text_key <> %(text)s",
}


_NAMED_SO = """
SELECT DISTINCT place_id FROM name_key
WHERE text_key = %(text)s AND legal_class = %(legal_class)s AND level = %(level)s
AND %(within)s::uuid IN (province, prefecture, county, township) AND valid @> %(at)s::date LIMIT 2
"""


def find_named_place(conn: Conn, key: NameKey, proposal: NameProposal, at: date) -> UUID | None:
    """The only place of the class and level that has the name in the unit of a proposal.

    None: there is none, or there are several.
    """
    params = {
        "text": key.text,
        "legal_class": proposal.legal_class,
        "level": proposal.level,
        "within": proposal.within,
        "at": at,
    }
    places = conn.execute(_NAMED_SO, params).fetchall()
    return places[0][0] if len(places) == 1 else None


@dataclass(frozen=True, slots=True)
class LikeNames:
    """The names that are like a name, each with the units in which it lies."""

    found: tuple[tuple[LikeName, UnitsAbove], ...] = ()

    def select_names(
        self, *likeness: Likeness, scope: NamingScope, units: UnitsAbove
    ) -> tuple[LikeName, ...]:
        """Those of some likeness within the unit of a scope."""
        unit = units.find_unit(scope)
        return tuple(
            name
            for name, own in self.found
            if name.likeness in likeness
            and (scope is NamingScope.NATION or (unit is not None and own.find_unit(scope) == unit))
        )

    @property
    def sorted_names(self) -> tuple[LikeName, ...]:
        """All of them, the most like first."""
        order = list(Likeness)
        return tuple(sorted((n for n, _ in self.found), key=lambda n: order.index(n.likeness)))


def load_units_above(conn: Conn, unit: UUID, at: date) -> UnitsAbove:
    """A unit and those above it, on a day; as it is known now."""
    rows = conn.execute(_UNITS_ABOVE, {"unit": unit, "at": at}).fetchall()
    ids = {level: unit_id for unit_id, level, _, _ in rows}
    return UnitsAbove(
        ids.get("province"),
        ids.get("prefecture"),
        ids.get("county") or ids.get("prefecture"),
        ids.get("township"),
        tuple(name for _, _, name, _ in rows),
        tuple(code for _, _, _, code in rows if code),
    )


def load_like_names(
    conn: Conn, key: NameKey, proposal: NameProposal, units: UnitsAbove, at: date
) -> LikeNames:
    """The names that are the same, sound alike or have the same specific part, on a day.

    Of each at most :data:`_MOST`: first those of the same class and level, then those in the
    nearest units. A name of the place itself is left out.

    Args:
        conn: the database.
        key: of the name.
        proposal: the name, and what it is to name.
        units: in which that lies.
        at: the day; as it is known now.
    """
    params = {
        "text": key.text,
        "plain": key.plain,
        "specific": key.parts.specific,
        "at": at,
        "place": proposal.place_id,
        "legal_class": proposal.legal_class,
        "level": proposal.level,
        "most": _MOST,
        **{scope: getattr(units, scope) for scope in _SCOPES},
    }
    found: dict[UUID, tuple[LikeName, UnitsAbove]] = {}
    with conn.cursor(row_factory=dict_row) as cursor:
        for condition in _CONDITIONS.values():
            for row in cursor.execute(_LIKE.format(condition=condition).encode(), params):
                found.setdefault(row["place_id"], _build_like_name(row, key))
    return LikeNames(tuple(found.values()))


def _build_like_name(row: dict[str, Any], key: NameKey) -> tuple[LikeName, UnitsAbove]:
    name = LikeName(
        place_id=row["place_id"],
        text=row["text"],
        toned=row["toned"],
        likeness=_compare_name(row, key),
        legal_class=row["legal_class"],
        level=row["level"],
        unit_id=row["unit_id"],
        code=row["code"],
        units=tuple(row["units"]),
        location=None if row["lon"] is None else (row["lon"], row["lat"]),
        since=row["since"],
    )
    return name, UnitsAbove(*(row[scope] for scope in _SCOPES))


def _compare_name(row: dict[str, Any], key: NameKey) -> Likeness:
    if row["text_key"] == key.text:
        return Likeness.SAME
    if row["pinyin"] is None or row["pinyin"] != key.plain:
        return Likeness.SAME_SPECIFIC
    is_same_tone = row["toned"] is not None and row["toned"] == key.toned
    return Likeness.SAME_SOUND if is_same_tone else Likeness.SIMILAR_SOUND
