"""The files that are loaded into a register: the shipped ones as a whole, or one of a user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg import Connection

from boundaries.ingest.area_import import DEFAULT_ACCURACY_M, REFERENCE_DAY, build_area_batch
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.polygon_layer import Layer
from boundaries.network.existing_coverage import load_existing_coverage
from boundaries.schema.register_ledger import LEDGER
from gazetteer.ingest import (
    CSV_FILE_KINDS,
    CodeIndex,
    derive_territory_changes,
    read_country,
    read_files,
    read_guangdong,
)
from gazetteer.ingest.source_names import BUNDLED_AREA_SOURCE
from gazetteer.ingest.staged_batch import StagedBatch, ignore_progress, merge_batches
from gazetteer.ledger.version_store import iter_known_timelines
from gazetteer.ledger.versions import Timeline
from gazetteer.progress import Progress

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
    fixtures: Path, progress: Progress, divisions: Path | None = None
) -> StagedBatch:
    """The shipped data as one batch; ``divisions`` is a list of all China in place of Guangdong's.

    Raises:
        UnreadableFile: a file is missing or not of its form.
    """
    division_batch = (
        read_country(fixtures, divisions, progress)
        if divisions
        else read_guangdong(fixtures, progress)
    )
    polygons = read_layer(fixtures / "guangdong_boundaries.geojson.gz")
    area_batch = build_area_batch(
        polygons,
        division_batch.code_index,
        division_batch.territory_changes,
        source=BUNDLED_AREA_SOURCE,
        progress=progress,
    )
    return merge_batches(
        division_batch.source,
        (division_batch, area_batch),
        division_batch.code_index,
        division_batch.territory_changes,
    )


def read_import_file(
    conn: Connection[Any],
    kind: str,
    files: Mapping[str, Path],
    reference_day: date | None,
    progress: Progress = ignore_progress,
    options: LayerImportOptions = DEFAULT_OPTIONS,
) -> StagedBatch:
    """A user's file of a kind, on top of the units in the register.

    Args:
        conn: A connection to the register.
        kind: One of :data:`FILE_KINDS`.
        files: The file and its companions by kind.
        reference_day: The day whose state a file of divisions or areas shows.
        progress: Called with the rows done, their total and the name of the file.
        options: How to read a file of areas.

    Raises:
        InvalidValue: an unknown kind, or one that is only read beside another file.
        UnreadableFile: a file cannot be read, or is not of its form.
    """
    if kind == "areas":
        return build_layer_batch(
            conn, options.read_file(files["areas"]), reference_day, progress, options
        )
    return read_files(
        kind,
        files,
        CodeIndex.from_timelines(_load_known_units(conn)),
        progress,
        reference_day or REFERENCE_DAY,
    )


def build_layer_batch(
    conn: Connection[Any],
    layer: Layer,
    reference_day: date | None,
    progress: Progress = ignore_progress,
    options: LayerImportOptions = DEFAULT_OPTIONS,
) -> StagedBatch:
    """The areas of a layer, with their borders, on top of those in the register.

    Raises:
        NotACoverage: a polygon runs twice along the same piece of border.
    """
    day = reference_day or REFERENCE_DAY
    timelines = _load_known_units(conn)
    links = iter_known_timelines(conn, LEDGER.kinds["succession"])
    units = [timeline for timeline in timelines if timeline.kind == "unit"]
    return build_area_batch(
        layer,
        CodeIndex.from_timelines(timelines),
        derive_territory_changes([*units, *links]),
        source=options.source,
        reference_day=day,
        accuracy_m=options.accuracy_m,
        existing=load_existing_coverage(conn, day),
        progress=progress,
    )


def _load_known_units(conn: Connection[Any]) -> list[Timeline]:
    """The units in the register, with their codes and names."""
    return [
        t
        for kind in ("unit", "code", "name")
        for t in iter_known_timelines(conn, LEDGER.kinds[kind])
    ]
