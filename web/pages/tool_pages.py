"""Pages that geocode addresses, count lists of facilities and translate lists of codes."""

from typing import Any

from flask import Blueprint, Response, request

from boundaries.areas.area_queries import filter_codes_with_area
from boundaries.batch.address_rows import MAX_ADDRESS
from boundaries.batch.column_headings import read_headings
from gazetteer.ledger.as_of import AsOf
from gazetteer.records.levels import UNIT_LEVELS
from web.api.geocode import GeocodeQuery, geocode_single_address
from web.http.as_of_params import parse_as_of_args
from web.http.connections import connection
from web.http.language import request_language
from web.pages.address_segments import segment_address
from web.pages.forms import require_body
from web.pages.rendering import current_settings, render_page
from web.pages.translation import ScriptText, list_script_texts

tool_blueprint = Blueprint("tools", __name__, template_folder="templates")

COUNTED_LEVELS = UNIT_LEVELS[1:]
"""Levels by which facilities are counted."""


@tool_blueprint.get("/geocode")
def show_geocode() -> Response:
    """The result for an address, with its derivation; works without a script."""
    as_of = parse_as_of_args()
    address = request.args.get("address", "").strip()[:MAX_ADDRESS]
    context: dict[str, Any] = {"address": address, "at": as_of.at.isoformat()}
    if address:
        parameters = {"address": address, "at": as_of.at, "explain": True}
        answer = require_body(geocode_single_address(GeocodeQuery.model_validate(parameters)))
        context |= _build_answer_context(address, answer, as_of)
    return render_page("geocode.html", **_build_script_data(), **context)


@tool_blueprint.get("/coverage")
def show_coverage() -> Response:
    """The form for a list of facilities to be counted by unit."""
    as_of = parse_as_of_args()
    return render_page(
        "coverage.html",
        **_build_script_data(),
        at=as_of.at.isoformat(),
        levels=COUNTED_LEVELS,
        within=current_settings().home_division,
    )


@tool_blueprint.get("/codes")
def show_codes() -> Response:
    """The form for a list of codes to be translated; without a script the result is a file."""
    as_of = parse_as_of_args()
    return render_page("codes.html", **_build_script_data(), at=as_of.at.isoformat())


def _build_answer_context(address: str, answer: Any, as_of: AsOf) -> dict[str, Any]:
    """The result with the segments of the address, and what the map shows of it."""
    context = {
        "answer": answer["geocoding"],
        "places": [_flatten_feature(f) for f in answer["features"]],
    }
    if answer["geocoding"]["status"] != "matched":
        return {**context, "choices": _build_choices(address, answer)}
    place = context["places"][0]
    codes = [d["code"] for d in reversed(place["divisions"]) if d["code"]]
    matched = {
        **context,
        "segments": segment_address(address, place["elements"], place["unmatched"]),
    }
    if place["point"] and place["coordinate_level"] not in UNIT_LEVELS:
        return {**matched, "point": "{} {}".format(*place["point"])}
    with connection() as conn:
        chain = filter_codes_with_area(conn, codes, as_of)
    return {**matched, "chain": chain, "outlined": codes[0] if codes else None}


def _flatten_feature(feature: Any) -> dict[str, Any]:
    geometry = feature["geometry"]
    point = geometry["coordinates"] if geometry else None
    return {**feature["properties"]["geocoding"], "point": point}


def _build_choices(address: str, answer: Any) -> list[dict[str, str]]:
    """For each candidate the address, preceded by the unit that would decide."""
    level = answer["geocoding"]["deciding_field"]
    choices = []
    for feature in answer["features"]:
        place = _flatten_feature(feature)
        above = []
        for division in place["divisions"][:-1]:
            above.append(division["name"])
            if division["level"] == level:
                break
        choices.append(
            {
                "label": place["label"],
                "code": place["code"] or "",
                "level": place["level"],
                "address": "".join(above) + address,
            }
        )
    return choices


def _build_script_data() -> dict[str, Any]:
    """What a page gives the script of its tool: words, and the headings of known columns."""
    texts: dict[str, ScriptText] = list_script_texts(request_language(), "tool.", "status.")
    return {"texts": texts, "headings": read_headings()}
