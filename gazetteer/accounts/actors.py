"""The author of a request: anonymous, a person in a session, or a system with an API key."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gazetteer.accounts.account_store import Account
from gazetteer.accounts.api_keys import ApiKey
from gazetteer.accounts.roles import Action, may_perform, may_perform_anywhere


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
