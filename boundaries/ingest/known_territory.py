"""What the register knows of the ground that a layer shows, and of the ground around it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.ingest.register_units import RegisterUnits
from boundaries.layers.polygon_layer import Layer
from boundaries.network.drawing import DayView, advance_hierarchy
from boundaries.network.known_edges import KnownEdges
from boundaries.network.local_coverage import is_same_territory
from boundaries.network.redraw import DrawingPeriod


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The known ground of a unit beside the layer."""

    code: str
    parent_code: str | None
    shape: BaseGeometry


@dataclass(frozen=True)
class KnownTerritory:
    """A layer beside what is known on its day."""

    layer: Layer
    units: RegisterUnits
    period: DrawingPeriod
    known: KnownEdges

    @cached_property
    def _day_view(self) -> DayView:
        hierarchy = advance_hierarchy(self.units.unit_periods, self.period.day)
        return DayView(self.known, self.period.day, hierarchy)

    @cached_property
    def _unit_of_feature(self) -> list[UUID | None]:
        day = self.period.day
        found = (self.units.codes.find_on_day(code or "", day) for code in self.layer.codes)
        return [assignment.unit_id if assignment else None for assignment in found]

    @cached_property
    def _known_shapes(self) -> list[BaseGeometry | None]:
        return [self._day_view.find_territory(u) if u else None for u in self._unit_of_feature]

    def find_changed_features(self) -> frozenset[int]:
        """The features that are not, vertex for vertex, what is known."""
        return frozenset(
            number
            for number, known in enumerate(self._known_shapes)
            if not self._is_known_so(self.layer.geometries[number], known)
        )

    def _is_known_so(self, shape: BaseGeometry | None, known: BaseGeometry | None) -> bool:
        return (
            shape is not None
            and known is not None
            and bool(shapely.is_valid(shape))
            and is_same_territory(shape, known)
        )

    def knows_any(self, features: Iterable[int]) -> bool:
        """Whether anything is known of the ground of one of the features."""
        return any(self._known_shapes[number] is not None for number in features)

    def list_known_shapes(self, features: Iterable[int]) -> list[BaseGeometry | None]:
        """What is known of the ground of features; None: nothing."""
        return [self._known_shapes[number] for number in features]

    def list_neighbours(self) -> list[Neighbour]:
        """The lowest known units around the layer that are neither in it, nor above or below."""
        own = {unit for unit in self._unit_of_feature if unit}
        related = {above for unit in own for above in self._day_view.hierarchy.iter_chain(unit)}
        day = self.period.day
        neighbours = []
        for unit, shape in self._day_view.faces.items():
            chain = list(self._day_view.hierarchy.iter_chain(unit))
            if unit in related or not own.isdisjoint(chain):
                continue
            code = self.units.find_code(unit, day)
            parent = self.units.find_code(chain[1], day) if len(chain) > 1 else None
            if code:
                neighbours.append(Neighbour(code.code, parent.code if parent else None, shape))
        return neighbours
