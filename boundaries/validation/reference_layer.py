"""The layer that others are held against to see whether they are shifted as a whole."""

from functools import cache
from pathlib import Path

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from gazetteer.problems import Problem

REFERENCE_PATH = Path(__file__).parents[2] / "fixtures" / "guangdong_boundaries.geojson.gz"


@cache
def read_reference_layer() -> Layer | None:
    """The shipped polygons of Guangdong and its neighbours; None where they were not installed.

    They are good to 500 m only, but a shift shows in the median of many units.
    """
    try:
        return read_layer(REFERENCE_PATH)
    except Problem:
        return None
