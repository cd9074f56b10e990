"""What may be done to a draft in which state. Pure."""

from enum import StrEnum

from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.messages import message
from gazetteer.problems import Conflict


class DraftStateForbids(Conflict):
    """The draft is in a state in which this cannot be done; ``state`` says which."""

    code = "draft_state"


class DraftEventKind(StrEnum):
    """What happens to a draft; each is an event for ever."""

    CREATED = "created"
    EDITED = "edited"
    DESCRIBED = "described"
    REBASED = "rebased"
    REMARKED = "remarked"
    ANSWERED = "answered"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    RESUMED = "resumed"
    HANDED_OVER = "handed_over"


_IN_WORK, _SUBMITTED, _APPROVED = DraftState.IN_WORK, DraftState.SUBMITTED, DraftState.APPROVED
_TRANSITIONS: dict[DraftEventKind, dict[DraftState, DraftState]] = {
    DraftEventKind.EDITED: {_IN_WORK: _IN_WORK},
    DraftEventKind.DESCRIBED: {_IN_WORK: _IN_WORK},
    DraftEventKind.REBASED: {_IN_WORK: _IN_WORK, _SUBMITTED: _SUBMITTED, _APPROVED: _APPROVED},
    DraftEventKind.REMARKED: {_IN_WORK: _IN_WORK, _SUBMITTED: _SUBMITTED, _APPROVED: _APPROVED},
    DraftEventKind.ANSWERED: {_IN_WORK: _IN_WORK},
    DraftEventKind.SUBMITTED: {_IN_WORK: _SUBMITTED},
    DraftEventKind.WITHDRAWN: {_SUBMITTED: _IN_WORK, _APPROVED: _IN_WORK},
    DraftEventKind.APPROVED: {_SUBMITTED: _APPROVED},
    DraftEventKind.REJECTED: {_SUBMITTED: _IN_WORK, _APPROVED: _IN_WORK},
    DraftEventKind.PUBLISHED: {_APPROVED: DraftState.PUBLISHED},
    DraftEventKind.DISCARDED: {_IN_WORK: DraftState.DISCARDED},
    DraftEventKind.RESUMED: {DraftState.DISCARDED: _IN_WORK},
    DraftEventKind.HANDED_OVER: {_IN_WORK: _IN_WORK, _SUBMITTED: _SUBMITTED},
}


def derive_state(state: DraftState, event: DraftEventKind) -> DraftState:
    """The state of a draft after an event.

    Raises:
        DraftStateForbids: it cannot happen in this state.
    """
    following = _TRANSITIONS[event].get(state)
    if following is None:
        words = message(
            "draft.state_forbids",
            event=message(f"draft.event.{event}"),
            state=message(f"draft.state.{state}"),
        )
        raise DraftStateForbids(words, state=state)
    return following
