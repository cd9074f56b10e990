"""Dates, periods, measures, shares and code-list values as a person reads them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gazetteer.ledger.as_of import SHANGHAI
from gazetteer.messages import DEFAULT_LANG, Lang, has_message, message


def format_day(value: str | date, lang: Lang) -> str:
    """A calendar day: ``1985年5月24日`` or ``24 May 1985``."""
    on = value if isinstance(value, date) else date.fromisoformat(value[:10])
    return message("date.day", on=on).text(lang)


def format_moment(value: datetime, lang: Lang) -> str:
    """An instant in Chinese time, to the minute."""
    return message("date.moment", on=value.astimezone(SHANGHAI)).text(lang)


def format_period_end(on: str | date | None, precision: str | None, lang: Lang) -> str:
    """One end of a period, with how well it is known (``Precision`` of the ledger).

    Where only the year is known, no day is shown.
    """
    if on is None or precision == "unknown":
        return message("precision.unknown").text(lang)
    if precision in ("year", "first_record"):
        return message(f"precision.{precision}", year=str(on)[:4]).text(lang)
    shown = format_day(on, lang)
    if precision in ("approved", "inferred"):
        return message(f"precision.{precision}", day=shown).text(lang)
    return shown


def format_period(valid: Mapping[str, Any], lang: Lang) -> str:
    """A period of validity ``{from, to, from_precision, to_precision}`` in words."""
    start, end = valid.get("from"), valid.get("to")
    starts = format_period_end(start, valid.get("from_precision"), lang)
    ends = format_period_end(end, valid.get("to_precision"), lang)
    if start and end:
        return message("period.both", start=starts, end=ends).text(lang)
    if start:
        return message("period.from", start=starts).text(lang)
    if end:
        return message("period.until", end=ends).text(lang)
    return message("period.always").text(lang)


def format_area_km2(value: float) -> str:
    """An area in square kilometres to three or four significant figures, with separators."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def format_length_km(metres: float) -> str:
    """A length in metres as kilometres, to three significant figures or more."""
    return f"{metres / 1000:,.0f}" if metres >= 100_000 else f"{metres / 1000:,.1f}"


def format_share(value: float | None, lang: Lang) -> str:
    """A share of territory as a percentage; null means that there is no evidence."""
    if value is None:
        return message("unit.share_unknown").text(lang)
    return message("unit.share", share=f"{100 * value:.0f}%").text(lang)


def format_measure(value: float, unit: str | None, lang: Lang) -> str:
    """A measured value of a finding with its unit: ``0.05 m``, ``3 paths``, ``1.2%``.

    ``unit`` is one of the units of findings (``m``, ``m2``, ``deg``, ``share``, things that are
    counted); one that has no words is shown as it is.
    """
    number = f"{100 * value if unit == 'share' else value:.6g}"
    if unit is None:
        return number
    if not has_message(f"measure.{unit}"):
        return f"{number} {unit}"
    count = {"n": int(value)} if value == int(value) else {}
    return message(f"measure.{unit}", value=number, **count).text(lang)


def format_unit_name(unit: Mapping[str, Any], lang: Lang) -> str:
    """The name of a unit in Chinese, with its romanised form for other readers where known."""
    name = unit.get("name") or unit.get("code") or ""
    romanized = unit.get("romanized_name")
    return f"{romanized} ({name})" if romanized and lang != DEFAULT_LANG else str(name)


class Display:
    """The functions of this module with the language of the page already in."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def day(self, value: str | date) -> str:
        """A calendar day."""
        return format_day(value, self.lang)

    def moment(self, value: datetime) -> str:
        """An instant in Chinese time."""
        return format_moment(value, self.lang)

    def period_end(self, on: str | None, precision: str | None) -> str:
        """One end of a period."""
        return format_period_end(on, precision, self.lang)

    def period(self, valid: Mapping[str, Any]) -> str:
        """A period of validity."""
        return format_period(valid, self.lang)

    def share(self, value: float | None) -> str:
        """A share of territory."""
        return format_share(value, self.lang)

    def km2(self, value: float) -> str:
        """An area in square kilometres."""
        return format_area_km2(value)

    def kilometres(self, metres: float) -> str:
        """A length in metres."""
        return format_length_km(metres)

    def measure(self, value: float, unit: str | None) -> str:
        """A measured value of a finding."""
        return format_measure(value, unit, self.lang)

    def unit_name(self, unit: Mapping[str, Any]) -> str:
        """The name of a unit as plain text."""
        return format_unit_name(unit, self.lang)

    def unit_type(self, name: str | None) -> str:
        """A legal unit type (行政建制); one without a translation stays Chinese."""
        return self.known("unit_type", name) if name else ""

    def check_title(self, check: str) -> str:
        """What a data quality check looks for; checks by a rule have the title of the rule."""
        return self.known("check", f"{check}.title", self.known("rule", f"{check}.title", check))

    def known(self, prefix: str, name: str, default: str | None = None) -> str:
        """The words of a code-list value; by default the value itself where it has none."""
        id_ = f"{prefix}.{name}"
        if has_message(id_):
            return message(id_).text(self.lang)
        return name if default is None else default
