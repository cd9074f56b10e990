"""From which size on a departure counts, in metres.

The figures are the product's own: no published standard gives them for coverages; an operator sets
others (``GAZETTEER_RULE_*``). What is known about the accuracy of the data matters where two
sources are compared: two lines that are each good to a root mean square error of m metres may
honestly differ by 2 m. Two polygons of one layer have one border between them, however accurate.
"""

from dataclasses import dataclass

from gazetteer.problems import InvalidValue
from gazetteer.settings import Settings

MAX_ERROR_RMSE = 2.0
"""The greatest honest error, in root mean square errors (the convention of Chinese surveying)."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Limits of the rules, in metres, square metres, degrees of angle and shares.

    An overlap or a gap not wider than ``overlap_m`` is a border that is not identical on both
    sides; a gap wider than ``gap_width_m`` is left open (an enclave, a lake), unless the parent
    is known to cover it. ``gore_depth`` is how many times deeper than wide an open gap is to be.
    ``accuracy_m`` is the stated accuracy (RMSE) of the lines; 0 where none is stated.
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
                    f"{name} 必须是 0 至 10 000 000 之间的数，得到 {value}。",
                    f"{name} must be a number from 0 to 10 000 000, not {value}",
                    field=name,
                )

    @property
    def line_m(self) -> float:
        """Up to this width two drawings of one line, as of a unit and its parent, may differ."""
        return max(self.overlap_m, MAX_ERROR_RMSE * self.accuracy_m)


def build_tolerances(level: str | None, accuracy_m: float | None, settings: Settings) -> Tolerances:
    """The limits for lines of a level.

    ``accuracy_m`` is the RMSE that the data state; without it that of the level in the settings
    stands, if there is one (0.1 mm on the map: 5 m at 1:50 000, 1 m at 1:10 000).

    Raises:
        InvalidValue: the accuracy is no sensible number.
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
