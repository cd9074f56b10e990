"""``gazetteer findings``: where the borders of the register break rules, and who answered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from getpass import getuser
from typing import Any
from uuid import UUID

import click
import psycopg
from psycopg import Connection

from boundaries.findings import finding_store, responses
from boundaries.findings.finding_store import FindingFilter, FindingRecord, StoredFindingEvent
from boundaries.findings.validation_run import run_validation
from boundaries.rules.finding_workflow import AnswerKind, FindingResponse, FindingState, is_blocking
from boundaries.rules.rule_registry import read_catalogue
from gazetteer.accounts.roles import find_current_unit
from gazetteer.database.connection_info import register_database
from gazetteer.ledger.as_of import SHANGHAI, today
from gazetteer.settings import get_settings
from web.commands.progress import show_progress

UnitNames = dict[UUID, tuple[str | None, str | None]]

_json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
_finding_argument = click.argument("finding_id", metavar="ID", type=click.UUID)
_EXIT_BLOCKED = 1


@click.group()
def findings_group() -> None:
    """Where the boundaries of the register depart from the rules, and the answers to it."""


@findings_group.command("run")
@_json_option
@click.pass_context
def run_command(context: click.Context, as_json: bool) -> None:
    """Judge the register as of today, and open, keep or verify findings.

    Exit code 1 while an error has no answer that holds.
    """
    with _open_register() as conn:
        with show_progress() as report_progress:
            finished_run = run_validation(conn, report_progress, actor=_current_operator())
        blocking = finding_store.count_blocking(conn, today())
    if as_json:
        facts = {
            "id": finished_run.run_id,
            "number": finished_run.number,
            "at": finished_run.at,
            "seq": finished_run.seq,
        }
        _print_json(
            {
                **facts,
                "found": finished_run.found,
                "steps": finished_run.steps,
                "blocking": blocking,
            }
        )
    else:
        changes = (
            ", ".join(f"{count} {step}" for step, count in finished_run.steps.items())
            or "no change"
        )
        click.echo(f"run {finished_run.number}: {finished_run.found:,} findings; {changes}")
        _print_blocking(blocking)
    context.exit(_EXIT_BLOCKED if blocking else 0)


@findings_group.command("list")
@click.option("--state", type=click.Choice([state.value for state in FindingState]))
@click.option("--rule", help="Such as TOP-COV-03.")
@click.option("--severity", type=click.Choice(["error", "warning", "info"]))
@click.option("--unit", metavar="CODE", help="On this unit or one in it.")
@_json_option
@click.pass_context
def list_command(
    context: click.Context,
    state: str | None,
    rule: str | None,
    severity: str | None,
    unit: str | None,
    as_json: bool,
) -> None:
    """Findings, those first seen first.

    Exit code 1 while an error among all findings has no answer that holds.
    """
    with _open_register() as conn:
        units = (
            finding_store.load_units_below(conn, find_current_unit(conn, unit), today())
            if unit
            else None
        )
        filters = FindingFilter(FindingState(state) if state else None, rule, severity, units)
        listed_findings = finding_store.load_findings(conn, filters)
        names = _load_unit_names(conn, listed_findings)
        blocking = finding_store.count_blocking(conn, today())
    for known in listed_findings:
        if as_json:
            _print_json(_serialize_finding(known, names))
        else:
            _print_finding(known, names)
    if not as_json:
        _print_blocking(blocking)
    context.exit(_EXIT_BLOCKED if blocking else 0)


@findings_group.command()
@_finding_argument
@_json_option
def show_command(finding_id: UUID, as_json: bool) -> None:
    """One finding, with everything that happened to it."""
    with _open_register() as conn:
        known = responses.load_finding(conn, finding_id)
        names, events = _load_unit_names(conn, [known]), finding_store.load_events(conn, known)
    if as_json:
        _print_json(
            {
                **_serialize_finding(known, names),
                "events": [_serialize_event(event) for event in events],
            }
        )
        return
    _print_finding(known, names)
    for event in events:
        _print_event(event)


@findings_group.command()
@_finding_argument
@click.argument("answer", type=click.Choice([answer.value for answer in AnswerKind]))
@click.option("--reason", required=True, help="What was done, or why it may stay.")
@click.option("--document", help="Title and number of the document.")
@click.option("--signer", help="Who signed for the exception.")
@click.option(
    "--expires-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The last day of the exception.",
)
@click.option(
    "--last-event",
    type=int,
    help="The number of the last event that you saw; a later one refuses. Default: any.",
)
def answer_command(
    finding_id: UUID,
    answer: str,
    reason: str,
    document: str | None,
    signer: str | None,
    expires_on: datetime | None,
    last_event: int | None,
) -> None:
    """Answer the finding ID: it was corrected, or it may stay (exception)."""
    until = expires_on.date() if expires_on else None
    response = FindingResponse(AnswerKind(answer), reason, document, signer, until)
    with _open_register() as conn:
        seen = responses.load_finding(conn, finding_id).finding.last_event
        known = responses.record_response(
            conn, finding_id, response, last_event=last_event or seen, actor=_current_operator()
        )
        names = _load_unit_names(conn, [known])
    _print_finding(known, names)


@contextmanager
def _open_register() -> Iterator[Connection[Any]]:
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
    ):
        yield conn


def _current_operator() -> str:
    return f"operator:{getuser()}"


def _is_finding_blocking(known: FindingRecord) -> bool:
    stored = known.finding
    return is_blocking(stored.observation.severity, stored.state, stored.expires_on, today())


def _load_unit_names(conn: Connection[Any], listed_findings: list[FindingRecord]) -> UnitNames:
    return finding_store.load_codes_and_names(
        conn,
        [unit for known in listed_findings for unit in known.finding.observation.key.units],
        today(),
    )


def _format_units(known: FindingRecord, names: UnitNames) -> str:
    labels = (" ".join(filter(None, names[unit])) for unit in known.finding.observation.key.units)
    return ", ".join(sorted(labels)) or "-"


def _serialize_finding(known: FindingRecord, names: UnitNames) -> dict[str, Any]:
    stored, observation = known.finding, known.finding.observation
    return {
        "id": stored.finding_id,
        "number": known.number,
        "rule": observation.key.rule,
        "kind": observation.key.kind,
        "severity": observation.severity,
        "units": [
            {"unit_id": unit, "code": names[unit][0], "name": names[unit][1]}
            for unit in observation.key.units
        ],
        "message": observation.en,
        "measured": observation.measured,
        "limit": observation.limit,
        "unit": observation.unit,
        "area_m2": observation.area_m2,
        "place": observation.geometry.wkt if observation.geometry else None,
        "state": stored.state,
        "answer": stored.answer,
        "expires_on": stored.expires_on,
        "blocking": _is_finding_blocking(known),
        "first_seen": known.first_seen,
        "last_seen": known.last_seen,
        "last_event": stored.last_event,
    }


def _serialize_event(event: StoredFindingEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "happened_at": event.happened_at,
        "by": event.actor,
        "step": event.step,
        "state": event.state,
        "cause": event.cause,
        "run": event.run,
        "message": event.observation.en if event.observation else None,
        "measured": event.observation.measured if event.observation else None,
        "reason": event.reason,
        "document": event.document,
        "signer": event.signer,
        "expires_on": event.expires_on,
    }


def _print_json(facts: dict[str, Any]) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, default=_serialize_value))


def _serialize_value(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _print_finding(known: FindingRecord, names: UnitNames) -> None:
    stored, observation = known.finding, known.finding.observation
    answered = f" ({stored.answer})" if stored.answer else ""
    until = f" until {stored.expires_on}" if stored.expires_on else ""
    rule = read_catalogue().get(observation.key.rule)
    title = rule.title["en"] if rule else ""
    click.secho(
        f"{observation.severity}: {observation.key.rule} {title}", bold=_is_finding_blocking(known)
    )
    click.echo(f"  {stored.finding_id}  {stored.state}{answered}{until}")
    click.echo(f"  {_format_units(known, names)}: {observation.en}")


def _print_event(event: StoredFindingEvent) -> None:
    moment = f"{event.happened_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    where = f" in run {event.run}" if event.run else ""
    why = f" ({event.cause.replace('_', ' ')})" if event.cause else ""
    click.echo(f"  {event.number}. {moment} {event.step}{where}{why} by {event.actor}")
    details = (
        event.reason,
        event.document,
        event.signer,
        event.observation.en if event.observation else None,
    )
    for text in filter(None, details):
        click.echo(f"     {text}")
    if event.expires_on:
        click.echo(f"     until {event.expires_on}")


def _print_blocking(blocking: int) -> None:
    click.echo(f"{blocking:,} errors without an answer that holds")
