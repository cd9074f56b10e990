"""Single vertices of borders: moved, inserted and deleted for both sides at once."""

import random
from uuid import UUID

import pytest

from boundaries.network.commands.move_node import MOVE_NODE
from boundaries.network.commands.vertices import DELETE_VERTEX, INSERT_VERTEX, MOVE_VERTEX
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordsInMemory
from gazetteer.ledger.drafts.step_play import PlayedStep
from gazetteer.problems import InvalidValue, NotFound, Problem
from gazetteer.records.commands.command import Command
from tests.boundaries.network.commands.four_squares import (
    CENTRE,
    EDGES,
    NODES,
    SE,
    SW,
    assert_is_coverage,
    build_squares,
    edge_id,
    find_faces,
    list_changed_edges,
    list_edges,
    node_id,
    read_line,
)
from tests.gazetteer.records.commands.small_register import apply_command, run_command

SQUARES = build_squares()
ON_BORDER, NEXT = (114.0, 23.5), (114.0, 23.25)
BESIDE = (114.125, 23.5)


def at(place: tuple[float, float], edge: str = "to_south", **more: object) -> dict[str, object]:
    return {"edge": str(edge_id(edge)), "at": list(place), **more}


def test_a_vertex_moves_for_both_sides_and_no_other_border() -> None:
    after = apply_command(SQUARES, MOVE_VERTEX, at(ON_BORDER, to=BESIDE))
    assert list_changed_edges(SQUARES, after) == {edge_id("to_south")}
    assert read_line(after, "to_south")[1:4] == [(114.0, 23.75), BESIDE, (114.0, 23.25)]
    assert find_faces(after)[SW].area - 1.0 == 1.0 - find_faces(after)[SE].area == 0.125 / 4
    assert_is_coverage(after)


def test_a_vertex_on_the_coast_has_no_other_side() -> None:
    after = apply_command(SQUARES, MOVE_VERTEX, at((113.0, 23.0), "coast_southwest", to=(112, 22)))
    assert list_changed_edges(SQUARES, after) == {edge_id("coast_southwest")}
    assert find_faces(after)[SE].equals(find_faces(SQUARES)[SE])


def test_a_vertex_is_inserted_between_two() -> None:
    to = (113.9, 23.4)
    after = apply_command(SQUARES, INSERT_VERTEX, at(ON_BORDER, to=to, next_at=NEXT))
    assert read_line(after, "to_south")[2:5] == [ON_BORDER, to, NEXT]
    assert list_changed_edges(SQUARES, after) == {edge_id("to_south")}
    assert_is_coverage(after)


def test_a_vertex_is_inserted_behind_the_first_node_of_an_edge() -> None:
    arguments = at(CENTRE, to=(114.1, 23.9), next_at=(114.0, 23.75))
    after = apply_command(SQUARES, INSERT_VERTEX, arguments)
    assert read_line(after, "to_south")[:3] == [CENTRE, (114.1, 23.9), (114.0, 23.75)]
    assert_is_coverage(after)


def test_a_vertex_is_deleted() -> None:
    after = apply_command(SQUARES, DELETE_VERTEX, at(ON_BORDER))
    remaining = [place for place in read_line(SQUARES, "to_south") if place != ON_BORDER]
    assert read_line(after, "to_south") == remaining
    assert list_changed_edges(SQUARES, after) == {edge_id("to_south")}
    assert_is_coverage(after)


def test_a_place_that_a_program_has_rounded_is_still_the_vertex() -> None:
    near = (114.0 + 5e-10, 23.5 - 5e-10)
    after = apply_command(SQUARES, MOVE_VERTEX, at(near, to=BESIDE))
    assert BESIDE in read_line(after, "to_south")


def test_a_vertex_is_found_although_another_edge_was_named() -> None:
    arguments = {"edge": str(UUID(int=7)), "at": list(ON_BORDER), "to": list(BESIDE)}
    after = apply_command(SQUARES, MOVE_VERTEX, arguments)
    assert list_changed_edges(SQUARES, after) == {edge_id("to_south")}


@pytest.mark.parametrize(
    ("command", "arguments", "problem", "field"),
    [
        (MOVE_VERTEX, at((114.0, 23.51), to=BESIDE), NotFound, "at"),
        (MOVE_VERTEX, at(CENTRE, to=BESIDE), InvalidValue, "at"),
        (DELETE_VERTEX, at(CENTRE), InvalidValue, "at"),
        (DELETE_VERTEX, at((114.0, 23.51)), NotFound, "at"),
        (INSERT_VERTEX, at(ON_BORDER, to=BESIDE, next_at=(114.0, 23.75)), InvalidValue, "next_at"),
        (INSERT_VERTEX, at(ON_BORDER, to=BESIDE, next_at=(114.0, 23.0)), InvalidValue, "next_at"),
        (INSERT_VERTEX, at(ON_BORDER, to=BESIDE, next_at=(1.0, 2.0)), InvalidValue, "next_at"),
        (
            MOVE_VERTEX,
            {"edge": str(UUID(int=7)), "at": [113.1, 23.1], "to": [113.2, 23.1]},
            NotFound,
            "edge",
        ),
    ],
)
def test_what_is_no_vertex_is_refused_with_the_field(
    command: Command, arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(SQUARES, command, arguments)
    assert caught.value.field == field


def draw_edit(
    draw: random.Random, known: KnownRecords
) -> tuple[Command, dict[str, object], str | None]:
    """A random edit near an edge, small enough that borders do not cross."""
    name = draw.choice([*EDGES])
    line = read_line(known, name)
    number = draw.randrange(1, len(line) - 1)
    (x, y), (dx, dy) = line[number], (draw.uniform(-0.001, 0.001) for _ in "xy")
    kind = draw.choice(["move", "move", "insert", "delete", "node"])
    if kind == "node":
        node = draw.choice([*NODES])
        place = find_node(known, node)
        return MOVE_NODE, {"node": str(node_id(node)), "to": [place[0] + dx, place[1] + dy]}, None
    if kind == "insert":
        then = line[number + 1]
        middle = [(x + then[0]) / 2 + dx / 10, (y + then[1]) / 2 + dy / 10]
        return INSERT_VERTEX, at((x, y), name, to=middle, next_at=list(then)), name
    if kind == "delete" and len(line) > 5:
        return DELETE_VERTEX, at((x, y), name), name
    return MOVE_VERTEX, at((x, y), name, to=[x + dx, y + dy]), name


def find_node(known: KnownRecords, name: str) -> tuple[float, float]:
    for edge in list_edges(known).values():
        for end, number in (("start_node", 0), ("end_node", -1)):
            if edge.attributes[end] == node_id(name):
                x, y = edge.line[number].tolist()
                return x, y
    raise AssertionError(name)


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_keep_the_network_sound_and_can_all_be_taken_back(seed: int) -> None:
    draw = random.Random(seed)
    known = SQUARES
    done: list[PlayedStep] = []
    for number in range(200):
        command, arguments, edited = draw_edit(draw, known)
        played = run_command(known, command, arguments, step=UUID(int=5000 + number))
        after = RecordsInMemory({**known.timelines, **played.after})
        changed = list_changed_edges(known, after)
        assert len(changed) > 1 if edited is None else changed == {edge_id(edited)}
        done.append(played)
        known = after
    assert list_changed_edges(SQUARES, known) == {edge_id(name) for name in EDGES}
    assert_is_coverage(known, area=None)
    for played in reversed(done):
        known = RecordsInMemory({**known.timelines, **played.before})
    assert known == SQUARES
