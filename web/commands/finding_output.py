"""Findings on the register as the command line prints them: for people, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingRecord, StoredFindingEvent, ValidationRun
from gazetteer.ledger.as_of import SHANGHAI, today
from gazetteer.messages import Message, message
from gazetteer.rules.finding_workflow import AnswerKind, FindingState, is_blocking
from gazetteer.rules.rule_catalogue import read_catalogue
from web.commands.terminal_language import command_language, echo_message, terminal_text

UnitNames = Mapping[UUID, tuple[str | None, str | None]]
"""Code and name of units by id."""


def load_unit_names(conn: Connection[Any], findings: Sequence[FindingRecord]) -> UnitNames:
    """The codes and names today of all units that findings are about."""
    units = [unit for record in findings for unit in record.finding.observation.key.units]
    return finding_store.load_codes_and_names(conn, units, today())


def serialize_finding(record: FindingRecord, names: UnitNames) -> dict[str, Any]:
    """A finding for programs, its message in the language of the command."""
    stored, observation = record.finding, record.finding.observation
    return {
        "id": stored.finding_id,
        "number": record.number,
        "rule": observation.key.rule,
        "kind": observation.key.kind,
        "severity": observation.severity,
        "units": [
            {"unit_id": unit, "code": names[unit][0], "name": names[unit][1]}
            for unit in observation.key.units
        ],
        "message": observation.dated_message.text(command_language()),
        "begins_on": observation.begins_on,
        "measured": observation.measured,
        "limit": observation.limit,
        "unit": observation.unit,
        "area_m2": observation.area_m2,
        "place": observation.geometry.wkt if observation.geometry else None,
        "state": stored.state,
        "answer": stored.answer,
        "expires_on": stored.expires_on,
        "blocking": _is_finding_blocking(record),
        "first_seen": record.first_seen,
        "last_seen": record.last_seen,
        "last_event": stored.last_event,
    }


def serialize_event(event: StoredFindingEvent) -> dict[str, Any]:
    """An event of a finding for programs."""
    observation = event.observation
    return {
        "number": event.number,
        "happened_at": event.happened_at,
        "by": event.actor,
        "step": event.step,
        "state": event.state,
        "cause": event.cause,
        "run": event.run,
        "message": observation.dated_message.text(command_language()) if observation else None,
        "measured": observation.measured if observation else None,
        "reason": event.reason,
        "document": event.document,
        "signer": event.signer,
        "expires_on": event.expires_on,
    }


def print_json(facts: Mapping[str, Any]) -> None:
    """Print facts as one line of JSON; dates in ISO 8601."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=_serialize_value))


def print_run(run: ValidationRun) -> None:
    """Print how many findings a run has, and what changed since the run before."""
    steps = [message(f"cli.findings.steps.{step}", n=count) for step, count in run.steps.items()]
    changes = steps or message("cli.findings.no_change")
    echo_message("cli.findings.run", number=run.number, n=run.found, changes=changes)


def print_finding(record: FindingRecord, names: UnitNames) -> None:
    """Print a finding in three lines: rule, state, and what was found."""
    stored, observation = record.finding, record.finding.observation
    rule = read_catalogue().get(observation.key.rule)
    heading = terminal_text(
        "cli.findings.heading",
        severity=message(f"severity.{observation.severity}"),
        rule=observation.key.rule,
        title=rule.title if rule else "",
    )
    click.secho(heading, bold=_is_finding_blocking(record))
    echo_message("cli.findings.state", id=stored.finding_id, state=_describe_state(record))
    echo_message(
        "cli.findings.found", units=_format_units(record, names), finding=observation.dated_message
    )


def print_event(event: StoredFindingEvent) -> None:
    """Print an event of a finding, with what was said and observed at it."""
    echo_message(
        "cli.findings.event",
        number=event.number,
        moment=f"{event.happened_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        step=message(f"step.{event.step}"),
        circumstances=_describe_circumstances(event),
    )
    observed = (
        event.observation.dated_message.text(command_language()) if event.observation else None
    )
    for text in filter(None, (event.reason, event.document, event.signer, observed)):
        click.echo(f"     {text}")
    if event.expires_on:
        click.echo(f"     {terminal_text('findings.until', day=event.expires_on)}")


def _describe_circumstances(event: StoredFindingEvent) -> Message:
    """Run, cause and actor of an event."""
    parts = [message("cli.findings.by", actor=event.actor)]
    if event.cause:
        parts.insert(0, message(f"cause.{event.cause}"))
    if event.run:
        parts.insert(0, message("findings.in_run", n=event.run))
    return reduce(
        lambda first, second: message("cli.findings.and", first=first, second=second), parts
    )


def _describe_state(record: FindingRecord) -> Message:
    stored = record.finding
    if stored.state is not FindingState.ANSWERED:
        return message(f"cli.findings.{stored.state}")
    if stored.answer is AnswerKind.EXCEPTION:
        return message("cli.findings.exception", day=stored.expires_on)
    return message("cli.findings.corrected")


def _is_finding_blocking(record: FindingRecord) -> bool:
    stored = record.finding
    return is_blocking(stored.observation.severity, stored.state, stored.expires_on, today())


def _format_units(record: FindingRecord, names: UnitNames) -> list[str]:
    """The units of a finding as code and name, ordered by code."""
    units = record.finding.observation.key.units
    return sorted(" ".join(filter(None, names[unit])) for unit in units) or ["-"]


def _serialize_value(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
