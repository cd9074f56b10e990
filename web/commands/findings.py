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

from boundaries.findings import answers, store
from boundaries.findings.examine import run_validation
from boundaries.findings.store import FindingFilter, FindingRecord, StoredFindingEvent
from boundaries.rules.life import AnswerKind, FindingResponse, FindingState, is_blocking
from boundaries.rules.registry import read_catalogue
from gazetteer.database.register import register_database
from gazetteer.ledger.asof import SHANGHAI, today
from gazetteer.people.roles import find_current_unit
from gazetteer.settings import get_settings
from web.commands.progress import progress

Names = dict[UUID, tuple[str | None, str | None]]

_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_finding = click.argument("finding_id", metavar="ID", type=click.UUID)
_BLOCKED = 1


@click.group()
def findings() -> None:
    """Where the boundaries of the register depart from the rules, and the answers to it."""


@findings.command("run")
@_json
@click.pass_context
def run(context: click.Context, as_json: bool) -> None:
    """Judge the register as of today, and open, keep or verify findings.

    Exit code 1 while an error has no answer that holds.
    """
    with _register() as conn:
        with progress() as tell:
            made = run_validation(conn, tell, actor=_operator())
        blocking = store.count_blocking(conn, today())
    if as_json:
        facts = {"id": made.run_id, "number": made.number, "at": made.at, "seq": made.seq}
        _say({**facts, "found": made.found, "steps": made.steps, "blocking": blocking})
    else:
        told = ", ".join(f"{count} {step}" for step, count in made.steps.items()) or "no change"
        click.echo(f"run {made.number}: {made.found:,} findings; {told}")
        _tell_blocking(blocking)
    context.exit(_BLOCKED if blocking else 0)


@findings.command("list")
@click.option("--state", type=click.Choice([state.value for state in FindingState]))
@click.option("--rule", help="Such as TOP-COV-03.")
@click.option("--severity", type=click.Choice(["error", "warning", "info"]))
@click.option("--unit", metavar="CODE", help="On this unit or one in it.")
@_json
@click.pass_context
def list_(
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
    with _register() as conn:
        units = (
            store.load_units_below(conn, find_current_unit(conn, unit), today()) if unit else None
        )
        wanted = FindingFilter(FindingState(state) if state else None, rule, severity, units)
        found = store.load_findings(conn, wanted)
        names = _names(conn, found)
        blocking = store.count_blocking(conn, today())
    for known in found:
        if as_json:
            _say(_facts(known, names))
        else:
            _print(known, names)
    if not as_json:
        _tell_blocking(blocking)
    context.exit(_BLOCKED if blocking else 0)


@findings.command()
@_finding
@_json
def show(finding_id: UUID, as_json: bool) -> None:
    """One finding, with everything that happened to it."""
    with _register() as conn:
        known = answers.load_finding(conn, finding_id)
        names, happened = _names(conn, [known]), store.load_events(conn, known)
    if as_json:
        _say({**_facts(known, names), "events": [_event(event) for event in happened]})
        return
    _print(known, names)
    for event in happened:
        _print_event(event)


@findings.command()
@_finding
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
def answer(
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
    reply = FindingResponse(AnswerKind(answer), reason, document, signer, until)
    with _register() as conn:
        seen = answers.load_finding(conn, finding_id).finding.last_event
        known = answers.record_response(
            conn, finding_id, reply, last_event=last_event or seen, actor=_operator()
        )
        names = _names(conn, [known])
    _print(known, names)


@contextmanager
def _register() -> Iterator[Connection[Any]]:
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
    ):
        yield conn


def _operator() -> str:
    return f"operator:{getuser()}"


def _blocks(known: FindingRecord) -> bool:
    standing = known.finding
    return is_blocking(standing.observation.severity, standing.state, standing.expires_on, today())


def _names(conn: Connection[Any], found: list[FindingRecord]) -> Names:
    return store.load_codes_and_names(
        conn, [unit for known in found for unit in known.finding.observation.key.units], today()
    )


def _units(known: FindingRecord, names: Names) -> str:
    told = (" ".join(filter(None, names[unit])) for unit in known.finding.observation.key.units)
    return ", ".join(sorted(told)) or "-"


def _facts(known: FindingRecord, names: Names) -> dict[str, Any]:
    standing, sight = known.finding, known.finding.observation
    return {
        "id": standing.finding_id,
        "number": known.number,
        "rule": sight.key.rule,
        "kind": sight.key.kind,
        "severity": sight.severity,
        "units": [
            {"unit_id": unit, "code": names[unit][0], "name": names[unit][1]}
            for unit in sight.key.units
        ],
        "message": sight.en,
        "measured": sight.measured,
        "limit": sight.limit,
        "unit": sight.unit,
        "area_m2": sight.area_m2,
        "place": sight.geometry.wkt if sight.geometry else None,
        "state": standing.state,
        "answer": standing.answer,
        "expires_on": standing.expires_on,
        "blocking": _blocks(known),
        "first_seen": known.first_seen,
        "last_seen": known.last_seen,
        "last_event": standing.last_event,
    }


def _event(event: StoredFindingEvent) -> dict[str, Any]:
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


def _say(facts: dict[str, Any]) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _print(known: FindingRecord, names: Names) -> None:
    standing, sight = known.finding, known.finding.observation
    answered = f" ({standing.answer})" if standing.answer else ""
    until = f" until {standing.expires_on}" if standing.expires_on else ""
    rule = read_catalogue().get(sight.key.rule)
    title = rule.title["en"] if rule else ""
    click.secho(f"{sight.severity}: {sight.key.rule} {title}", bold=_blocks(known))
    click.echo(f"  {standing.finding_id}  {standing.state}{answered}{until}")
    click.echo(f"  {_units(known, names)}: {sight.en}")


def _print_event(event: StoredFindingEvent) -> None:
    moment = f"{event.happened_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    where = f" in run {event.run}" if event.run else ""
    why = f" ({event.cause.replace('_', ' ')})" if event.cause else ""
    click.echo(f"  {event.number}. {moment} {event.step}{where}{why} by {event.actor}")
    told = (
        event.reason,
        event.document,
        event.signer,
        event.observation.en if event.observation else None,
    )
    for text in filter(None, told):
        click.echo(f"     {text}")
    if event.expires_on:
        click.echo(f"     until {event.expires_on}")


def _tell_blocking(blocking: int) -> None:
    click.echo(f"{blocking:,} errors without an answer that holds")
