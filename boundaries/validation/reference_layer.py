"""The reference layer against which the displacement of a whole layer is measured."""

from functools import cache
from pathlib import Path

from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from gazetteer.problems import Problem

REFERENCE_PATH = Path(__file__).parents[2] / "fixtures" / "guangdong_boundaries.geojson.gz"


@cache
def read_reference_layer() -> Layer | None:
    """The bundled polygons of Guangdong and its neighbours; None where they are not installed.

    They are accurate to 500 m only, but a displacement shows in the median of many units.
    """
    try:
        return read_layer(REFERENCE_PATH)
    except Problem:
        return None
