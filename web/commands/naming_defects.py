"""``gazetteer naming defects``: what is wrong with the names of the register."""

import csv
import json
import sys
from collections.abc import Iterator
from typing import Any

import click
from psycopg import Connection

from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.as_of import today
from gazetteer.naming import defect_store
from gazetteer.naming.defect_kinds import DefectKind
from gazetteer.naming.defect_search import find_defects
from gazetteer.naming.defect_store import DefectFilter, NameDefect
from web.commands.progress_display import show_progress
from web.commands.register_connection import label_operator, open_register
from web.commands.terminal_language import command_language, echo_message, language_option

_PAGE = 500
_COLUMNS = ("id", "kind", "rule", "unit_code", "unit", "subject", "places", "names", "exception")


@click.command()
@click.option("--kind", type=click.Choice([kind.value for kind in DefectKind]))
@click.option("--unit", metavar="CODE", help="In this unit or one in it.")
@click.option("--list", "is_list", is_flag=True, help="List them as CSV; else only numbers.")
@click.option("--with-exceptions", is_flag=True, help="List those with an exception too.")
@click.option("--stored", is_flag=True, help="Of the last search, without a new one.")
@click.option("--except", "excepted", type=int, metavar="ID", help="Let a defect remain.")
@click.option("--reason", help="Why it may remain.")
@click.option("--json", "as_json", is_flag=True, help="Numbers for programs.")
@language_option
def defects_command(excepted: int | None, reason: str | None, **options: Any) -> None:
    """Search the names of the register for defects, and count or list them.

    Duplicates and homophones within what the law says, places with several names or spellings,
    places without a name, and words that claim too much, sound foreign or are odd.
    """
    with open_register() as conn:
        if excepted is not None:
            by = label_operator("operator")
            number = defect_store.add_exception(conn, excepted, reason or "", None, by)
            echo_message("cli.naming.excepted", id=number)
            return
        if not options["stored"]:
            with show_progress() as report_progress:
                find_defects(conn, today(), report_progress)
        if options["is_list"]:
            _print_list(conn, options)
        else:
            _print_counts(conn, as_json=options["as_json"])


def _print_counts(conn: Connection[Any], *, as_json: bool) -> None:
    counts = defect_store.count_defects(conn, today())
    if as_json:
        numbers = {kind.value: counts.get(kind, (0, 0))[0] for kind in DefectKind}
        click.echo(json.dumps(numbers))
        return
    for kind in DefectKind:
        title = kind.kind_message.text(command_language())
        click.echo(f"{counts.get(kind, (0, 0))[0]:>8}  {title}")


def _print_list(conn: Connection[Any], options: dict[str, Any]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for defect, names in _iter_defects(conn, options):
        writer.writerow(
            (
                *(defect.defect_id, defect.kind, defect.rule, defect.unit_code, defect.unit),
                *(defect.subject, defect.places, names, defect.reason),
            )
        )


def _iter_defects(
    conn: Connection[Any], options: dict[str, Any]
) -> Iterator[tuple[NameDefect, str]]:
    unit = find_current_unit(conn, options["unit"]) if options["unit"] else None
    kind = DefectKind(options["kind"]) if options["kind"] else None
    after = 0
    while True:
        wanted = DefectFilter(kind, unit, options["with_exceptions"], after, _PAGE)
        defects = defect_store.load_defects(conn, wanted, today())
        names = defect_store.load_defect_names(conn, defects, today())
        for defect in defects:
            known = [names[name] for name in defect.name_ids if name in names]
            yield defect, "; ".join("".join((*name.units, name.text)) for name in known)
        if len(defects) < _PAGE:
            return
        after = defects[-1].defect_id
