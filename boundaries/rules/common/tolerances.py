"""The tolerances of the rules: from which size on a departure counts.

The defaults are house values: no published standard gives any for coverages; an operator may set
others (``GAZETTEER_RULE_*``). The accuracy of the data matters where two sources are compared: two
lines with a root mean square error of m metres each may legitimately differ by 2 m. Two polygons
of one layer share one boundary, however accurate it is.
"""

from dataclasses import dataclass

from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.settings import Settings

MAX_ERROR_RMSE = 2.0
"""The maximum error as a multiple of the RMSE (the convention of Chinese surveying)."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Limits of the rules, in metres, square metres, degrees of angle and shares.

    An overlap or a gap not wider than ``overlap_m`` is a boundary that differs between its two
    sides; a hole wider than ``gap_width_m`` is not treated as a gap (an enclave, a lake), unless
    the parent is known to cover it. ``gore_depth`` is the least ratio of depth to width of an open
    gap. ``accuracy_m`` is the stated accuracy (RMSE) of the lines; 0 where none is stated.

    Raises:
        InvalidValue: A limit is negative, or 10 000 000 or more.
    """

    overlap_m: float = 0.05
    gap_width_m: float = 1.0
    vertex_m: float = 0.001
    spike_deg: float = 1.0
    spike_leg_m: float = 1.0
    part_m2: float = 100.0
    gore_depth: float = 10.0
    area_share: float = 0.01
    accuracy_m: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not 0 <= value < 1e7:
                raise InvalidValue(
                    message("validation.tolerance_out_of_range", name=name, value=value), field=name
                )

    @property
    def line_m(self) -> float:
        """By how much two versions of one line, as of a unit and of its parent, may differ."""
        return max(self.overlap_m, MAX_ERROR_RMSE * self.accuracy_m)


def build_tolerances(level: str | None, accuracy_m: float | None, settings: Settings) -> Tolerances:
    """The limits for the boundaries of a level.

    Args:
        level: the level of the units; None where it is not known.
        accuracy_m: the RMSE that the data state, in metres; without one, the setting of the level
            applies, if there is any (0.1 mm on the map: 5 m at 1:50 000, 1 m at 1:10 000).
        settings: the limits that the operator has set.

    Raises:
        InvalidValue: The accuracy or a setting is out of range.
    """
    assumed = settings.rule_accuracy_m.get(level or "", 0.0)
    return Tolerances(
        overlap_m=settings.rule_overlap_m,
        gap_width_m=settings.rule_gap_width_m,
        vertex_m=settings.rule_vertex_m,
        spike_deg=settings.rule_spike_deg,
        spike_leg_m=settings.rule_spike_leg_m,
        part_m2=settings.rule_part_m2,
        gore_depth=settings.rule_gore_depth,
        area_share=settings.rule_area_share,
        accuracy_m=assumed if accuracy_m is None else accuracy_m,
    )
