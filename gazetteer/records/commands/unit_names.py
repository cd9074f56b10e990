"""The names of a unit's place with their spellings: ended and begun together."""

from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.name_parts import split_name
from gazetteer.records.romanization import romanize_name
from gazetteer.records.source_names import PINYIN_SOURCE

LANGUAGE = "zh-Hans"
_DERIVED_KINDS = ("standard", "short")


def end_names(
    records: DayRecords, place_id: UUID, kinds: tuple[str, ...] | None = _DERIVED_KINDS
) -> None:
    """End the names of a place and their spellings; ``kinds`` None: all of them."""
    for name_id, name in records.select_records("name", "place_id", place_id).items():
        if kinds is None or (name["name_kind"] in kinds and name["language"] == LANGUAGE):
            end_name(records, name_id)


def end_name(records: DayRecords, name_id: UUID) -> None:
    """End a name and its spellings."""
    for spelling_id in records.select_records("spelling", "name_id", name_id):
        records.put_record("spelling", spelling_id, None)
    records.put_record("name", name_id, None)


def begin_unit_names(
    records: DayRecords,
    ids: StepIds,
    place_id: UUID,
    name: str,
    level: str,
    code: str,
    romanized_name: str | None = None,
) -> None:
    """Begin the standard and the short name of a unit, each with its spelling.

    ``romanized_name`` None: spelled by the rules, as a proposal.
    """
    parts = split_name(name, level)
    province = code[:2]
    standard = begin_name(records, ids, place_id, name, "standard", (parts.specific, parts.generic))
    spelled = romanized_name or romanize_name(parts.words, province)
    begin_spelling(records, ids, standard, spelled, is_derived=romanized_name is None)
    if parts.short is not None:
        short = begin_name(records, ids, place_id, parts.short, "short", (None, None))
        begin_spelling(records, ids, short, romanize_name((parts.short,), province))


def begin_name(
    records: DayRecords,
    ids: StepIds,
    place_id: UUID,
    text: str,
    name_kind: str,
    parts: tuple[str | None, str | None],
) -> UUID:
    """Begin a name of a place; ``parts`` are its specific and its generic part."""
    name_id = ids.create_id()
    attributes = {
        "place_id": place_id,
        "text": text,
        "name_kind": name_kind,
        "language": LANGUAGE,
        "specific_part": parts[0],
        "generic_part": parts[1],
        "source": None,
    }
    records.put_record("name", name_id, attributes)
    return name_id


def begin_spelling(
    records: DayRecords,
    ids: StepIds,
    name_id: UUID,
    text: str | None,
    *,
    is_derived: bool = True,
    status: str = "proposed",
) -> None:
    """Begin the Pinyin of a name; nothing if it could not be spelled."""
    if text is None:
        return
    attributes = {
        "name_id": name_id,
        "text": text,
        "system": "pinyin",
        "status": status,
        "source": PINYIN_SOURCE if is_derived else None,
    }
    records.put_record("spelling", ids.create_id(), attributes)
