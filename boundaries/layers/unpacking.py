"""Getting the layer files out of what somebody sent: a file, a ZIP, a gzip; nothing else gets in.

What is packed is believed only after it was counted: sizes and ratios are checked before and while
unpacking, no name inside an archive becomes a path, and only the parts of known formats leave it.
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

from boundaries.layers.problems import too_large, unreadable, which_layer
from gazetteer.problems import Problem

MAX_BYTES = 2 << 30
"""What a file may be at most, unpacked."""

MAX_RATIO, SMALL = 200, 16 << 20
"""What is packed tighter than this is refused once it is larger than ``SMALL``: coordinates pack
about 3 to 20 times, bombs 1000 times."""

MAX_ENTRIES = 10_000
_CHUNK = 1 << 20
_GEOJSON, _JSON, _SHAPE, _PACKAGE = ".geojson", ".json", ".shp", ".gpkg"
_PARTS = (_GEOJSON, _JSON, _PACKAGE, _SHAPE, ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True, slots=True)
class Found:
    """A layer file laid open: where it lies, how the sender calls it, which layer in it is meant.

    ``layer`` is None where none was asked for, or the name has chosen this file already.
    """

    path: Path
    source: str
    layer: str | None = None


@contextmanager
def laid_open(path: Path, layer: str | None, max_bytes: int = MAX_BYTES) -> Iterator[Found]:
    """The layer file in ``path``; unpacked ones are deleted afterwards.

    ``layer`` chooses among several files of an archive by their name, with or without ending.

    Raises:
        UnreadableFile: cannot be opened, broken, locked, or without any layer file.
        TooLarge: more than ``max_bytes``, or packed as tight as only a bomb is.
        LayerNotNamed: several layer files, or not the one asked for.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        reason = error.strerror or str(error)
        raise unreadable(
            path.name, f"打不开（{reason}）。", f"cannot be opened ({reason})"
        ) from error
    if size > max_bytes:
        raise _over(path.name, max_bytes)
    with TemporaryDirectory(prefix="layer-") as directory:
        if start.startswith(b"PK"):
            yield _unzipped(path, layer, Path(directory), max_bytes)
        elif start.startswith(b"\x1f\x8b"):
            yield _gunzipped(path, size, layer, Path(directory), max_bytes)
        else:
            yield Found(path, path.name, layer)


def _over(source: str, max_bytes: int) -> Problem:
    megabytes = max_bytes >> 20
    return too_large(
        source, f"解压后超过 {megabytes} MB。", f"is larger than {megabytes} MB unpacked"
    )


def _bomb(source: str) -> Problem:
    return too_large(
        source,
        f"压缩比超过 {MAX_RATIO}，不像是图层文件。",
        f"is packed more than {MAX_RATIO} times, as no layer is",
    )


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _copy(source: str, packed: int, read: _Readable, to: Path, max_bytes: int) -> int:
    """Unpack to a file; the bytes written. ``packed`` is the size that it comes from."""
    written = 0
    with to.open("wb") as file:
        while chunk := read.read(_CHUNK):
            written += len(chunk)
            if written > max_bytes:
                raise _over(source, max_bytes)
            if written > SMALL and written > packed * MAX_RATIO:
                raise _bomb(source)
            file.write(chunk)
    return written


def _gunzipped(path: Path, size: int, layer: str | None, directory: Path, max_bytes: int) -> Found:
    inner = path.name.removesuffix(".gz")
    target = directory / "layer"
    try:
        with gzip.open(path) as packed:
            _copy(path.name, size, packed, target, max_bytes)
    except (EOFError, OSError, zlib.error) as error:
        raise unreadable(path.name, "gzip 损坏。", "the gzip archive is broken") from error
    return Found(target, inner, layer)


def _unzipped(path: Path, layer: str | None, directory: Path, max_bytes: int) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(path.name, archive, max_bytes)
            chosen, inner = _chosen(path.name, list(entries), layer)
            stem = _stem(chosen).casefold()
            for name, entry in entries.items():
                if _stem(name).casefold() == stem:
                    with archive.open(entry) as packed:
                        target = directory / f"layer{PurePosixPath(name).suffix.lower()}"
                        _copy(path.name, entry.compress_size, packed, target, max_bytes)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, LZMAError, ValueError) as error:
        raise unreadable(path.name, "ZIP 损坏。", "the ZIP archive is broken") from error
    except NotImplementedError as error:
        raise unreadable(
            path.name, "ZIP 的压缩方法不受支持。", "the ZIP is packed by an unknown method"
        ) from error
    return Found(directory / f"layer{PurePosixPath(chosen).suffix.lower()}", chosen, inner)


def _entries(source: str, archive: zipfile.ZipFile, max_bytes: int) -> dict[str, zipfile.ZipInfo]:
    """The parts of known formats by their names; refused if sizes, locks or paths are suspect."""
    infos = [info for info in archive.infolist() if info.filename and not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise too_large(
            source, f"文件多于 {MAX_ENTRIES} 个。", f"has more than {MAX_ENTRIES} files"
        )
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _decoded(info)
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\0" in name or ":" in name:
            raise unreadable(
                source,
                f"压缩包内的路径“{name}”越界。",
                f"the path {name!r} leads out of the archive",
            )
        if PurePosixPath(name).suffix.lower() not in _PARTS or _hidden(parts):
            continue
        if info.flag_bits & 1:
            raise unreadable(source, "压缩包有密码。", "the archive is locked by a password")
        if info.file_size > SMALL and info.file_size > info.compress_size * MAX_RATIO:
            raise _bomb(source)
        entries[name] = info
    if sum(info.file_size for info in entries.values()) > max_bytes:
        raise _over(source, max_bytes)
    return entries


def _hidden(parts: Sequence[str]) -> bool:
    """What macOS adds to archives."""
    return any(part == "__MACOSX" or part.startswith("._") for part in parts)


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of an entry: Windows writes Chinese ones in GBK without saying so."""
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


def _stem(name: str) -> str:
    return name[: len(name) - len(PurePosixPath(name).suffix)]


def _chosen(source: str, names: list[str], layer: str | None) -> tuple[str, str | None]:
    """The one layer file that is meant, and what of ``layer`` is left to choose within it."""
    mains = [n for n in names if PurePosixPath(n).suffix.lower() in (_GEOJSON, _SHAPE, _PACKAGE)]
    # Other JSON files go with archives: they count only where there is nothing else.
    mains = mains or [n for n in names if PurePosixPath(n).suffix.lower() == _JSON]
    if not mains:
        raise unreadable(
            source,
            "压缩包里没有 GeoJSON、GeoPackage 或 Shapefile（.shp）。",
            "the archive has no GeoJSON, GeoPackage or Shapefile (.shp) in it",
        )
    asked = [name for name in mains if called(name, layer)]
    if len(asked) == 1:
        return asked[0], None
    if len(mains) == 1:
        return mains[0], layer
    raise which_layer(source, mains, layer)


def called(name: str, layer: str | None) -> bool:
    """Whether ``layer`` names the file ``name``, with or without its folders and ending."""
    path = PurePosixPath(name)
    return layer in (name, _stem(name), path.name, path.stem)
