"""What may wait for a person: items of lists, and each list with its query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import Connection

from gazetteer.accounts.actors import Actor
from gazetteer.messages import Message


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """Something that a person should see to.

    ``href`` is the page on which that is done; ``due`` the last day on which it is in time.
    """

    title: Message
    href: str
    since: datetime | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class WaitingList:
    """A kind of task.

    ``load_items`` returns what waits for an actor who has an account, the most urgent first. It is
    queried for each page that the person opens, so it reads by an index and locks nothing.
    """

    list_id: str
    title: Message
    load_items: Callable[[Connection[Any], Actor], Sequence[WaitingItem]]
