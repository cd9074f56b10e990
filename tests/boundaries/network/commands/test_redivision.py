"""Random drawings over crooked borders: territories stay beside each other, whatever is drawn."""

import random
from collections.abc import Iterator, Mapping
from uuid import UUID

import numpy as np
import pytest
import shapely
from shapely.ops import substring

from boundaries.network.commands.merge_units import MERGE_UNITS
from boundaries.network.commands.replace_area import REPLACE_AREA
from boundaries.network.commands.split_unit import SPLIT_UNIT
from boundaries.network.commands.transfer_area import TRANSFER_AREA
from boundaries.network.commands.vertices import MOVE_VERTEX
from gazetteer.ledger.drafts.known_records import RecordsInMemory
from gazetteer.problems import Conflict
from gazetteer.records.commands.command import Command
from tests.boundaries.network.commands.four_squares import (
    EDGES,
    SE,
    SOUTHEAST,
    SOUTHWEST,
    SW,
    UNITS,
    Place,
    assert_is_coverage,
    build_line,
    build_polygon,
    build_squares,
    edge_id,
    find_faces,
    list_edges,
    list_edges_between,
    read_line,
)
from tests.gazetteer.records.commands.small_register import run_command


def play(
    known: RecordsInMemory, command: Command, arguments: Mapping[str, object], step: int = 1
) -> RecordsInMemory:
    played = run_command(known, command, arguments, step=UUID(int=9000 + step))
    return RecordsInMemory({**known.timelines, **played.after})


def build_crooked(draw: random.Random, names: list[str] | None = None) -> RecordsInMemory:
    """The four counties, with every vertex moved a little."""
    known = build_squares()
    for name in names or [*EDGES]:
        for x, y in read_line(known, name)[1:-1]:
            to = [x + draw.uniform(-0.05, 0.05), y + draw.uniform(-0.05, 0.05)]
            arguments = {"edge": str(edge_id(name)), "at": [x, y], "to": to}
            known = play(known, MOVE_VERTEX, arguments)
    return known


def assert_has_no_spikes(known: RecordsInMemory) -> None:
    """No border runs back along itself."""
    for face in find_faces(known).values():
        for ring in shapely.get_rings(shapely.get_parts(face)):
            xy = shapely.get_coordinates(ring)[:-1]
            one, other = np.roll(xy, 1, axis=0) - xy, np.roll(xy, -1, axis=0) - xy
            cosine = (one * other).sum(axis=1) / np.hypot(*one.T) / np.hypot(*other.T)
            assert cosine.max() < 1 - 1e-9


def draw_star(draw: random.Random) -> list[Place]:
    """A polygon round a random place."""
    middle = draw.uniform(113.3, 114.7), draw.uniform(23.3, 24.7)
    radius, places = draw.uniform(0.1, 0.5), []
    for angle in sorted(draw.uniform(0, 2 * np.pi) for _ in range(draw.randint(3, 7))):
        far = radius * draw.uniform(0.6, 1)
        places.append((middle[0] + far * np.cos(angle), middle[1] + far * np.sin(angle)))
    return places


def iter_stars(draw: random.Random, count: int) -> Iterator[list[Place]]:
    for _ in range(count):
        star = draw_star(draw)
        if shapely.Polygon(star).is_valid:
            yield star


@pytest.mark.parametrize("seed", range(12))
def test_whatever_polygon_passes_the_territories_stay_a_coverage(seed: int) -> None:
    draw = random.Random(seed)
    known = build_crooked(draw)
    area = sum(face.area for face in find_faces(known).values())
    passed = 0
    for number, star in enumerate(iter_stars(draw, 12)):
        units = [str(unit) for unit in draw.sample([*UNITS.values()], 2)]
        arguments = {"unit": units[0], "into": units[1], "area": build_polygon(*star)}
        try:
            known = play(known, TRANSFER_AREA, arguments, number)
        except Conflict:  # nothing of it is the giver's, or nothing remains
            continue
        passed += 1
        assert_is_coverage(known, area)
        assert_has_no_spikes(known)
    assert passed > 0


@pytest.mark.parametrize("seed", range(30))
def test_a_unit_that_is_split_off_anywhere_merges_back(seed: int) -> None:
    draw = random.Random(seed)
    known = build_crooked(draw)
    before = find_faces(known)
    unit = draw.choice([*UNITS.values()])
    west, south, east, north = before[unit].bounds
    line = [
        (west + (east - west) * number / 4, draw.uniform(south, north)) for number in range(-1, 6)
    ]
    at = before[unit].representative_point()
    arguments = {
        "unit": str(unit),
        "line": build_line(*line),
        "at": (at.x, at.y),
        "new": {"code": "440115", "name": "南沙区"},
    }
    divided = play(known, SPLIT_UNIT, arguments)
    area = sum(face.area for face in before.values())
    assert_is_coverage(divided, area)
    merged = play(divided, MERGE_UNITS, {"unit": "440115", "into": str(unit)}, 2)
    assert_is_coverage(merged, area)
    assert len(list_edges(merged)) == len(list_edges(known))
    for other, face in find_faces(merged).items():
        assert face.area == pytest.approx(before[other].area, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_a_polygon_along_a_crooked_border_leaves_one_clean_border(seed: int) -> None:
    """Its first and last vertex lie on the border, as exactly as a number can say."""
    draw = random.Random(seed)
    known = build_crooked(draw, ["to_south"])
    border = shapely.LineString(read_line(known, "to_south"))
    first, last = sorted(draw.uniform(0.1, 0.9) for _ in range(2))
    along = substring(border, first, last, normalized=True)
    places = [(x, y) for x, y in shapely.get_coordinates(along).tolist()]
    arguments = {
        "unit": SOUTHWEST,
        "into": SOUTHEAST,
        "area": build_polygon(*places, (113.5, 23.5)),
    }
    area = sum(face.area for face in find_faces(known).values())
    after = play(known, TRANSFER_AREA, arguments)
    assert_is_coverage(after, area)
    assert len(list_edges_between(after, SW, SE)) == 1
    assert_has_no_spikes(after)


@pytest.mark.parametrize("seed", range(12))
def test_what_a_drawing_leaves_at_a_crooked_border_goes_to_the_neighbour(seed: int) -> None:
    draw = random.Random(seed)
    known = build_crooked(draw, ["to_south"])
    south, north = draw.uniform(23.3, 23.4), draw.uniform(23.6, 23.7)
    notch = (114.2, south), (113.8, south), (113.8, north), (114.2, north)
    unmoved = read_line(known, "to_west") + read_line(known, "coast_southwest")[1:]
    area = build_polygon(*unmoved, *notch)
    after = play(known, REPLACE_AREA, {"unit": SOUTHWEST, "area": area})
    assert_is_coverage(after)
