"""The store of files: one directory that several servers may share, files by their SHA-256.

A file is written beside its place, flushed to disk and renamed: under its hash there is the whole
file or none. ``ab/cdef…`` holds the file whose hash begins with ``ab``.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from gazetteer.files.problems import StorageFull, StorageUnavailable
from gazetteer.messages import message
from gazetteer.problems import TooLarge
from gazetteer.settings import Settings

MEGABYTE = 1 << 20

_CHUNK = MEGABYTE
_INCOMING = "incoming"
_HASH_LENGTH = 64
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A complete file that is not in its place yet."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileStore:
    """The files below a directory."""

    directory: Path

    def locate_file(self, sha256: str) -> Path:
        """Where the file of a hash is, if it is stored."""
        return self.directory / sha256[:2] / sha256[2:]

    @property
    def incoming_directory(self) -> Path:
        """Where files are until they are complete."""
        return self.directory / _INCOMING

    @contextmanager
    def receive_file(
        self, stream: IO[bytes], max_bytes: int | None = None
    ) -> Iterator[IncomingFile]:
        """Write a stream beside the stored files; :meth:`place_file` stores it.

        Args:
            stream: read from its present position to its end.
            max_bytes: the limit, if there is one.

        Raises:
            TooLarge: the stream is longer; no more than the limit was read.
            StorageFull, StorageUnavailable: it cannot be written.
        """
        path = self.incoming_directory / f"{uuid4()}.part"
        try:
            with translate_faults():
                path.parent.mkdir(mode=0o700, exist_ok=True)
                incoming = _write_stream(stream, path, max_bytes)
            yield incoming
        finally:
            with translate_faults():
                path.unlink(missing_ok=True)

    def place_file(self, incoming: IncomingFile) -> bool:
        """Store a received file under its hash; a file that is there stays, unless it is damaged.

        Returns:
            Whether it was put there.

        Raises:
            StorageFull, StorageUnavailable: it cannot be stored.
        """
        place = self.locate_file(incoming.sha256)
        with translate_faults():
            if place.exists() and compute_hash(place) == incoming.sha256:
                return False
            place.parent.mkdir(mode=0o700, exist_ok=True)
            incoming.path.replace(place)
            _sync_directory(place.parent)
            _sync_directory(self.directory)
            return True

    def remove_file(self, sha256: str) -> None:
        """Remove a file that no row refers to."""
        with translate_faults():
            self.locate_file(sha256).unlink(missing_ok=True)

    def open_file(self, sha256: str) -> IO[bytes]:
        """A stored file, to read.

        Raises:
            StorageUnavailable: the file is missing or cannot be read.
        """
        with translate_faults():
            return self.locate_file(sha256).open("rb")

    def iter_hashes(self) -> Iterator[str]:
        """The hashes of all stored files, in order."""
        with translate_faults():
            for folder in sorted(self.directory.glob("[0-9a-f][0-9a-f]")):
                for path in sorted(folder.iterdir()):
                    if len(folder.name + path.name) == _HASH_LENGTH:
                        yield folder.name + path.name


def open_store(settings: Settings) -> FileStore:
    """The store of the settings.

    Only the directory below ``GAZETTEER_HOME`` is created: where another one is configured and
    missing, a share is not mounted, and files would land on the disk beneath it.

    Raises:
        StorageUnavailable: the directory is missing or cannot be created.
    """
    directory = settings.files_directory
    with translate_faults():
        if not settings.files_dir:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not directory.is_dir():
            raise StorageUnavailable(message("files.directory_missing"))
    return FileStore(directory)


@contextmanager
def translate_faults() -> Iterator[None]:
    """Faults of the disk as problems.

    Raises:
        StorageFull: no space or quota is left.
        StorageUnavailable: missing, read-only, forbidden or broken.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(message("files.storage_full")) from error
        reason = error.strerror or str(error)
        raise StorageUnavailable(message("files.storage_unavailable", reason=reason)) from error


def compute_hash(path: Path) -> str:
    """The SHA-256 of a file, as lowercase hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_stream(stream: IO[bytes], path: Path, max_bytes: int | None) -> IncomingFile:
    digest, size = hashlib.sha256(), 0
    path.touch(0o600, exist_ok=False)
    with path.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if max_bytes is not None and size > max_bytes:
                limit = max_bytes / MEGABYTE
                raise TooLarge(message("files.too_large", limit=limit), field="data")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return IncomingFile(path, digest.hexdigest(), size)


def _sync_directory(directory: Path) -> None:
    """Make a rename survive a power failure."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
