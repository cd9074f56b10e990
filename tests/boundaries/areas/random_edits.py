"""Random edits and imports of a small register, published through the ledger."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection

from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.segments import Floats
from boundaries.network.side_periods import intersect_periods, subtract_periods
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.changesets import Publication
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from tests.boundaries.areas.area_samples import record, unit, wkb
from tests.boundaries.areas.changing_register import (
    ACTS,
    PREFECTURES,
    PROVINCES,
    STEPS,
    Home,
    Snapshot,
    find_home,
    find_middle,
    list_homes,
    place_near,
)

CHANGESET = Changeset("surveyor", "at random", "correction")
DAYS = [date(year, 1, 1) for year in (1960, 1975, 1988, 1996, 2005, 2010, 2014, 2019, 2023, 2027)]
ChangeEdge = Callable[[EdgeVersion], EdgeVersion | None]


@dataclass(frozen=True)
class Change:
    """What was published: the days that it named, and the homes that an import drew anew.

    ``drawn`` are the areas of an import, which hold on ``day``.
    """

    name: str
    publication: Publication | None
    period: Period
    day: date
    homes: frozenset[Home] | None = None
    drawn: Mapping[UUID, shapely.Geometry] = field(default_factory=dict)


class NotPossible(Exception):
    """The register of that day has nothing that this edit could change."""


@dataclass
class RandomEditor:
    """It edits a register as ``snapshot`` shows it, each time in another way."""

    conn: Connection[Any]
    rng: Random
    snapshot: Snapshot = field(init=False)
    count: int = 0

    def change_register(self) -> Change:
        """Change it at random."""
        edits = self.list_edits()
        while True:
            (edit,) = self.rng.choices(list(edits), list(edits.values()))
            try:
                change = edit()
            except NotPossible:
                continue
            self.count += 1
            return change

    def list_edits(self) -> Mapping[Callable[[], Change], float]:
        """What it may do, and how often."""
        return {
            self.move_vertex: 4,
            self.move_node: 4,
            self.insert_vertex: 2,
            self.delete_vertex: 2,
            self.cite_act: 2,
            self.replace_unit: 1,
            self.move_to_parent: 3,
            self.merge_units: 0.5,
        }

    def choose_bound(self, day: date) -> PeriodEnd:
        act = self.rng.choice([None, None, *ACTS])
        return PeriodEnd(day, act, Precision.DAY if act else Precision.UNKNOWN)

    def choose_period(self) -> Period:
        """The whole life, from a day on, or between two days."""
        first, last = sorted(self.rng.sample(DAYS, 2))
        start, end = self.choose_bound(first), self.choose_bound(last)
        return self.rng.choice([Period(), Period(start), Period(start, end)])

    def choose_day(self, period: Period) -> date:
        return self.rng.choice([day for day in DAYS if period.contains_day(day)])

    def choose_one(self, things: Sequence[Any]) -> Any:
        if not things:
            raise NotPossible
        return self.rng.choice(things)

    def state_edges(self, period: Period, change: ChangeEdge) -> Iterator[Statement]:
        """Statements of what is to be changed of edges during a period."""
        for edge in self.snapshot.edges:
            common = intersect_periods(edge.period, period)
            changed = edge if common is None else change(edge)
            if common is not None and changed is not edge:
                attributes = changed.to_version().attributes if changed else None
                yield Statement("edge", edge.edge, common, attributes)

    def publish(self, period: Period, day: date, name: str, *stated: Iterator[Statement]) -> Change:
        statements = [statement for group in stated for statement in group]
        publication = LEDGER.publish_statements(self.conn, CHANGESET, statements)
        return Change(name, publication, period, day)

    def change_line(self, name: str, redraw: Callable[[EdgeVersion], Floats | None]) -> Change:
        """Redraw an edge of a day, on all days of a period on which it runs there."""
        period = self.choose_period()
        day = self.choose_day(period)
        edge = self.choose_one(self.snapshot.list_on_day(day))
        line = redraw(edge)
        if line is None:
            raise NotPossible

        def change(other: EdgeVersion) -> EdgeVersion:
            is_same = other.edge == edge.edge and np.array_equal(other.line, edge.line)
            return replace(other, line=line) if is_same else other

        return self.publish(period, day, name, self.state_edges(period, change))

    def move_vertex(self) -> Change:
        def redraw(edge: EdgeVersion) -> Floats | None:
            if len(edge.line) < 3:
                return None
            line, number = edge.line.copy(), self.rng.randrange(1, len(edge.line) - 1)
            line[number] = place_near(find_home(line[number].tolist()), self.rng)
            return line

        return self.change_line("a vertex moved", redraw)

    def insert_vertex(self) -> Change:
        def redraw(edge: EdgeVersion) -> Floats | None:
            homes, after = list_homes(edge.line), self.rng.randrange(1, len(edge.line))
            middle = find_middle(homes[after - 1], homes[after])
            if middle is None:
                return None
            return np.insert(edge.line, after, place_near(middle, self.rng), axis=0)

        return self.change_line("a vertex inserted", redraw)

    def delete_vertex(self) -> Change:
        def redraw(edge: EdgeVersion) -> Floats | None:
            homes = list_homes(edge.line)
            free = [
                number
                for number in range(1, len(homes) - 1)
                if homes[number][0] % STEPS or homes[number][1] % STEPS
            ]
            if not free or (len(homes) < 4 and homes[0] == homes[-1]):
                return None
            return np.delete(edge.line, self.rng.choice(free), axis=0)

        return self.change_line("a vertex deleted", redraw)

    def move_node(self) -> Change:
        period = self.choose_period()
        day = self.choose_day(period)
        edge = self.choose_one(self.snapshot.list_on_day(day))
        node, at = self.rng.choice([(edge.start_node, 0), (edge.end_node, -1)])
        home = find_home(edge.line[at].tolist())
        place = place_near(home, self.rng)

        def move(other: EdgeVersion) -> EdgeVersion:
            line = other.line.copy()
            for end, number in ((other.start_node, 0), (other.end_node, -1)):
                if end == node and find_home(line[number].tolist()) == home:
                    line[number] = place
            return other if np.array_equal(line, other.line) else replace(other, line=line)

        def state_node() -> Iterator[Statement]:
            for version in self.snapshot.versions["node"][node]:
                common = intersect_periods(version.period, period)
                location = shapely.from_wkb(version.attributes["location"])
                if common and find_home(location.coords[0]) == home:
                    attributes = {**version.attributes, "location": wkb(shapely.Point(place))}
                    yield Statement("node", node, common, attributes)

        return self.publish(
            period, day, "a node moved", state_node(), self.state_edges(period, move)
        )

    def cite_act(self) -> Change:
        """The start of a version of a unit, or of an edge, has another act."""
        kind = self.rng.choice(["edge", "unit"])
        if kind == "edge":
            edge = self.choose_one(self.snapshot.edges)
            record_id, version = edge.edge, edge.to_version()
        else:
            record_id = self.choose_one(sorted(self.snapshot.versions["unit"]))
            version = self.choose_one(self.snapshot.versions["unit"][record_id])
        if version.period.start.on is None:
            raise NotPossible
        start = self.choose_bound(version.period.start.on)
        period = Period(start, version.period.end)
        said = iter([Statement(kind, record_id, period, version.attributes)])
        return self.publish(period, version.period.start.on, f"an act cited for a {kind}", said)

    def list_lowest_units(self, day: date) -> list[UUID]:
        """The counties and townships with ground and a code since before a day, and for good."""
        sides = {
            side for edge in self.snapshot.list_on_day(day) for side in edge.side_units if side
        }
        return [side for side in sorted(sides) if self.is_lasting(side, day)]

    def is_lasting(self, one: UUID, day: date) -> bool:
        versions = self.snapshot.versions["unit"][one]
        version = self.snapshot.find_unit(one, day)
        return (
            version is not None
            and version.attributes["level"] != "prefecture"
            and self.snapshot.find_code(one, day) is not None
            and (versions[0].period.start.on or date.min) < day
            and versions[-1].period.end.on is None
        )

    def replace_unit(self) -> Change:
        """Another unit takes the whole ground of a unit (撤县设区)."""
        day = self.rng.choice(DAYS)
        old = self.choose_one(self.list_lowest_units(day))
        period = Period(self.choose_bound(day))
        before = self.snapshot.find_unit(old, day)
        assert before is not None
        code = f"53{self.count:04d}{'001' if before.attributes['level'] == 'township' else ''}"
        new = record("unit", code)

        def rename(side: UUID | None) -> UUID | None:
            return new if side == old else side

        def change(edge: EdgeVersion) -> EdgeVersion:
            if old not in edge.side_units:
                return edge
            return replace(edge, left=rename(edge.left), right=rename(edge.right))

        stated = [
            replace(statement, period=period)
            for statement in unit(code, code, before.attributes["level"])
        ]
        stated[0] = replace(stated[0], attributes=before.attributes)
        return self.publish(
            period,
            day,
            "a unit replaced",
            iter(stated),
            self.end_unit(old, period),
            self.state_succession(old, new, period),
            self.state_edges(period, change),
        )

    def end_unit(self, ended: UUID, period: Period) -> Iterator[Statement]:
        yield Statement("unit", ended, period, None, replaces_later=True)
        for code, versions in self.snapshot.versions["code"].items():
            if versions[-1].attributes["unit_id"] == ended:
                yield Statement("code", code, period, None, replaces_later=True)

    def state_succession(self, old: UUID, new: UUID, period: Period) -> Iterator[Statement]:
        """Half of the successions are on record."""
        if self.rng.random() < 0.5:
            link = {"from_unit": old, "to_unit": new, "link_kind": "replaced"}
            attributes = {**link, "share_from": 1.0, "share_to": 1.0}
            yield Statement("succession", record("succession", str(self.count)), period, attributes)

    def move_to_parent(self) -> Change:
        """A county is below another prefecture, or a prefecture in another province."""
        period = self.choose_period()
        day = self.choose_day(period)
        level, parents = self.rng.choice([("county", list(PREFECTURES)), ("prefecture", PROVINCES)])
        units = [
            one
            for one in sorted(self.snapshot.versions["unit"])
            if (version := self.snapshot.find_unit(one, day))
            and version.attributes["level"] == level
        ]
        moved, parent = self.choose_one(units), record("unit", self.rng.choice(parents))
        versions = self.snapshot.versions["unit"][moved]
        stated = (
            Statement("unit", moved, common, {**version.attributes, "subordination_parent": parent})
            for version in versions
            if (common := intersect_periods(version.period, period))
        )
        return self.publish(period, day, f"a {level} below another parent", stated)

    def merge_units(self) -> Change:
        """A county becomes a part of its neighbour: the border between them is no more."""
        day = self.rng.choice(DAYS)
        lasting = self.list_lowest_units(day)
        pairs = {
            edge.side_units
            for edge in self.snapshot.list_on_day(day)
            if edge.left in lasting and edge.right in lasting
        }
        gone, other = self.choose_one(sorted(pairs, key=str))
        period = Period(self.choose_bound(day))

        def rename(side: UUID | None) -> UUID | None:
            return other if side == gone else side

        def change(edge: EdgeVersion) -> EdgeVersion | None:
            if gone not in edge.side_units:
                return edge
            left, right = rename(edge.left), rename(edge.right)
            return None if left == right else replace(edge, left=left, right=right)

        edges = list(self.state_edges(period, change))
        ended = {(edge.record_id, edge.period) for edge in edges if edge.attributes is None}
        return self.publish(
            period,
            day,
            "two units merged",
            self.end_unit(gone, period),
            iter(edges),
            self.end_nodes(ended),
        )

    def end_nodes(self, ended: set[tuple[UUID, Period]]) -> Iterator[Statement]:
        """A node exists until the last of its edges ends."""
        lives: dict[UUID, list[Period]] = {}
        nodes = set()
        for edge in self.snapshot.edges:
            gone = [period for record_id, period in ended if record_id == edge.edge]
            for node in (edge.start_node, edge.end_node):
                nodes |= {node} if gone else set()
                lives.setdefault(node, []).extend(subtract_periods(edge.period, gone))
        for node in sorted(nodes):
            end = max((life.end.on or date.max for life in lives[node]), default=date.min)
            if end < date.max:
                period = Period(PeriodEnd(end) if end > date.min else UNBOUNDED)
                yield Statement("node", node, period, None, replaces_later=True)
