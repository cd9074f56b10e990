"""A reference client of the change feed: a verified copy of a register in one SQLite file.

It uses only the standard library and nothing of this package: read it as the contract, copy it as
a starting point.

1. The copy begins with a snapshot, a state at a sequence number.
2. It then requests the changes after its number. A change takes versions away (``before``) and
   adds versions (``after``). Changes belong together in changesets; a page may end inside one, so
   the copy commits where ``seq`` is the changeset's ``last_seq``, and nowhere else. If it is killed
   at any moment, the copy is at the end of a changeset and continues from there.
   Of a change that is not public there is only the number (``kind`` is ``withheld``). It changes
   nothing in the copy; after the last page every number belongs to a complete changeset.
3. Its checksum is the sum, modulo 2^256, of the SHA-256 of the canonical JSON of its versions. If
   the register has the same one at the same sequence number, the copy is exact. If not (somebody
   wrote into the copy, or the register was restored from a backup), it starts again.
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

Progress = Callable[[int, int, str], None]
"""Called with how many changes are done, how many there are, and what is being done."""

log = logging.getLogger(__name__)

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
    """The copy differs from the register at the copy's sequence number."""


class Follower:
    """A copy of a register.

    Args:
        url: http or https address of the register, such as ``https://names.example``.
        into: SQLite file of the copy; created if it does not exist.
        report_progress: called after each page.
    """

    def __init__(
        self, url: str, into: Path, report_progress: Progress = lambda done, total, what: None
    ) -> None:
        self.url, self.report_progress = url.rstrip("/"), report_progress
        self.database = sqlite3.connect(into, isolation_level=None)  # BEGIN and COMMIT are explicit
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.executescript(SCHEMA)
        self._verified_seq: int | None = None

    @property
    def seq(self) -> int | None:
        """The sequence number of the copy; None before the first snapshot."""
        row = self.database.execute("SELECT seq FROM state").fetchone()
        return row[0] if row else None

    def catch_up(self) -> bool:
        """Bring the copy up to the register and verify it. False: it had to start again.

        Raises:
            OutOfStep: even a fresh snapshot does not have the register's checksum.
            OSError: the register cannot be reached or the transfer broke off; call again.
        """
        try:
            return self._catch_up_once()
        except (EOFError, HTTPException, ValueError) as error:
            raise ConnectionError(f"the response was cut off: {error}") from error
        finally:
            self.database.rollback()  # a changeset that was not received completely

    def _catch_up_once(self) -> bool:
        try:
            if self.seq is None:
                self.reload_snapshot()
            self.apply_changes()
            self.verify_checksum()
        except OutOfStep as error:
            self.database.rollback()
            log.warning("out of step, starting again: %s", error)
            self.reload_snapshot()
            self.verify_checksum()
            return False
        return True

    def reload_snapshot(self) -> None:
        """Replace the whole copy by a snapshot, in one transaction."""
        lines = self._fetch_lines("/v1/snapshot")
        head = json.loads(next(lines))
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute("DELETE FROM version")
        for done, line in enumerate(lines, 1):
            self._add_version(json.loads(line))
            if done % PAGE == 0 or done == head["versions"]:
                self.report_progress(done, head["versions"], "snapshot")
        if self.compute_checksum() != head["checksum"]:
            raise ConnectionError("the snapshot was cut off or altered in transit")
        self._commit_seq(head["seq"])

    def apply_changes(self) -> None:
        """Apply changes until there are no more; each changeset in one transaction.

        Raises:
            OutOfStep: a change is missing, or closes a version that the copy does not have.
        """
        seq = after = last_seq = self.seq or 0
        while True:
            page = self._fetch_json(f"/v1/changes?after={after}&limit={PAGE}")
            if page["last_seq"] < after:
                raise OutOfStep("the register is behind its copy")
            for change in page["changes"]:
                if change["seq"] != seq + 1:
                    raise OutOfStep(f"no change with the number {seq + 1}")
                seq += 1
                if not self.database.in_transaction:
                    self.database.execute("BEGIN IMMEDIATE")
                if change["kind"] != "withheld":
                    self._apply_change(change)
                    last_seq = change["changeset"]["last_seq"]
                if seq == last_seq:
                    self._commit_seq(seq)
            after = page["next_after"]
            self.report_progress(after, page["last_seq"], "changes")
            if not page["changes"]:
                if self.database.in_transaction:  # withheld changes after the last changeset
                    self._commit_seq(seq)
                return

    def verify_checksum(self) -> None:
        """Compare checksums at the copy's own sequence number, if it has moved since last time.

        Raises:
            OutOfStep: they differ, or the register has no state of that number.
        """
        if self.seq == self._verified_seq:
            return
        try:
            register = self._fetch_json(f"/v1/checksum?seq={self.seq}")
        except HTTPError as error:
            if error.code == 400:
                raise OutOfStep(f"the register has no state {self.seq}") from error
            raise
        if self.compute_checksum() != register["checksum"]:
            raise OutOfStep(f"the checksums differ at {self.seq}")
        self._verified_seq = self.seq

    def compute_checksum(self) -> str:
        """The checksum of the copy, computed from the versions themselves."""
        total = 0
        for (body,) in self.database.execute("SELECT body FROM version"):
            total += int.from_bytes(sha256(body.encode()).digest(), "big")
        return f"{total % MODULUS:064x}"

    def _apply_change(self, change: dict[str, Any]) -> None:
        for version in change["before"]:
            digest = sha256(dump_canonical_json(version).encode()).hexdigest()
            deleted = self.database.execute("DELETE FROM version WHERE digest = ?", (digest,))
            if deleted.rowcount != 1:
                raise OutOfStep(f"change {change['seq']} closes a version that the copy lacks")
        for version in change["after"]:
            self._add_version(version)

    def _add_version(self, version: dict[str, Any]) -> None:
        body, valid = dump_canonical_json(version), version["valid"]
        digest = sha256(body.encode()).hexdigest()
        row = (digest, version["kind"], version["record_id"], valid["from"], valid["to"], body)
        self.database.execute("INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?, ?)", row)

    def _commit_seq(self, seq: int) -> None:
        self.database.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (seq,))
        self.database.execute("COMMIT")

    def _fetch_json(self, path: str) -> dict[str, Any]:
        response: dict[str, Any] = json.loads(b"".join(self._fetch_lines(path)))
        return response

    def _fetch_lines(self, path: str) -> Iterator[bytes]:
        # The address is the operator's own choice, not that of a third party.
        request = Request(self.url + path, headers={"Accept-Encoding": "gzip"})  # noqa: S310
        with urlopen(request, timeout=60) as response:  # noqa: S310
            packed = response.headers.get("Content-Encoding") == "gzip"
            yield from gzip.GzipFile(fileobj=response) if packed else response


def dump_canonical_json(version: dict[str, Any]) -> str:
    """The text whose UTF-8 bytes a digest is of: sorted keys, no spaces, minimal escapes."""
    return json.dumps(version, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
