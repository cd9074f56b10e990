"""The index of the newest state as a file that all processes of a machine map.

Whoever first needs an index that is not there makes it, under a lock, and the others find it. An
earlier index takes in what was published since, where that is not too much. The names of files say
which register, in which history, and what program: a file that does not fit is never opened.
"""

import fcntl
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from inspect import getfile
from pathlib import Path
from typing import Any

from psycopg import Connection

from gazetteer.search.index.column_file import (
    ColumnFile,
    DamagedColumns,
    open_column_file,
    write_column_file,
)
from gazetteer.search.index.index_building import (
    IndexParts,
    build_columns,
    build_name_index,
    splice_columns,
)
from gazetteer.search.index.index_changes import find_index_changes
from gazetteer.search.index.index_loading import (
    LoadPoints,
    load_rows,
    open_snapshot,
    release_memory,
)
from gazetteer.search.index.index_opening import open_name_index
from gazetteer.search.index.name_index import IndexHeader, NameIndex

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOREIGN_SECONDS = 7 * 24 * 3600
"""Age at which files of other registers and other versions of the program are removed."""
_MAX_FILES = 8
"""Files over which the columns of an index are spread; each holds some that nothing uses now."""
_LARGE_SEQ = 500_000
"""Changes of a register whose index is built apart: some hundred MiB of rows."""
_ATTEMPTS = 5
"""How often a file is looked for that others replace at the same time."""

_STATE = """
SELECT seq, nullif(recorded_at, '-infinity'), (SELECT version_num FROM alembic_version),
       (SELECT recorded_at FROM changeset ORDER BY changeset_id LIMIT 1)
FROM ledger_head
"""
_IN_HISTORY = "SELECT FROM changeset WHERE recorded_at = %s AND last_seq = %s"


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index and the file in which it is."""

    file: ColumnFile
    index: NameIndex


class IndexFiles:
    """The index files of a register; not to be used by several threads at once.

    Args:
        directory: of the files; made if it is missing.
        points_of_units: loads the points that stand for units.
        build_apart: has another process call :meth:`build_file`; used for a large register, whose
            rows take much more memory than its index. Raises OSError if that process fails.
    """

    def __init__(
        self,
        directory: Path,
        points_of_units: LoadPoints,
        build_apart: Callable[[], None] | None = None,
    ) -> None:
        self._directory, self._points_of_units = directory, points_of_units
        self._build_apart = build_apart
        self._newest: OpenIndex | None = None

    def load_newest(self, conn: Connection[Any]) -> NameIndex:
        """The index of the newest state; ``conn`` must not be within a transaction."""
        if self._newest is not None and not _is_in_history(conn, self._newest.file.path):
            self._newest = None  # another register, or an earlier state of this one was restored
        try:
            for _ in range(_ATTEMPTS):
                opened = self._open_file(self._name_newest(conn)) or self._make_file(conn)
                if opened is not None:
                    self._newest = opened
                    return opened.index
        except OSError:
            log.warning("no index can be shared by files in %s", self._directory, exc_info=True)
        with open_snapshot(conn):
            return build_name_index(load_rows(conn, self._points_of_units))

    def build_file(self, conn: Connection[Any]) -> None:
        """Build the index of the newest state of all rows; whoever has this done holds the lock."""
        with open_snapshot(conn):
            path = self._name_newest(conn)
            self._write_file(path, build_columns(load_rows(conn, self._points_of_units)))

    def _name_newest(self, conn: Connection[Any]) -> Path:
        """The path of the index of the newest state."""
        row = conn.execute(_STATE).fetchone()
        assert row is not None, "the ledger has a head since its first migration"
        seq, recorded_at, *identity = row
        origin = sha256(f"{_digest_program(self._points_of_units)} {identity}".encode())
        micros = (recorded_at - _EPOCH) // timedelta(microseconds=1) if recorded_at else 0
        return self._directory / f"index-{origin.hexdigest()[:16]}-{seq}-{micros}.bin"

    def _open_file(self, path: Path) -> OpenIndex | None:
        """The index in a file; None if the file is not there, or is damaged."""
        earlier = self._newest
        if earlier is not None and earlier.file.path == path:
            return earlier
        try:
            file = open_column_file(path, earlier.file if earlier else None)
        except (FileNotFoundError, DamagedColumns) as error:
            if isinstance(error, DamagedColumns):
                log.warning("%s; it is built anew", error)
            return None
        finder = earlier.index.key_finder if earlier else None
        return OpenIndex(file, open_name_index(unpack_header(file.header), file.columns, finder))

    def _make_file(self, conn: Connection[Any]) -> OpenIndex | None:
        """Make the file of the newest state, unless another process does that meanwhile.

        None if the file is gone again, or there is a newer state: ask again.
        """
        with _lock_directory(self._directory):
            with open_snapshot(conn):
                path = self._name_newest(conn)
                opened = self._open_file(path) or self._continue_file(conn, path)
            if opened is None:
                if self._build_apart is not None and _parse_name(path)[0] > _LARGE_SEQ:
                    self._build_apart()
                else:
                    self.build_file(conn)
                opened = self._open_file(self._name_newest(conn))
            if opened is not None:
                self._remove_others(opened.file)
            release_memory()
            return opened

    def _continue_file(self, conn: Connection[Any], path: Path) -> OpenIndex | None:
        """The file that follows from that of an earlier state; None if none does."""
        origin = path.name.split("-")[1]
        for earlier in sorted(self._directory.glob(f"index-{origin}-*.bin"), key=_parse_name)[::-1]:
            base = self._open_file(earlier) if _is_in_history(conn, earlier) else None
            if base is not None:
                parts = self._take_in_changes(conn, base.index)
                if parts is None:
                    return None
                self._newest = base
                self._write_file(path, parts, base.file)
                return self._open_file(path)
        return None

    def _write_file(self, path: Path, parts: IndexParts, earlier: ColumnFile | None = None) -> None:
        """Write an index; what has not changed stays where it is, until that is too scattered."""
        header, columns = parts
        is_scattered = earlier is not None and len(earlier.file_names) >= _MAX_FILES
        write_column_file(path, pack_header(header), columns, None if is_scattered else earlier)

    def _take_in_changes(self, conn: Connection[Any], base: NameIndex) -> IndexParts | None:
        """An index with what was published since; None if it has to be built anew."""
        changes = find_index_changes(conn, base)
        if changes is None:
            return None
        return splice_columns(base, load_rows(conn, self._points_of_units, changes), changes)

    def _remove_others(self, newest: ColumnFile) -> None:
        """Remove what the newest file has replaced, and what other programs left long ago."""
        origin = newest.path.name.split("-")[1]
        for path in self._directory.glob("index-*"):
            is_old = path.stat().st_mtime < time.time() - _FOREIGN_SECONDS
            is_own = path.name.split("-")[1] == origin or path.suffix == ".part"
            if path.name not in newest.file_names and (is_own or is_old):
                path.unlink()


def _is_in_history(conn: Connection[Any], path: Path) -> bool:
    """Whether the register was in the state of a file."""
    seq, micros = _parse_name(path)
    recorded_at = _EPOCH + timedelta(microseconds=micros)
    return seq == 0 or conn.execute(_IN_HISTORY, (recorded_at, seq)).fetchone() is not None


def _parse_name(path: Path) -> tuple[int, int]:
    """The state of a file: the sequence number, and the microseconds since 1970."""
    _, _, seq, micros = path.stem.split("-")
    return int(seq), int(micros)


@contextmanager
def _lock_directory(directory: Path) -> Iterator[None]:
    """Wait until no other process makes an index here; the system ends the lock with the process.

    Raises:
        OSError: the directory cannot be written to.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def _digest_program(points_of_units: LoadPoints) -> str:
    """A digest of the code that decides what is in an index: no version number to be forgotten."""
    search = Path(__file__).parents[1]
    sources = [
        *search.glob("index/*.py"),
        *search.glob("index/*.csv"),
        *search.glob("text/*.py"),
        Path(getfile(points_of_units)),
    ]
    digest = sha256(sys.byteorder.encode())
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def pack_header(header: IndexHeader) -> dict[str, Any]:
    """A header as JSON can hold it."""
    recorded_at = header.recorded_at.isoformat() if header.recorded_at else None
    return {**asdict(header), "recorded_at": recorded_at}


def unpack_header(packed: Mapping[str, Any]) -> IndexHeader:
    """The header that was packed."""
    recorded_at = packed["recorded_at"]
    moment = datetime.fromisoformat(recorded_at) if recorded_at else None
    return IndexHeader(**{**packed, "recorded_at": moment})
