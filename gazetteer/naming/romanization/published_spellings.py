"""Spellings of the register that are not those of the rules, each with the rule that says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.naming.romanization.differing_rule import find_differing_rule
from gazetteer.naming.romanization.place_spelling import romanize_place_name

_PUBLISHED = f"""
WITH RECURSIVE {MOMENT_CTE},
subtree AS (
    SELECT s.unit_id FROM moment, unit_state s WHERE s.unit_id = %(within)s AND {in_force_sql("s")}
    UNION ALL
    SELECT s.unit_id FROM subtree t, moment, unit_state s
    WHERE s.parent_id = t.unit_id AND {in_force_sql("s")}
)
SELECT coalesce(own.code, inside.code, '') AS code, n.text, p.legal_class, p.level, s.text, s.status
FROM moment
JOIN name_version n ON n.name_kind = 'standard' AND n.language = 'zh-Hans' AND {in_force_sql("n")}
JOIN spelling_version s
    ON s.name_id = n.record_id AND s.system = 'pinyin' AND {in_force_sql("s")}
JOIN place_version p ON p.record_id = n.place_id AND {in_force_sql("p")}
LEFT JOIN unit_state own ON own.unit_id = p.unit_id AND {in_force_sql("own")}
LEFT JOIN unit_state inside ON inside.unit_id = p.within AND {in_force_sql("inside")}
WHERE (p.unit_id IS NULL OR own.unit_id IS NOT NULL)
    AND (%(within)s::uuid IS NULL OR p.unit_id IN (SELECT unit_id FROM subtree)
        OR p.within IN (SELECT unit_id FROM subtree))
ORDER BY code, n.text, s.text
"""


@dataclass(frozen=True, slots=True)
class SpellingDifference:
    """A published spelling that is not that of the rules.

    Attributes:
        code: of the unit that has the name, else of the unit in which its place lies.
        name: the standard name.
        published: its spelling in the register.
        by_rule: its spelling by the rules.
        rule: the rule by which they differ, ``RM-01`` to ``RM-10``; ``given`` for a name in
            another language, whose official spelling is not that of its characters.
        status: of the published spelling, ``proposed`` or ``approved``.
    """

    code: str
    name: str
    published: str
    by_rule: str
    rule: str
    status: str


def iter_spelling_differences(
    conn: Connection[Any], as_of: AsOf, within: str | None = None
) -> Iterator[SpellingDifference]:
    """The differences among the standard names of a moment, by code and name.

    Names without a spelling, and those that the rules cannot spell, are none.

    Args:
        conn: connection to the register.
        as_of: the moment.
        within: id of a unit; only it and what belongs to it. None: all names.
    """
    params = {**as_of.to_sql_params(), "within": within}
    with conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_PUBLISHED, params).fetchall()
    for code, name, legal_class, level, published, status in rows:
        spelling = romanize_place_name(
            name, legal_class=legal_class or "other", level=level, province=code[:2]
        )
        if spelling is not None and spelling.text != published:
            rule = find_differing_rule(published, spelling)
            yield SpellingDifference(code, name, published, spelling.text, rule, status)
