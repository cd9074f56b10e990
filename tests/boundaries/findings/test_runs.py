"""Runs over a real register: what they find, keep, verify and open again."""

import psycopg
import pytest

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter, FindingRecord, ValidationRun
from boundaries.findings.responses import StaleFinding, record_response
from boundaries.findings.validation_run import run_validation
from gazetteer.ledger.as_of import today
from gazetteer.ledger.audit_chain import find_broken_row
from gazetteer.problems import Conflict
from gazetteer.rules.finding_workflow import (
    AnswerKind,
    FindingResponse,
    FindingState,
    ReopenCause,
    WorkflowStep,
)
from tests.boundaries.findings.finding_samples import (
    CLEAN,
    EAST,
    NOTCH,
    WEST,
    east,
    identity,
    redraw,
    west,
)

OVERLAP = FindingFilter(rule="TOP-COV-01")
EXCEPTION = FindingResponse(
    AnswerKind.EXCEPTION, "agreed by both", "穗府〔2020〕1号", "李", today()
)


def examine(conn: psycopg.Connection) -> ValidationRun:
    return run_validation(conn, actor="operator:test")


def overlap(conn: psycopg.Connection) -> FindingRecord:
    (found,) = finding_store.load_findings(conn, OVERLAP)
    return found


def reply(conn: psycopg.Connection, given: FindingResponse = EXCEPTION) -> FindingRecord:
    before = overlap(conn).finding
    return record_response(
        conn, before.finding_id, given, last_event=before.last_event, actor="account:li"
    )


def test_what_a_run_finds_is_open_and_a_second_run_changes_nothing(
    planted: psycopg.Connection,
) -> None:
    first = examine(planted)
    found = overlap(planted)
    assert first.steps == {"found": first.found}
    assert found.finding.state is FindingState.OPEN
    assert found.finding.observation.key.units == tuple(sorted([identity(WEST), identity(EAST)]))
    second = examine(planted)
    assert (second.found, second.steps, second.number) == (first.found, {}, first.number + 1)
    again = overlap(planted)
    assert again.finding == found.finding
    assert (again.first_seen, again.last_seen) == (first.finished_at, second.finished_at)


def test_a_correction_is_verified_by_the_next_run(planted: psycopg.Connection) -> None:
    examine(planted)
    reply(planted, FindingResponse(AnswerKind.CORRECTED, "corner taken out"))
    redraw(planted, WEST, west(CLEAN))
    run = examine(planted)
    after = overlap(planted)
    assert after.finding.state is FindingState.VERIFIED
    assert after.last_seen < run.finished_at
    steps = [event.step for event in finding_store.load_events(planted, after)]
    assert steps == [WorkflowStep.DETECTED, WorkflowStep.CORRECTED, WorkflowStep.GONE]


def test_a_correction_that_did_not_happen_is_open_again(planted: psycopg.Connection) -> None:
    examine(planted)
    reply(planted, FindingResponse(AnswerKind.CORRECTED, "corner taken out"))
    examine(planted)
    last = finding_store.load_events(planted, overlap(planted))[-1]
    assert (last.state, last.cause) == (FindingState.OPEN, ReopenCause.NOT_CORRECTED)


def test_what_is_gone_without_an_answer_is_verified_and_may_return(
    planted: psycopg.Connection,
) -> None:
    examine(planted)
    first = overlap(planted)
    redraw(planted, WEST, west(CLEAN))
    examine(planted)
    assert overlap(planted).finding.state is FindingState.VERIFIED
    redraw(planted, WEST, west())
    examine(planted)
    back = overlap(planted)
    assert back.finding.finding_id == first.finding.finding_id
    assert finding_store.load_events(planted, back)[-1].cause is ReopenCause.AGAIN


def test_an_exception_outlives_runs_and_changes_elsewhere(planted: psycopg.Connection) -> None:
    examine(planted)
    answered = reply(planted)
    redraw(planted, EAST, east(south=22.99))
    examine(planted)
    assert overlap(planted).finding == answered.finding


@pytest.mark.parametrize("corner", [(NOTCH[0] + 1e-9, NOTCH[1]), (NOTCH[0] + 2e-4, NOTCH[1])])
def test_an_exception_ends_when_the_ground_at_its_place_is_another(
    planted: psycopg.Connection, corner: tuple[float, float]
) -> None:
    examine(planted)
    answered = reply(planted)
    redraw(planted, WEST, west(corner))
    examine(planted)
    after = overlap(planted)
    assert after.finding.finding_id == answered.finding.finding_id
    last = finding_store.load_events(planted, after)[-1]
    assert (last.step, last.state, last.cause) == (
        WorkflowStep.RETURNED,
        FindingState.OPEN,
        ReopenCause.CHANGED,
    )


def test_an_answer_to_what_has_moved_on_changes_nothing(planted: psycopg.Connection) -> None:
    examine(planted)
    seen = overlap(planted).finding
    reply(planted)
    with pytest.raises(StaleFinding) as refused:
        record_response(
            planted, seen.finding_id, EXCEPTION, last_event=seen.last_event, actor="account:ma"
        )
    assert refused.value.extras["last_event"] == 2
    assert len(finding_store.load_events(planted, overlap(planted))) == 2


def test_runs_and_answers_stand_in_the_audit(planted: psycopg.Connection) -> None:
    run = examine(planted)
    answered = reply(planted)
    rows = planted.execute("SELECT actor, action, subject FROM audit ORDER BY audit_id").fetchall()
    assert rows[-2:] == [
        ("operator:test", "finding.run", f"finding_run:{run.run_id}"),
        ("account:li", "finding.answer", f"finding:{answered.finding.finding_id}"),
    ]
    assert find_broken_row(planted) is None


@pytest.mark.parametrize("table", ["finding_run", "finding", "finding_event"])
def test_nothing_that_happened_is_ever_changed(planted: psycopg.Connection, table: str) -> None:
    examine(planted)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET number = DEFAULT"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            planted.execute(statement.encode())


def test_a_run_on_an_older_state_than_the_last_one_keeps_nothing(
    planted: psycopg.Connection, database: str
) -> None:
    def overtaken(done: int, total: int, what: str) -> None:
        if not done:
            with psycopg.connect(database, autocommit=True) as other:
                examine(other)

    with pytest.raises(Conflict):
        run_validation(planted, overtaken, actor="operator:test")
    assert planted.execute("SELECT count(*) FROM finding_run").fetchone() == (1,)


def test_an_answer_given_while_a_run_judges_is_left_to_the_next_run(
    planted: psycopg.Connection, database: str
) -> None:
    examine(planted)

    def answered(done: int, total: int, what: str) -> None:
        if not done:
            with psycopg.connect(database, autocommit=True) as other:
                reply(other, FindingResponse(AnswerKind.CORRECTED, "corner taken out"))

    run_validation(planted, answered, actor="operator:test")
    assert overlap(planted).finding.state is FindingState.ANSWERED


def test_findings_are_asked_for_by_what_they_are(planted: psycopg.Connection) -> None:
    run = examine(planted)
    reply(planted)
    assert finding_store.count_findings(planted, FindingFilter()) == run.found
    assert finding_store.count_findings(planted, FindingFilter(FindingState.ANSWERED)) == 1
    assert (
        finding_store.count_findings(planted, FindingFilter(severity="error", rule="TOP-COV-01"))
        == 1
    )
    assert (
        finding_store.count_findings(
            planted, FindingFilter(rule="TOP-COV-01", units=(identity(EAST),))
        )
        == 1
    )
    assert (
        finding_store.count_findings(
            planted, FindingFilter(rule="TOP-COV-01", units=(identity("440784"),))
        )
        == 0
    )
    numbers = [known.number for known in finding_store.load_findings(planted, FindingFilter())]
    assert numbers == sorted(numbers)
    assert [
        k.number for k in finding_store.load_findings(planted, FindingFilter(), after=numbers[0])
    ] == numbers[1:]
