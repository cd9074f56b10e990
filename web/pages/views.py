"""The public pages: start, unit and search. They ask the register what the API asks."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from psycopg import Connection
from werkzeug.wrappers import Response as BaseResponse

from boundaries.areas import reads as areas
from boundaries.exports.divisions import has_known_area
from boundaries.network.reads import load_unit_borders
from gazetteer.ledger.asof import AsOf, today
from gazetteer.problems import NoAreaKnown
from gazetteer.records import places, reads
from gazetteer.records.history import load_history
from gazetteer.records.levels import LEVELS, UNIT_LEVELS
from gazetteer.search.filters import Filters
from web.api.checks import current_findings
from web.db import snapshot
from web.finding import find
from web.language import language
from web.moments import CODE_FORM, as_of_from_request
from web.pages import changesets, overview
from web.pages.downloads import downloads
from web.pages.links import succession_links
from web.pages.rendering import render, settings, unit_url
from web.pages.timeline import timeline, years_of_change

RESULTS = 50
SHOWN_OF_A_CHECK = 50
CODE = re.compile(CODE_FORM)

pages = Blueprint("pages", __name__, template_folder="templates")


@pages.get("/")
def home() -> Response:
    """The province on the map and the list of its prefectures."""
    moment, code = as_of_from_request(), settings().home_division
    with snapshot() as conn:
        division = reads.load_division(conn, code, moment, today())
        children = reads.load_children(conn, code, moment)
        counts = overview.counts(conn, code, moment)
    return render(
        "home.html", division=division, children=children, counts=counts, at=division["at"]
    )


@pages.get("/units/<code>")
def unit(code: str) -> Response:
    """Everything the register tells of the unit that carried the code on the date."""
    moment = as_of_from_request()
    with snapshot() as conn:
        division = reads.load_division(conn, code, moment, today())
        children = reads.load_children(conn, code, moment)
        events = load_history(conn, code, moment)["events"]
        area, known_since = _area(conn, code, moment)
        lines = [line["properties"] for line in load_unit_borders(conn, code, moment)["features"]]
        below = _level_with_areas(conn, children["children"], moment)
    division["predecessors"] = succession_links(division["predecessors"], before=True)
    division["successors"] = succession_links(division["successors"], before=False)
    return render(
        "unit.html",
        division=division,
        children=children,
        children_begin=_later_begin(children["records_begin"], division),
        moments=timeline(events, division["at"], language()),
        area=area,
        lines=lines,
        known_since=known_since,
        downloads=downloads(division, moment, below, has_area=area is not None),
        at=division["at"],
        chain=[code, *(a["code"] for a in reversed(division["ancestors"]))],
        years=years_of_change(events),
    )


@pages.get("/search")
def search() -> BaseResponse:
    """The full list of what a name or code finds; works without a script."""
    moment = as_of_from_request()
    query = request.args.get("q", "").strip()
    if CODE.fullmatch(query):
        return redirect(unit_url(query))
    level = request.args.get("level", "")
    found: dict[str, Any] = {"features": []}
    if query:
        found = find(query, moment, Filters(level=level if level in LEVELS else None), RESULTS)
    return render(
        "search.html",
        query=query,
        hits=[feature["properties"]["geocoding"] for feature in found["features"]],
        levels=LEVELS,
        level=level,
        at=moment.at.isoformat(),
    )


@pages.get("/places/<uuid:place_id>")
def place(place_id: UUID) -> BaseResponse:
    """A named place with all its names; the place of a unit is told on the unit's own page."""
    moment = as_of_from_request()
    with snapshot() as conn:
        found = places.load_place(conn, place_id, moment)
    if found["code"]:
        return redirect(unit_url(found["code"]))
    inside, point = found["within"], found["location"]
    found["names"].sort(key=_best_name_first)
    return render(
        "place.html",
        place=found,
        at=found["at"],
        chain=[inside["code"]] if inside and inside["code"] else [],
        point=f"{point['lon']} {point['lat']}" if point else None,
    )


@pages.get("/checks")
def checks() -> Response:
    """What the register finds in itself, with a hint for each finding."""
    _, findings = current_findings()
    by_check = {
        check: list(group) for check, group in groupby(findings, key=lambda found: found.check)
    }
    return render("checks.html", by_check=by_check, most=SHOWN_OF_A_CHECK)


@pages.get("/changes")
def published() -> Response:
    """What was published lately, and by which documents."""
    before = request.args.get("before", type=int)
    with snapshot() as conn:
        found = changesets.latest(conn, before)
    older = found[-1]["id"] if len(found) == changesets.PAGE else None
    return render("changes.html", changesets=found, older=older)


def _level_with_areas(
    conn: Connection[Any], children: Sequence[Mapping[str, Any]], moment: AsOf
) -> str | None:
    """The level of the units below, if the area of any of them is known."""
    known = has_known_area(conn, [child["unit_id"] for child in children], moment)
    return str(children[0]["level"]) if known else None


def _later_begin(begins: Mapping[str, str], division: Mapping[str, Any]) -> str | None:
    """Since when the units below are on record, if that is later than the date of the page."""
    below = UNIT_LEVELS[UNIT_LEVELS.index(division["level"]) + 1 :]
    begin = next((begins[level] for level in below if level in begins), None)
    return begin if begin and begin > division["at"] else None


def _best_name_first(name: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    is_chinese = name["language"].startswith("zh")
    return not name["in_force"], name["name_kind"] != "standard", not is_chinese


def _area(
    conn: Connection[Any], code: str, moment: AsOf
) -> tuple[dict[str, Any] | None, str | None]:
    """The properties of the unit's polygon; without one on the date, since when there is one."""
    try:
        return areas.load_area_properties(conn, code, moment), None
    except NoAreaKnown as problem:
        return None, problem.extras.get("known_since")
