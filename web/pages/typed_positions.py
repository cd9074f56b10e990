"""Coordinates that somebody types into the search box, in either order."""

import re
from typing import Any

from psycopg import Connection

from boundaries.areas.reverse_lookup import look_up_point
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ingest.coordinate_checks import LAT_RANGE, LON_RANGE
from gazetteer.ledger.as_of import AsOf

_DEGREES = r"([0-9]{1,3}(?:[.][0-9]+)?)\s*°?\s*[NEne]?"
_POSITION = re.compile(rf"{_DEGREES}[\s,，;；/]+{_DEGREES}")


def parse_typed_position(text: str) -> GeodeticPosition | None:
    """A position in China, which tells the two numbers apart; None if the text is none."""
    match = _POSITION.fullmatch(text.strip())
    if match is None:
        return None
    low, high = sorted((float(match[1]), float(match[2])))
    is_in_range = LAT_RANGE[0] <= low <= LAT_RANGE[1] and LON_RANGE[0] <= high <= LON_RANGE[1]
    return GeodeticPosition(high, low) if is_in_range else None


def find_code_at(conn: Connection[Any], position: GeodeticPosition, as_of: AsOf) -> str | None:
    """The code of the lowest unit at a position; None where no unit is known to be."""
    chain = look_up_point(conn, position, as_of, 0.0)["chain"]
    return next((unit["code"] for unit in reversed(chain) if unit["code"]), None)
