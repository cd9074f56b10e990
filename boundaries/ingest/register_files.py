"""The files that a register is fed from: the shipped ones as a whole, or one of a user's."""

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
from gazetteer.ingest.staged_batch import Progress, StagedBatch, ignore_progress, merge_batches
from gazetteer.ledger.version_store import iter_known_timelines
from gazetteer.ledger.versions import Timeline

FILE_KINDS = (*(kind for kind, known in CSV_FILE_KINDS.items() if known.reader), "areas")
"""What a user's file may hold."""

COMPANION_KINDS = tuple(kind for kind, known in CSV_FILE_KINDS.items() if known.companion_of)
"""Kinds of files that are read beside another one."""


BUNDLED_AREA_SOURCE = "mapchina 0.1.0 (CRAN), derived from OpenStreetMap 2019-2020"
"""Where the shipped polygons come from."""


@dataclass(frozen=True, slots=True)
class LayerImportOptions:
    """How to read a layer of areas, as far as it does not say so itself; see ``read_layer``.

    ``accuracy_m`` is how far a border may lie from the truth, ``source`` where it comes from.
    """

    name: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] | None = None
    source: str | None = None
    accuracy_m: float = DEFAULT_ACCURACY_M

    def read_file(self, path: Path) -> Layer:
        """The layer of a file; problems as of ``read_layer``."""
        return read_layer(
            path, layer=self.name, crs=self.crs, encoding=self.encoding, columns=self.columns
        )


DEFAULT_OPTIONS = LayerImportOptions()
"""A layer that says everything itself."""


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
    """A user's file of ``kind``, on top of the units that the register knows.

    ``state`` is the day whose state a file of divisions or areas shows; ``layer`` is how to read
    a file of areas.

    Raises:
        InvalidValue: an unknown kind, or one that needs another file beside it.
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
    """The areas of a layer, with their borders, on top of those that the register knows.

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
    """The units that the register knows, with their codes and names."""
    return [
        t
        for kind in ("unit", "code", "name")
        for t in iter_known_timelines(conn, LEDGER.kinds[kind])
    ]
