"""``gazetteer findings``: violations of the rules in the register, and the answers to them."""

from datetime import datetime
from uuid import UUID

import click

from boundaries.findings import finding_store, responses
from boundaries.findings.finding_store import FindingFilter
from boundaries.findings.validation_run import run_validation
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.as_of import today
from gazetteer.rules.finding import SEVERITIES
from gazetteer.rules.finding_workflow import AnswerKind, FindingResponse, FindingState
from web.commands.finding_output import (
    load_unit_names,
    print_event,
    print_finding,
    print_json,
    print_run,
    serialize_event,
    serialize_finding,
)
from web.commands.progress_display import show_progress
from web.commands.register_connection import label_operator, open_register
from web.commands.terminal_language import echo_message

_json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
_finding_argument = click.argument("finding_id", metavar="ID", type=click.UUID)
_EXIT_BLOCKED = 1


@click.group()
def findings_group() -> None:
    """Violations of the boundary rules in the register, and the answers to them."""


@findings_group.command("run")
@_json_option
@click.pass_context
def run_command(context: click.Context, as_json: bool) -> None:
    """Check the register, and open, update or verify findings.

    It is checked as of today and of every day to come on which a published change takes effect.
    Exit code 1 while an error is unresolved.
    """
    with open_register() as conn:
        with show_progress() as report_progress:
            finished_run = run_validation(
                conn,
                lambda done, total, _: report_progress(done, total, "check"),
                actor=label_operator("operator"),
            )
        blocking = finding_store.count_blocking(conn, today())
    if as_json:
        facts = {
            "id": finished_run.run_id,
            "number": finished_run.number,
            "at": finished_run.at,
            "seq": finished_run.seq,
            "found": finished_run.found,
            "steps": finished_run.steps,
            "blocking": blocking,
        }
        print_json(facts)
    else:
        print_run(finished_run)
        echo_message("cli.findings.blocking", n=blocking)
    context.exit(_EXIT_BLOCKED if blocking else 0)


@findings_group.command("list")
@click.option("--state", type=click.Choice([state.value for state in FindingState]))
@click.option("--rule", help="Rule id, such as TOP-COV-03.")
@click.option("--severity", type=click.Choice(SEVERITIES))
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

    Exit code 1 while an error is unresolved, whatever the filters.
    """
    with open_register() as conn:
        units = (
            finding_store.load_units_below(conn, find_current_unit(conn, unit), today())
            if unit
            else None
        )
        filters = FindingFilter(FindingState(state) if state else None, rule, severity, units)
        listed_findings = finding_store.load_findings(conn, filters)
        names = load_unit_names(conn, listed_findings)
        blocking = finding_store.count_blocking(conn, today())
    for known in listed_findings:
        if as_json:
            print_json(serialize_finding(known, names))
        else:
            print_finding(known, names)
    if not as_json:
        echo_message("cli.findings.blocking", n=blocking)
    context.exit(_EXIT_BLOCKED if blocking else 0)


@findings_group.command()
@_finding_argument
@_json_option
def show_command(finding_id: UUID, as_json: bool) -> None:
    """One finding with its history."""
    with open_register() as conn:
        known = responses.load_finding(conn, finding_id)
        names, events = load_unit_names(conn, [known]), finding_store.load_events(conn, known)
    if as_json:
        serialized_events = [serialize_event(event) for event in events]
        print_json({**serialize_finding(known, names), "events": serialized_events})
        return
    print_finding(known, names)
    for event in events:
        print_event(event)


@findings_group.command()
@_finding_argument
@click.argument("answer", type=click.Choice([answer.value for answer in AnswerKind]))
@click.option("--reason", required=True, help="What was corrected, or why it may remain.")
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
    help="Number of the last event you read; refused if there is a later one. Default: any.",
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
    """Answer the finding ID: it was corrected, or it may remain (exception)."""
    until = expires_on.date() if expires_on else None
    response = FindingResponse(AnswerKind(answer), reason, document, signer, until)
    with open_register() as conn:
        seen = responses.load_finding(conn, finding_id).finding.last_event
        known = responses.record_response(
            conn,
            finding_id,
            response,
            last_event=last_event or seen,
            actor=label_operator("operator"),
        )
        names = load_unit_names(conn, [known])
    print_finding(known, names)
