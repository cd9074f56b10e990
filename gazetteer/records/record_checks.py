"""The register examines its names half: periods, parents, codes, names and succession.

What is judged is what is known now, on every day of it and not only today.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.records.check_result import CheckResult


class ConsistencyCheck(NamedTuple):
    """A query whose every row is a finding; ``{name}`` in a text is a column of the row."""

    id: str
    severity: Literal["error", "warning", "info"]
    zh: str
    en: str
    hint_zh: str
    hint_en: str
    query: str


_KNOWN_LIFE = """
SELECT unit_id, range_agg(valid) AS life FROM unit_state WHERE upper_inf(recorded) GROUP BY unit_id
"""

CHECKS = (
    ConsistencyCheck(
        "code_collision",
        "error",
        "代码 {subject} 在 {days} 由两个单位同时使用：{detail}。",
        "the code {subject} is carried by two units during {days}: {detail}",
        "更正其中一个单位的代码有效期（行政区划代码管理办法：代码唯一）。",
        "correct the period of one of them (Order 79: a code is unique)",
        """
        SELECT a.code AS subject, (a.valid * b.valid)::text AS days, a.name || ', ' || b.name
            AS detail
        FROM unit_state a JOIN unit_state b ON a.code = b.code AND a.unit_id < b.unit_id
        AND a.valid && b.valid AND upper_inf(a.recorded) AND upper_inf(b.recorded)
        """,
    ),
    ConsistencyCheck(
        "parent_not_in_force",
        "error",
        "{subject} {detail} 在 {days} 的上级单位不存在。",
        "the parent of {subject} {detail} is not in force during {days}",
        "更正隶属关系，或补录上级单位在该期间的记录。",
        "correct the parent, or record the parent for that period",
        f"""
        WITH known AS MATERIALIZED ({_KNOWN_LIFE})
        SELECT s.code AS subject, s.name AS detail,
               (datemultirange(s.valid) - coalesce(k.life, '{{}}'))::text AS days
        FROM unit_state s LEFT JOIN known k ON k.unit_id = s.parent_id
        WHERE upper_inf(s.recorded) AND s.parent_id IS NOT NULL
        AND NOT isempty(datemultirange(s.valid) - coalesce(k.life, '{{}}'))
        """,
    ),
    ConsistencyCheck(
        "no_parent",
        "error",
        "{subject} {detail} 没有上级单位。",
        "{subject} {detail} has no parent",
        "补录隶属关系；只有省级单位没有上级。",
        "record its parent: only provinces have none",
        """
        SELECT coalesce(code, unit_id::text) AS subject, name AS detail FROM unit_state
        WHERE upper_inf(recorded) AND parent_id IS NULL AND level <> 'province'
        """,
    ),
    ConsistencyCheck(
        "parent_not_above",
        "error",
        "{subject} {detail} 的上级单位级别不高于它。",
        "the parent of {subject} {detail} is not of a higher level",
        "更正隶属关系或级别。",
        "correct the parent or the level",
        """
        WITH height AS (
            SELECT * FROM unnest(ARRAY['province', 'prefecture', 'county', 'township', 'village'])
            WITH ORDINALITY AS l (level, height)
        )
        SELECT s.code AS subject, s.name AS detail FROM unit_state s
        JOIN unit_state p ON p.unit_id = s.parent_id AND p.valid && s.valid
        JOIN height sh ON sh.level = s.level JOIN height ph ON ph.level = p.level
        WHERE upper_inf(s.recorded) AND upper_inf(p.recorded) AND ph.height >= sh.height
        """,
    ),
    ConsistencyCheck(
        "no_name_or_code",
        "error",
        "{subject} 在 {days} 没有{detail}。",
        "{subject} has no {detail} during {days}",
        "补录该期间的标准名称或代码。",
        "record the standard name or the code for that period",
        """
        SELECT coalesce(code, name, unit_id::text) AS subject, valid::text AS days,
               CASE WHEN name IS NULL THEN 'name' ELSE 'code' END AS detail
        FROM unit_state WHERE upper_inf(recorded) AND (name IS NULL OR code IS NULL)
        """,
    ),
    ConsistencyCheck(
        "territory_lost",
        "warning",
        "{subject} {detail} 于 {days} 撤销，但没有记录其区域划归何处。",
        "{subject} {detail} ended on {days} and no link says where its territory went",
        "依据批文补录承继关系；撤销单位的区域必须有归属。",
        "record its succession from the act: the territory of an abolished unit goes somewhere",
        """
        SELECT s.code AS subject, s.name AS detail, upper(s.valid)::text AS days
        FROM unit_state s WHERE upper_inf(s.recorded) AND NOT upper_inf(s.valid)
        AND s.level <> 'village' AND NOT EXISTS (
            SELECT FROM unit_state later WHERE later.unit_id = s.unit_id
            AND upper_inf(later.recorded) AND lower(later.valid) >= upper(s.valid))
        AND NOT EXISTS (
            SELECT FROM succession_version l
            WHERE l.from_unit = s.unit_id AND upper_inf(l.recorded))
        """,
    ),
    ConsistencyCheck(
        "share_over_one",
        "error",
        "{subject} 于 {days} 划出的份额合计为 {detail}，超过 1。",
        "the shares that {subject} gave away on {days} sum up to {detail}",
        "核对承继关系的份额。",
        "check the shares of the links",
        """
        SELECT from_unit::text AS subject, lower(valid)::text AS days,
               sum(share_from)::text AS detail
        FROM succession_version WHERE upper_inf(recorded)
        GROUP BY from_unit, lower(valid) HAVING sum(share_from) > 1.000001
        """,
    ),
    ConsistencyCheck(
        "succession_out_of_time",
        "error",
        "{days} 的承继关系所指单位 {subject} 当时并不存在。",
        "the succession on {days} names {subject}, which was not in force then",
        "核对承继关系的日期和单位。",
        "check the day and the units of the link",
        f"""
        WITH known AS MATERIALIZED ({_KNOWN_LIFE})
        SELECT coalesce(f.unit_id, t.unit_id, l.from_unit)::text AS subject,
               lower(l.valid)::text AS days, '' AS detail
        FROM succession_version l
        LEFT JOIN known f ON f.unit_id = l.from_unit
        LEFT JOIN known t ON t.unit_id = l.to_unit
        WHERE upper_inf(l.recorded) AND NOT lower_inf(l.valid)
        AND NOT (coalesce(f.life, '{{}}') @> lower(l.valid) - 1
                 AND coalesce(t.life, '{{}}') @> lower(l.valid))
        """,
    ),
    ConsistencyCheck(
        "periods_overlap",
        "error",
        "{subject} 的两个状态在 {days} 重叠。",
        "two states of {subject} overlap during {days}",
        "数据库约束被绕过：从备份恢复，并检查谁有直接写权限。",
        "a constraint was circumvented: restore, and see who can write to the database directly",
        """
        SELECT a.unit_id::text AS subject, (a.valid * b.valid)::text AS days, '' AS detail
        FROM unit_state a JOIN unit_state b ON a.unit_id = b.unit_id AND a.state_id < b.state_id
        AND a.valid && b.valid AND a.recorded && b.recorded
        """,
    ),
)


def run_check(conn: Connection[Any], check: ConsistencyCheck) -> Iterator[CheckResult]:
    """The findings of one check."""
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(check.query.encode()):
            yield CheckResult(
                check.id,
                check.severity,
                row["subject"],
                check.zh.format(**row),
                check.en.format(**row),
                check.hint_zh,
                check.hint_en,
            )
