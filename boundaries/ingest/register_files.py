"""The files that are loaded into a register: the shipped ones as a whole, or one of a user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection

from boundaries.ingest.area_import import (
    DEFAULT_ACCURACY_M,
    REFERENCE_DAY,
    LayerRegions,
    build_area_batch,
    load_edges_around,
    read_regions,
)
from boundaries.ingest.known_territory import KnownTerritory
from boundaries.ingest.register_units import RegisterUnits
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from boundaries.network.known_edges import KnownEdges
from boundaries.network.redraw import DrawingPeriod
from boundaries.register_ledger import LEDGER
from gazetteer.ingest import (
    CSV_FILE_KINDS,
    CodeIndex,
    derive_territory_changes,
    read_country,
    read_files,
    read_guangdong,
)
from gazetteer.ingest.staged_batch import StagedBatch, ignore_progress, merge_batches
from gazetteer.ledger.edits import load_hand_edited_ids
from gazetteer.ledger.version_store import iter_known_timelines
from gazetteer.ledger.versions import Timeline
from gazetteer.progress import Progress
from gazetteer.records.source_names import BUNDLED_AREA_SOURCE

FILE_KINDS = (*(kind for kind, known in CSV_FILE_KINDS.items() if known.reader), "areas")
"""The kinds of files that a user may import."""

COMPANION_KINDS = tuple(kind for kind, known in CSV_FILE_KINDS.items() if known.companion_of)
"""Kinds of files that are read beside another one."""


@dataclass(frozen=True, slots=True)
class LayerImportOptions:
    """How to read a layer of areas, where its file does not state it; see ``read_layer``.

    ``accuracy_m`` is how far a border may lie from the truth, in metres, ``source`` where the
    polygons come from.
    """

    name: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] | None = None
    source: str | None = None
    accuracy_m: float = DEFAULT_ACCURACY_M

    def read_file(self, path: Path) -> Layer:
        """The layer of a file; raises what ``read_layer`` raises."""
        return read_layer(
            path, layer=self.name, crs=self.crs, encoding=self.encoding, columns=self.columns
        )


DEFAULT_OPTIONS = LayerImportOptions()
"""For a layer whose file states everything."""


def read_bundled_data(
    conn: Connection[Any], fixtures: Path, progress: Progress, divisions: Path | None = None
) -> StagedBatch:
    """The shipped data as one batch; ``divisions`` is a list of all China in place of Guangdong's.

    Ground that the register knows is drawn anew only as far as nobody has edited its borders.

    Raises:
        UnreadableFile: a file is missing or not of its form.
    """
    division_batch = (
        read_country(fixtures, divisions, progress)
        if divisions
        else read_guangdong(fixtures, progress)
    )
    units = RegisterUnits(division_batch.code_index, division_batch.territory_changes)
    polygons = read_layer(fixtures / "guangdong_boundaries.geojson.gz")
    layer = read_regions(
        polygons, units, REFERENCE_DAY, source=BUNDLED_AREA_SOURCE, progress=progress
    )
    known = load_edges_around(conn, layer, units, REFERENCE_DAY)
    edited = _list_edited_units(conn, known)
    untouched = tuple(
        region for region in layer.regions if edited.isdisjoint(u for u, _ in region.tenures)
    )
    area_batch = build_area_batch(
        replace(layer, regions=untouched), units, DrawingPeriod(REFERENCE_DAY), known
    )
    return merge_batches(
        division_batch.source,
        (division_batch, area_batch),
        division_batch.code_index,
        division_batch.territory_changes,
    )


def _list_edited_units(conn: Connection[Any], known: KnownEdges) -> set[UUID | None]:
    """The units on the sides of edges that people have edited since they were loaded."""
    edited = load_hand_edited_ids(conn, list(known.edges))
    return {unit for edge in edited for version in known.edges[edge] for unit in version.side_units}


def read_import_file(
    conn: Connection[Any],
    kind: str,
    files: Mapping[str, Path],
    reference_day: date | None,
    progress: Progress = ignore_progress,
) -> StagedBatch:
    """A user's table of a kind, on top of the units in the register.

    Args:
        conn: A connection to the register.
        kind: One of :data:`FILE_KINDS` but ``areas``, which :func:`stage_layer` reads.
        files: The file and its companions by kind.
        reference_day: The day whose state a file of divisions shows.
        progress: Called with the rows done, their total and the name of the file.

    Raises:
        InvalidValue: an unknown kind, or one that is only read beside another file.
        UnreadableFile: a file cannot be read, or is not of its form.
    """
    return read_files(
        kind,
        files,
        CodeIndex.from_timelines(_load_timelines(conn, ("unit", "code", "name"))),
        progress,
        reference_day or REFERENCE_DAY,
    )


@dataclass(frozen=True, slots=True)
class StagedLayer:
    """A layer that was read, with its regions and what the register knows of their ground."""

    layer: Layer
    regions: LayerRegions
    known_territory: KnownTerritory


def stage_layer(
    conn: Connection[Any],
    layer: Layer,
    period: DrawingPeriod,
    options: LayerImportOptions = DEFAULT_OPTIONS,
    progress: Progress = ignore_progress,
) -> StagedLayer:
    """The regions of a layer for the units that carried its codes on the day of the period."""
    units = load_register_units(conn, has_villages=any(map(_is_village_code, layer.codes)))
    regions = read_regions(
        layer,
        units,
        period.day,
        source=options.source,
        accuracy_m=options.accuracy_m,
        progress=progress,
    )
    known = load_edges_around(conn, regions, units, period.day)
    return StagedLayer(layer, regions, KnownTerritory(layer, units, period, known))


_NO_CONDITIONS: Mapping[str, str] = {}
_UNITS_ON_MAPS = """
SELECT record_id FROM unit_version WHERE level <> 'village'
UNION SELECT left_unit FROM edge_version UNION SELECT right_unit FROM edge_version
"""
# There are 600 000 villages, and hardly a layer shows them.
_WITHOUT_VILLAGES = {
    "unit": f"record_id IN ({_UNITS_ON_MAPS})",
    "code": f"unit_id IN ({_UNITS_ON_MAPS})",
    "name": "place_id IN (SELECT place_id FROM unit_version WHERE record_id IN"
    f" ({_UNITS_ON_MAPS}))",
}


def _is_village_code(code: str | None) -> bool:
    return code is not None and len(code) > len("440106001")


def load_register_units(conn: Connection[Any], *, has_villages: bool = True) -> RegisterUnits:
    """The units in the register as known now, with their codes and names.

    Without ``has_villages``, villages are left out of which no ground is known.
    """
    timelines = _load_timelines(
        conn, ("unit", "code", "name"), _NO_CONDITIONS if has_villages else _WITHOUT_VILLAGES
    )
    links = iter_known_timelines(conn, LEDGER.kinds["succession"])
    units = [timeline for timeline in timelines if timeline.kind == "unit"]
    acts = {
        act.record_id: version.attributes["number"] or version.attributes["title"]
        for act in iter_known_timelines(conn, LEDGER.kinds["act"])
        for version in act.versions
    }
    return RegisterUnits(
        CodeIndex.from_timelines(timelines), derive_territory_changes([*units, *links]), acts
    )


def _load_timelines(
    conn: Connection[Any], kinds: Sequence[str], conditions: Mapping[str, str] = _NO_CONDITIONS
) -> list[Timeline]:
    """All records of some kinds as known now, as far as they meet the conditions by kind."""
    return [
        timeline
        for kind in kinds
        for timeline in iter_known_timelines(conn, LEDGER.kinds[kind], conditions.get(kind, "true"))
    ]
