"""The register observed day after day: today, and every day to come on which something changes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.network.network_store import load_unit_areas
from boundaries.rules.fingerprint import BorderLookup, compute_fingerprint
from boundaries.rules.observations import SpatialObservation, match_observations
from boundaries.rules.register_validation import RegisterValidationResult, validate_register
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.ledger.coming_days import load_coming_days
from gazetteer.progress import Progress, ignore_progress
from gazetteer.rules.observation import FindingKey


def list_checked_days(conn: Connection[Any]) -> list[date]:
    """Today, and the days to come on which a public record begins, changes or ends."""
    now = today()
    return [now, *load_coming_days(conn, REGISTER_KINDS, now)]


class RegisterObserver:
    """Validates the register as of days in ascending order; what persists is observed once."""

    def __init__(self) -> None:
        self._last: date | None = None
        self._known: dict[FindingKey, list[SpatialObservation]] = defaultdict(list)
        self.codes: dict[UUID, str] = {}
        """The codes of the units observed, by id; a unit without one has its id."""

    def observe_day(
        self, conn: Connection[Any], day: date, progress: Progress = ignore_progress
    ) -> list[SpatialObservation]:
        """What is found as of a day and was not on an earlier one.

        ``begins_on`` of the observations is the day, except on the first day.

        Args:
            conn: a connection on which transactions can be opened.
            day: later than the one before.
            progress: called with each step of the validation.
        """
        as_of, since = AsOf(day), self._last or date.min
        result = validate_register(conn, as_of, progress, since)
        begins_on, self._last = day if self._last else None, day
        self.codes = dict(zip(result.units, result.codes, strict=True)) | self.codes
        observed: dict[FindingKey, list[SpatialObservation]] = defaultdict(list)
        for observation in _iter_observations(conn, result, as_of, begins_on):
            observed[observation.key].append(observation)
        return [new for key, same_key in observed.items() for new in self._add_new(key, same_key)]

    def _add_new(
        self, key: FindingKey, observed: list[SpatialObservation]
    ) -> list[SpatialObservation]:
        """Those of the observations on a key that match none of an earlier day."""
        seen = {number for _, number in match_observations(self._known[key], observed)}
        new = [observation for number, observation in enumerate(observed) if number not in seen]
        self._known[key] += new
        return new


def _iter_observations(
    conn: Connection[Any],
    result: RegisterValidationResult,
    as_of: AsOf,
    begins_on: date | None,
) -> Iterator[SpatialObservation]:
    """The findings of a validation, each with the fingerprint of its surroundings."""
    areas = load_unit_areas(conn, as_of)
    borders = BorderLookup({unit: area.shape for unit, area in areas.items()})
    for finding in result.findings:
        units = sorted({result.units[feature] for feature in finding.features})
        place = finding.geometry
        yield SpatialObservation(
            FindingKey(finding.rule, finding.kind, tuple(units)),
            finding.severity,
            finding.message,
            finding.measured,
            finding.limit,
            finding.unit,
            compute_fingerprint(finding, result.units, borders),
            begins_on,
            area_m2=finding.area_m2,
            geometry=None if place is None or place.is_empty else place,
        )
