"""The files that a register is fed from: the shipped ones as a whole, or one of a user's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg import Connection

from boundaries.intake import ACCURACY_M, STATE, areas
from boundaries.layers.layer import Layer
from boundaries.layers.read import read_layer
from boundaries.network.elsewhere import known_elsewhere
from boundaries.register import LEDGER
from gazetteer.intake import (
    CSV_FILE_KINDS,
    CodeIndex,
    derive_territory_changes,
    read_country,
    read_files,
    read_guangdong,
)
from gazetteer.intake.batch import Progress, StagedBatch, ignore_progress, merge_batches
from gazetteer.ledger.store import iter_known_timelines
from gazetteer.ledger.versions import Timeline

KINDS = (*(kind for kind, known in CSV_FILE_KINDS.items() if known.reader), "areas")
"""What a user's file may hold."""

COMPANIONS = tuple(kind for kind, known in CSV_FILE_KINDS.items() if known.companion_of)
"""Kinds of files that are read beside another one."""


SHIPPED = "mapchina 0.1.0 (CRAN), derived from OpenStreetMap 2019-2020"
"""Where the shipped polygons come from."""


@dataclass(frozen=True, slots=True)
class LayerForm:
    """How to read a layer of areas, as far as it does not say so itself; see ``read_layer``.

    ``accuracy_m`` is how far a border may lie from the truth, ``source`` where it comes from.
    """

    name: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] | None = None
    source: str | None = None
    accuracy_m: float = ACCURACY_M

    def read(self, path: Path) -> Layer:
        """The layer of a file; problems as of ``read_layer``."""
        return read_layer(
            path, layer=self.name, crs=self.crs, encoding=self.encoding, columns=self.columns
        )


AS_IT_SAYS = LayerForm()
"""A layer that says everything itself."""


def shipped(fixtures: Path, progress: Progress, divisions: Path | None = None) -> StagedBatch:
    """The shipped data as one batch; ``divisions`` is a list of all China in place of Guangdong's.

    Raises:
        UnreadableFile: a file is missing or not of its form.
    """
    names = (
        read_country(fixtures, divisions, progress)
        if divisions
        else read_guangdong(fixtures, progress)
    )
    polygons = read_layer(fixtures / "guangdong_boundaries.geojson.gz")
    lands = areas(
        polygons, names.code_index, names.territory_changes, source=SHIPPED, progress=progress
    )
    return merge_batches(names.source, (names, lands), names.code_index, names.territory_changes)


def read(
    conn: Connection[Any],
    kind: str,
    files: Mapping[str, Path],
    state: date | None,
    progress: Progress = ignore_progress,
    layer: LayerForm = AS_IT_SAYS,
) -> StagedBatch:
    """A user's file of ``kind``, on top of the units that the register knows.

    ``state`` is the day whose state a file of divisions or areas shows; ``layer`` is how to read
    a file of areas.

    Raises:
        InvalidValue: an unknown kind, or one that needs another file beside it.
        UnreadableFile: a file cannot be read, or is not of its form.
    """
    if kind == "areas":
        return areas_on_top(conn, layer.read(files["areas"]), state, progress, layer)
    return read_files(kind, files, CodeIndex.from_timelines(_known(conn)), progress, state or STATE)


def areas_on_top(
    conn: Connection[Any],
    layer: Layer,
    state: date | None,
    progress: Progress = ignore_progress,
    form: LayerForm = AS_IT_SAYS,
) -> StagedBatch:
    """The areas of a layer, with their borders, on top of those that the register knows.

    Raises:
        NotACoverage: a polygon runs twice along the same piece of border.
    """
    day = state or STATE
    every = _known(conn)
    links = iter_known_timelines(conn, LEDGER.kinds["succession"])
    units = [timeline for timeline in every if timeline.kind == "unit"]
    return areas(
        layer,
        CodeIndex.from_timelines(every),
        derive_territory_changes([*units, *links]),
        source=form.source,
        state=day,
        accuracy_m=form.accuracy_m,
        elsewhere=known_elsewhere(conn, day),
        progress=progress,
    )


def _known(conn: Connection[Any]) -> list[Timeline]:
    """The units that the register knows, with their codes and names."""
    return [
        t
        for kind in ("unit", "code", "name")
        for t in iter_known_timelines(conn, LEDGER.kinds[kind])
    ]
