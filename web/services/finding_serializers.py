"""Findings on the register as responses show them, in the language of the request."""

from uuid import UUID

from boundaries.findings import background_runs, finding_store, responses
from boundaries.findings.finding_features import JsonObject, load_unit_names, serialize_finding
from boundaries.findings.finding_store import FindingFilter, StoredFindingEvent, ValidationRun
from gazetteer.jobs import job_store as jobs
from gazetteer.jobs.job_store import Job
from gazetteer.ledger.as_of import today
from gazetteer.messages import Lang, message
from gazetteer.problems import NotFound
from web.auth import authentication
from web.http.connections import connection, snapshot_connection
from web.http.language import request_language


def load_findings_page(filters: FindingFilter, after: int, limit: int) -> JsonObject:
    """A page of findings, those after the number ``after``, with the newest run."""
    lang = request_language()
    with snapshot_connection() as conn:
        findings = finding_store.load_findings(conn, filters, after, limit + 1)
        matched = finding_store.count_findings(conn, filters)
        blocking = finding_store.count_blocking(conn, today())
        run = finding_store.find_last_run(conn)
        shown = findings[:limit]
        names = load_unit_names(conn, shown)
    return {
        "type": "FeatureCollection",
        "features": [serialize_finding(known, names, lang) for known in shown],
        "matched": matched,
        "blocking": blocking,
        "next": shown[-1].number if len(findings) > limit else None,
        "run": _serialize_finished_run(run) if run else None,
    }


def load_finding_detail(finding_id: UUID) -> JsonObject:
    """A finding with its history.

    Actors and signers are shown only to holders of an account.

    Raises:
        NotFound: no finding has the id.
    """
    lang = request_language()
    known_person = authentication.current_actor().account is not None
    with snapshot_connection() as conn:
        known = responses.load_finding(conn, finding_id)
        events = finding_store.load_events(conn, known)
        feature = serialize_finding(known, load_unit_names(conn, [known]), lang)
    return {**feature, "events": [_serialize_event(event, lang, known_person) for event in events]}


def load_run_status(run_id: UUID) -> JsonObject:
    """The progress and result of a run.

    Raises:
        NotFound: there is no such run.
    """
    with connection() as conn:
        run = finding_store.find_run(conn, run_id)
        job = jobs.load_job(conn, run_id) if run is None else None
    if run is not None:
        return _serialize_finished_run(run)
    if job is None or job.kind != background_runs.FINDINGS.name:
        raise NotFound(message("findings.no_run"), field="run_id")
    return _serialize_waiting_run(job)


def _serialize_event(event: StoredFindingEvent, lang: Lang, known_person: bool) -> JsonObject:
    observation = event.observation
    return {
        "number": event.number,
        "happened_at": event.happened_at,
        "step": event.step,
        "state": event.state,
        "cause": event.cause,
        "run": event.run,
        "message": observation.dated_message.text(lang) if observation else None,
        "measured": observation.measured if observation else None,
        "unit": observation.unit if observation else None,
        "by": event.actor if known_person else None,
        "reason": event.reason,
        "document": event.document,
        "signer": event.signer if known_person else None,
        "expires_on": event.expires_on,
    }


def _serialize_finished_run(run: ValidationRun) -> JsonObject:
    return {
        "id": str(run.run_id),
        "number": run.number,
        "state": "finished",
        "done": 100,
        "total": 100,
        "at": run.at,
        "seq": run.seq,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "found": run.found,
        "steps": run.steps,
        "problem": None,
    }


def _serialize_waiting_run(job: Job) -> JsonObject:
    return {
        "id": str(job.job_id),
        "number": None,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "at": job.at,
        "seq": None,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "found": None,
        "steps": None,
        "problem": job.problem,
    }
