"""The areas of units over time, derived from edges: the one way in which areas come about."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from boundaries.network.area_assembly import assemble_area, encode_area
from boundaries.network.edge_versions import find_worst_accuracy, join_sources
from boundaries.network.segments import Floats
from boundaries.network.territories import HalfEdge, Territory
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Version


def derive_area_id(unit: UUID) -> UUID:
    """The record of the area of a unit."""
    return derive_record_id("area", str(unit))


def derive_area_versions(unit: UUID, territories: Sequence[Territory]) -> tuple[Version, ...]:
    """The area of a unit, with one version for each period in which nothing about it changed.

    ``territories`` are those of the unit, in the order of days.

    Raises:
        BrokenNetwork: the edges round the unit do not close.
    """
    return merge_versions(_iter_versions(unit, territories))


def merge_versions(versions: Iterator[Version] | Sequence[Version]) -> tuple[Version, ...]:
    """Versions in the order of days, those that follow each other and are equal as one."""
    merged: list[Version] = []
    for version in versions:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.period.end.on == version.period.start.on
            and last.attributes == version.attributes
        ):
            merged[-1] = replace(last, period=Period(last.period.start, version.period.end))
        else:
            merged.append(version)
    return tuple(merged)


def _iter_versions(unit: UUID, territories: Sequence[Territory]) -> Iterator[Version]:
    shapes: dict[frozenset[tuple[bytes, bool]], str] = {}
    for territory in territories:
        border = territory.border
        key = frozenset((edge.line.tobytes(), reverse) for edge, reverse in border)
        if key not in shapes:
            shapes[key] = encode_area(assemble_area([_get_line(half) for half in border]))
        attributes: dict[str, Any] = {
            "unit_id": unit,
            "geom": shapes[key],
            "accuracy_m": find_worst_accuracy([edge.accuracy_m for edge, _ in border]),
            "source": join_sources([edge.source for edge, _ in border]),
        }
        yield Version(territory.period, attributes)


def _get_line(half: HalfEdge) -> Floats:
    edge, is_reversed = half
    return edge.line[::-1] if is_reversed else edge.line
