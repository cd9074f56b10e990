"""Remarks on a draft: what they are tied to, and the places to choose from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from flask import request

from gazetteer.messages import Lang, message
from web.api.draft_bodies import RemarkBody
from web.pages.command_forms import parse_position
from web.pages.conflict_views import ConflictView
from web.pages.draft_map import Place, name_sides
from web.pages.forms import parse_posted_form

_MOST_CHOICES = 50


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place that a remark can be tied to; ``value`` is longitude,latitude."""

    value: str
    label: str


def parse_remark_form() -> RemarkBody:
    """The remark of this request: a place that was typed goes before one that was chosen.

    Raises:
        InvalidValue: names the field that is wrong.
    """
    typed = request.form.get("place", "").strip() or request.form.get("choice", "").strip()
    if not typed:
        return parse_posted_form(RemarkBody)
    lon, lat = parse_position("place", typed)
    return parse_posted_form(RemarkBody, lon=lon, lat=lat)


def number_places(events: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """The numbers of the dots of remarks that have a place, by the numbers of their events."""
    placed = [event["number"] for event in events if "lon" in event["detail"]]
    return {event: dot for dot, event in enumerate(placed, start=1)}


def list_places(events: Sequence[Mapping[str, Any]]) -> dict[int, Place]:
    """The places of remarks by the numbers of their dots."""
    dots = number_places(events)
    return {
        dots[event["number"]]: (event["detail"]["lon"], event["detail"]["lat"])
        for event in events
        if event["number"] in dots
    }


def list_step_remarks(
    steps: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]]
) -> dict[int, list[Mapping[str, Any]]]:
    """The remarks on each step by its number.

    A step that was dropped leaves its number to another one: what was said before the step was
    taken is not about it.
    """
    return {
        step["number"]: [
            event
            for event in events
            if event["detail"].get("step") == step["number"]
            and event["happened_at"] >= step["made_at"]
        ]
        for step in steps
    }


def list_place_choices(
    conflict: ConflictView | None,
    features: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    lang: Lang,
) -> list[PlaceChoice]:
    """The places that the page shows: stretches in conflict, territory, findings.

    Args:
        conflict: what is in conflict.
        features: territory that changes hands, GeoJSON.
        findings: those that the draft adds, as its answer has them.
        lang: the language of the labels.
    """
    choices = [
        *_iter_stretches(conflict, lang),
        *_iter_territory(features, lang),
        *_iter_findings(findings, lang),
    ]
    return choices[:_MOST_CHOICES]


def _iter_stretches(conflict: ConflictView | None, lang: Lang) -> Iterator[PlaceChoice]:
    if conflict is None:
        return
    for stretch in conflict.stretches:
        label = message("drafts.place_conflict", step=conflict.step, sides=list(stretch.sides))
        yield _build_choice(stretch.place, label.text(lang))


def _iter_territory(features: Sequence[Mapping[str, Any]], lang: Lang) -> Iterator[PlaceChoice]:
    for feature in features:
        loses, wins = name_sides(feature)
        label = message("drafts.place_territory", loses=loses, wins=wins)
        yield _build_choice(_find_inner_point(feature["geometry"]), label.text(lang))


def _iter_findings(findings: Sequence[Mapping[str, Any]], lang: Lang) -> Iterator[PlaceChoice]:
    for finding in findings:
        if finding["geometry"] is not None:
            units = list(finding["units"])
            label = message("drafts.place_finding", rule=finding["rule"], units=units)
            yield _build_choice(_find_inner_point(finding["geometry"]), label.text(lang))


def _find_inner_point(geometry: Mapping[str, Any]) -> Place:
    point = shapely.point_on_surface(shapely.geometry.shape(dict(geometry)))
    lon, lat = shapely.get_coordinates(point)[0].tolist()
    return lon, lat


def _build_choice(place: Place, label: str) -> PlaceChoice:
    return PlaceChoice(f"{place[0]:.6f},{place[1]:.6f}", label)
