"""A version as a program outside sees it: a JSON body, its canonical bytes and their digest."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from gazetteer.ledger.bounds import Bound
from gazetteer.ledger.kinds import RecordKind
from gazetteer.ledger.versions import Version

DIGEST_MODULUS = 1 << 256


def body(kind: RecordKind, record_id: UUID, version: Version) -> dict[str, Any]:
    """One version as JSON values; geometries are WKB in hex, so that every bit is kept."""
    start, end = version.span.start, version.span.end
    return {
        "kind": kind.name,
        "record_id": str(record_id),
        "valid": {"from": _day(start), "to": _day(end)},
        "from_precision": start.precision.value,
        "to_precision": end.precision.value,
        "started_by": _id(start.act),
        "ended_by": _id(end.act),
        "attributes": kind.plain(version.attributes),
    }


def _day(bound: Bound) -> str | None:
    return bound.on.isoformat() if bound.on else None


def _id(value: UUID | None) -> str | None:
    return str(value) if value else None


def canonical(version_body: dict[str, Any]) -> bytes:
    """UTF-8 JSON, sorted keys, no spaces: the canonical form of RFC 8785.

    Every value is text or null, so any client gives the same bytes; in Python
    ``json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))``.
    """
    return orjson.dumps(version_body, option=orjson.OPT_SORT_KEYS)


def digest(version_body: dict[str, Any]) -> bytes:
    """SHA-256 of the canonical bytes."""
    return sha256(canonical(version_body)).digest()


def digest_sum(digests: Iterable[bytes]) -> int:
    """Digests added modulo 2^256: the order does not matter, and one can be taken away again."""
    return sum(int.from_bytes(value, "big") for value in digests) % DIGEST_MODULUS
