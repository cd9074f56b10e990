"""Look-up by name in any state of the register, by SQL: full names, beginnings and pinyin.

The newest state is searched in memory (:mod:`gazetteer.search.autocomplete.suggestions`), which
finds more.
"""

from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql, resolve_known_at
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import LEVELS
from gazetteer.search.autocomplete.filters import Filters
from gazetteer.search.geocodejson_fields import GEOCODEJSON_TYPES, build_admin
from gazetteer.search.text.folding import fold_text, is_latin, to_ascii_key

JsonObject = dict[str, Any]

MAX_QUERY = 200
"""Characters; no name of the register is nearly as long."""


# Ranking: the full name before a part, in force before former, the higher level first.
_SEARCH = f"""
WITH RECURSIVE {MOMENT_CTE},
subtree AS (
    SELECT %(within)s::uuid AS unit_id
    UNION ALL
    SELECT s.unit_id FROM subtree t, moment, unit_state s
    WHERE s.parent_id = t.unit_id AND {in_force_sql("s")}
),
hit AS (
    SELECT n.place_id, n.text, n.name_kind, n.valid, {in_force_sql("n")} AS in_force,
           n.text = %(text)s AS whole, 'name' AS matched_by
    FROM name_version n, moment
    WHERE n.text LIKE %(prefix)s AND n.recorded @> moment.known_at
    UNION ALL
    SELECT n.place_id, n.text, n.name_kind, n.valid, {in_force_sql("n")},
           latin_key(s.text) = %(latin)s, 'pinyin'
    FROM spelling_version s JOIN name_version n ON n.record_id = s.name_id, moment
    WHERE %(latin)s <> '' AND latin_key(s.text) LIKE %(latin)s || '%%'
    AND s.system = 'pinyin' AND s.recorded @> moment.known_at AND n.recorded @> moment.known_at
),
best AS (
    SELECT DISTINCT ON (place_id) * FROM hit
    ORDER BY place_id, in_force DESC, whole DESC, name_kind = 'standard' DESC,
             matched_by, length(text)
),
found AS (
    SELECT best.*, p.legal_class, p.level, p.unit_id, p.within, p.location,
           coalesce(p.unit_id, p.within) AS inside,
           array_position(%(levels)s, p.level) AS height
    FROM best, moment, place_version p
    WHERE p.record_id = best.place_id AND p.recorded @> moment.known_at
    AND (%(level)s::text IS NULL OR p.level = %(level)s)
    AND (%(legal_class)s::text IS NULL OR p.legal_class = %(legal_class)s)
    AND (%(within)s::uuid IS NULL
         OR coalesce(p.unit_id, p.within) IN (SELECT unit_id FROM subtree))
    AND (%(bbox)s::float8[] IS NULL OR p.location && ST_MakeEnvelope(
        (%(bbox)s::float8[])[1], (%(bbox)s::float8[])[2],
        (%(bbox)s::float8[])[3], (%(bbox)s::float8[])[4], 4490))
    ORDER BY best.whole DESC, best.in_force DESC, best.name_kind = 'standard' DESC,
             height NULLS LAST,
             CASE WHEN %(near)s::float8[] IS NOT NULL THEN
                 p.location <-> ST_SetSRID(
                     ST_MakePoint((%(near)s::float8[])[1], (%(near)s::float8[])[2]), 4490)
             END NULLS LAST,
             length(best.text), best.text, best.place_id
    LIMIT %(limit)s
)
SELECT moment.known_at, found.*, ST_X(found.location) AS lon, ST_Y(found.location) AS lat,
       lower(found.valid) AS "from", upper(found.valid) AS "to",
       shown.text AS shown_name, unit.code, unit.name AS unit_name,
       coalesce(unit.parent_id, found.inside) AS above
FROM moment, found
LEFT JOIN LATERAL (
    SELECT n.text FROM name_version n
    WHERE n.place_id = found.place_id AND {in_force_sql("n")}
    AND (n.name_kind = 'standard' OR found.unit_id IS NULL)
    ORDER BY n.name_kind = 'standard' DESC, n.language = 'zh-Hans' DESC, length(n.text), n.text
    LIMIT 1
) shown ON true
LEFT JOIN LATERAL (
    SELECT s.code, s.name, s.parent_id FROM unit_state s
    WHERE s.unit_id = found.unit_id AND s.recorded @> moment.known_at
    ORDER BY {in_force_sql("s")} DESC, lower(s.valid) DESC LIMIT 1
) unit ON true
"""

_CHAINS = f"""
WITH RECURSIVE {MOMENT_CTE},
line AS (
    SELECT start AS leaf, start AS unit_id, 0 AS height FROM unnest(%(units)s::uuid[]) AS start
    UNION ALL
    SELECT line.leaf, s.parent_id, height + 1 FROM line, moment, unit_state s
    WHERE s.unit_id = line.unit_id AND height < 8 AND s.parent_id IS NOT NULL
    AND {in_force_sql("s")}
)
SELECT line.leaf, s.level, s.code, s.name FROM line, moment, unit_state s
WHERE s.unit_id = line.unit_id AND {in_force_sql("s")} ORDER BY line.leaf, height DESC
"""


def search_names(
    conn: Connection[Any], query: str, as_of: AsOf, filters: Filters, limit: int
) -> JsonObject:
    """Places whose name, at some time, is or begins with the query; GeocodeJSON.

    A name that was not in force at the moment is found too: ``via_former_name`` is true of one
    that had ended, and ``matched_by`` is ``former`` or ``later``.

    Raises:
        InvalidValue: an empty or overlong query.
    """
    text = fold_text(query)
    if not text or len(text) > MAX_QUERY:
        raise InvalidValue(message("search.query_length", limit=MAX_QUERY), field="q")
    params = {**as_of.to_sql_params(), **_build_params(text, filters), "limit": limit}
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SEARCH, params).fetchall()
        units = list({row["above"] for row in rows if row["above"]})
        chains: dict[object, list[JsonObject]] = {}
        for unit in cursor.execute(_CHAINS, {**as_of.to_sql_params(), "units": units}):
            chains.setdefault(unit.pop("leaf"), []).append(unit)
    as_of_fields = as_of.as_of_fields(resolve_known_at(conn, as_of))
    return {
        "type": "FeatureCollection",
        "geocoding": {"version": "0.1.0", "query": query, "normalized": text, **as_of_fields},
        "features": [_serialize_row(row, as_of.at, chains.get(row["above"], [])) for row in rows],
    }


def _build_params(text: str, filters: Filters) -> dict[str, Any]:
    return {
        "text": text,
        "prefix": _escape_like(text) + "%",
        "latin": to_ascii_key(text) if is_latin(text) else "",
        "levels": LEVELS,
        "level": filters.level,
        "legal_class": filters.legal_class,
        "within": filters.within,
        "bbox": list(filters.bbox) if filters.bbox else None,
        "near": list(filters.near) if filters.near else None,
    }


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _serialize_row(row: JsonObject, at: date, divisions: list[JsonObject]) -> JsonObject:
    kind = _classify_name(row, at)
    name = row["shown_name"] or row["unit_name"] or row["text"]
    label = "".join(division["name"] or "" for division in divisions) + name
    point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    return {
        "type": "Feature",
        "geometry": point if row["lon"] is not None else None,
        "properties": {
            "geocoding": {
                "place_id": row["place_id"],
                "unit_id": row["unit_id"],
                "label": label,
                "name": name,
                "code": row["code"],
                "level": row["level"],
                "type": GEOCODEJSON_TYPES[row["level"]],
                "admin": build_admin([*divisions, {"level": row["level"], "name": name}]),
                "legal_class": row["legal_class"],
                "matched_by": row["matched_by"] if row["matched_by"] == "pinyin" else kind,
                "matched_name": row["text"],
                "via_former_name": kind == "former",
                "valid": {"from": row["from"], "to": row["to"]},
                "divisions": divisions,
            }
        },
    }


def _classify_name(row: JsonObject, at: date) -> str:
    """The kind of the name; ``former`` if its period has ended, ``later`` if it is yet to begin."""
    if row["in_force"]:
        return str(row["name_kind"])
    return "former" if row["to"] and row["to"] <= at else "later"
