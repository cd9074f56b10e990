"""The requests of a run: keys drawn at random from the register, the same in every run."""

import random
from collections.abc import Mapping
from typing import LiteralString
from urllib.parse import quote

import psycopg

COUNT = 3000
HISTORICAL_DAY = "1995-06-01"
_LEVELS = ("province", "prefecture", "county", "township", "village")
_CODES = """
SELECT code FROM unit_state WHERE level = %(level)s AND code IS NOT NULL
AND upper_inf(recorded) AND valid @> current_date AND valid @> %(also)s::date
ORDER BY md5(code) LIMIT %(count)s
"""
_NAMES = """
SELECT text FROM name_version WHERE upper_inf(recorded) AND name_kind = 'standard'
ORDER BY md5(text) LIMIT %(count)s
"""

_SPELLINGS = """
SELECT lower(replace(text, ' ', '')) FROM spelling_version
WHERE upper_inf(recorded) AND system = 'pinyin' ORDER BY md5(text) LIMIT %(count)s
"""
_ADDRESSES = """
SELECT county.name || town.name || village.name FROM unit_state village
JOIN unit_state town ON town.unit_id = village.parent_id
JOIN unit_state county ON county.unit_id = town.parent_id
WHERE village.level = 'village' AND upper_inf(village.recorded) AND upper_inf(village.valid)
AND upper_inf(town.recorded) AND upper_inf(town.valid)
AND upper_inf(county.recorded) AND upper_inf(county.valid)
ORDER BY md5(village.code) LIMIT %(count)s
"""
_MAX_TYPED = 6


def draw_request_paths(conninfo: str) -> Mapping[str, list[str]]:
    """Paths by row of the table; levels are drawn equally, so that no key is in all answers."""
    chance = random.Random(2026)
    with psycopg.connect(conninfo) as conn:

        def draw_codes(*levels: str, also: str | None = None) -> list[str]:
            day = also or "today"
            each = COUNT // len(levels)
            drawn = [
                row[0]
                for level in levels
                for row in conn.execute(_CODES, {"level": level, "also": day, "count": each})
            ]
            chance.shuffle(drawn)
            return drawn

        def draw_texts(statement: LiteralString) -> list[str]:
            return [row[0] for row in conn.execute(statement, {"count": COUNT})]

        names = draw_texts(_NAMES)
        typed = [_draw_prefix(chance, text) for text in [*names, *draw_texts(_SPELLINGS)]]
        chance.shuffle(typed)
        old = draw_codes("province", "prefecture", "county", also=HISTORICAL_DAY)
        return {
            "division": [f"/v1/divisions/{code}" for code in draw_codes(*_LEVELS)],
            "reverse": [f"/v1/reverse?{_draw_point(chance)}" for _ in range(COUNT)],
            "search": [f"/v1/search?q={quote(name)}" for name in names],
            "suggest": [f"/v1/suggest?q={quote(text)}" for text in typed[:COUNT]],
            "geocode": [f"/v1/geocode?address={quote(text)}" for text in draw_texts(_ADDRESSES)],
            "today": [f"/v1/divisions/{code}" for code in old],
            "past": [f"/v1/divisions/{code}?at={HISTORICAL_DAY}" for code in old],
        }


def _draw_prefix(chance: random.Random, text: str) -> str:
    """The first characters, as somebody has typed them so far."""
    return text[: chance.randint(1, _MAX_TYPED)]


def _draw_point(chance: random.Random) -> str:
    """Somewhere in the box around Guangdong's mainland."""
    return f"lon={chance.uniform(110.5, 116.5):.5f}&lat={chance.uniform(21.8, 24.8):.5f}"
