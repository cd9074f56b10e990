"""For other systems: the feed of changes, the snapshot and the checksum."""

import zlib
from collections.abc import Generator, Iterator
from typing import Any

from flask import Response, request
from pydantic import BaseModel, Field

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger import change_feed
from gazetteer.ledger import checksum as checksums
from gazetteer.ledger.record_kind import RecordKinds
from gazetteer.ledger.snapshot_export import stream_snapshot as snapshot_lines
from gazetteer.problems import InvalidValue
from web.http.connections import connection
from web.http.endpoints import Api, Parameters

api = Api()

NDJSON = "application/x-ndjson"
MAX_SEQ = 2**63 - 1
"""No sequence number is greater."""


class ChangesQuery(Parameters):
    """Where in the feed to go on."""

    after: int = Field(
        0, ge=0, le=MAX_SEQ, description="The changes that follow this sequence number"
    )
    limit: int = Field(
        change_feed.DEFAULT_LIMIT,
        ge=1,
        le=change_feed.MAX_LIMIT,
        description="At most so many changes in the answer",
    )


class SnapshotQuery(Parameters):
    """Which part of the register."""

    kind: str | None = Field(
        None, description=f"Only this kind of record: {', '.join(REGISTER_KINDS)}; default all"
    )

    def select_kinds(self) -> RecordKinds:
        """The kinds asked for."""
        if self.kind is None:
            return REGISTER_KINDS
        if self.kind not in REGISTER_KINDS:
            raise InvalidValue(
                f"没有名为“{self.kind}”的记录类型。",
                f"there is no kind {self.kind!r}",
                field="kind",
                kinds=list(REGISTER_KINDS),
            )
        return {self.kind: REGISTER_KINDS[self.kind]}


class ChecksumQuery(Parameters):
    """A state of the register."""

    seq: int | None = Field(
        None,
        ge=0,
        le=MAX_SEQ,
        description="The state after this sequence number, the last one of a changeset; "
        "default the state now",
    )


class RecordVersionModel(BaseModel):
    """What a record was in one period; its canonical JSON (RFC 8785) is what digests are of."""

    kind: str
    record_id: str
    valid: dict[str, str | None] = Field(description="`from` and `to`, half-open; null is open")
    from_precision: str
    to_precision: str
    started_by: str | None = Field(description="The record id of the act that started the period")
    ended_by: str | None
    attributes: dict[str, str | None] = Field(
        description="Text or null: numbers as text, geometries as hexadecimal WKB in EPSG:4490"
    )


class ActModel(BaseModel):
    """A legal document, as it was known when the changeset was published."""

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
    """Why the register was changed, and by which acts; it is complete at `last_seq`."""

    id: int
    reason: str
    purpose: str = Field(description="act, correction or load")
    origin: str | None = Field(description="The source of a load")
    recorded_at: str
    first_seq: int
    last_seq: int
    acts: list[ActModel]


class ChangeModel(BaseModel):
    """One record, changed by one changeset: the versions that ended and those that began."""

    seq: int
    changeset: ChangesetModel
    kind: str
    record_id: str
    before: list[RecordVersionModel]
    after: list[RecordVersionModel]


class ChangePageModel(BaseModel):
    """A page of the feed; without changes, the reader has seen everything."""

    changes: list[ChangeModel]
    next_after: int = Field(description="`after` of the next page")
    last_seq: int = Field(description="The last sequence number of the register")


class KindChecksumModel(BaseModel):
    """The versions of one kind."""

    versions: int
    checksum: str


class ChecksumModel(BaseModel):
    """Of a state of the register: the sum of the digests of its versions modulo 2^256, in hex."""

    seq: int
    recorded_at: str | None
    checksum: str
    versions: int
    kinds: dict[str, KindChecksumModel]


@api.get("/v1/changes", ChangePageModel)
def list_changes(query: ChangesQuery) -> dict[str, Any]:
    """The published changes in the order in which they became visible, without gaps."""
    with connection() as conn:
        return change_feed.load_change_page(conn, REGISTER_KINDS, query.after, query.limit)


@api.get("/v1/snapshot", NDJSON)
def download_snapshot(query: SnapshotQuery) -> Response:
    """Everything that is known now, one version a line, after a line with the checksum.

    The first line is as `/v1/checksum` answers; go on from its `seq` with `/v1/changes`. The
    SHA-256 of a line without its line feed is the digest of the version.
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
    """The checksum of the register now or at an earlier sequence number."""
    with connection() as conn:
        return checksums.compute_checksum(conn, REGISTER_KINDS, query.seq).serialize()


def _iter_snapshot(kinds: RecordKinds) -> Generator[bytes, None, None]:
    """The lines, with their connection held until the last one is sent or the reader is gone.

    The first item is empty: it is asked for before the answer begins, so that a database which
    does not answer gives a problem and not a broken stream.
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
