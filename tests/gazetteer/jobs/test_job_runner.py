"""Jobs without rows: progress in hundredths, files by name, cancellation, stop, problems."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from gazetteer.jobs import job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_store import Job, JobState, ProgressUnit, ResultFile
from gazetteer.jobs.running_job import JobStopped, RunningJob
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from tests.gazetteer.jobs.job_samples import runner_of, submit_report

Conn = Connection[Any]


def load(conn: Conn, job_id: Any) -> Job:
    job = job_store.load_job(conn, job_id)
    assert job is not None
    return job


def never() -> bool:
    return False


def test_a_job_without_rows_gives_files_by_name(conn: Conn, database: str, tmp_path: Path) -> None:
    def run(running: RunningJob) -> None:
        for name, media_type in (("b.txt", "text/plain"), ("a.json", "application/json")):
            with running.write_result(name, media_type) as file:
                file.write(name.encode())
                assert not running.files.build_result_path(name).exists(), "it is not complete"

    runner = runner_of(database, tmp_path, run)
    job_id = submit_report(conn, runner)
    waiting = load(conn, job_id)
    assert (waiting.progress_unit, waiting.total, waiting.done) == (ProgressUnit.PERCENT, 100, 0)
    runner.run_job(job_id, never)
    finished = load(conn, job_id)
    assert (finished.state, finished.done) == (JobState.FINISHED, 100)
    files = job_store.load_result_files(conn, job_id)
    assert files == [ResultFile("a.json", "application/json"), ResultFile("b.txt", "text/plain")]
    directory = JobFiles(runner.settings.jobs_directory, job_id).directory
    assert {path.name: path.read_text() for path in directory.iterdir()} == {
        "a.json": "a.json",
        "b.txt": "b.txt",
    }


def test_progress_is_a_share_whatever_a_kind_counts(
    conn: Conn, database: str, tmp_path: Path
) -> None:
    seen: list[int] = []

    def run(running: RunningJob) -> None:
        running.report_progress(3, 12)
        seen.append(load(conn, running.job.job_id).done)

    runner = runner_of(database, tmp_path, run)
    runner.run_job(submit_report(conn, runner), never)
    assert seen == [25]


def test_a_cancelled_job_ends_at_its_next_report_and_leaves_no_file(
    conn: Conn, database: str, tmp_path: Path
) -> None:
    def run(running: RunningJob) -> None:
        with running.write_result("part.txt", "text/plain") as file:
            file.write(b"x")
        assert job_store.cancel_job(conn, running.job.job_id)
        running.report_progress(1, 2)
        raise AssertionError("it goes on")

    runner = runner_of(database, tmp_path, run)
    job_id = submit_report(conn, runner)
    runner.run_job(job_id, never)
    assert load(conn, job_id).state == JobState.CANCELLED
    assert job_store.load_result_files(conn, job_id) == []
    assert list(runner.settings.jobs_directory.iterdir()) == []


def test_a_job_that_is_cancelled_at_the_very_end_has_no_result(
    conn: Conn, database: str, tmp_path: Path
) -> None:
    def run(running: RunningJob) -> None:
        with running.write_result("all.txt", "text/plain"):
            assert job_store.cancel_job(conn, running.job.job_id)

    runner = runner_of(database, tmp_path, run)
    job_id = submit_report(conn, runner)
    runner.run_job(job_id, never)
    assert (load(conn, job_id).state, job_store.load_result_files(conn, job_id)) == (
        JobState.CANCELLED,
        [],
    )


def test_a_job_whose_worker_must_stop_is_run_again(
    conn: Conn, database: str, tmp_path: Path
) -> None:
    attempts: list[bool] = []

    def run(running: RunningJob) -> None:
        attempts.append(running.should_stop())
        running.report_progress(0, 1)

    runner = runner_of(database, tmp_path, run)
    job_id = submit_report(conn, runner)
    with pytest.raises(JobStopped):
        runner.run_job(job_id, lambda: True)
    assert load(conn, job_id).state == JobState.RUNNING
    runner.run_job(job_id, never)
    assert load(conn, job_id).state == JobState.FINISHED
    assert attempts == [True, False]
    runner.run_job(job_id, never)
    assert attempts == [True, False], "it has ended"


def test_a_problem_is_the_answer_in_the_language_of_the_job(
    conn: Conn, database: str, tmp_path: Path
) -> None:
    def run(_: RunningJob) -> None:
        raise InvalidValue(message("jobs.not_found"), field="level")

    runner = runner_of(database, tmp_path, run)
    job_id = submit_report(conn, runner, "zh")
    runner.run_job(job_id, never)
    job = load(conn, job_id)
    assert (job.state, job.problem) == (
        JobState.FAILED,
        {"code": "invalid_value", "detail": "没有此任务，或任务已过期删除。", "field": "level"},
    )


def test_a_job_that_another_worker_runs_is_left_to_it(
    conn: Conn, database: str, tmp_path: Path
) -> None:
    ran: list[bool] = []

    def run(running: RunningJob) -> None:
        ran.append(True)
        if len(ran) == 1:
            runner.run_job(running.job.job_id, never)

    runner = runner_of(database, tmp_path, run)
    runner.run_job(submit_report(conn, runner), never)
    assert ran == [True]


def test_the_files_of_a_deleted_job_are_no_files(conn: Conn, database: str, tmp_path: Path) -> None:
    def run(running: RunningJob) -> None:
        with running.write_result("all.txt", "text/plain"):
            pass

    runner = runner_of(database, tmp_path, run)
    job_id = submit_report(conn, runner)
    runner.run_job(job_id, never)
    job_store.delete_job(conn, job_id)
    assert conn.execute("SELECT count(*) FROM job_file").fetchone() == (0,)


def test_only_jobs_on_rows_have_the_format_of_a_file(conn: Conn) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="job_csv_format"):
        conn.execute(
            "INSERT INTO job (job_id, kind, form, language, state, at, encoding, progress_unit,"
            " total, created_at) VALUES (gen_random_uuid(), 'x', '{}', 'en', 'queued', now(),"
            " 'utf-8', 'percent', 100, now())"
        )
