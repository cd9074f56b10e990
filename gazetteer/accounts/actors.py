"""The author of a request: anonymous, a person in a session, or a system with an API key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.accounts.account_store import Account
from gazetteer.accounts.api_keys import ApiKey
from gazetteer.accounts.roles import (
    Action,
    load_unit_chain,
    may_perform,
    may_perform_anywhere,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """An anonymous actor has no account; a system has its key and the account of the key."""

    account: Account | None = None
    key: ApiKey | None = None

    @property
    def label(self) -> str:
        """The name of the actor in the audit log and in changesets."""
        if self.account is None:
            return "anonymous"
        if self.key is not None:
            return f"key:{self.key.key_id} account:{self.account.login}"
        return f"account:{self.account.login}"

    def may_perform(self, action: Action, unit_chain: Sequence[UUID] = ()) -> bool:
        """Whether the account is authorised, and its key as well if there is one.

        Args:
            action: what the actor wants to do.
            unit_chain: as in :func:`gazetteer.accounts.roles.may_perform`.
        """
        if self.account is None or not may_perform(self.account.grants, action, unit_chain):
            return False
        return self.key is None or may_perform(self.key.grants, action, unit_chain)

    def may_perform_anywhere(self, action: Action) -> bool:
        """Whether the actor is authorised for any unit."""
        if self.account is None or not may_perform_anywhere(self.account.grants, action):
            return False
        return self.key is None or may_perform_anywhere(self.key.grants, action)


ANONYMOUS = Actor()


def list_units_in_charge(
    conn: Connection[Any], who: Actor, actions: Collection[Action]
) -> list[UUID | None]:
    """The units over which somebody may perform one of the actions, and so over all below them.

    None stands for the whole register. Units below another one of the list are left out.
    """
    grants = [*(who.account.grants if who.account else ()), *(who.key.grants if who.key else ())]
    chains = {
        grant.unit_id: load_unit_chain(conn, grant.unit_id) if grant.unit_id else ()
        for grant in grants
        if any(may_perform_anywhere([grant], action) for action in actions)
    }
    units = {
        unit for unit, chain in chains.items() if any(who.may_perform(a, chain) for a in actions)
    }
    if None in units:
        return [None]
    return [unit for unit in chains if unit in units and units.isdisjoint(chains[unit][1:])]
