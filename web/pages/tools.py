"""Pages on which people try addresses and lists of their own; they ask what the API asks."""

from typing import Any

from flask import Blueprint, Response, request

from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.bulk.addresses import MAX_ADDRESS
from gazetteer.search.faults import FAULT_TEXTS
from web.api.geocode import GeocodeQuery, geocode_address
from web.language import language
from web.moments import as_of_from_request
from web.pages.forms import body_of
from web.pages.messages import text
from web.pages.pieces import pieces
from web.pages.rendering import render, settings
from web.pages.tool_texts import TOOL_TEXTS

tools = Blueprint("tools", __name__, template_folder="templates")

COUNTED_LEVELS = UNIT_LEVELS[1:]
"""Levels by which facilities are counted."""


@tools.get("/geocode")
def geocode() -> Response:
    """An address, read step by step; works without a script."""
    moment = as_of_from_request()
    address = request.args.get("address", "").strip()[:MAX_ADDRESS]
    page: dict[str, Any] = {"address": address, "at": moment.at.isoformat()}
    if address:
        asked = {"address": address, "at": moment.at, "explain": True}
        answer = body_of(geocode_address(GeocodeQuery.model_validate(asked)))
        page |= _answered(address, answer)
    return render("geocode.html", texts=_client_texts(), **page)


@tools.get("/coverage")
def coverage() -> Response:
    """A list of facilities, counted by unit."""
    moment = as_of_from_request()
    return render(
        "coverage.html",
        texts=_client_texts(),
        at=moment.at.isoformat(),
        levels=COUNTED_LEVELS,
        within=settings().home_division,
    )


def _answered(address: str, answer: Any) -> dict[str, Any]:
    """The answer with the pieces of the address, and what the map should show of it."""
    told = {"answer": answer["geocoding"], "places": [_place(f) for f in answer["features"]]}
    if answer["geocoding"]["status"] != "matched":
        return {**told, "choices": _choices(address, answer)}
    place = told["places"][0]
    chain = [d["code"] for d in reversed(place["divisions"]) if d["code"]]
    found = {**told, "pieces": pieces(address, place["elements"], place["unmatched"])}
    if place["point"] and place["coordinate_level"] not in UNIT_LEVELS:
        return {**found, "point": "{} {}".format(*place["point"])}
    return {**found, "chain": chain}


def _place(feature: Any) -> dict[str, Any]:
    geometry = feature["geometry"]
    point = geometry["coordinates"] if geometry else None
    return {**feature["properties"]["geocoding"], "point": point}


def _choices(address: str, answer: Any) -> list[dict[str, str]]:
    """For each candidate the address with the unit that would decide put before it."""
    level = answer["geocoding"]["deciding_field"]
    choices = []
    for feature in answer["features"]:
        place = _place(feature)
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
    lang = language()
    names = [key.partition(".") for key in TOOL_TEXTS]
    faults = {f"fault.{kind}": told[lang != "zh"] for kind, told in FAULT_TEXTS.items()}
    return faults | {
        f"{group}.{name}": text(f"tool.{name}" if group == "tool" else f"status.{name}", lang)
        for group, _, name in names
        if group in ("tool", "status")
    }
