"""A draft says for which days its steps hold, and who has read it in time."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from gazetteer.ledger.drafts.draft import (
    Draft,
    DraftHeader,
    DraftMoved,
    DraftState,
    Purpose,
    check_revision,
)
from gazetteer.ledger.drafts.step_play import EffectiveDays
from gazetteer.ledger.period import PeriodEnd, Precision

ACT, PERSON = UUID(int=5), UUID(int=6)
MADE, EFFECTIVE = date(2026, 3, 1), date(2026, 7, 1)


def build_draft(purpose: Purpose, effective_on: date | None = None) -> Draft:
    return Draft(
        draft_id=UUID(int=1),
        number=1,
        header=DraftHeader("增城撤县设区", purpose, UUID(int=2), effective_on=effective_on),
        act_id=ACT,
        reference_on=MADE,
        owner=PERSON,
        made_by=PERSON,
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
        base_changeset=12,
        revision=4,
        state=DraftState.IN_WORK,
    )


def test_an_act_holds_from_its_day_on() -> None:
    draft = build_draft(Purpose.ACT, EFFECTIVE)
    assert draft.effective_days == EffectiveDays(MADE, EFFECTIVE, ACT)
    assert draft.effective_days.start_bound == PeriodEnd(EFFECTIVE, ACT, Precision.DAY)
    assert draft.first_day == EFFECTIVE


def test_a_correction_from_a_day_on_has_no_act() -> None:
    draft = build_draft(Purpose.CORRECTION, EFFECTIVE)
    assert draft.effective_days == EffectiveDays(MADE, EFFECTIVE, None)
    assert draft.first_day == EFFECTIVE


def test_a_correction_without_a_day_shows_the_day_of_reference() -> None:
    draft = build_draft(Purpose.CORRECTION)
    assert draft.effective_days == EffectiveDays(MADE)
    assert draft.effective_days.start_bound is None
    assert draft.first_day == MADE


def test_who_has_read_the_newest_revision_may_go_on() -> None:
    check_revision(build_draft(Purpose.ACT, EFFECTIVE), 4)


@pytest.mark.parametrize("revision", [3, 5])
def test_who_has_read_another_revision_may_not(revision: int) -> None:
    with pytest.raises(DraftMoved) as caught:
        check_revision(build_draft(Purpose.ACT, EFFECTIVE), revision)
    assert caught.value.field == "revision"
    assert caught.value.extras["revision"] == 4
    assert caught.value.code == "draft_moved"
