"""Dates, periods, areas and shares as a person reads them, in Chinese or English."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gazetteer.ledger.as_of import SHANGHAI
from web.http.language import Lang
from web.pages.messages import text

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def format_day(value: str | date, lang: Lang) -> str:
    """A calendar day: ``1985年5月24日`` or ``24 May 1985``."""
    on = value if isinstance(value, date) else date.fromisoformat(value[:10])
    if lang == "zh":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def format_moment(value: datetime, lang: Lang) -> str:
    """An instant on the clock of China, to the minute."""
    local = value.astimezone(SHANGHAI)
    return f"{format_day(local.date(), lang)} {local:%H:%M}"


def format_period_end(on: str | date | None, precision: str | None, lang: Lang) -> str:
    """One end of a period, with how well it is known (``Precision`` of the ledger).

    A day that stands for a whole year is never shown as a day.
    """
    if on is None or precision == "unknown":
        return text("precision.unknown", lang)
    if precision in ("year", "first_record"):
        return text(f"precision.{precision}", lang, year=str(on)[:4])
    shown = format_day(on, lang)
    if precision in ("approved", "inferred"):
        return text(f"precision.{precision}", lang, day=shown)
    return shown


def format_period(valid: Mapping[str, Any], lang: Lang) -> str:
    """A period of validity ``{from, to, from_precision, to_precision}`` in words."""
    start, end = valid.get("from"), valid.get("to")
    starts = format_period_end(start, valid.get("from_precision"), lang)
    ends = format_period_end(end, valid.get("to_precision"), lang)
    if start and end:
        return text("period.both", lang, start=starts, end=ends)
    if start:
        return text("period.from", lang, start=starts)
    if end:
        return text("period.until", lang, end=ends)
    return text("period.always", lang)


def format_area_km2(value: float) -> str:
    """An area to three or four meaningful figures, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def format_length_km(metres: float) -> str:
    """A length to three meaningful figures or more, thousands apart."""
    return f"{metres / 1000:,.0f}" if metres >= 100_000 else f"{metres / 1000:,.1f}"


def format_share(value: float | None, lang: Lang) -> str:
    """A share of territory as a percentage; null means that there is no evidence."""
    if value is None:
        return text("unit.share_unknown", lang)
    return text("unit.share", lang, share=f"{100 * value:.0f}%")
