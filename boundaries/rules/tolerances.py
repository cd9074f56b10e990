"""From which size on a departure counts, in metres.

The figures are the product's own ([my inference] in the sense that no published standard gives
them for coverages); an operator sets others. What is known about the accuracy of the data widens
them: two borders that are each good to m metres may honestly differ by 2m.
"""

from dataclasses import dataclass

from gazetteer.problems import InvalidValue


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Limits of the rules, in metres, square metres and degrees of angle.

    An overlap or a gap not wider than ``overlap_m`` is a border that is not identical on both
    sides; a gap wider than ``gap_width_m`` is left open (an enclave, a lake), unless the parent
    is known to cover it. ``gore_depth`` is how many times deeper than wide an open gap is to be.
    """

    overlap_m: float = 0.05
    gap_width_m: float = 1.0
    vertex_m: float = 0.001
    spike_deg: float = 1.0
    spike_leg_m: float = 1.0
    part_m2: float = 100.0
    gore_depth: float = 10.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not 0 <= value < 1e7:
                raise InvalidValue(
                    f"{name} 必须是 0 至 10 000 000 之间的数，得到 {value}。",
                    f"{name} must be a number from 0 to 10 000 000, not {value}",
                    field=name,
                )
