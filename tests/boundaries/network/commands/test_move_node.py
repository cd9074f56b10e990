"""A node moves with the ends of all edges that meet there."""

from uuid import UUID

import numpy as np
import pytest

from boundaries.network.commands.move_node import MOVE_NODE
from boundaries.network.edge_versions import encode_line
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordsInMemory
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Version
from gazetteer.problems import NotFound
from gazetteer.records.commands.positions import encode_point
from tests.boundaries.network.commands.four_squares import (
    SW,
    assert_is_coverage,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    node_id,
    read_line,
)
from tests.gazetteer.records.commands.small_register import DAY, SINCE, apply_command, run_command

SQUARES = build_squares()
TO = (114.125, 24.125)


def test_all_edges_that_meet_at_a_node_follow_it() -> None:
    after = apply_command(SQUARES, MOVE_NODE, {"node": str(node_id("centre")), "to": TO})
    names = ("to_south", "to_north", "to_west", "to_east")
    assert list_changed_edges(SQUARES, after) == {edge_id(name) for name in names}
    for name in names:
        assert read_line(after, name) == [TO, *read_line(SQUARES, name)[1:]]
    node = DayRecords(after, DAY).find_record("node", node_id("centre"))
    assert node == {"location": encode_point(TO), "source": "survey"}
    assert_is_coverage(after)


def test_a_node_at_the_coast_moves_the_coast_of_both_units() -> None:
    to = (114.0, 22.5)
    after = apply_command(SQUARES, MOVE_NODE, {"node": str(node_id("south")), "to": to})
    assert list_changed_edges(SQUARES, after) == {
        edge_id(name) for name in ("to_south", "coast_southwest", "coast_southeast")
    }
    assert find_faces(after)[SW].area == 1.0 + 0.5 * 0.5 / 2
    assert_is_coverage(after, area=4.0 + 0.5 * 0.5)


def test_a_border_that_ends_where_it_starts_moves_with_both_ends() -> None:
    node, edge = UUID(int=1), UUID(int=2)
    ring = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    attributes = {
        "start_node": node,
        "end_node": node,
        "left_unit": SW,
        "right_unit": None,
        "beyond": "outside",
        "geom": encode_line(np.array(ring)),
        "accuracy_m": None,
        "source": "survey",
    }
    location = {"location": encode_point((0.0, 0.0)), "source": "survey"}
    island = RecordsInMemory(
        {
            ("edge", edge): (Version(Period(SINCE), attributes),),
            ("node", node): (Version(Period(SINCE), location),),
        }
    )
    after = apply_command(island, MOVE_NODE, {"node": str(node), "to": (-1.0, 0.0)})
    moved = DayRecords(after, DAY).find_record("edge", edge)
    assert moved is not None
    assert moved["geom"] == encode_line(np.array([(-1.0, 0.0), *ring[1:3], (-1.0, 0.0)]))


def test_a_node_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        run_command(SQUARES, MOVE_NODE, {"node": str(UUID(int=7)), "to": TO})
    assert caught.value.field == "node"
