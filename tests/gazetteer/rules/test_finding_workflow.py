"""The workflow of findings, for any history of runs and answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.rules.observations import SpatialObservation, match_observations
from gazetteer.accounts.roles import Action, Grant, Role, may_perform
from gazetteer.messages import Lang, message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.rules.finding_workflow import (
    ANSWER_ACTIONS,
    AnswerKind,
    FindingResponse,
    FindingState,
    ReopenCause,
    StoredFinding,
    Transition,
    WorkflowStep,
    check_response,
    derive_transitions,
    is_blocking,
    may_answer,
)
from gazetteer.rules.observation import FindingKey

TODAY, BEGAN = date(2026, 5, 1), datetime(2026, 5, 1, tzinfo=UTC)
BEFORE, LATER = BEGAN - timedelta(hours=1), BEGAN + timedelta(seconds=1)
A, B = UUID(int=1), UUID(int=2)
GRANTED = FindingResponse(AnswerKind.EXCEPTION, "agreed", "粤民〔2026〕1号", "李", TODAY)


def observe(
    fingerprint: str = "as it was",
    place: shapely.Geometry | None = None,
    *,
    units: tuple[UUID, ...] = (A, B),
    words: str = "重叠",
) -> SpatialObservation:
    key = FindingKey("TOP-COV-01", "overlap", units)
    text = message("finding.recorded_text", zh=words, en="overlap")
    at = place or shapely.Point(113, 23)
    return SpatialObservation(
        key, "error", text, 1.0, 0.05, "m", fingerprint, area_m2=2.0, geometry=at
    )


Stored = StoredFinding[SpatialObservation]


def store(state: FindingState, seen: SpatialObservation, **more: object) -> Stored:
    return replace(StoredFinding(uuid4(), 1, state, seen), **more)  # type: ignore[arg-type]


def excepted(seen: SpatialObservation, until: date = TODAY) -> Stored:
    more = {"answer": AnswerKind.EXCEPTION, "answered_at": BEFORE, "expires_on": until}
    return store(FindingState.ANSWERED, seen, **more)


def run(
    stored: Sequence[Stored], seen: Sequence[SpatialObservation]
) -> list[Transition[SpatialObservation]]:
    return list(derive_transitions(stored, seen, match_observations, today=TODAY, began=BEGAN))


def only(stored: Stored, *seen: SpatialObservation) -> Transition[SpatialObservation] | None:
    """What a run does to one finding, where it does anything."""
    nexts = run([stored], seen)
    assert len(nexts) <= 1
    return nexts[0] if nexts else None


def test_what_is_new_is_open() -> None:
    (found,) = run([], [observe()])
    assert (found.before, found.step, found.state) == (
        None,
        WorkflowStep.DETECTED,
        FindingState.OPEN,
    )


def test_what_is_open_stays_open_while_it_is_found() -> None:
    assert only(store(FindingState.OPEN, observe()), observe()) is None
    changed = only(store(FindingState.OPEN, observe()), observe("moved"))
    assert changed is not None
    assert (changed.step, changed.state, changed.cause) == (
        WorkflowStep.CHANGED,
        FindingState.OPEN,
        None,
    )


def test_what_was_to_come_has_changed_when_it_is_there() -> None:
    coming = replace(observe(), begins_on=TODAY + timedelta(days=1))
    there = only(store(FindingState.OPEN, coming), observe())
    assert there is not None
    assert (there.step, there.state) == (WorkflowStep.CHANGED, FindingState.OPEN)
    assert only(store(FindingState.OPEN, coming), coming) is None


def test_an_exception_for_what_is_to_come_holds_when_it_is_there() -> None:
    coming = replace(observe(), begins_on=TODAY)
    there = only(excepted(coming), observe())
    assert there is not None
    assert (there.step, there.state, there.cause) == (
        WorkflowStep.CHANGED,
        FindingState.ANSWERED,
        None,
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_to_come_is_described_with_its_day(lang: Lang) -> None:
    coming = replace(observe(), begins_on=date(2027, 1, 2))
    words = coming.dated_message.text(lang)
    assert observe().dated_message.text(lang) in words
    assert {"zh": "2027年1月2日", "en": "2 January 2027"}[lang] in words


@pytest.mark.parametrize("state", [FindingState.OPEN, FindingState.ANSWERED])
def test_what_is_not_found_any_more_is_verified(state: FindingState) -> None:
    gone = only(store(state, observe(), answer=AnswerKind.CORRECTED, answered_at=BEFORE))
    assert gone is not None
    assert (gone.step, gone.state) == (WorkflowStep.GONE, FindingState.VERIFIED)


def test_a_correction_that_is_found_again_is_open_again() -> None:
    corrected = store(
        FindingState.ANSWERED, observe(), answer=AnswerKind.CORRECTED, answered_at=BEFORE
    )
    back = only(corrected, observe())
    assert back is not None
    assert (back.state, back.cause) == (FindingState.OPEN, ReopenCause.NOT_CORRECTED)


def test_an_exception_holds_on_its_last_day_and_not_on_the_next() -> None:
    assert only(excepted(observe(), TODAY), observe()) is None
    back = only(excepted(observe(), TODAY - timedelta(days=1)), observe())
    assert back is not None
    assert (back.state, back.cause) == (FindingState.OPEN, ReopenCause.EXPIRED)


def test_an_exception_holds_for_the_ground_that_it_was_granted_for() -> None:
    renamed = only(excepted(observe()), observe(words="重叠（更名）"))
    assert renamed is not None
    assert (renamed.step, renamed.state) == (WorkflowStep.CHANGED, FindingState.ANSWERED)
    back = only(excepted(observe()), observe("redrawn"))
    assert back is not None
    assert (back.state, back.cause) == (FindingState.OPEN, ReopenCause.CHANGED)


def test_what_is_verified_may_return() -> None:
    gone = store(FindingState.VERIFIED, observe())
    assert only(gone) is None
    back = only(gone, observe("a little otherwise"))
    assert back is not None
    assert (back.before, back.state, back.cause) == (gone, FindingState.OPEN, ReopenCause.AGAIN)


@pytest.mark.parametrize("seen", [[], [observe("redrawn")]])
def test_an_answer_that_is_younger_than_the_run_is_left_to_the_next_one(
    seen: list[SpatialObservation],
) -> None:
    for answer in AnswerKind:
        young = store(FindingState.ANSWERED, observe(), answer=answer, answered_at=LATER)
        assert run([young], seen) == []


def test_a_finding_far_from_the_other_one_is_another_one() -> None:
    there = store(FindingState.OPEN, observe("here"))
    nexts = run([there], [observe("there", shapely.Point(113.1, 23))])
    assert {(n.before, n.step) for n in nexts} == {
        (there, WorkflowStep.GONE),
        (None, WorkflowStep.DETECTED),
    }


def test_an_exception_is_not_taken_over_by_a_neighbour() -> None:
    """Two findings between the same units at one place; the other one is corrected."""
    granted, corrected = (
        excepted(observe("granted")),
        store(FindingState.OPEN, observe("corrected")),
    )
    for stored in ([granted, corrected], [corrected, granted]):
        (gone,) = run(stored, [observe("granted")])
        assert (gone.before, gone.step) == (corrected, WorkflowStep.GONE)


def test_of_two_findings_on_one_ground_each_keeps_its_own_words() -> None:
    """The same flaw on two dates: the earlier one is corrected in the past."""
    earlier, later = (
        excepted(observe(words="1990 年")),
        store(FindingState.OPEN, observe(words="2005 年")),
    )
    for stored in ([earlier, later], [later, earlier]):
        (gone,) = run(stored, [observe(words="2005 年")])
        assert (gone.before, gone.step) == (earlier, WorkflowStep.GONE)


places = st.builds(
    shapely.Point, st.sampled_from([113.0, 113.001, 113.02, 114.0]), st.sampled_from([23.0, 23.003])
)
observations = st.builds(
    lambda ground, place, units: observe(f"{ground} {place}", place, units=units),
    st.sampled_from(["a", "b", "c"]),
    places,
    st.sampled_from([(), (A,), (A, B)]),
)
runs = st.lists(st.lists(observations, max_size=5), min_size=1, max_size=5)
answers = st.sampled_from([None, AnswerKind.CORRECTED, AnswerKind.EXCEPTION])


@given(runs, st.data())
def test_any_history_ends_in_step_with_its_last_run(
    history: list[list[SpatialObservation]], data: st.DataObject
) -> None:
    """Whatever was found and answered: what is there now is what the last run saw, each once."""
    stored: dict[UUID, StoredFinding] = {}
    for seen in history:
        before = dict(stored)
        nexts = run(list(stored.values()), seen)
        touched = [n.before.finding_id for n in nexts if n.before]
        assert len(touched) == len(set(touched))
        for following in nexts:
            after = _after(following)
            stored[after.finding_id] = after
        there = [s for s in stored.values() if s.state is not FindingState.VERIFIED]
        assert sorted(map(repr, (s.observation for s in there))) == sorted(map(repr, seen))
        assert run(list(stored.values()), seen) == [], "a second run has nothing to do"
        for finding_id, was in before.items():
            now = stored[finding_id]
            if was.answer is AnswerKind.EXCEPTION and now.state is FindingState.ANSWERED:
                assert now.observation.fingerprint == was.observation.fingerprint
        for finding_id, now in stored.items():
            answer = data.draw(answers) if now.state is FindingState.OPEN else None
            if answer:
                more = {"answer": answer, "answered_at": BEFORE, "expires_on": TODAY}
                stored[finding_id] = replace(now, state=FindingState.ANSWERED, **more)


def _after(following: Transition[SpatialObservation]) -> Stored:
    """What is stored after an event."""
    before = following.before
    seen = following.observation or (before.observation if before else None)
    assert seen is not None
    after = before or StoredFinding(uuid4(), 0, following.state, seen)
    after = replace(after, last_event=after.last_event + 1, state=following.state, observation=seen)
    if following.state is not FindingState.ANSWERED:
        after = replace(after, answer=None, answered_at=None, expires_on=None)
    return after


def test_only_errors_without_an_answer_that_holds_stand_in_the_way() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert is_blocking("error", FindingState.OPEN, None, TODAY)
    assert is_blocking("error", FindingState.ANSWERED, yesterday, TODAY)
    assert not is_blocking("error", FindingState.ANSWERED, TODAY, TODAY)
    assert not is_blocking("error", FindingState.ANSWERED, None, TODAY)
    assert not is_blocking("error", FindingState.VERIFIED, yesterday, TODAY)
    assert not is_blocking("warning", FindingState.OPEN, None, TODAY)


@pytest.mark.parametrize("field", ["reason", "document", "signer", "expires_on"])
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_an_exception_says_everything(field: str, empty: str | None) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_response(replace(GRANTED, **{field: empty}), FindingState.OPEN, TODAY)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_an_exception_does_not_end_before_it_begins() -> None:
    check_response(GRANTED, FindingState.OPEN, TODAY)
    with pytest.raises(InvalidValue) as refused:
        check_response(GRANTED, FindingState.OPEN, TODAY + timedelta(days=1))
    assert refused.value.field == "expires_on"


@pytest.mark.parametrize("field", ["signer", "expires_on"])
def test_a_correction_has_nothing_of_an_exception(field: str) -> None:
    correction = FindingResponse(AnswerKind.CORRECTED, "redrawn", "粤民〔2026〕1号")
    check_response(correction, FindingState.ANSWERED, TODAY)
    wrong = replace(correction, **{field: getattr(GRANTED, field)})
    with pytest.raises(InvalidValue) as refused:
        check_response(wrong, FindingState.OPEN, TODAY)
    assert refused.value.field == field


def test_there_is_nothing_to_answer_once_it_is_gone() -> None:
    with pytest.raises(Conflict):
        check_response(GRANTED, FindingState.VERIFIED, TODAY)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_over_one_of_the_units_is_enough(role: Role) -> None:
    def own(action: Action, chain: Sequence[UUID]) -> bool:
        return may_perform([Grant(role, A)], action, chain)

    allowed = role in (Role.MAPPING_STAFF, Role.REVIEWER, Role.ADMINISTRATOR)
    assert may_answer(own, [(B,), (UUID(int=3), A)]) is allowed
    assert not may_answer(own, [(B,)])
    assert not may_answer(own, []), "what is about no unit concerns the whole register"
    assert Action.READ_UNPUBLISHED not in ANSWER_ACTIONS
