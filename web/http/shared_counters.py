"""Counters that all serving processes of one machine share, for the limits of requests.

A store for the library ``limits``: its own store in memory counts in each process, which would
multiply every limit by their number. This one is a small table in a file that every process maps.
A counter costs a hash and a file lock (some microseconds); a killed process leaves no lock behind.
Losing the file loses nothing but the counts.
"""

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from limits.storage import Storage

_SLOT = struct.Struct("<QdQ")  # hash of the key, when the window ends (Unix time), count
_SLOTS = 65_536
_PROBES = 8
_THREAD_LOCK = Lock()  # a file lock keeps processes apart, not the threads of one


class SharedCounters(Storage):
    """Fixed windows only, which is all that the service uses.

    A full neighbourhood of slots gives up the counter whose window ends first.
    """

    STORAGE_SCHEME = None  # it is not made from a URI

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        super().__init__()
        path.parent.mkdir(parents=True, exist_ok=True)
        size = _SLOT.size * _SLOTS
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, size)
        self._table = mmap.mmap(self._file, size)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing store raises."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; the first of a window sets its end ``expiry`` seconds from now."""
        now, name = time.time(), _hash_key(key)
        with self._hold_lock():
            offset, ends, count = self._find_slot(name)
            if ends <= now:
                ends, count = now + expiry, 0
            _SLOT.pack_into(self._table, offset, name, ends, count + amount)
        return count + amount

    def get(self, key: str) -> int:
        """The count of the running window."""
        return self._read_window(key)[1]

    def get_expiry(self, key: str) -> float:
        """When the running window ends; now, if none runs."""
        return self._read_window(key)[0]

    def clear(self, key: str) -> None:
        """Forget one counter."""
        name = _hash_key(key)
        with self._hold_lock():
            offset, _, _ = self._find_slot(name)
            _SLOT.pack_into(self._table, offset, name, 0.0, 0)

    def check(self) -> bool:
        """A file that was opened stays usable."""
        return True

    def reset(self) -> int | None:
        """Forget all counters."""
        with self._hold_lock():
            self._table[:] = bytes(len(self._table))
        return None

    def _read_window(self, key: str) -> tuple[float, int]:
        now = time.time()
        with self._hold_lock():
            _, ends, count = self._find_slot(_hash_key(key))
        return (ends, count) if ends > now else (now, 0)

    def _find_slot(self, name: int) -> tuple[int, float, int]:
        """The slot of a key, or the one to take for it (whose window then counts as over)."""
        free, earliest = 0, float("inf")
        for probe in range(_PROBES):
            offset = (name + probe) % _SLOTS * _SLOT.size
            slot_name, ends, count = _SLOT.unpack_from(self._table, offset)
            if slot_name == name:
                return offset, ends, count
            if ends < earliest:
                free, earliest = offset, ends
        return free, 0.0, 0

    @contextmanager
    def _hold_lock(self) -> Iterator[None]:
        with _THREAD_LOCK:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


def _hash_key(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")
