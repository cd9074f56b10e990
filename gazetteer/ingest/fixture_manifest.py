"""The manifest of the shipped data: content, source, licence, size and checksum of each file."""

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.ingest.table_files import read_bytes

MANIFEST_NAME = "MANIFEST"


@dataclass(frozen=True, slots=True)
class ShippedFile:
    """One shipped file; ``rows`` counts CSV rows without header, or features."""

    file: str
    kind: str
    content: str
    source: str
    licence: str
    notice: str
    rows: int
    sha256: str
    state: date | None
    remarks: str


def read_manifest(folder: Path) -> list[ShippedFile]:
    """The files that the manifest (TOML) of a folder lists.

    Raises:
        OSError: There is no manifest.
        TOMLDecodeError: It is not TOML.
        KeyError: A fact is missing.
    """
    with (folder / MANIFEST_NAME).open("rb") as file:
        listed = tomllib.load(file)["file"]
    return [
        ShippedFile(
            entry["file"],
            entry["kind"],
            entry["content"],
            entry["source"],
            entry["licence"],
            entry["notice"],
            entry["rows"],
            entry["sha256"],
            entry.get("state"),
            entry["remarks"],
        )
        for entry in listed
    ]


def iter_manifest_differences(folder: Path) -> Iterator[str]:
    """The differences between the files of a folder and its manifest, one line each."""
    listed = {shipped.file: shipped for shipped in read_manifest(folder)}
    present = {p.name for p in folder.iterdir() if p.is_file() and p.name != MANIFEST_NAME}
    yield from (f"{name}: not in the manifest" for name in sorted(present - listed.keys()))
    for name, shipped in sorted(listed.items()):
        if name not in present:
            yield f"{name}: missing"
            continue
        raw = (folder / name).read_bytes()
        if hashlib.sha256(raw).hexdigest() != shipped.sha256:
            yield f"{name}: another content (sha256)"
        elif (row_count := count_rows(folder / name)) != shipped.rows:
            yield f"{name}: {row_count} rows instead of {shipped.rows}"


def count_rows(path: Path) -> int:
    """Rows of a CSV file without its header, or features of a GeoJSON file."""
    text = read_bytes(path).decode("utf-8-sig")
    if ".geojson" in path.name:
        return len(json.loads(text)["features"])
    return sum(1 for row in csv.reader(io.StringIO(text, newline="")) if row) - 1
