"""The life of a finding on the register: open, answered, verified.

Pure: what a run or a person may do to a finding, and what follows from it. A finding never goes
away by itself: a person answers it, and a later run verifies the answer. Every step is an event
that is kept, and the newest says where the finding stands.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from boundaries.rules.sight import Sight, Subject, same
from gazetteer.people.roles import Action
from gazetteer.problems import Conflict, InvalidValue


class State(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    ANSWERED = "answered"
    VERIFIED = "verified"


class Step(StrEnum):
    """What can happen to a finding: the first four by a run, the others by a person."""

    FOUND = "found"
    CHANGED = "changed"  # still there, and to be seen or told otherwise than before
    RETURNED = "returned"  # open again
    GONE = "gone"  # no longer there
    CORRECTED = "corrected"
    EXCEPTED = "excepted"


SEEN_BY = (Step.FOUND, Step.CHANGED, Step.RETURNED)
"""The steps at which a run writes down what it saw."""

ANSWERED_BY = (Step.CORRECTED, Step.EXCEPTED)
"""The steps of people."""


class Cause(StrEnum):
    """Why a finding is open again."""

    NOT_CORRECTED = "not_corrected"
    CHANGED = "changed"  # an exception was granted for ground that is not like this any more
    EXPIRED = "expired"
    AGAIN = "again"  # it was gone


class Answer(StrEnum):
    """How a person may answer."""

    CORRECTED = "corrected"
    EXCEPTION = "exception"


ANSWERING = (Action.EDIT_BOUNDARIES, Action.REVIEW)
"""Whoever may do one of these over one of its units may answer a finding."""

_STEP = {Answer.CORRECTED: Step.CORRECTED, Answer.EXCEPTION: Step.EXCEPTED}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a stored finding stands: its last event, and what was last seen of it.

    ``answer``, ``answered_at`` and ``expires_on`` (the last day of an exception) are those of the
    answer that holds, while there is one.
    """

    finding_id: UUID
    last_event: int
    state: State
    sight: Sight
    answer: Answer | None = None
    answered_at: datetime | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The next event of a finding by a run; of a new one where ``before`` is None."""

    before: Standing | None
    step: Step
    state: State
    sight: Sight | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as a person gives it."""

    answer: Answer
    reason: str
    document: str | None = None
    signer: str | None = None
    expires_on: date | None = None

    @property
    def step(self) -> Step:
        """The event that it makes."""
        return _STEP[self.answer]


def expired(expires_on: date | None, today: date) -> bool:
    """Whether the last day of an exception lies behind."""
    return expires_on is not None and expires_on < today


def blocks(severity: str, state: State, expires_on: date | None, today: date) -> bool:
    """Whether a finding stands in the way: an error that nobody has answered, or not any more."""
    lapsed = state is State.ANSWERED and expired(expires_on, today)
    return severity == "error" and (state is State.OPEN or lapsed)


def may_answer(
    may: Callable[[Action, Sequence[UUID]], bool], chains: Iterable[Sequence[UUID]]
) -> bool:
    """Whether somebody may answer a finding.

    Args:
        may: what that person may do over a unit and those above it.
        chains: for each unit of the finding, itself and those above it.
    """
    concerned = list(chains) or [()]
    return any(may(action, chain) for action in ANSWERING for chain in concerned)


def check_reply(reply: Reply, state: State, today: date) -> None:
    """Refuse an answer that says too little, or that there is nothing to give to.

    Raises:
        InvalidValue: names the field.
        Conflict: the finding is gone.
    """
    if state is State.VERIFIED:
        raise Conflict(
            "该问题已消除，无需答复。",
            "the finding is gone: there is nothing to answer",
            state=state,
        )
    excepted = reply.answer is Answer.EXCEPTION
    wanted = ("reason", "document", "signer", "expires_on") if excepted else ("reason",)
    for field in wanted:
        value = getattr(reply, field)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise InvalidValue(f"缺少 {field}。", f"{field} is missing", field=field)
    if excepted and expired(reply.expires_on, today):
        raise InvalidValue(
            f"有效期 {reply.expires_on} 已过。",
            f"the exception would have expired on {reply.expires_on}",
            field="expires_on",
        )
    for field in ("signer", "expires_on"):
        if not excepted and getattr(reply, field) is not None:
            raise InvalidValue(
                f"{field} 只用于例外。", f"only an exception has {field}", field=field
            )


def reconcile(
    stored: Iterable[Standing], seen: Iterable[Sight], today: date, began: datetime
) -> Iterator[Next]:
    """The events by which a run brings what is stored into step with what it saw.

    Args:
        stored: every finding that there ever was.
        seen: everything that the run found.
        today: the day of the run.
        began: the state of the register that was judged is that of this moment. What a person
            answered later is left to the next run.
    """
    known: dict[Subject, list[Standing]] = defaultdict(list)
    for standing in stored:
        known[standing.sight.subject].append(standing)
    met: dict[Subject, list[Sight]] = defaultdict(list)
    for sight in seen:
        met[sight.subject].append(sight)
    for subject in [*met, *(subject for subject in known if subject not in met)]:
        for before, now in _paired(known[subject], met[subject]):
            yield from _next(before, now, today, began)


def _paired(
    known: Sequence[Standing], met: Sequence[Sight]
) -> Iterator[tuple[Standing | None, Sight | None]]:
    """What is stored beside what was seen on one subject; the same finding stands in one pair.

    One that was gone comes back only where none that is still there fits.
    """
    there = [standing for standing in known if standing.state is not State.VERIFIED]
    gone = [standing for standing in known if standing.state is State.VERIFIED]
    left = list(met)
    for some in (there, gone):
        pairs = dict(same([standing.sight for standing in some], left))
        yield from (
            (standing, left[pairs[i]] if i in pairs else None) for i, standing in enumerate(some)
        )
        left = [sight for j, sight in enumerate(left) if j not in pairs.values()]
    yield from ((None, sight) for sight in left)


def _next(
    before: Standing | None, sight: Sight | None, today: date, began: datetime
) -> Iterator[Next]:
    """What a run does to one finding: at most one event."""
    if before is None:
        yield Next(None, Step.FOUND, State.OPEN, sight)
    elif before.answered_at is not None and before.answered_at > began:
        return
    elif sight is None:
        if before.state is not State.VERIFIED:
            yield Next(before, Step.GONE, State.VERIFIED)
    elif cause := _reopens(before, sight, today):
        yield Next(before, Step.RETURNED, State.OPEN, sight, cause)
    elif sight.differs(before.sight):
        yield Next(before, Step.CHANGED, before.state, sight)


def _reopens(before: Standing, sight: Sight, today: date) -> Cause | None:
    """Why a finding that is still there is open again; None where it stands as it did."""
    if before.state is State.OPEN:
        return None
    if before.state is State.VERIFIED:
        return Cause.AGAIN
    if before.answer is Answer.CORRECTED:
        return Cause.NOT_CORRECTED
    if expired(before.expires_on, today):
        return Cause.EXPIRED
    return Cause.CHANGED if sight.fingerprint != before.sight.fingerprint else None
