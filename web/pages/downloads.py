"""The files that the page of a unit offers: lists, polygons, boundary lines, place names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gazetteer.ledger.as_of import AsOf

FORMATS = {
    "gpkg": "GeoPackage",
    "shp": "Shapefile",
    "geojson": "GeoJSON",
    "csv": "CSV",
    "xlsx": "XLSX",
}
"""The names of the formats of rows with geometries."""
LIST_FORMATS = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "gpkg": "GeoPackage"}
"""The names of the formats of rows without."""


@dataclass(frozen=True, slots=True)
class Download:
    """One data set, as links by the name of the format; ``key`` ends the id of its message."""

    key: str
    formats: Sequence[tuple[str, str]]


def list_downloads(
    division: Mapping[str, Any], as_of: AsOf, level_below: str | None, *, has_area: bool
) -> list[Download]:
    """The data sets of a unit at the moment; each link leads to a file that can be made.

    ``level_below`` is that of the units below it, where the areas of some are known.
    """
    exports = _iter_exports(str(division["level"]), level_below, has_area=has_area)
    return [
        list_units_download(division, as_of),
        *(_build_download(key, FORMATS, division, as_of, asked) for key, asked in exports),
    ]


def list_units_download(division: Mapping[str, Any], as_of: AsOf) -> Download:
    """The unit and all units below it as a list, whether or not their areas are known."""
    return _build_download("units", LIST_FORMATS, division, as_of, {"what": "units"})


def _build_download(
    key: str,
    formats: Mapping[str, str],
    division: Mapping[str, Any],
    as_of: AsOf,
    arguments: Mapping[str, str],
) -> Download:
    links = [
        (name, _build_export_url(division, as_of, format_, arguments))
        for format_, name in formats.items()
    ]
    return Download(key, links)


def _iter_exports(
    level: str, level_below: str | None, *, has_area: bool
) -> Iterator[tuple[str, dict[str, str]]]:
    """The available data sets, as parameters of the export."""
    if has_area:
        yield "area", {"what": "divisions", "level": level}
    if level_below is not None:
        yield "children", {"what": "divisions", "level": level_below}
    if has_area:
        yield "lines", {"what": "lines", "level": level}
    yield "places", {"what": "places"}


def _build_export_url(
    division: Mapping[str, Any], as_of: AsOf, format_: str, arguments: Mapping[str, str]
) -> str:
    """The address of an export; the default ``known_at`` and ``basis`` are left out."""
    query = {
        **arguments,
        "within": str(division["code"]),
        "at": str(division["at"]),
        "format": format_,
    }
    if as_of.known_at is not None:
        query["known_at"] = str(division["known_at"])
    if division["basis"] != "effective":
        query["basis"] = str(division["basis"])
    return f"/v1/export?{urlencode(query)}"
