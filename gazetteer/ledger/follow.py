"""A reference follower: a copy of a register in one SQLite file, kept in step and proven so.

Only the standard library and nothing of this package: read it as the contract, copy it as a start.

1. The copy begins with a snapshot, a state at a sequence number.
2. It then asks for the changes after its number. A change takes versions away (``before``) and
   adds versions (``after``). Changes belong together in changesets; a page may end inside one, so
   the copy commits where ``seq`` is the changeset's ``last_seq``, and nowhere else. Killed at any
   moment, it stands at the end of a changeset and goes on from there.
3. Its checksum is the sum, modulo 2^256, of the SHA-256 of the canonical JSON of its versions. If
   the register gives the same one for the same sequence number, the copy is exact. If not (a copy
   that somebody wrote into, a register that was restored from a backup), it begins anew.
"""

import gzip
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

log = logging.getLogger(__name__)

Tell = Callable[[int, int, str], None]
"""Called with: done, total, what is being done."""

PAGE = 1000
MODULUS = 1 << 256
SCHEMA = """
CREATE TABLE IF NOT EXISTS version (
    digest TEXT PRIMARY KEY, kind TEXT, record_id TEXT, valid_from TEXT, valid_to TEXT, body TEXT
);
CREATE INDEX IF NOT EXISTS version_of_record ON version (record_id);
CREATE TABLE IF NOT EXISTS state (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER);
"""


class OutOfStep(Exception):
    """The copy is not what the register was at the copy's sequence number."""


class Follower:
    """The copy ``into`` of the register at ``url``, for instance ``https://names.example``."""

    def __init__(self, url: str, into: Path, tell: Tell = lambda done, total, what: None) -> None:
        self.url, self.tell = url.rstrip("/"), tell
        self.copy = sqlite3.connect(into, isolation_level=None)  # transactions are written out
        self.copy.execute("PRAGMA journal_mode = WAL")
        self.copy.executescript(SCHEMA)
        self._proven: int | None = None

    @property
    def seq(self) -> int | None:
        """The sequence number that the copy stands at; None before the first snapshot."""
        row = self.copy.execute("SELECT seq FROM state").fetchone()
        return row[0] if row else None

    def catch_up(self) -> bool:
        """Bring the copy up to the register and prove it. False: it had to begin anew.

        Raises:
            OutOfStep: even a fresh snapshot does not give the register's checksum.
            OSError: the register cannot be reached or broke off; call again, nothing is lost.
        """
        try:
            return self._catch_up()
        except (EOFError, HTTPException, ValueError) as error:
            raise ConnectionError(f"the answer was cut off: {error}") from error
        finally:
            self.copy.rollback()  # of a changeset that did not come to its end

    def _catch_up(self) -> bool:
        try:
            if self.seq is None:
                self.begin_anew()
            self.apply_changes()
            self.verify()
        except OutOfStep as error:
            self.copy.rollback()
            log.warning("out of step, beginning anew: %s", error)
            self.begin_anew()
            self.verify()
            return False
        return True

    def begin_anew(self) -> None:
        """Replace the whole copy by a snapshot, in one transaction."""
        lines = self._lines("/v1/snapshot")
        head = json.loads(next(lines))
        self.copy.execute("BEGIN IMMEDIATE")
        self.copy.execute("DELETE FROM version")
        for done, line in enumerate(lines, 1):
            self._add(json.loads(line))
            if done % PAGE == 0 or done == head["versions"]:
                self.tell(done, head["versions"], "snapshot")
        if self.checksum() != head["checksum"]:
            raise ConnectionError("the snapshot was cut off or altered on its way")
        self._stand_at(head["seq"])

    def apply_changes(self) -> None:
        """Take over changes until there are no more; each changeset in one transaction."""
        seq = after = self.seq or 0
        while True:
            page = self._get(f"/v1/changes?after={after}&limit={PAGE}")
            if page["last_seq"] < after:
                raise OutOfStep("the register is behind its copy")
            for change in page["changes"]:
                if change["seq"] != seq + 1:
                    raise OutOfStep(f"no change with the number {seq + 1}")
                if not self.copy.in_transaction:
                    self.copy.execute("BEGIN IMMEDIATE")
                self._apply(change)
                seq = change["seq"]
                if seq == change["changeset"]["last_seq"]:
                    self._stand_at(seq)
            after = page["next_after"]
            self.tell(after, page["last_seq"], "changes")
            if not page["changes"]:
                return

    def verify(self) -> None:
        """Compare checksums at the copy's own sequence number, if it has moved since last time.

        Raises:
            OutOfStep: they differ, or the register never stood at that number.
        """
        if self.seq == self._proven:
            return
        try:
            register = self._get(f"/v1/checksum?seq={self.seq}")
        except HTTPError as error:
            if error.code == 400:
                raise OutOfStep(f"the register does not know the number {self.seq}") from error
            raise
        if self.checksum() != register["checksum"]:
            raise OutOfStep(f"the checksums differ at {self.seq}")
        self._proven = self.seq

    def checksum(self) -> str:
        """The checksum of the copy, from the versions themselves."""
        total = 0
        for (body,) in self.copy.execute("SELECT body FROM version"):
            total += int.from_bytes(sha256(body.encode()).digest(), "big")
        return f"{total % MODULUS:064x}"

    def _apply(self, change: dict[str, Any]) -> None:
        for version in change["before"]:
            digest = sha256(canonical(version).encode()).hexdigest()
            gone = self.copy.execute("DELETE FROM version WHERE digest = ?", (digest,))
            if gone.rowcount != 1:
                raise OutOfStep(f"change {change['seq']} ends a version that the copy lacks")
        for version in change["after"]:
            self._add(version)

    def _add(self, version: dict[str, Any]) -> None:
        body, valid = canonical(version), version["valid"]
        digest = sha256(body.encode()).hexdigest()
        row = (digest, version["kind"], version["record_id"], valid["from"], valid["to"], body)
        self.copy.execute("INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?, ?)", row)

    def _stand_at(self, seq: int) -> None:
        self.copy.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (seq,))
        self.copy.execute("COMMIT")

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(b"".join(self._lines(path)))
        return answer

    def _lines(self, path: str) -> Iterator[bytes]:
        request = Request(self.url + path, headers={"Accept-Encoding": "gzip"})
        with urlopen(request, timeout=60) as answer:
            packed = answer.headers.get("Content-Encoding") == "gzip"
            yield from gzip.GzipFile(fileobj=answer) if packed else answer


def canonical(version: dict[str, Any]) -> str:
    """The bytes that a digest is of, as text: sorted keys, no spaces, nothing escaped in vain."""
    return json.dumps(version, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
