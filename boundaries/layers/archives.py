"""Extracting layer files from what a user sends: a plain file, a ZIP or a gzip archive.

Archives are not trusted: sizes and compression ratios are checked before and while unpacking, no
name inside an archive becomes a path, and only files of known formats are extracted.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol

from boundaries.layers.database_logs import LOG_SUFFIX
from boundaries.layers.foreign_formats import describe_foreign_names
from boundaries.layers.problems import (
    layer_choice_error,
    open_error,
    too_large_error,
    unreadable_error,
)
from gazetteer.messages import message
from gazetteer.problems import Problem

MAX_BYTES = 2 << 30
"""The largest size of a file, unpacked, in bytes."""

MAX_RATIO, RATIO_EXEMPT_BYTES = 200, 16 << 20
"""A higher compression ratio is refused in files of more than :data:`RATIO_EXEMPT_BYTES`:
coordinates are compressed 3 to 20 times, decompression bombs 1000 times."""

MAX_ENTRIES = 10_000
_CHUNK = 1 << 20
_GEOJSON, _JSON, _SHAPE, _PACKAGE = ".geojson", ".json", ".shp", ".gpkg"
_SEQUENCES = (".geojsonl", ".geojsons", ".ndjson", ".jsonl")
_KNOWN_SUFFIXES = (
    *(_GEOJSON, _JSON, *_SEQUENCES, _PACKAGE, f"{_PACKAGE}{LOG_SUFFIX}"),
    *(_SHAPE, ".shx", ".dbf", ".prj", ".cpg"),
)


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A layer file ready to be read: its path, its name for the user, the requested layer in it.

    ``layer`` is None where none was requested, or where the request already chose this file.
    """

    path: Path
    source: str
    layer: str | None = None


@contextmanager
def open_layer_file(
    path: Path, layer: str | None, max_bytes: int = MAX_BYTES
) -> Iterator[LayerFile]:
    """The layer file at or in ``path``; unpacked files are deleted afterwards.

    ``layer`` chooses among the files of an archive by their name, with or without suffix.

    Raises:
        UnreadableFile: Cannot be opened, broken, encrypted, or without any layer file.
        TooLarge: More than ``max_bytes``, or compressed like a decompression bomb.
        LayerNotNamed: Several layer files, or not the requested one.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        is_folder = isinstance(error, IsADirectoryError)
        foreign = describe_foreign_names([path.name]) if is_folder else None
        if foreign is not None:
            raise unreadable_error(path.name, foreign) from None
        raise open_error(path.name or str(path), error) from error
    if size > max_bytes:
        raise _size_error(path.name, max_bytes)
    with TemporaryDirectory(prefix="layer-") as directory:
        if start.startswith(b"PK"):
            yield _extract_zip(path, layer, Path(directory), max_bytes)
        elif start.startswith(b"\x1f\x8b"):
            yield _extract_gzip(path, size, layer, Path(directory), max_bytes)
        else:
            yield LayerFile(path, path.name, layer)


def _size_error(source: str, max_bytes: int) -> Problem:
    return too_large_error(source, message("layer.too_large_unpacked", megabytes=max_bytes >> 20))


def _bomb_error(source: str) -> Problem:
    return too_large_error(source, message("layer.compression_ratio", ratio=MAX_RATIO))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _copy_limited(source: str, packed: int, stream: _Readable, target: Path, max_bytes: int) -> int:
    """Unpack ``stream`` to a file and return the bytes written.

    ``packed`` is the compressed size in bytes.
    """
    written = 0
    with target.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            written += len(chunk)
            if written > max_bytes:
                raise _size_error(source, max_bytes)
            if written > RATIO_EXEMPT_BYTES and written > packed * MAX_RATIO:
                raise _bomb_error(source)
            file.write(chunk)
    return written


def _extract_gzip(
    path: Path, size: int, layer: str | None, directory: Path, max_bytes: int
) -> LayerFile:
    inner = path.name.removesuffix(".gz")
    target = directory / "layer"
    try:
        with gzip.open(path) as packed:
            _copy_limited(path.name, size, packed, target, max_bytes)
    except (EOFError, OSError, zlib.error) as error:
        raise unreadable_error(path.name, message("layer.gzip_broken")) from error
    return LayerFile(target, inner, layer)


def _extract_zip(path: Path, layer: str | None, directory: Path, max_bytes: int) -> LayerFile:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _list_entries(path.name, archive, max_bytes)
            if not entries:
                foreign = describe_foreign_names(
                    [path.name, *map(_decode_name, archive.infolist())]
                )
                detail = foreign or message("layer.zip_without_layer")
                raise unreadable_error(path.name, detail)
            chosen, inner = _choose_file(path.name, list(entries), layer)
            stem = _strip_suffix(chosen).casefold()
            for name, entry in entries.items():
                if _strip_suffix(name).casefold() == stem:
                    with archive.open(entry) as packed:
                        target = directory / f"layer{PurePosixPath(name).suffix.lower()}"
                        _copy_limited(path.name, entry.compress_size, packed, target, max_bytes)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, LZMAError, ValueError) as error:
        raise unreadable_error(path.name, message("layer.zip_broken")) from error
    except NotImplementedError as error:
        raise unreadable_error(path.name, message("layer.zip_method_unknown")) from error
    return LayerFile(directory / f"layer{PurePosixPath(chosen).suffix.lower()}", chosen, inner)


def _foreign_archive_error(source: str, archive: zipfile.ZipFile) -> Problem:
    """The problem of an archive with nothing to read in it: it names what else is there."""
    foreign = describe_foreign_names([source, *map(_decode_name, archive.infolist())])
    return unreadable_error(source, foreign or message("layer.zip_without_layer"))


def _list_entries(
    source: str, archive: zipfile.ZipFile, max_bytes: int
) -> dict[str, zipfile.ZipInfo]:
    """The entries of known formats by their names.

    Refused if their number, sizes, encryption or paths are suspect.
    """
    infos = [info for info in archive.infolist() if info.filename and not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise too_large_error(source, message("layer.zip_too_many_files", limit=MAX_ENTRIES))
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _decode_name(info)
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\0" in name or ":" in name:
            raise unreadable_error(source, message("layer.zip_path_outside", path=name))
        if PurePosixPath(name).suffix.lower() not in _KNOWN_SUFFIXES or _is_hidden(parts):
            continue
        if info.flag_bits & 1:
            raise unreadable_error(source, message("layer.zip_encrypted"))
        if info.file_size > RATIO_EXEMPT_BYTES and info.file_size > info.compress_size * MAX_RATIO:
            raise _bomb_error(source)
        entries[name] = info
    if sum(info.file_size for info in entries.values()) > max_bytes:
        raise _size_error(source, max_bytes)
    return entries


def _is_hidden(parts: Sequence[str]) -> bool:
    """Whether an entry is one that macOS adds to archives."""
    return any(part == "__MACOSX" or part.startswith("._") for part in parts)


def _decode_name(info: zipfile.ZipInfo) -> str:
    """The name of an entry: Windows writes Chinese names in GBK without declaring it."""
    name = info.filename.replace("\\", "/")
    if info.flag_bits & 0x800:
        return name
    raw = name.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _strip_suffix(name: str) -> str:
    return name[: len(name) - len(PurePosixPath(name).suffix)]


def _choose_file(source: str, names: list[str], layer: str | None) -> tuple[str, str | None]:
    """The requested layer file, and the layer to choose in it; None if ``layer`` is the file."""
    mains = [
        n
        for n in names
        if PurePosixPath(n).suffix.lower() in (_GEOJSON, *_SEQUENCES, _SHAPE, _PACKAGE)
    ]
    # Archives often hold other JSON files: they count only where there is nothing else.
    mains = mains or [n for n in names if PurePosixPath(n).suffix.lower() == _JSON]
    if not mains:
        raise unreadable_error(source, message("layer.zip_without_layer"))
    matching = [name for name in mains if is_file_named(name, layer)]
    if len(matching) == 1:
        return matching[0], None
    if len(mains) == 1:
        return mains[0], layer
    raise layer_choice_error(source, mains, layer)


def is_file_named(name: str, layer: str | None) -> bool:
    """Whether ``layer`` names the file ``name``, with or without its folders and suffix."""
    path = PurePosixPath(name)
    return layer in (name, _strip_suffix(name), path.name, path.stem)
