"""Links to units that may not be in force on the date of the page."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from web.pages.rendering import build_unit_url


def build_succession_links(
    links: Iterable[Mapping[str, Any]], *, before: bool
) -> list[dict[str, Any]]:
    """Successors with their page on the day of the change, predecessors on the day before."""
    return [
        {**link, "href": build_unit_url(link["code"], _shift_day(link["on"], -1 if before else 0))}
        for link in links
    ]


def build_period_links(periods: Iterable[Mapping[str, Any]], code: str) -> list[dict[str, Any]]:
    """Periods of a code, each with its page on the first day, else the last."""
    return [
        {
            **period,
            "code": code,
            "href": build_unit_url(
                code, period["valid"]["from"] or _shift_day(period["valid"]["to"], -1)
            ),
            "successors": build_succession_links(period.get("successors", ()), before=False),
        }
        for period in periods
    ]


def _shift_day(day: str | None, days: int) -> str | None:
    if day is None:
        return None
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
