"""The roles, what each may do, and the one decision that everything asks: :func:`may_perform`.

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
from gazetteer.problems import InvalidValue, UnknownCode


class Role(StrEnum):
    """The part that a person plays; the same words in the database and over HTTP."""

    VIEWER = "viewer"
    MAPPING_STAFF = "mapping_staff"
    INSPECTOR = "inspector"
    NAMING_OFFICER = "naming_officer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What somebody wants to do; reading what is published needs no leave and is not here."""

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
    grant_id: UUID | None = field(default=None, compare=False)  # None: not kept anywhere yet

    def covers_unit(self, unit_chain: Sequence[UUID]) -> bool:
        """Whether the subtree holds the unit; an empty chain stands for the whole register."""
        return self.unit_id is None or self.unit_id in unit_chain


def may_perform(grants: Iterable[Grant], action: Action, unit_chain: Sequence[UUID] = ()) -> bool:
    """Whether somebody with these grants may do it.

    Args:
        grants: what the person or key holds.
        action: what is to be done.
        unit_chain: the unit concerned and all units above it; empty when the matter concerns the
            whole register, which only a grant over the whole register covers.
    """
    return any(g.role in _ALLOWED[action] and g.covers_unit(unit_chain) for g in grants)


def may_perform_anywhere(grants: Iterable[Grant], action: Action) -> bool:
    """Whether somebody with these grants may do it over any unit at all."""
    return any(g.role in _ALLOWED[action] for g in grants)


def can_delegate(held: Iterable[Grant], delegated: Grant, unit_chain: Sequence[UUID]) -> bool:
    """Whether a grant hands on no more than is held; ``unit_chain`` is that of its unit."""
    return any(g.role is delegated.role and g.covers_unit(unit_chain) for g in held)


def parse_role(text: str) -> Role:
    """The role of that name.

    Raises:
        InvalidValue: there is none.
    """
    try:
        return Role(text)
    except ValueError as error:
        raise InvalidValue(
            f"没有角色“{text}”。",
            f"there is no role {text!r}",
            field="role",
            allowed=[role.value for role in Role],
        ) from error


_CODE = re.compile(r"[0-9]{1,12}")

# A unit stands where it stands today. One that is no longer in force (or not yet) stands where it
# stood last, so that its history stays in the care of whoever looks after the place.
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
    """The unit and the units above it, by today's parents, itself first."""
    return tuple(row[0] for row in conn.execute(_CHAIN, {"unit": unit_id, "today": today()}))


def find_current_unit(conn: Connection[Any], code: str) -> UUID:
    """The unit that carries the code today, or carried it last.

    Raises:
        UnknownCode: no unit ever did.
    """
    row = None
    if _CODE.fullmatch(code):
        row = conn.execute(_CARRIER, {"code": code, "today": today()}).fetchone()
    if row is None:
        raise UnknownCode(f"没有代码 {code}。", f"no unit has the code {code}", field="unit_code")
    return row[0]  # type: ignore[no-any-return]
