"""The records and arguments of a draft as a person reads them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gazetteer.messages import Lang, has_message, message

_SHOWN: Mapping[str, tuple[str, ...]] = {
    "unit": ("level", "unit_type"),
    "code": ("code",),
    "place": ("level", "legal_class", "class_code"),
    "name": ("text", "name_kind"),
    "spelling": ("text", "status"),
    "succession": ("link_kind", "share_from", "share_to"),
}
"""The fields that say something to a reader, by kind of record."""

_HIDDEN = frozenset(
    {"unit", "into", "parent", "custody_parent", "within", "edge", "node", "place_id", "name_id"}
)
"""Arguments that are ids."""


@dataclass(frozen=True, slots=True)
class ChangedRecordRow:
    """A record that changes: what is said of it before and after; empty: not in force."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def iter_record_rows(
    records: Sequence[Mapping[str, Any]], lang: Lang
) -> Iterator[ChangedRecordRow]:
    """The records of a difference of which a reader sees another text."""
    for record in records:
        fields = _SHOWN.get(record["kind"], ())
        before, after = (
            tuple(word_value(side[name], lang) for name in fields if side[name] is not None)
            if side is not None
            else ()
            for side in (record["before"], record["after"])
        )
        if before != after:
            yield ChangedRecordRow(record["kind"], before, after)


def list_argument_texts(arguments: Mapping[str, Any]) -> list[str]:
    """The arguments of a step that are short texts."""
    texts = []
    for name, value in arguments.items():
        if name not in _HIDDEN and isinstance(value, str):
            texts.append(value)
        elif isinstance(value, Mapping):
            texts += list_argument_texts({k: v for k, v in value.items() if k != "type"})
    return texts


def word_value(value: str, lang: Lang) -> str:
    """A value in words: a level, a kind of name or of succession, a class of the law, a status."""
    ids = (
        f"level.{value}",
        f"name_kind.{value}",
        f"legal_class.{value}",
        f"spelling.{value}",
        f"kind.{value}",
    )
    return next((message(id_).text(lang) for id_ in ids if has_message(id_, lang)), value)
