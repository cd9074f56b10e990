"""``gazetteer naming check``: a name, or a list of names, examined by the naming rules."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from psycopg import Connection
from pydantic import ValidationError

from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.encodings import get_body_encoding
from boundaries.batch.table_conversion import convert_table
from boundaries.layers.whole_files import replace_when_complete
from gazetteer.ledger.as_of import today
from gazetteer.naming.name_examination import Verdict
from gazetteer.naming.proposal import LegalClass
from web.commands.input_files import STANDARD_INPUT, copy_standard_input
from web.commands.output_files import check_outputs
from web.commands.progress_display import show_progress
from web.commands.register_connection import open_register
from web.commands.terminal_language import command_language, language_option, terminal_text
from web.http.validation_errors import build_invalid_value
from web.services.naming_list import NameList
from web.services.naming_models import NameCheckBody
from web.services.naming_proposals import build_proposal
from web.services.naming_serializers import serialize_examined
from web.services.naming_service import examine_proposal

_CLASSES = click.Choice([one.value for one in LegalClass])


@click.command()
@click.argument("name_or_file")
@click.option("--class", "legal_class", type=_CLASSES, help="Class of the place.")
@click.option("--level", help="Level of a division, such as township.")
@click.option("--within", metavar="CODE", help="Division in which the place lies.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="On this day; else today.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: to stdout."
)
@click.option("--encoding", help="utf-8, gb18030, utf-16 or big5; default: detected.")
@click.option("--delimiter", help="comma, semicolon or tab; default: detected.")
@click.option("--json", "as_json", is_flag=True, help="Of a name: for programs.")
@language_option
@click.pass_context
def check_command(context: click.Context, /, name_or_file: str, **options: Any) -> None:
    """Examine the name, or every row of the CSV or XLSX file, NAME_OR_FILE.

    Of a file, columns are found by their headings (name, legal_class, level, within, lon, lat,
    former_name, cause, romanized; or in Chinese), and result_ columns are added. Exit code 1 if a
    single name is inadmissible.
    """
    at: datetime | None = options["at"]
    day = at.date() if at else today()
    is_input = name_or_file == STANDARD_INPUT
    file = copy_standard_input(context) if is_input else Path(name_or_file)
    with open_register() as conn:
        if is_input or (file.suffix and file.is_file()):
            _check_file(conn, file, day, options)
            return
        if options["legal_class"] is None:
            raise click.UsageError(terminal_text("cli.naming.class_missing"))
        answer = _check_name(conn, name_or_file, day, options)
    if options["as_json"]:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _print_answer(answer)
    context.exit(1 if answer["verdict"] == Verdict.INADMISSIBLE else 0)


def _check_name(
    conn: Connection[Any], name: str, day: Any, options: dict[str, Any]
) -> dict[str, Any]:
    values = {key: options[key] for key in ("legal_class", "level", "within") if options[key]}
    try:
        body = NameCheckBody.model_validate({"name": name, "at": day.isoformat(), **values})
    except ValidationError as error:
        raise build_invalid_value(error) from None
    proposal = build_proposal(conn, body)
    examined = examine_proposal(conn, proposal, day, with_suggestions=True)
    return serialize_examined(examined, command_language())


def _print_answer(answer: dict[str, Any]) -> None:
    verdict = terminal_text(f"naming.verdict.{answer['verdict']}")
    spelled = answer["romanization"]["text"] if answer["romanization"] else ""
    click.echo(f"{answer['name']}  {spelled}  {verdict}")
    for finding in answer["findings"]:
        outcome = terminal_text(f"naming.outcome.{finding['outcome']}")
        click.echo(f"  {finding['rule']}  {finding['message']}  ({outcome}; {finding['article']})")
        for name in finding["names"][:5]:
            label = "".join((*name["units"], name["name"]))
            distance = name["distance_m"]
            away = terminal_text("naming.distance", km=f"{distance / 1000:.1f}") if distance else ""
            click.echo(f"      {label} {name['code'] or ''} {away}".rstrip())
    if answer["suggestions"]:
        click.echo(f"{terminal_text('naming.suggestions')}: {' '.join(answer['suggestions'])}")


def _check_file(conn: Connection[Any], file: Path, day: Any, options: dict[str, Any]) -> None:
    output: Path | None = options["output"]
    check_outputs([file], [output])
    encoding, delimiter = options["encoding"], options["delimiter"]
    with file.open("rb") as data:
        converted = convert_table(data, encoding)
        stream: BinaryIO = converted or data
        csv_file = sniff_csv(stream, *((None, None) if converted else (encoding, delimiter)))
        legal_class = options["legal_class"] and LegalClass(options["legal_class"])
        names = NameList(csv_file, command_language(), day, legal_class, options["within"])
        if output is None:
            _write_rows(conn, names, stream, sys.stdout.buffer)
            return
        with replace_when_complete(output, "names.csv") as path, path.open("wb") as target:
            _write_rows(conn, names, stream, target)


def _write_rows(conn: Connection[Any], names: NameList, stream: BinaryIO, target: BinaryIO) -> None:
    encoding = get_body_encoding(names.csv_file.encoding)
    if names.csv_file.encoding == "utf-8-sig":
        target.write(b"\xef\xbb\xbf")
    with show_progress() as report_progress:
        for done, row in enumerate(names.iter_results(conn, stream)):
            target.write(row.encode(encoding, "replace"))
            report_progress(done, names.csv_file.rows, "check")
