"""The manifest of the shipped data: what each file is, whence, under which licence, how large."""

import csv
import hashlib
import io
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gazetteer.intake.read import read_bytes

MANIFEST = "MANIFEST"


@dataclass(frozen=True, slots=True)
class Shipped:
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


def manifest(folder: Path) -> list[Shipped]:
    """What the manifest (TOML) of a folder lists.

    Raises:
        OSError: no manifest there. TOMLDecodeError, KeyError: it is not one.
    """
    with (folder / MANIFEST).open("rb") as file:
        listed = tomllib.load(file)["file"]
    return [
        Shipped(
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


def differences(folder: Path) -> Iterator[str]:
    """Where the files of a folder and its manifest do not agree; nothing if they do."""
    listed = {shipped.file: shipped for shipped in manifest(folder)}
    there = {p.name for p in folder.iterdir() if p.is_file() and p.name != MANIFEST}
    yield from (f"{name}: not in the manifest" for name in sorted(there - listed.keys()))
    for name, shipped in sorted(listed.items()):
        if name not in there:
            yield f"{name}: missing"
            continue
        raw = (folder / name).read_bytes()
        if hashlib.sha256(raw).hexdigest() != shipped.sha256:
            yield f"{name}: another content (sha256)"
        elif (found := count_rows(folder / name)) != shipped.rows:
            yield f"{name}: {found} rows instead of {shipped.rows}"


def count_rows(path: Path) -> int:
    """Rows of a CSV file without its header, or features of a GeoJSON file."""
    text = read_bytes(path).decode("utf-8-sig")
    if ".geojson" in path.name:
        return len(json.loads(text)["features"])
    return sum(1 for row in csv.reader(io.StringIO(text, newline="")) if row) - 1
