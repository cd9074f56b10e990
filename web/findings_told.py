"""Findings on the register as answers tell them, in the language of the reader."""

from typing import Any
from uuid import UUID

import orjson
import shapely

from boundaries.findings import answers, background, store
from boundaries.findings.store import (
    FindingFilter,
    FindingRecord,
    StoredFindingEvent,
    ValidationRun,
)
from boundaries.rules.life import is_blocking, is_expired
from boundaries.rules.sight import Observation
from boundaries.validation.telling import find_rule_title
from gazetteer.jobs import store as jobs
from gazetteer.jobs.store import Job
from gazetteer.ledger.asof import today
from gazetteer.problems import NotFound
from web import access
from web.db import connection, snapshot
from web.language import Lang, language

Json = dict[str, Any]
Names = dict[UUID, tuple[str | None, str | None]]


def listed(wanted: FindingFilter, after: int, limit: int) -> Json:
    """A page of findings, those behind the number ``after``, with the newest run."""
    lang = language()
    with snapshot() as conn:
        found = store.load_findings(conn, wanted, after, limit + 1)
        matched = store.count_findings(conn, wanted)
        blocking = store.count_blocking(conn, today())
        run = store.find_last_run(conn)
        shown = found[:limit]
        names = _names(conn, shown)
    return {
        "type": "FeatureCollection",
        "features": [_feature(known, names, lang) for known in shown],
        "matched": matched,
        "blocking": blocking,
        "next": shown[-1].number if len(found) > limit else None,
        "run": _finished(run) if run else None,
    }


def told(finding_id: UUID) -> Json:
    """A finding with everything that happened to it.

    Who did something, and who signed, is told to people of the register only.

    Raises:
        NotFound: there is none of the id.
    """
    lang = language()
    known_person = access.actor().account is not None
    with snapshot() as conn:
        known = answers.load_finding(conn, finding_id)
        happened = store.load_events(conn, known)
        feature = _feature(known, _names(conn, [known]), lang)
    return {**feature, "events": [_event(event, lang, known_person) for event in happened]}


def run_facts(run_id: UUID) -> Json:
    """How far a run is, and what it did.

    Raises:
        NotFound: there is no such run.
    """
    with connection() as conn:
        run = store.find_run(conn, run_id)
        job = jobs.load_job(conn, run_id) if run is None else None
    if run is not None:
        return _finished(run)
    if job is None or job.kind != background.KIND:
        raise NotFound("没有此次检查。", "there is no such run", field="run_id")
    return _waiting(job)


def _names(conn: Any, found: list[FindingRecord]) -> Names:
    units = [unit for known in found for unit in known.finding.observation.key.units]
    return store.load_codes_and_names(conn, units, today())


def _feature(known: FindingRecord, names: Names, lang: Lang) -> Json:
    standing = known.finding
    units = [
        {"unit_id": str(unit), "code": names[unit][0], "name": names[unit][1]}
        for unit in sorted(standing.observation.key.units, key=lambda unit: names[unit][0] or "~")
    ]
    properties = {
        "id": str(standing.finding_id),
        "number": known.number,
        **_seen(standing.observation, lang),
        "features": [unit["code"] or unit["unit_id"] for unit in units],
        "units": units,
        "state": standing.state,
        "answer": standing.answer,
        "expires_on": standing.expires_on,
        "expired": is_expired(standing.expires_on, today()),
        "blocking": is_blocking(
            standing.observation.severity, standing.state, standing.expires_on, today()
        ),
        "first_seen": known.first_seen,
        "last_seen": known.last_seen,
        "changed_at": known.changed_at,
        "last_event": standing.last_event,
    }
    return {
        "type": "Feature",
        "id": str(standing.finding_id),
        "geometry": _geometry(standing.observation),
        "properties": properties,
    }


def _seen(sight: Observation, lang: Lang) -> Json:
    return {
        "rule": sight.key.rule,
        "kind": sight.key.kind,
        "severity": sight.severity,
        "title": find_rule_title(sight.key.rule, lang),
        "message": sight.zh if lang == "zh" else sight.en,
        "measured": sight.measured,
        "limit": sight.limit,
        "unit": sight.unit,
        "area_m2": sight.area_m2,
    }


def _geometry(sight: Observation) -> Any:
    return None if sight.geometry is None else orjson.loads(shapely.to_geojson(sight.geometry))


def _event(event: StoredFindingEvent, lang: Lang, known_person: bool) -> Json:
    sight = event.observation
    return {
        "number": event.number,
        "happened_at": event.happened_at,
        "step": event.step,
        "state": event.state,
        "cause": event.cause,
        "run": event.run,
        "message": (sight.zh if lang == "zh" else sight.en) if sight else None,
        "measured": sight.measured if sight else None,
        "unit": sight.unit if sight else None,
        "by": event.actor if known_person else None,
        "reason": event.reason,
        "document": event.document,
        "signer": event.signer if known_person else None,
        "expires_on": event.expires_on,
    }


def _finished(run: ValidationRun) -> Json:
    return {
        "id": str(run.run_id),
        "number": run.number,
        "state": "finished",
        "done": background.PROGRESS_STEPS,
        "total": background.PROGRESS_STEPS,
        "at": run.at,
        "seq": run.seq,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "found": run.found,
        "steps": run.steps,
        "problem": None,
    }


def _waiting(job: Job) -> Json:
    return {
        "id": str(job.job_id),
        "number": None,
        "state": job.state,
        "done": job.rows_done,
        "total": background.PROGRESS_STEPS,
        "at": job.at,
        "seq": None,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "found": None,
        "steps": None,
        "problem": job.problem,
    }
