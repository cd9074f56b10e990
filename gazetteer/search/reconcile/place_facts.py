"""Loading the properties of reconciled places, many at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.as_of import MOMENT_CTE

_Params = dict[str, Any]

# On a given day: what is in force then. Without one: what is in force today, or the last state. A
# place keeps its row when its unit ends, hence the two joins.
_ENTITIES = f"""
WITH RECURSIVE {MOMENT_CTE}, entity AS (
    SELECT w.place_id, p.unit_id, p.level, ST_X(p.location) AS lon, ST_Y(p.location) AS lat,
           s.code, coalesce(s.name, n.text) AS name, s.romanized_name, s.unit_type,
           coalesce(s.parent_id, p.within) AS parent_id, d.day,
           first.day AS since, first.start_precision, last.day AS until, last.end_precision
    FROM moment, unnest(%(places)s::uuid[]) WITH ORDINALITY AS w(place_id, number)
    JOIN LATERAL (
        SELECT v.*, v.valid @> %(day)s::date AS now FROM place_version v
        WHERE v.record_id = w.place_id AND v.recorded @> moment.known_at
        AND (NOT %(strict)s OR v.valid @> %(day)s::date)
        ORDER BY now DESC, upper(v.valid) DESC NULLS FIRST LIMIT 1
    ) p ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.now THEN %(day)s::date ELSE upper(p.valid) - 1 END AS day
    ) d
    JOIN LATERAL (
        SELECT lower(v.valid) AS day, v.start_precision FROM place_version v
        WHERE v.record_id = w.place_id AND v.recorded @> moment.known_at
        ORDER BY lower(v.valid) NULLS FIRST LIMIT 1
    ) first ON true
    JOIN LATERAL (
        SELECT upper(v.valid) AS day, v.end_precision FROM place_version v
        WHERE v.record_id = w.place_id AND v.recorded @> moment.known_at
        ORDER BY upper(v.valid) DESC NULLS FIRST LIMIT 1
    ) last ON true
    LEFT JOIN LATERAL (
        SELECT u.* FROM unit_state u WHERE u.unit_id = p.unit_id
        AND u.recorded @> moment.known_at AND u.valid @> d.day LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT v.text FROM name_version v WHERE v.place_id = w.place_id
        AND v.recorded @> moment.known_at AND v.valid @> d.day AND v.language LIKE 'zh%%'
        ORDER BY v.name_kind = 'standard' DESC, v.language = 'zh-Hans' DESC, v.text LIMIT 1
    ) n ON true
), above AS (
    SELECT place_id, day, parent_id, 0 AS step, NULL::uuid AS above_id, NULL::text AS level,
           NULL::text AS name FROM entity
    UNION ALL
    SELECT a.place_id, a.day, u.parent_id, a.step + 1, u.place_id, u.level, u.name
    FROM above a CROSS JOIN moment JOIN LATERAL (
        SELECT * FROM unit_state u WHERE u.unit_id = a.parent_id
        AND u.recorded @> moment.known_at AND u.valid @> a.day LIMIT 1
    ) u ON true WHERE a.step < 8
)
SELECT e.place_id::text, e.unit_id, e.level, e.name, e.code, e.romanized_name, e.unit_type,
       e.lon, e.lat, e.day, e.since, e.start_precision, e.until, e.end_precision,
       (SELECT coalesce(json_agg(json_build_array(a.above_id, a.level, a.name) ORDER BY step DESC),
               '[]') FROM above a WHERE a.place_id = e.place_id AND a.step > 0)
FROM entity e WHERE e.name IS NOT NULL
"""

_PLACES_BY_CODE = f"""
WITH {MOMENT_CTE}
SELECT s.place_id::text, bool_or(s.valid @> %(at)s::date) FROM moment, unit_state s
WHERE s.code = %(code)s AND s.recorded @> moment.known_at GROUP BY 1 ORDER BY 2 DESC, 1
"""

_FORMER_NAMES = f"""
WITH {MOMENT_CTE}
SELECT n.place_id::text, n.text FROM moment, name_version n
WHERE n.place_id = ANY(%(places)s) AND n.recorded @> moment.known_at AND n.language LIKE 'zh%%'
AND (n.name_kind = 'former' OR upper(n.valid) <= %(day)s)
ORDER BY upper(n.valid) DESC NULLS LAST, n.text
"""

# Territory may be split off to form a new unit, or to be added to one that existed before.
_SUCCESSIONS = f"""
WITH {MOMENT_CTE}
SELECT l.unit_id, l.later, o.place_id::text, o.name,
       CASE WHEN l.link_kind = 'split_off' AND EXISTS (
           SELECT FROM unit_version v WHERE v.record_id = l.receiver
           AND v.recorded @> moment.known_at
           AND (lower_inf(v.valid) OR lower(v.valid) < lower(l.valid))
       ) THEN 'split_off_to_existing' ELSE l.link_kind END,
       lower(l.valid)
FROM moment, (
    SELECT from_unit AS unit_id, to_unit AS other, to_unit AS receiver, true AS later, link_kind,
           valid, recorded
    FROM succession_version WHERE from_unit = ANY(%(units)s)
    UNION ALL
    SELECT to_unit, from_unit, to_unit, false, link_kind, valid, recorded
    FROM succession_version WHERE to_unit = ANY(%(units)s)
) l JOIN LATERAL (
    SELECT s.place_id, s.name FROM unit_state s
    WHERE s.unit_id = l.other AND s.recorded @> moment.known_at
    ORDER BY abs(coalesce(
        CASE WHEN l.later THEN lower(s.valid) ELSE upper(s.valid) END - lower(l.valid), 1000000))
    LIMIT 1
) o ON true
WHERE l.recorded @> moment.known_at ORDER BY lower(l.valid), o.name
"""


@dataclass(frozen=True, slots=True)
class PlaceRef:
    """A place by its id, level and name."""

    place_id: str
    level: str
    name: str


@dataclass(frozen=True, slots=True)
class PlaceEntity(PlaceRef):
    """A place as it was on ``day``; ``point`` is lon, lat in degrees, CGCS2000, None for units.

    ``since`` and ``until`` bound its existence, half-open, None where that is not known.
    """

    unit_id: UUID | None
    code: str | None
    romanized_name: str | None
    unit_type: str | None
    point: tuple[float, float] | None
    day: date
    since: date | None
    since_precision: str
    until: date | None
    until_precision: str
    ancestors: tuple[PlaceRef, ...]


@dataclass(frozen=True, slots=True)
class EntityAsOf:
    """A moment: the day ``at``, or None for the last state; as known at ``known_at``."""

    at: date | None
    today: date
    known_at: datetime | None

    def build_params(self) -> _Params:
        """Named parameters of the statements."""
        strict = self.at is not None
        return {"day": self.at or self.today, "strict": strict, "known_at": self.known_at}


def load_entities(
    conn: Connection[Any], places: Sequence[UUID], as_of: EntityAsOf
) -> list[PlaceEntity]:
    """The places, in any order; without those that do not exist, or not on the given day."""
    if not places:
        return []
    rows = conn.execute(_ENTITIES, {**as_of.build_params(), "places": list(places)})
    return [_build_entity(row) for row in rows]


def _build_entity(row: Sequence[Any]) -> PlaceEntity:
    place, unit, level, name, code, romanized, kind, lon, lat, day, since, start, *rest = row
    until, end, ancestors = rest
    return PlaceEntity(
        place_id=place,
        level=level,
        name=name,
        unit_id=unit,
        code=code,
        romanized_name=romanized,
        unit_type=kind,
        point=None if lon is None else (lon, lat),
        day=day,
        since=since,
        since_precision=start,
        until=until,
        until_precision=end,
        ancestors=tuple(PlaceRef(*unit) for unit in ancestors),
    )


def load_places_by_code(
    conn: Connection[Any], code: str, as_of: EntityAsOf
) -> list[tuple[UUID, bool]]:
    """The places of all units that ever carried a code, and whether they did on the day."""
    params = {"code": code, "at": as_of.at or as_of.today, "known_at": as_of.known_at}
    return [(UUID(place), now) for place, now in conn.execute(_PLACES_BY_CODE, params)]


def load_former_names(
    conn: Connection[Any], places: Iterable[UUID], as_of: EntityAsOf
) -> dict[str, list[str]]:
    """The names of the past of each place, the latest first."""
    names_by_place: dict[str, list[str]] = {}
    for place, text in conn.execute(
        _FORMER_NAMES, {**as_of.build_params(), "places": list(places)}
    ):
        if text not in names_by_place.setdefault(place, []):
            names_by_place[place].append(text)
    return names_by_place


@dataclass(frozen=True, slots=True)
class RelatedPlace:
    """A unit before or after another one, by its place, with the kind and day of the change.

    ``kind`` is a kind of succession link, or ``split_off_to_existing``.
    """

    place_id: str
    name: str
    kind: str
    on: date | None


def load_related_places(
    conn: Connection[Any], units: Iterable[UUID], as_of: EntityAsOf
) -> dict[tuple[UUID, bool], list[RelatedPlace]]:
    """By unit, with True the units that followed it, with False those that came before it."""
    related: dict[tuple[UUID, bool], list[RelatedPlace]] = {}
    for unit, later, *other in conn.execute(
        _SUCCESSIONS, {**as_of.build_params(), "units": list(units)}
    ):
        related.setdefault((unit, later), []).append(RelatedPlace(*other))
    return related
