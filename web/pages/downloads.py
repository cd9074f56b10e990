"""The files that the page of a unit offers: its area, the areas below it, its lines, its places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gazetteer.ledger.asof import AsOf

FORMATS = {
    "gpkg": "GeoPackage",
    "shp": "Shapefile",
    "geojson": "GeoJSON",
    "csv": "CSV",
    "xlsx": "XLSX",
}
"""What the formats are called."""


@dataclass(frozen=True, slots=True)
class Download:
    """One thing to be had, as links by the name of the format; ``key`` is that of its text."""

    key: str
    formats: Sequence[tuple[str, str]]


def downloads(
    division: Mapping[str, Any], moment: AsOf, level_below: str | None, *, has_area: bool
) -> list[Download]:
    """What there is of a unit at the moment: no link leads to a file that cannot be made.

    ``level_below`` is that of the units below it, where the areas of some are known.
    """
    return [
        Download(key, [(name, _address(division, moment, format_, asked))
                       for format_, name in FORMATS.items()])
        for key, asked in _things(str(division["level"]), level_below, has_area=has_area)
    ]  # fmt: skip


def _things(
    level: str, level_below: str | None, *, has_area: bool
) -> Iterator[tuple[str, dict[str, str]]]:
    """What can be asked for, as parameters of the export."""
    if has_area:
        yield "area", {"what": "divisions", "level": level}
    if level_below is not None:
        yield "children", {"what": "divisions", "level": level_below}
    if has_area:
        yield "lines", {"what": "lines", "level": level}
    yield "places", {"what": "places"}


def _address(
    division: Mapping[str, Any], moment: AsOf, format_: str, asked: Mapping[str, str]
) -> str:
    """Without a moment of knowledge and a basis where these are the usual ones."""
    told = {**asked, "within": str(division["code"]), "at": str(division["at"]), "format": format_}
    if moment.known_at is not None:
        told["known_at"] = str(division["known_at"])
    if division["basis"] != "effective":
        told["basis"] = str(division["basis"])
    return f"/v1/export?{urlencode(told)}"
