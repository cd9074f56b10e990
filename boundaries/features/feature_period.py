"""The days for which features are read: one day, or a period of which each has its last state."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from gazetteer.ledger.as_of import AsOf, in_force_sql


@dataclass(frozen=True, slots=True)
class FeaturePeriod:
    """A day, or a period of days with open ends.

    On a day the features are those in force on it. Of a period they are those in force on any day
    of it, each as it was last.

    Attributes:
        as_of: the day, the moment of knowledge and the basis; of a period its last day.
        since: the first day of a period; None: it has no beginning.
        until: the last day of a period; None: it has no end.
        is_day: whether it is a day.
    """

    as_of: AsOf
    since: date | None = None
    until: date | None = None
    is_day: bool = True

    def to_sql_params(self) -> dict[str, Any]:
        """The named parameters of the conditions."""
        return {**self.as_of.to_sql_params(), "since": self.since, "until": self.until}

    def select_in_force(self, alias: str) -> str:
        """SQL: whether a version row counts."""
        if self.is_day:
            return in_force_sql(alias)
        return (
            f"range_contains_elem({alias}.recorded, moment.known_at)"
            f" AND {alias}.valid && daterange(%(since)s::date, %(until)s::date, '[]')"
        )

    def select_in_force_with(self, alias: str, row: str) -> str:
        """SQL: whether a version row counts for another row, which has the column ``day``."""
        if self.is_day:
            return in_force_sql(alias)
        return (
            f"range_contains_elem({alias}.recorded, moment.known_at)"
            f" AND range_contains_elem({alias}.valid, {row}.day)"
        )

    def build_day_sql(self, valid: str) -> str:
        """SQL: the day on which a row with this period of validity is looked at."""
        if self.is_day:
            return "%(at)s::date"
        return (
            f"least(coalesce(%(until)s::date, 'infinity'), coalesce(upper({valid}) - 1,"
            " 'infinity'))"
        )

    def build_overlap_sql(self, valid: str) -> str:
        """SQL: a further condition on the common validity of several version rows."""
        if self.is_day:
            return ""
        return f"AND {valid} && daterange(%(since)s::date, %(until)s::date, '[]')"
