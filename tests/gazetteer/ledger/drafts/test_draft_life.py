"""What may happen to a draft in which state."""

import pytest

from gazetteer.ledger.drafts.draft import DraftState
from gazetteer.ledger.drafts.draft_life import DraftEventKind, DraftStateForbids, derive_state

E, S = DraftEventKind, DraftState
ALLOWED = {
    (S.IN_WORK, E.EDITED): S.IN_WORK,
    (S.IN_WORK, E.DESCRIBED): S.IN_WORK,
    (S.IN_WORK, E.REBASED): S.IN_WORK,
    (S.IN_WORK, E.REMARKED): S.IN_WORK,
    (S.IN_WORK, E.ANSWERED): S.IN_WORK,
    (S.IN_WORK, E.SUBMITTED): S.SUBMITTED,
    (S.IN_WORK, E.DISCARDED): S.DISCARDED,
    (S.IN_WORK, E.HANDED_OVER): S.IN_WORK,
    (S.SUBMITTED, E.REBASED): S.SUBMITTED,
    (S.SUBMITTED, E.REMARKED): S.SUBMITTED,
    (S.SUBMITTED, E.WITHDRAWN): S.IN_WORK,
    (S.SUBMITTED, E.APPROVED): S.APPROVED,
    (S.SUBMITTED, E.REJECTED): S.IN_WORK,
    (S.SUBMITTED, E.HANDED_OVER): S.SUBMITTED,
    (S.APPROVED, E.REBASED): S.APPROVED,
    (S.APPROVED, E.REMARKED): S.APPROVED,
    (S.APPROVED, E.WITHDRAWN): S.IN_WORK,
    (S.APPROVED, E.REJECTED): S.IN_WORK,
    (S.APPROVED, E.PUBLISHED): S.PUBLISHED,
    (S.DISCARDED, E.RESUMED): S.IN_WORK,
}


@pytest.mark.parametrize(("before", "after"), ALLOWED.items(), ids=str)
def test_an_event_leads_to_a_state(
    before: tuple[DraftState, DraftEventKind], after: DraftState
) -> None:
    assert derive_state(*before) is after


@pytest.mark.parametrize("event", [e for e in DraftEventKind if e is not E.CREATED])
def test_every_other_event_is_refused_and_says_the_state(event: DraftEventKind) -> None:
    refused = [state for state in DraftState if (state, event) not in ALLOWED]
    assert S.PUBLISHED in refused
    for state in refused:
        with pytest.raises(DraftStateForbids) as caught:
            derive_state(state, event)
        assert caught.value.extras["state"] == state
        assert caught.value.code == "draft_state"


def test_nothing_happens_to_a_published_draft() -> None:
    assert not [event for state, event in ALLOWED if state is S.PUBLISHED]


def test_every_state_can_be_reached() -> None:
    reached = {S.IN_WORK}
    for _ in DraftState:
        reached |= {after for (before, _), after in ALLOWED.items() if before in reached}
    assert reached == set(DraftState)
