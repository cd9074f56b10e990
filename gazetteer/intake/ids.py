"""Stable identifiers of loaded records: the same source says the same thing under the same id."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6f2c1c1e-52a4-5d0b-9b7e-4d1f7a0c44c1")
"""Namespace of all records made from files; never changes, or a second load would double."""


def record_id(kind: str, *key: str) -> UUID:
    """The id of the record of ``kind`` with this key in its source."""
    return uuid5(NAMESPACE, "\x1f".join((kind, *key)))
