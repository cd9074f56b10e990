"""A small map of the territory that passed between two states, over the borders round it."""

from dataclasses import dataclass

import shapely

from boundaries.differences.compared_states import ComparedStates
from boundaries.differences.outline_lines import load_outlines
from boundaries.differences.record_words import describe_unit
from boundaries.differences.register_difference import RegisterDifference
from boundaries.exports.export_query import Conn
from web.pages.map_sketch import SketchView, find_bounds, widen_box

_LEAST_DEGREES = 0.002
_MOST_PIXELS_OFF = 0.5
"""How far drawn lines may lie from the true ones: less than can be seen."""


@dataclass(frozen=True)
class DifferenceMap:
    """Paths of SVG in a box of ``width`` by ``height`` pixels.

    ``territory`` are pairs of a path and of who gave and who took; ``borders`` those of the state
    after, ``former`` those of the state before only.
    """

    width: float
    height: float
    territory: tuple[tuple[str, str], ...]
    borders: tuple[str, ...]
    former: tuple[str, ...]


def draw_difference_map(
    conn: Conn, states: ComparedStates, difference: RegisterDifference
) -> DifferenceMap | None:
    """The map of a difference; None where no territory passed."""
    if not difference.territory:
        return None
    names = difference.names
    box = widen_box(find_bounds(passed.shape for passed in difference.territory), _LEAST_DEGREES)
    view = SketchView(box)
    tolerance = _MOST_PIXELS_OFF * (box[3] - box[1]) / view.picture_height
    borders, former = (
        tuple(path for line in lines if (path := view.draw_line(shapely.simplify(line, tolerance))))
        for lines in load_outlines(conn, states, box)
    )
    return DifferenceMap(
        view.picture_width,
        view.picture_height,
        tuple(
            (
                view.draw_polygons(shapely.simplify(passed.shape, tolerance)),
                " → ".join(
                    (
                        describe_unit(names.name_former(passed.giver)) if passed.giver else "—",
                        describe_unit(names.name_latter(passed.taker)) if passed.taker else "—",
                    )
                ),
            )
            for passed in difference.territory
        ),
        borders,
        former,
    )
