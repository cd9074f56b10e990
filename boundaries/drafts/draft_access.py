"""Who may see a draft, work on it, review it and publish it."""

from uuid import UUID

from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.drafts.touched_units import UnitChain, list_touched_chains
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import Action, load_unit_chain
from gazetteer.ledger.as_of import today
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import Draft
from gazetteer.ledger.drafts.stored_records import StoredRecords
from gazetteer.messages import Message, message
from gazetteer.problems import Forbidden
from gazetteer.records.commands.command import Command
from gazetteer.records.commands.unit_lookup import find_code

EDITING_ACTIONS = (Action.EDIT_BOUNDARIES, Action.EDIT_NAMES)
"""Whoever may do one of these over a unit may draft changes for it."""


class OwnDraft(Forbidden):
    """Nobody approves or rejects a draft that is their own, or in which they took a step."""

    code = "own_draft"


def get_account_id(actor: Actor) -> UUID:
    """The account of an actor, who has one."""
    if actor.account is None:
        raise RuntimeError("a draft without an account: the caller has to ask for one")
    return actor.account.account_id


def require_draft_action(
    conn: Conn, actor: Actor, unit_id: UUID | None, actions: tuple[Action, ...]
) -> None:
    """Check that an actor may do one of some actions over the unit of a draft.

    Without a unit it is the whole register, over which the actor's role must be.

    Raises:
        Forbidden: names the first of them.
    """
    chain = load_unit_chain(conn, unit_id) if unit_id else ()
    if not any(actor.may_perform(action, chain) for action in actions):
        words = message(
            "draft.not_authorised",
            action=message(f"action.{actions[0]}"),
            unit=_describe_unit(conn, unit_id),
        )
        raise Forbidden(words, action=actions[0])


def _describe_unit(conn: Conn, unit_id: UUID | None) -> str | Message:
    if unit_id is None:
        return message("drafts.whole_register")
    records = DayRecords(StoredRecords(conn, LEDGER.kinds), today())
    return find_code(records, unit_id) or str(unit_id)


def require_visible(conn: Conn, actor: Actor, opened: OpenDraft) -> None:
    """Check that an actor is one of the people of a draft.

    These are all with a role over its unit, and the reviewers of any unit that it touches.

    Raises:
        Forbidden: they may not read what is unpublished of its unit.
    """
    if not _reviews_any(opened, actor):
        unit = opened.draft.header.unit_id
        require_draft_action(conn, actor, unit, (Action.READ_UNPUBLISHED,))


def _reviews_any(opened: OpenDraft, actor: Actor) -> bool:
    if not actor.may_perform_anywhere(Action.REVIEW):
        return False
    return any(actor.may_perform(Action.REVIEW, chain) for chain in list_chains(opened).values())


def may_see(conn: Conn, actor: Actor, opened: OpenDraft) -> bool:
    """Whether an actor is one of the people of a draft."""
    try:
        require_visible(conn, actor, opened)
    except Forbidden:
        return False
    return True


def list_chains(opened: OpenDraft) -> dict[UUID, UnitChain]:
    """The units that a draft touches, each with those above it; its own where it touches none."""
    day, own = opened.draft.first_day, opened.draft.header.unit_id
    chains = list_touched_chains(opened.base, opened.drafted_records, opened.result, day)
    return chains or ({own: (own,)} if own else {})


def require_editor(conn: Conn, actor: Actor, draft: Draft, command: Command | None = None) -> None:
    """Check that an actor may work on a draft, with a certain command.

    Raises:
        Forbidden: they may not.
    """
    actions = command.actions if command is not None else EDITING_ACTIONS
    require_draft_action(conn, actor, draft.header.unit_id, actions)


def may_edit(conn: Conn, actor: Actor, draft: Draft) -> bool:
    """Whether an actor may work on a draft with any command."""
    try:
        require_editor(conn, actor, draft)
    except Forbidden:
        return False
    return True


def require_heir(conn: Conn, account: Account, draft: Draft) -> None:
    """Check that a draft may be handed over to an account.

    Raises:
        Forbidden: it may not edit the unit of the draft, or is not active.
    """
    if not account.active:
        raise Forbidden(message("draft.heir_inactive", login=account.login), field="login")
    if not may_edit(conn, Actor(account), draft):
        raise Forbidden(message("draft.heir_not_authorised", login=account.login), field="login")


def is_own_draft(opened: OpenDraft, actor: Actor) -> bool:
    """Whether an actor owns a draft, or had a hand in it, by whatever key."""
    account = actor.account.account_id if actor.account else None
    return account == opened.draft.owner or account in opened.makers


def require_publisher(conn: Conn, actor: Actor, opened: OpenDraft) -> None:
    """Check that an actor may publish a draft: may work on it, or review all that it touches.

    Raises:
        Forbidden: they may not.
    """
    if list_units_without_review(opened, actor):
        require_editor(conn, actor, opened.draft)


def require_reviewer(opened: OpenDraft, actor: Actor) -> None:
    """Check that an actor may review all that a draft touches, and that it is not their own.

    Raises:
        OwnDraft: it is their own.
        Forbidden: they may not; ``units`` are the codes of those that are missing.
    """
    if is_own_draft(opened, actor):
        raise OwnDraft(message("draft.own_draft"))
    missing = list_units_without_review(opened, actor)
    if missing:
        raise Forbidden(
            message("draft.review_not_authorised", units=missing),
            action=Action.REVIEW,
            units=missing,
        )


def list_units_without_review(opened: OpenDraft, actor: Actor) -> list[str]:
    """The units that a draft touches and the actor may not review, by code."""
    day = opened.draft.first_day
    missing = [
        unit
        for unit, chain in list_chains(opened).items()
        if not actor.may_perform(Action.REVIEW, chain)
    ]
    states = DayRecords(opened.drafted_records, day), DayRecords(opened.base, day)
    codes = (
        next((code for records in states if (code := find_code(records, unit))), str(unit))
        for unit in missing
    )
    return sorted(codes)
