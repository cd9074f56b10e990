"""What waits for the person who asks, from the lists of all capabilities."""

from collections.abc import Sequence

from gazetteer.accounts.actors import Actor
from gazetteer.accounts.problems import PasswordChangeRequired
from gazetteer.problems import Unauthenticated
from web.auth import authentication
from web.http.connections import snapshot_connection
from web.services.open_findings import OPEN_FINDINGS
from web.services.waiting_drafts import APPROVED_DRAFTS, DRAFTS_TO_REVIEW, REJECTED_DRAFTS
from web.services.waiting_items import WaitingItem, WaitingList

WAITING_LISTS = (DRAFTS_TO_REVIEW, REJECTED_DRAFTS, APPROVED_DRAFTS, OPEN_FINDINGS)
"""Every list, in the order in which people see them."""


def load_waiting(who: Actor) -> list[tuple[WaitingList, Sequence[WaitingItem]]]:
    """What waits for an actor, by list; lists of which nothing does are left out."""
    with snapshot_connection() as conn:
        loaded = [(listed, listed.load_items(conn, who)) for listed in WAITING_LISTS]
    return [(listed, items) for listed, items in loaded if items]


def count_waiting() -> int | None:
    """How many items wait for the person who asks; None if nobody is.

    Nobody is where no one is logged in, or must choose a password first.
    """
    try:
        who = authentication.require_known_actor()
    except (Unauthenticated, PasswordChangeRequired):
        return None
    return sum(len(items) for _, items in load_waiting(who))
