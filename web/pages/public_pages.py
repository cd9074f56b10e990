"""The public pages: start, unit, place, search, checks and changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from psycopg import Connection
from werkzeug.wrappers import Response as BaseResponse

from boundaries.areas import area_queries as areas
from boundaries.exports.area_table import has_known_area
from boundaries.network.border_queries import load_unit_borders
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import DEFAULT_LANG
from gazetteer.problems import NoAreaKnown
from gazetteer.records import division_queries, place_queries
from gazetteer.records.levels import LEVELS, UNIT_LEVELS
from gazetteer.records.unit_history import load_history
from gazetteer.records.written_codes import clean_code, is_division_code, strip_filling
from gazetteer.search.autocomplete.filters import Filters
from web.http.as_of_params import parse_as_of_args
from web.http.connections import snapshot_connection
from web.http.language import request_language
from web.pages import change_list, unit_counts
from web.pages.downloads import list_downloads, list_units_download
from web.pages.event_timeline import build_timeline, find_next_change, list_years_of_change
from web.pages.rendering import build_unit_url, current_settings, render_page
from web.pages.typed_positions import find_code_at, parse_typed_position
from web.pages.unit_details import add_romanized_names, mark_transfers_to_existing_units
from web.pages.unit_links import build_succession_links
from web.services.search_service import MAX_OFFSET, ResultPage, search_places
from web.services.self_check_service import load_check_page

MAX_RESULTS = 50
MAX_SHOWN_CHECKS = 100

public_blueprint = Blueprint("pages", __name__, template_folder="templates")


@public_blueprint.get("/")
def show_home() -> Response:
    """The province on the map and the list of its prefectures."""
    as_of, code = parse_as_of_args(), current_settings().home_division
    with snapshot_connection() as conn:
        division = division_queries.load_division(conn, code, as_of, today())
        children = division_queries.load_children(conn, code, as_of)
        counts = unit_counts.count_units_by_level(conn, code, as_of)
        chain = areas.filter_codes_with_area(conn, [code], as_of)
    return render_page(
        "home.html",
        division=division,
        children=children,
        counts=counts,
        chain=chain,
        downloads=[list_units_download(division, as_of)],
        at=division["at"],
    )


@public_blueprint.get("/units/<code>")
def show_unit(code: str) -> Response:
    """The unit that carried the code on the date, with its history and its subdivisions."""
    as_of = parse_as_of_args()
    with snapshot_connection() as conn:
        division = division_queries.load_division(conn, code, as_of, today())
        children = division_queries.load_children(conn, code, as_of)
        events = load_history(conn, code, as_of)["events"]
        area, known_since = _load_area(conn, code, as_of)
        codes = [code, *(above["code"] for above in reversed(division["ancestors"]))]
        chain = areas.filter_codes_with_area(conn, codes, as_of)
        lines = [line["properties"] for line in load_unit_borders(conn, code, as_of)["features"]]
        below = _find_level_with_areas(conn, children["children"], as_of)
        mark_transfers_to_existing_units(conn, division)
        if request_language() != DEFAULT_LANG:
            add_romanized_names(conn, _list_linked_units(division, lines))
    timeline = build_timeline(events, division["at"], today().isoformat(), request_language())
    division["predecessors"] = build_succession_links(division["predecessors"], before=True)
    division["successors"] = build_succession_links(division["successors"], before=False)
    return render_page(
        "unit.html",
        division=division,
        children=children,
        children_begin=_find_later_begin(children["records_begin"], division),
        timeline=timeline,
        next_change=find_next_change(timeline),
        area=area,
        lines=lines,
        known_since=known_since,
        downloads=list_downloads(division, as_of, below, has_area=area is not None),
        at=division["at"],
        chain=chain,
        outlined=code,
        years=list_years_of_change(events),
    )


@public_blueprint.get("/search")
def show_search() -> BaseResponse:
    """The full list of search results; works without a script."""
    as_of = parse_as_of_args()
    query = request.args.get("q", "").strip()
    code = _find_typed_code(query, as_of)
    if code:
        return redirect(build_unit_url(code))
    level, offset = request.args.get("level", ""), _parse_offset(request.args.get("offset", ""))
    results: dict[str, Any] = {"features": [], "geocoding": {"next_offset": None}}
    if query:
        filters = Filters(level=level if level in LEVELS else None)
        results = search_places(query, as_of, filters, ResultPage(MAX_RESULTS, offset))
    return render_page(
        "search.html",
        query=query,
        hits=[feature["properties"]["geocoding"] for feature in results["features"]],
        levels=LEVELS,
        level=level,
        offset=offset,
        next_offset=results["geocoding"]["next_offset"],
        at=as_of.at.isoformat(),
    )


def _find_typed_code(query: str, as_of: AsOf) -> str | None:
    """The code that somebody typed, or that of the unit at a typed position."""
    code = strip_filling(clean_code(query))
    if is_division_code(code):
        return code
    position = parse_typed_position(query)
    if position is None:
        return None
    with snapshot_connection() as conn:
        return find_code_at(conn, position, as_of)


def _parse_offset(text: str) -> int:
    """The results to skip; none for what is no number."""
    return min(int(text), MAX_OFFSET) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@public_blueprint.get("/places/<uuid:place_id>")
def show_place(place_id: UUID) -> BaseResponse:
    """A named place with all its names; the place of a unit redirects to the unit."""
    as_of = parse_as_of_args()
    with snapshot_connection() as conn:
        record = place_queries.load_place(conn, place_id, as_of)
        codes = [record["within"]["code"]] if record["within"] else []
        chain = areas.filter_codes_with_area(conn, list(filter(None, codes)), as_of)
        if request_language() != DEFAULT_LANG:
            add_romanized_names(conn, [record["within"]])
    if record["code"]:
        return redirect(build_unit_url(record["code"]))
    point = record["location"]
    record["names"].sort(key=_name_sort_key)
    return render_page(
        "place.html",
        place=record,
        at=record["at"],
        chain=chain,
        point=f"{point['lon']} {point['lat']}" if point else None,
    )


@public_blueprint.get("/checks")
def show_checks() -> Response:
    """The results of the data quality checks, a page at a time, with a hint for each."""
    check, after = request.args.get("check") or None, request.args.get("after", type=int) or 0
    page = load_check_page(check=check, severity=None, after=max(after, 0), limit=MAX_SHOWN_CHECKS)
    return render_page("checks.html", page=page, check=check, after=max(after, 0))


@public_blueprint.get("/changes")
def show_changes() -> Response:
    """The latest published changesets, with their documents."""
    before = request.args.get("before", type=int)
    with snapshot_connection() as conn:
        listed = change_list.load_latest_changesets(conn, before)
    for changeset in listed:
        changeset["reason"] = change_list.word_reason(changeset, request_language())
    older = listed[-1]["id"] if len(listed) == change_list.PAGE_SIZE else None
    return render_page("changes.html", changesets=listed, older=older)


def _list_linked_units(
    division: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any] | None]:
    """The units that the page of a unit links to, without its subdivisions."""
    return [
        *division["ancestors"],
        division["subordination_parent"],
        division["custody_parent"],
        *division["predecessors"],
        *division["successors"],
        *(line["neighbour"] for line in lines),
    ]


def _find_level_with_areas(
    conn: Connection[Any], children: Sequence[Mapping[str, Any]], as_of: AsOf
) -> str | None:
    """The level of the units below, if any of them has a known area."""
    known = has_known_area(conn, [child["unit_id"] for child in children], as_of)
    return str(children[0]["level"]) if known else None


def _find_later_begin(begins: Mapping[str, str], division: Mapping[str, Any]) -> str | None:
    """The start of the records of the units below, if later than the date of the page."""
    below = UNIT_LEVELS[UNIT_LEVELS.index(division["level"]) + 1 :]
    begin = next((begins[level] for level in below if level in begins), None)
    return begin if begin and begin > division["at"] else None


def _name_sort_key(name: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    is_chinese = name["language"].startswith("zh")
    return not name["in_force"], name["name_kind"] != "standard", not is_chinese


def _load_area(
    conn: Connection[Any], code: str, as_of: AsOf
) -> tuple[dict[str, Any] | None, str | None]:
    """The properties of the unit's polygon; without one on the date, the start of the first one."""
    try:
        return areas.load_area_properties(conn, code, as_of), None
    except NoAreaKnown as problem:
        return None, problem.extras.get("known_since")
