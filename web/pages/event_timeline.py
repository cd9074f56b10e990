"""The history of a unit for readers: newest first, the changes by one act together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from gazetteer.messages import Lang


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """The changes on one day by one act (or by none that is on record)."""

    on: str | None
    precision: str
    act: Mapping[str, Any] | None
    summaries: tuple[str, ...]
    is_later: bool
    """Whether it lies after the date of the page."""
    is_upcoming: bool
    """Whether it lies after today."""


def build_timeline(
    events: Iterable[Mapping[str, Any]], at: str, today: str, lang: Lang
) -> list[TimelineEntry]:
    """The timeline of the events of a unit, which come in order of time; days are in ISO 8601."""
    groups = groupby(events, key=lambda event: (event["on"], event["precision"], event["act"]))
    entries = [
        TimelineEntry(
            on,
            precision,
            act,
            tuple(dict.fromkeys(event[f"summary_{lang}"] for event in group)),
            is_later=on is not None and on > at,
            is_upcoming=on is not None and on > today,
        )
        for (on, precision, act), group in groups
    ]
    return entries[::-1]


def find_next_change(timeline: Iterable[TimelineEntry]) -> str | None:
    """The first day to come, after the date of the page, on which the unit changes."""
    return min(
        (entry.on for entry in timeline if entry.on and entry.is_later and entry.is_upcoming),
        default=None,
    )


def list_years_of_change(events: Iterable[Mapping[str, Any]]) -> list[int]:
    """The years with an event, each once; the start of the records is none."""
    return sorted(
        {
            int(event["on"][:4])
            for event in events
            if event["on"] and event["kind"] != "first_record"
        }
    )
