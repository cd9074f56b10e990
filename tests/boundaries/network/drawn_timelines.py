"""The nodes and edges of regions drawn into an empty network."""

from collections.abc import Sequence
from datetime import date

from boundaries.network.drawing import draw_regions
from boundaries.network.known_edges import NO_EDGES
from boundaries.network.leaf_faces import Region, derive_leaf_faces
from boundaries.network.local_coverage import DrawnRegion, as_multipolygon
from boundaries.network.redraw import DrawingPeriod
from gazetteer.ledger.versions import Timeline


def derive_network_timelines(regions: Sequence[Region]) -> list[Timeline]:
    """What the regions, each by its first unit, make known of nodes and edges."""
    drawn = [
        DrawnRegion(
            face.tenures[-1][0],
            (face.tenures[-1][0],),
            as_multipolygon(face.shape),
            face.tenures,
            face.accuracy_m,
            face.source,
        )
        for face in derive_leaf_faces(regions)
    ]
    return draw_regions(NO_EDGES, drawn, DrawingPeriod(date(2020, 1, 1)), []).timelines
