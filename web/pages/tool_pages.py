"""Pages on which people try addresses and lists of their own; they ask what the API asks."""

from typing import Any

from flask import Blueprint, Response, request

from boundaries.batch.address_rows import MAX_ADDRESS
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.geocoder.faults import FAULT_TEXTS
from web.api.geocode import GeocodeQuery, geocode_single_address
from web.http.as_of_params import parse_as_of_args
from web.http.language import request_language
from web.pages.address_segments import segment_address
from web.pages.forms import require_body
from web.pages.messages import text
from web.pages.rendering import current_settings, render_page
from web.pages.tool_texts import TOOL_TEXTS

tool_blueprint = Blueprint("tools", __name__, template_folder="templates")

COUNTED_LEVELS = UNIT_LEVELS[1:]
"""Levels by which facilities are counted."""


@tool_blueprint.get("/geocode")
def show_geocode() -> Response:
    """An address, read step by step; works without a script."""
    as_of = parse_as_of_args()
    address = request.args.get("address", "").strip()[:MAX_ADDRESS]
    context: dict[str, Any] = {"address": address, "at": as_of.at.isoformat()}
    if address:
        parameters = {"address": address, "at": as_of.at, "explain": True}
        answer = require_body(geocode_single_address(GeocodeQuery.model_validate(parameters)))
        context |= _build_answer_context(address, answer)
    return render_page("geocode.html", texts=_client_texts(), **context)


@tool_blueprint.get("/coverage")
def show_coverage() -> Response:
    """A list of facilities, counted by unit."""
    as_of = parse_as_of_args()
    return render_page(
        "coverage.html",
        texts=_client_texts(),
        at=as_of.at.isoformat(),
        levels=COUNTED_LEVELS,
        within=current_settings().home_division,
    )


def _build_answer_context(address: str, answer: Any) -> dict[str, Any]:
    """The answer with the pieces of the address, and what the map should show of it."""
    context = {
        "answer": answer["geocoding"],
        "places": [_flatten_feature(f) for f in answer["features"]],
    }
    if answer["geocoding"]["status"] != "matched":
        return {**context, "choices": _build_choices(address, answer)}
    place = context["places"][0]
    chain = [d["code"] for d in reversed(place["divisions"]) if d["code"]]
    matched = {**context, "pieces": segment_address(address, place["elements"], place["unmatched"])}
    if place["point"] and place["coordinate_level"] not in UNIT_LEVELS:
        return {**matched, "point": "{} {}".format(*place["point"])}
    return {**matched, "chain": chain}


def _flatten_feature(feature: Any) -> dict[str, Any]:
    geometry = feature["geometry"]
    point = geometry["coordinates"] if geometry else None
    return {**feature["properties"]["geocoding"], "point": point}


def _build_choices(address: str, answer: Any) -> list[dict[str, str]]:
    """For each candidate the address with the unit that would decide put before it."""
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


def _client_texts() -> dict[str, str]:
    """What the script says on these pages."""
    lang = request_language()
    names = [key.partition(".") for key in TOOL_TEXTS]
    faults = {f"fault.{kind}": meanings[lang != "zh"] for kind, meanings in FAULT_TEXTS.items()}
    return faults | {
        f"{group}.{name}": text(f"tool.{name}" if group == "tool" else f"status.{name}", lang)
        for group, _, name in names
        if group in ("tool", "status")
    }
