"""The workflow of findings on the register: open, answered, verified.

Pure: which transitions a run or a person may make, and what follows from them. A finding never
disappears by itself: a person answers it, and a later run verifies the answer. Every transition is
stored as an event; the newest gives the state of the finding.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from gazetteer.accounts.roles import Action
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.rules.observation import FindingKey, Observation

ObservationT = TypeVar("ObservationT", bound=Observation)

ObservationMatcher = Callable[
    [Sequence[ObservationT], Sequence[ObservationT]], Iterable[tuple[int, int]]
]
"""Which findings of an earlier run are the same as those of a later one, as pairs of positions."""


class FindingState(StrEnum):
    """The state of a finding."""

    OPEN = "open"
    ANSWERED = "answered"
    VERIFIED = "verified"


class WorkflowStep(StrEnum):
    """What can happen to a finding: the first four by a run, the others by a person."""

    DETECTED = "found"
    CHANGED = "changed"  # still present, but worded, rated or situated otherwise
    RETURNED = "returned"  # open again
    GONE = "gone"  # no longer there
    CORRECTED = "corrected"
    EXCEPTED = "excepted"


OBSERVING_STEPS = (WorkflowStep.DETECTED, WorkflowStep.CHANGED, WorkflowStep.RETURNED)
"""The steps at which a run stores what it observed."""

ANSWER_STEPS = (WorkflowStep.CORRECTED, WorkflowStep.EXCEPTED)
"""The steps of people."""


class ReopenCause(StrEnum):
    """Why a finding was reopened."""

    NOT_CORRECTED = "not_corrected"
    CHANGED = "changed"  # the surroundings are not those that the exception was granted for
    EXPIRED = "expired"
    AGAIN = "again"  # it was gone


class AnswerKind(StrEnum):
    """How a person may answer."""

    CORRECTED = "corrected"
    EXCEPTION = "exception"


ANSWER_ACTIONS = (Action.EDIT_BOUNDARIES, Action.REVIEW)
"""Whoever may do one of these over one of its units may answer a finding."""

_STEP_OF_ANSWER = {
    AnswerKind.CORRECTED: WorkflowStep.CORRECTED,
    AnswerKind.EXCEPTION: WorkflowStep.EXCEPTED,
}


@dataclass(frozen=True, slots=True)
class StoredFinding(Generic[ObservationT]):
    """The state of a stored finding: its last event, and what was last observed of it.

    ``answer``, ``answered_at`` and ``expires_on`` (the last day of an exception) are those of the
    answer that holds, while there is one.
    """

    finding_id: UUID
    last_event: int
    state: FindingState
    observation: ObservationT
    answer: AnswerKind | None = None
    answered_at: datetime | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Transition(Generic[ObservationT]):
    """The next event of a finding by a run; of a new one where ``before`` is None."""

    before: StoredFinding[ObservationT] | None
    step: WorkflowStep
    state: FindingState
    observation: ObservationT | None = None
    cause: ReopenCause | None = None


@dataclass(frozen=True, slots=True)
class FindingResponse:
    """An answer as a person gives it."""

    answer: AnswerKind
    reason: str
    document: str | None = None
    signer: str | None = None
    expires_on: date | None = None

    @property
    def step(self) -> WorkflowStep:
        """The event that it makes."""
        return _STEP_OF_ANSWER[self.answer]


def is_expired(expires_on: date | None, today: date) -> bool:
    """Whether the last day of an exception lies behind."""
    return expires_on is not None and expires_on < today


def is_blocking(severity: str, state: FindingState, expires_on: date | None, today: date) -> bool:
    """Whether a finding blocks: an error that is unanswered, or whose exception has expired."""
    lapsed = state is FindingState.ANSWERED and is_expired(expires_on, today)
    return severity == "error" and (state is FindingState.OPEN or lapsed)


def may_answer(
    may: Callable[[Action, Sequence[UUID]], bool], chains: Iterable[Sequence[UUID]]
) -> bool:
    """Whether somebody may answer a finding.

    Args:
        may: what that person may do over a unit and those above it.
        chains: for each unit of the finding, itself and those above it.
    """
    concerned = list(chains) or [()]
    return any(may(action, chain) for action in ANSWER_ACTIONS for chain in concerned)


def check_response(response: FindingResponse, state: FindingState, today: date) -> None:
    """Refuse an answer that is incomplete, or to a finding that was verified.

    Raises:
        InvalidValue: names the field.
        Conflict: the finding is gone.
    """
    if state is FindingState.VERIFIED:
        raise Conflict(message("findings.already_verified"), state=state)
    excepted = response.answer is AnswerKind.EXCEPTION
    required = ("reason", "document", "signer", "expires_on") if excepted else ("reason",)
    for field in required:
        value = getattr(response, field)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise InvalidValue(message("findings.field_missing", field=field), field=field)
    if excepted and is_expired(response.expires_on, today):
        raise InvalidValue(
            message("findings.exception_expired", day=response.expires_on), field="expires_on"
        )
    for field in ("signer", "expires_on"):
        if not excepted and getattr(response, field) is not None:
            raise InvalidValue(message("findings.only_for_exceptions", field=field), field=field)


def derive_transitions(
    stored: Iterable[StoredFinding[ObservationT]],
    observed: Iterable[ObservationT],
    match_observations: ObservationMatcher[ObservationT],
    *,
    today: date,
    began: datetime,
) -> Iterator[Transition[ObservationT]]:
    """The transitions that bring the stored findings into step with what a run observed.

    Args:
        stored: every finding that there ever was.
        observed: everything that the run found.
        match_observations: says which findings on one key are the same.
        today: the day of the run.
        began: when the validated state of the register was current. What a person answered later
            is left to the next run.
    """
    stored_by_key: dict[FindingKey, list[StoredFinding[ObservationT]]] = defaultdict(list)
    for finding in stored:
        stored_by_key[finding.observation.key].append(finding)
    observed_by_key: dict[FindingKey, list[ObservationT]] = defaultdict(list)
    for observation in observed:
        observed_by_key[observation.key].append(observation)
    for key in [*observed_by_key, *(key for key in stored_by_key if key not in observed_by_key)]:
        pairs = _pair_findings(stored_by_key[key], observed_by_key[key], match_observations)
        for before, now in pairs:
            yield from _derive_transition(before, now, today, began)


def _pair_findings(
    stored: Sequence[StoredFinding[ObservationT]],
    observed: Sequence[ObservationT],
    match_observations: ObservationMatcher[ObservationT],
) -> Iterator[tuple[StoredFinding[ObservationT] | None, ObservationT | None]]:
    """Stored findings with what was observed of them on one key; each finding is in one pair.

    One that was verified as gone returns only where none that is still present matches.
    """
    present = [finding for finding in stored if finding.state is not FindingState.VERIFIED]
    gone = [finding for finding in stored if finding.state is FindingState.VERIFIED]
    unmatched = list(observed)
    for group in (present, gone):
        pairs = dict(match_observations([finding.observation for finding in group], unmatched))
        yield from (
            (finding, unmatched[pairs[i]] if i in pairs else None)
            for i, finding in enumerate(group)
        )
        unmatched = [
            observation for j, observation in enumerate(unmatched) if j not in pairs.values()
        ]
    yield from ((None, observation) for observation in unmatched)


def _derive_transition(
    before: StoredFinding[ObservationT] | None,
    observation: ObservationT | None,
    today: date,
    began: datetime,
) -> Iterator[Transition[ObservationT]]:
    """What a run does to one finding: at most one event."""
    if before is None:
        yield Transition(None, WorkflowStep.DETECTED, FindingState.OPEN, observation)
    elif before.answered_at is not None and before.answered_at > began:
        return
    elif observation is None:
        if before.state is not FindingState.VERIFIED:
            yield Transition(before, WorkflowStep.GONE, FindingState.VERIFIED)
    elif cause := _find_reopen_cause(before, observation, today):
        yield Transition(before, WorkflowStep.RETURNED, FindingState.OPEN, observation, cause)
    elif observation.differs_from(before.observation):
        yield Transition(before, WorkflowStep.CHANGED, before.state, observation)


def _find_reopen_cause(
    before: StoredFinding[ObservationT], observation: ObservationT, today: date
) -> ReopenCause | None:
    """Why a finding that is still present is open again; None where its state stays."""
    if before.state is FindingState.OPEN:
        return None
    if before.state is FindingState.VERIFIED:
        return ReopenCause.AGAIN
    if before.answer is AnswerKind.CORRECTED:
        return ReopenCause.NOT_CORRECTED
    if is_expired(before.expires_on, today):
        return ReopenCause.EXPIRED
    return (
        ReopenCause.CHANGED if observation.fingerprint != before.observation.fingerprint else None
    )
