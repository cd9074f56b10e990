"""Roles, the actions that each permits, and the authorisation :func:`may_perform`.

A role is granted over a unit and everything below it, or over the whole register. The decision is
pure: it takes the chain of units from the one concerned up to the province.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.as_of import today
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, UnknownCode


class Role(StrEnum):
    """The role of a user."""

    VIEWER = "viewer"
    MAPPING_STAFF = "mapping_staff"
    INSPECTOR = "inspector"
    NAMING_OFFICER = "naming_officer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What needs authorisation; reading published data does not."""

    READ_UNPUBLISHED = "read_unpublished"
    EDIT_BOUNDARIES = "edit_boundaries"
    INSPECT = "inspect"
    EDIT_NAMES = "edit_names"
    REVIEW = "review"
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"


_ALLOWED: dict[Action, frozenset[Role]] = {
    Action.READ_UNPUBLISHED: frozenset(Role),
    Action.EDIT_BOUNDARIES: frozenset({Role.MAPPING_STAFF, Role.ADMINISTRATOR}),
    Action.INSPECT: frozenset({Role.INSPECTOR, Role.ADMINISTRATOR}),
    Action.EDIT_NAMES: frozenset({Role.NAMING_OFFICER, Role.ADMINISTRATOR}),
    Action.REVIEW: frozenset({Role.REVIEWER, Role.ADMINISTRATOR}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Action.READ_AUDIT: frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over a unit's subtree; ``unit_id`` None is the whole register."""

    role: Role
    unit_id: UUID | None = None
    grant_id: UUID | None = field(default=None, compare=False)  # None: not stored yet

    def covers_unit(self, unit_chain: Sequence[UUID]) -> bool:
        """Whether the unit is in the subtree; an empty chain stands for the whole register."""
        return self.unit_id is None or self.unit_id in unit_chain


def may_perform(grants: Iterable[Grant], action: Action, unit_chain: Sequence[UUID] = ()) -> bool:
    """Whether these grants permit an action.

    Args:
        grants: the grants of the person or key.
        action: what is to be done.
        unit_chain: the unit concerned and all units above it; empty if the action concerns the
            whole register, which only a grant over the whole register covers.
    """
    return any(g.role in _ALLOWED[action] and g.covers_unit(unit_chain) for g in grants)


def may_perform_anywhere(grants: Iterable[Grant], action: Action) -> bool:
    """Whether these grants permit an action for any unit at all."""
    return any(g.role in _ALLOWED[action] for g in grants)


def can_delegate(own: Iterable[Grant], delegated: Grant, unit_chain: Sequence[UUID]) -> bool:
    """Whether a grant is covered by one's own grants; ``unit_chain`` is that of its unit."""
    return any(g.role is delegated.role and g.covers_unit(unit_chain) for g in own)


def parse_role(text: str) -> Role:
    """The role of that name.

    Raises:
        InvalidValue: there is none.
    """
    try:
        return Role(text)
    except ValueError as error:
        unknown = message("account.unknown_role", role=text)
        allowed = [role.value for role in Role]
        raise InvalidValue(unknown, field="role", allowed=allowed) from error


_CODE = re.compile(r"[0-9]{1,12}")

# The units above a unit are those of today. For a unit that is not in force today they are the last
# ones, so that those in charge of the area remain in charge of its history.
_CHAIN = """
WITH RECURSIVE chain (unit_id, depth) AS (
    SELECT %(unit)s::uuid, 0
    UNION ALL
    SELECT place.parent_id, depth + 1
    FROM chain CROSS JOIN LATERAL (
        SELECT s.parent_id FROM unit_state s
        WHERE s.unit_id = chain.unit_id AND upper_inf(s.recorded)
        ORDER BY s.valid @> %(today)s::date DESC, lower(s.valid) DESC NULLS LAST LIMIT 1
    ) place
    WHERE place.parent_id IS NOT NULL AND depth < 16
)
SELECT unit_id FROM chain ORDER BY depth
"""

_CARRIER = """
SELECT unit_id FROM unit_state WHERE code = %(code)s AND upper_inf(recorded)
ORDER BY valid @> %(today)s::date DESC, lower(valid) DESC NULLS LAST LIMIT 1
"""


def load_unit_chain(conn: Connection[Any], unit_id: UUID) -> tuple[UUID, ...]:
    """The unit and the units above it, by the parents of today, the unit itself first."""
    return tuple(row[0] for row in conn.execute(_CHAIN, {"unit": unit_id, "today": today()}))


def find_current_unit(conn: Connection[Any], code: str, field: str = "unit_code") -> UUID:
    """The unit that carries the code today, or carried it last; ``field`` is what names it.

    Raises:
        UnknownCode: no unit ever did.
    """
    row = None
    if _CODE.fullmatch(code):
        row = conn.execute(_CARRIER, {"code": code, "today": today()}).fetchone()
    if row is None:
        raise UnknownCode(message("account.unknown_unit_code", code=code), field=field)
    return row[0]  # type: ignore[no-any-return]
