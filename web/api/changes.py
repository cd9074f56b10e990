"""For other systems: the feed of changes, the snapshot and the checksum.

The internal audience, which reads all kinds of record, needs a role over the whole register.
"""

import zlib
from collections.abc import Generator, Iterator
from typing import Any, Literal

from flask import Response, request
from pydantic import BaseModel, Field

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.accounts.roles import Action
from gazetteer.ledger import change_feed
from gazetteer.ledger import checksum as checksums
from gazetteer.ledger.record_kind import Audience, RecordKinds, select_visible_kinds
from gazetteer.ledger.snapshot_export import stream_snapshot as snapshot_lines
from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue
from web.auth.authentication import require_permission
from web.http.connections import connection
from web.http.endpoints import Api, Parameters

api = Api()

NDJSON = "application/x-ndjson"
MAX_SEQ = 2**63 - 1
"""No sequence number is greater."""


class AudienceQuery(Parameters):
    """For whom the response is."""

    audience: Audience = Field(
        Audience.PUBLIC,
        description="`public`: records of public kinds; `internal`: all records, for accounts and"
        " API keys with a role over the whole register; default: public",
    )

    def authorise_kinds(self) -> RecordKinds:
        """The kinds of record that the audience reads.

        Raises:
            Unauthenticated: the internal audience is requested and nobody is logged in.
            Forbidden: they have no role over the whole register.
        """
        if self.audience is Audience.INTERNAL:
            require_permission(Action.READ_UNPUBLISHED)
        return select_visible_kinds(REGISTER_KINDS, self.audience)


class ChangesQuery(AudienceQuery):
    """The position in the feed."""

    after: int = Field(
        0,
        ge=0,
        le=MAX_SEQ,
        description="Return the changes after this sequence number; default: 0, from the beginning",
    )
    limit: int = Field(
        change_feed.DEFAULT_LIMIT,
        ge=1,
        le=change_feed.MAX_LIMIT,
        description=f"Maximum number of changes, 1 to {change_feed.MAX_LIMIT};"
        f" default: {change_feed.DEFAULT_LIMIT}",
    )


class SnapshotQuery(AudienceQuery):
    """The part of the register."""

    kind: str | None = Field(
        None,
        description=f"Return only records of this kind: {', '.join(REGISTER_KINDS)};"
        " default: all kinds of the audience",
    )

    def select_kinds(self) -> RecordKinds:
        """The requested kinds.

        Raises:
            InvalidValue: the audience reads no such kind.
            Unauthenticated, Forbidden: as :meth:`authorise_kinds`.
        """
        kinds = self.authorise_kinds()
        if self.kind is None:
            return kinds
        if self.kind not in kinds:
            words = message("ledger.no_kind", kind=self.kind, allowed=AnyOf(list(kinds)))
            raise InvalidValue(words, field="kind", kinds=list(kinds))
        return {self.kind: kinds[self.kind]}


class ChecksumQuery(AudienceQuery):
    """A state of the register."""

    seq: int | None = Field(
        None,
        ge=0,
        le=MAX_SEQ,
        description="Sequence number of the state, which must be the last one of a changeset;"
        " default: the current state",
    )


class RecordVersionModel(BaseModel):
    """A version of a record in one period.

    Its digest is the SHA-256 of its canonical JSON (RFC 8785).
    """

    kind: str
    record_id: str
    valid: dict[str, str | None] = Field(
        description="Period from `from` (inclusive) to `to` (exclusive); null if open"
    )
    from_precision: str
    to_precision: str
    started_by: str | None = Field(description="Record id of the legal act that started the period")
    ended_by: str | None
    attributes: dict[str, str | None] = Field(
        description="Attributes as text or null: numbers as text, geometries as hexadecimal WKB in"
        " EPSG:4490. An attribute that was introduced later is absent where it has no value"
    )


class ActModel(BaseModel):
    """A legal document as recorded when the changeset was published."""

    act_id: str
    title: str
    number: str | None
    authority: str | None
    approved_on: str | None
    effective_on: str | None
    announced_on: str | None
    implemented_on: str | None
    source: str | None


class ChangesetModel(BaseModel):
    """The reason for a set of changes and its legal acts; it is complete at `last_seq`."""

    id: int
    reason: str
    purpose: str = Field(
        description="Purpose: `act` (legal change), `correction` or `load` (data load)"
    )
    origin: str | None = Field(description="Source of the data, for a data load")
    recorded_at: str
    first_seq: int
    last_seq: int
    acts: list[ActModel]


class ChangeModel(BaseModel):
    """A record changed by a changeset: the versions that ended and those that began.

    `before` are the versions to remove from a copy, `after` those to add.
    """

    seq: int
    changeset: ChangesetModel
    kind: str
    record_id: str
    before: list[RecordVersionModel]
    after: list[RecordVersionModel]


class WithheldChangeModel(BaseModel):
    """The number of a change that the audience may not read."""

    seq: int
    kind: Literal["withheld"]


class ChangePageModel(BaseModel):
    """A page of the change feed; without changes, the reader is up to date."""

    changes: list[ChangeModel | WithheldChangeModel]
    next_after: int = Field(description="Value of `after` for the next page")
    last_seq: int = Field(description="Latest sequence number of the register")


class KindChecksumModel(BaseModel):
    """The number and checksum of the versions of one kind."""

    versions: int
    checksum: str


class ChecksumModel(BaseModel):
    """The checksum of a state: the sum of its version digests modulo 2^256, in hexadecimal."""

    seq: int
    recorded_at: str | None
    checksum: str
    versions: int
    kinds: dict[str, KindChecksumModel]


@api.get("/v1/changes", ChangePageModel)
def list_changes(query: ChangesQuery) -> dict[str, Any]:
    """List the published changes.

    Changes are returned in the order in which they became visible, without gaps. Of a change that
    the audience may not read, only the number is returned (`kind` is `withheld`).
    """
    kinds = query.authorise_kinds()
    with connection() as conn:
        return change_feed.load_change_page(conn, kinds, query.after, query.limit)


@api.get("/v1/snapshot", NDJSON)
def download_snapshot(query: SnapshotQuery) -> Response:
    """Download everything currently known as JSON Lines.

    The first line is the response of `/v1/checksum`; every other line is one version of a record.
    To follow later changes, request `/v1/changes` from the `seq` of the first line. The SHA-256 of
    a line without its line feed is the digest of the version.
    """
    lines = _iter_snapshot(query.select_kinds())
    next(lines)
    response = Response(lines, mimetype=NDJSON)
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings.quality("gzip") > 0:
        response.response = _compress_lines(lines)
        response.headers["Content-Encoding"] = "gzip"
    return response


@api.get("/v1/checksum", ChecksumModel)
def get_checksum(query: ChecksumQuery) -> dict[str, Any]:
    """Get the checksum of the register.

    Returns the checksum of the current state, or of the state at an earlier sequence number.
    """
    kinds = query.authorise_kinds()
    with connection() as conn:
        return checksums.compute_checksum(conn, kinds, query.seq).serialize()


def _iter_snapshot(kinds: RecordKinds) -> Generator[bytes, None, None]:
    """The lines, with their connection held until the last one is sent or the reader is gone.

    The first item is empty: it is read before the response begins, so that an unreachable
    database gives a problem and not a broken stream.
    """
    with connection() as conn:
        yield b""
        yield from snapshot_lines(conn, kinds)


def _compress_lines(lines: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for line in lines:
        if packed := packer.compress(line):
            yield packed
    yield packer.flush()
