"""Random imports of areas into a small register, beside the edits of single records."""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import pairwise
from uuid import UUID

import numpy as np
import shapely

from boundaries.ingest.area_import import build_area_batch, load_edges_around, read_regions
from boundaries.ingest.register_files import load_register_units
from boundaries.layers.polygon_layer import EPSG_4490, Layer
from boundaries.network.redraw import DrawingPeriod
from boundaries.network.side_periods import enclose_periods
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.problems import LaterChange
from tests.boundaries.areas.area_samples import record
from tests.boundaries.areas.changing_register import (
    COUNTIES,
    CUT_COUNTIES,
    KNOWN_LATER,
    ORIGIN,
    STEP,
    STEPS,
    UNDIVIDED,
    Home,
    Place,
    build_shapes,
    build_units,
    find_home,
    find_middle,
    list_cell_homes,
    list_homes,
    place_near,
    redraw_shape,
    take_snapshot,
)
from tests.boundaries.areas.random_edits import (
    CHANGESET,
    DAYS,
    Change,
    NotPossible,
    RandomEditor,
)

SINCE_2000 = PeriodEnd(date(2000, 1, 1))
STATE = date(2020, 1, 1)
CELLS = {**COUNTIES, **CUT_COUNTIES}
Shapes = dict[UUID, shapely.Geometry]


class RandomRegister(RandomEditor):
    """It edits a register and imports areas into it, each time in another way."""

    def set_up(self) -> None:
        """Publish the register from which the edits start."""
        LEDGER.publish_statements(self.conn, CHANGESET, build_units())
        shapes = build_shapes(self.rng)
        later = {code: shapes.pop(code) for code in KNOWN_LATER}
        self.import_areas("the first areas", shapes, DrawingPeriod(STATE))
        self.import_areas("further areas", later, DrawingPeriod(STATE, SINCE_2000))
        self.snapshot = take_snapshot(self.conn)

    def list_edits(self) -> Mapping[Callable[[], Change], float]:
        imports: dict[Callable[[], Change], float] = {
            self.redraw_county: 5,
            self.refine_border: 4,
            self.draw_cell: 3,
        }
        return {**super().list_edits(), **imports}

    def import_areas(
        self,
        name: str,
        shapes: Mapping[str, shapely.Geometry],
        period: DrawingPeriod,
        homes: frozenset[Home] | None = None,
    ) -> Change:
        """Import areas by the codes of a day, as ``gazetteer import`` does."""
        codes = tuple(shapes)
        geometries = np.array([None, *shapes.values()], dtype=object)[1:]
        attributes = tuple({"code": code} for code in codes)
        source = f"survey {self.rng.randrange(3)}"
        layer = Layer(
            geometries, codes, attributes, codes, EPSG_4490, None, source, columns={"code": "code"}
        )
        units = load_register_units(self.conn)
        accuracy_m = self.rng.choice([5.0, 50.0])
        regions = read_regions(layer, units, period.day, accuracy_m=accuracy_m)
        assert len(regions.regions) == len(shapes), regions.findings
        known = load_edges_around(self.conn, regions, units, period.day)
        try:
            batch = build_area_batch(regions, units, period, known)
        except LaterChange:
            return Change(f"{name}: refused", None, Period(), period.day)
        publication = LEDGER.publish_timelines(self.conn, CHANGESET, batch)
        tenures = [tenure for region in regions.regions for _, tenure in region.tenures]
        limits = enclose_periods(tenures) if homes is None else Period(period.start, period.end)
        drawn = {region.tenures[0][0]: region.shape for region in regions.regions}
        return Change(name, publication, limits, period.day, homes, drawn)

    def choose_drawing(self) -> DrawingPeriod:
        """A correction for the whole life or between two days, or a change from a day on."""
        period = self.choose_period()
        start, end = period.start, period.end
        if start.on is None:
            return DrawingPeriod(self.rng.choice(DAYS))
        return DrawingPeriod(start.on, start, end, is_strict=True)

    def find_drawable_faces(self, day: date) -> Shapes:
        """The faces of a day that a polygon with a code can show as they are."""
        snapshot = self.snapshot
        faces = snapshot.assemble_faces(day)
        versions = (snapshot.find_unit(unit, day) for unit in faces)
        divided = {v.attributes["subordination_parent"] for v in versions if v}
        return {
            unit: face
            for unit, face in faces.items()
            if unit not in divided and snapshot.find_code(unit, day) is not None
        }

    def redraw_county(self) -> Change:
        """Vertices of a county move, and with them those of its neighbours."""
        period = self.choose_drawing()
        faces = self.find_drawable_faces(period.day)
        homes = {
            unit: set(list_homes(shapely.get_coordinates(face))) for unit, face in faces.items()
        }
        fixed = {
            home
            for edge in self.snapshot.list_on_day(period.day)
            if any(side is not None and side not in faces for side in edge.side_units)
            for home in list_homes(edge.line)
        }
        county = self.choose_one(sorted(faces))
        free = sorted(homes[county] - fixed)
        if not free:
            raise NotPossible
        moved = self.rng.sample(free, self.rng.randint(1, len(free)))
        places = {home: place_near(home, self.rng) for home in moved}
        touched = [unit for unit in faces if not homes[unit].isdisjoint(places)]
        return self.draw_places(f"{len(touched)} units redrawn", touched, faces, places, period)

    def refine_border(self) -> Change:
        """The border of two units has more vertices, and the others between its ends move."""
        period = self.choose_drawing()
        faces = self.find_drawable_faces(period.day)
        edges = [
            edge
            for edge in self.snapshot.list_on_day(period.day)
            if edge.left in faces and edge.right in faces
        ]
        edge = self.choose_one(edges)
        homes = list_homes(edge.line)
        middles = [find_middle(one, other) for one, other in pairwise(homes)]
        redrawn = [home for home in (*middles, *homes[1:-1]) if home is not None]
        places = {home: place_near(home, self.rng) for home in redrawn}
        if not places:
            raise NotPossible
        return self.draw_places("a border refined", [edge.left, edge.right], faces, places, period)

    def draw_places(
        self,
        name: str,
        units: list[UUID],
        faces: Shapes,
        places: Mapping[Home, Place],
        period: DrawingPeriod,
    ) -> Change:
        shapes = {
            self.snapshot.find_code(unit, period.day) or "": redraw_shape(faces[unit], places)
            for unit in units
        }
        return self.import_areas(name, shapes, period, frozenset(places))

    def draw_cell(self) -> Change:
        """A county appears on ground of which it is not known, or is cut out of a prefecture."""
        day, code = self.rng.choice(DAYS), self.rng.choice([*CUT_COUNTIES, *KNOWN_LATER])
        unit, (column, row) = record("unit", code), CELLS[code]
        faces = self.snapshot.assemble_faces(day)
        middle = shapely.Point(
            [
                start + (at + 0.5) * STEPS * STEP
                for start, at in zip(ORIGIN, (column, row), strict=True)
            ]
        )
        holder = next((u for u, face in faces.items() if face.contains(middle)), None)
        if self.snapshot.find_code(unit, day) != code or holder not in (
            None,
            record("unit", UNDIVIDED),
        ):
            raise NotPossible
        places = {
            find_home(place): (place[0], place[1])
            for edge in self.snapshot.list_on_day(day)
            for place in edge.line.tolist()
        }
        ring = [places[home] for home in list_cell_homes((column, row)) if home in places]
        if len(ring) < 4:
            raise NotPossible
        return self.import_areas(f"{code} drawn", {code: shapely.Polygon(ring)}, DrawingPeriod(day))
