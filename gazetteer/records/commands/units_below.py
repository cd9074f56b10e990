"""The units below one come under another, with codes that begin with its own."""

from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.commands.unit_codes import begin_code, check_code, end_codes
from gazetteer.records.commands.unit_lookup import (
    find_code,
    find_codes,
    find_subordinates,
    get_parent,
    get_unit,
    iter_children,
)

_PREFIX_DIGITS = {"province": 2, "prefecture": 4}
"""How much of a code those below it begin with; of any other level all of it (GB/T 2260)."""
_PARENTS = ("subordination_parent", "custody_parent")


def move_units_below(records: DayRecords, ids: StepIds, old: UUID, new: UUID) -> None:
    """Let all units directly below one be below another, and what lies within it lie there.

    Codes that begin with that of the old one then begin with that of the new one; a code that was
    ever issued is not issued again, so that its unit keeps the old one, which the rules on codes
    find. Those of villages stay: the bureau of statistics assigns them.
    """
    level = get_unit(records, new)["level"]
    prefixes = select_prefixes(level, find_code(records, old), find_code(records, new))
    for child, attributes in find_subordinates(records, old).items():
        if get_parent(attributes) == old:
            recode_branch(records, ids, child, prefixes)
        parents = {name: new for name in _PARENTS if attributes[name] == old}
        records.put_record("unit", child, {**attributes, **parents})
    for place, attributes in records.select_records("place", "within", old).items():
        records.put_record("place", place, {**attributes, "within": new})


def select_prefixes(level: str, old: str, new: str) -> tuple[str, str]:
    """What the codes of units below a unit of a level begin with, for its old and its new code."""
    digits = _PREFIX_DIGITS.get(level)
    return old[:digits], new[:digits]


def recode_units_below(
    records: DayRecords, ids: StepIds, unit: UUID, prefixes: tuple[str, str]
) -> None:
    """Give the units below one codes with another prefix, as :func:`move_units_below` does."""
    for child, _ in list(iter_children(records, unit)):
        recode_branch(records, ids, child, prefixes)


def recode_branch(records: DayRecords, ids: StepIds, unit: UUID, prefixes: tuple[str, str]) -> None:
    """Give a unit and those below it codes with another prefix."""
    old, new = prefixes
    if old == new or get_unit(records, unit)["level"] == "village":
        return
    for code_id, attributes in find_codes(records, unit).items():
        code = attributes["code"]
        renewed = new + code[len(old) :]
        if code.startswith(old) and not records.known.find_ids("code", "code", renewed):
            records.put_record("code", code_id, None)
            records.put_record("code", ids.create_id(), {**attributes, "code": renewed})
    recode_units_below(records, ids, unit, prefixes)


def replace_code(records: DayRecords, ids: StepIds, unit: UUID, code: str) -> None:
    """End the code of a unit and begin another one; those of the units below it follow.

    Raises:
        InvalidValue, Conflict: the code does not fit the level, or another unit carries it.
    """
    level, old = get_unit(records, unit)["level"], find_code(records, unit)
    check_code(records, code, level)
    end_codes(records, unit)
    begin_code(records, ids, unit, code)
    recode_units_below(records, ids, unit, select_prefixes(level, old, code))
