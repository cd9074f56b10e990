"""Referential integrity: every reference leads to an existing record of the right kind.

References are taken from the edits of a publication, in memory, and looked up in ``record`` by its
primary key: the cost follows the publication and not the register.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.edits import Edit
from gazetteer.ledger.version_store import format_ids
from gazetteer.messages import message
from gazetteer.problems import Conflict

Target = tuple[str, UUID]
"""The kind and the id of a record that something refers to."""
References = dict[Target, tuple[str, str]]
"""The kind and the field of one of the references to each target."""

_BATCH_SIZE = 50_000


def find_dangling(conn: Connection[Any], edits: Iterable[Edit]) -> References:
    """The references of the versions that edits open whose record does not exist as yet.

    A record of another kind than the field refers to counts as none.
    """
    return _keep_dangling(conn, _collect_references(edits))


def check_references(conn: Connection[Any], acts: Sequence[UUID], dangling: References) -> None:
    """Check the acts that a changeset cites, and that the records of dangling references have come.

    Raises:
        Conflict: states the kind, the field and one of the missing records.
    """
    for _, act in _keep_dangling(conn, {("act", act): ("changeset", "acts") for act in acts}):
        raise Conflict(message("ledger.unknown_act", act=act), field="acts")
    for (target, record_id), (kind, field) in _keep_dangling(conn, dangling).items():
        words = message(
            "ledger.dangling_reference", kind=kind, field=field, target=target, record=record_id
        )
        raise Conflict(words, field=field)


def _collect_references(edits: Iterable[Edit]) -> References:
    """Every reference of the versions that edits open, with the acts that start and end them."""
    references: References = {}
    for edit in edits:
        fields = [(f.name, f.target_kind) for f in edit.kind.fields if f.target_kind is not None]
        for version, _ in edit.opened:
            found = [(name, target, version.attributes.get(name)) for name, target in fields]
            found.append(("started_by", "act", version.period.start.act))
            found.append(("ended_by", "act", version.period.end.act))
            for name, target, value in found:
                if value is not None:
                    references[target, _as_uuid(value)] = (edit.kind.name, name)
    return references


def _keep_dangling(conn: Connection[Any], references: References) -> References:
    """Those of the references whose record does not exist, or is of another kind."""
    record_ids = (record_id for _, record_id in references)
    existing: set[Target] = set()
    while batch := list(islice(record_ids, _BATCH_SIZE)):
        existing.update(
            conn.execute(
                "SELECT kind, record_id FROM record WHERE record_id = ANY(%s::uuid[])",
                (format_ids(batch),),
            )
        )
    return {target: by for target, by in references.items() if target not in existing}


def _as_uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
