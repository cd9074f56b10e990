"""A version in the form of the feed: a JSON body, its canonical bytes and their digest."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from gazetteer.ledger.period import PeriodEnd
from gazetteer.ledger.record_kind import RecordKind
from gazetteer.ledger.versions import Version

DIGEST_MODULUS = 1 << 256


def serialize_version(kind: RecordKind, record_id: UUID, version: Version) -> dict[str, Any]:
    """One version as JSON values; geometries are WKB in hex, which loses no bit of a coordinate.

    Raises:
        InvalidValue: as :meth:`RecordKind.serialize_attributes`.
    """
    start, end = version.period.start, version.period.end
    return {
        "kind": kind.name,
        "record_id": str(record_id),
        "valid": {"from": _format_day(start), "to": _format_day(end)},
        "from_precision": start.precision.value,
        "to_precision": end.precision.value,
        "started_by": _format_id(start.act),
        "ended_by": _format_id(end.act),
        "attributes": kind.serialize_attributes(version.attributes),
    }


def _format_day(bound: PeriodEnd) -> str | None:
    return bound.on.isoformat() if bound.on else None


def _format_id(value: UUID | None) -> str | None:
    return str(value) if value else None


def dump_canonical_json(version_body: dict[str, Any]) -> bytes:
    """UTF-8 JSON, sorted keys, no spaces: the canonical form of RFC 8785.

    Every value is text or null, so that any client produces the same bytes; in Python
    ``json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))``.
    """
    return orjson.dumps(version_body, option=orjson.OPT_SORT_KEYS)


def compute_digest(version_body: dict[str, Any]) -> bytes:
    """SHA-256 of the canonical bytes."""
    return sha256(dump_canonical_json(version_body)).digest()


def sum_digests(digests: Iterable[bytes]) -> int:
    """Digests added modulo 2^256: independent of their order, and each can be subtracted again."""
    return sum(int.from_bytes(value, "big") for value in digests) % DIGEST_MODULUS
