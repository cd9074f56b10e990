"""The defects of the names of a whole register, and the statements that find them."""

from dataclasses import dataclass
from enum import StrEnum

from gazetteer.messages import Message, message
from gazetteer.naming.generic_terms import TOWN_TERMS


class DefectKind(StrEnum):
    """What may be wrong with names that are in use (不规范地名)."""

    DUPLICATE = "duplicate"  # 重名
    HOMOPHONE = "homophone"  # 同音
    MANY_NAMES = "many_names"  # 一地多名
    MANY_SPELLINGS = "many_spellings"  # 一名多写
    UNNAMED = "unnamed"  # 有地无名
    OVERSIZED = "oversized"  # 大
    FOREIGNIZED = "foreignized"  # 洋
    ODD = "odd"  # 怪

    @property
    def kind_message(self) -> Message:
        """What it is called."""
        return message(f"naming_defect.{self.value}")


@dataclass(frozen=True, slots=True)
class DefectQuery:
    """A statement that finds defects of a kind, by a rule.

    It returns the unit in which they are (NULL: the country), the subject, the ids of the names
    and the number of places; its parameter is the day.
    """

    kind: DefectKind
    rule: str
    statement: str


@dataclass(frozen=True, slots=True)
class _Uniqueness:
    """Which names have to be unique, and in what: SQL conditions on ``name_key k``."""

    duplicate_rule: str
    homophone_rule: str
    condition: str
    unit: str


_UNIQUENESS = (
    _Uniqueness(
        "NR-010",
        "NR-011",
        "k.legal_class = 'division' AND k.level IN ('province', 'prefecture', 'county')",
        "NULL::uuid",
    ),
    _Uniqueness(
        "NR-012",
        "NR-012",
        "k.legal_class = 'division' AND k.level = 'township' AND k.province IS NOT NULL"
        f" AND k.text_key ~ '({'|'.join(TOWN_TERMS)})$'",
        "k.province",
    ),
    _Uniqueness(
        "NR-013", "NR-013", "k.legal_class = 'village_seat' AND k.county IS NOT NULL", "k.county"
    ),
    _Uniqueness(
        "NR-016", "NR-016", "k.legal_class = 'road' AND k.township IS NOT NULL", "k.township"
    ),
)

_DUPLICATES = """
SELECT {unit} AS unit_id, k.text_key, array_agg(k.name_id ORDER BY k.key_id),
       count(DISTINCT k.place_id)
FROM name_key k WHERE {condition} AND k.valid @> %(at)s::date
GROUP BY 1, 2 HAVING count(DISTINCT k.place_id) > 1
"""
# Names that are the same are duplicates, and no homophones of each other.
_HOMOPHONES = """
SELECT {unit} AS unit_id, k.pinyin_toned, array_agg(k.name_id ORDER BY k.key_id),
       count(DISTINCT k.place_id)
FROM name_key k WHERE {condition} AND k.valid @> %(at)s::date AND k.pinyin_toned IS NOT NULL
GROUP BY 1, 2 HAVING count(DISTINCT k.text_key) > 1
"""
_IN_AREA = """
SELECT NULL::uuid AS unit_id, a.name || ' ' || k.{column} AS subject,
       array_agg(k.name_id ORDER BY k.key_id), count(DISTINCT k.place_id)
FROM built_up_area a
JOIN place_version p ON ST_Intersects(a.geom, p.location) AND upper_inf(p.recorded)
    AND p.valid @> %(at)s::date AND p.legal_class = '{legal_class}'
JOIN name_key k ON k.place_id = p.record_id AND k.valid @> %(at)s::date
WHERE a.valid @> %(at)s::date AND k.{column} IS NOT NULL
GROUP BY a.area_id, a.name, k.{column} HAVING count(DISTINCT k.{counted}) > 1
"""
_UNNAMED = """
SELECT coalesce(p.unit_id, p.within) AS unit_id, p.record_id::text, '{}'::uuid[], 1
FROM place_version p
WHERE upper_inf(p.recorded) AND p.valid @> %(at)s::date AND NOT EXISTS (
    SELECT FROM name_version n WHERE n.place_id = p.record_id AND upper_inf(n.recorded)
    AND n.valid @> %(at)s::date
)
"""
# The pairs of places are found once, and before their names: no statistics say how few they are,
# and only a table of its own is filled by several processes.
NEAR_PLACES = """
CREATE TEMP TABLE near_place ON COMMIT DROP AS
SELECT p.record_id AS place_id, q.record_id AS other_id
FROM place_version p
JOIN place_version q ON q.location && ST_Expand(p.location, 0.0005) AND q.record_id > p.record_id
    AND ST_DWithin(p.location::geography, q.location::geography, 30)
    AND q.legal_class = p.legal_class AND q.class_code IS NOT DISTINCT FROM p.class_code
    AND upper_inf(q.recorded) AND q.valid @> %(at)s::date
WHERE p.location IS NOT NULL AND upper_inf(p.recorded) AND p.valid @> %(at)s::date
"""
"""Places of one class within 30 m, which the queries of :data:`DEFECT_QUERIES` read."""

_NAMED_TWICE = """
SELECT k.county AS unit_id, k.text_key || ' / ' || min(o.text_key),
       array_agg(DISTINCT k.name_id) || array_agg(DISTINCT o.name_id), 2
FROM near_place n
JOIN name_key k ON k.place_id = n.place_id AND k.valid @> %(at)s::date
JOIN name_key o ON o.place_id = n.other_id AND o.valid @> %(at)s::date
WHERE k.text_key <> o.text_key AND (k.pinyin IS NOT DISTINCT FROM o.pinyin) = {sounds_alike}
GROUP BY k.key_id, k.county, k.text_key
"""


def _build_queries() -> tuple[DefectQuery, ...]:
    queries = []
    for one in _UNIQUENESS:
        duplicates = _DUPLICATES.format(unit=one.unit, condition=one.condition)
        homophones = _HOMOPHONES.format(unit=one.unit, condition=one.condition)
        queries += [
            DefectQuery(DefectKind.DUPLICATE, one.duplicate_rule, duplicates),
            DefectQuery(DefectKind.HOMOPHONE, one.homophone_rule, homophones),
        ]
    for rule, legal_class in (("NR-014", "road"), ("NR-015", "building")):
        for kind, column, counted in (
            (DefectKind.DUPLICATE, "text_key", "place_id"),
            (DefectKind.HOMOPHONE, "pinyin_toned", "text_key"),
        ):
            statement = _IN_AREA.format(column=column, legal_class=legal_class, counted=counted)
            queries.append(DefectQuery(kind, rule, statement))
    queries += [
        DefectQuery(DefectKind.MANY_NAMES, "NR-023", _NAMED_TWICE.format(sounds_alike="false")),
        DefectQuery(DefectKind.MANY_SPELLINGS, "NR-023", _NAMED_TWICE.format(sounds_alike="true")),
        DefectQuery(DefectKind.UNNAMED, "NR-023", _UNNAMED),
    ]
    return tuple(queries)


DEFECT_QUERIES = _build_queries()
"""All that one statement finds; words of lexicons are looked for in the names themselves."""
