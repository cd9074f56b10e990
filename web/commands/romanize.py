"""``gazetteer romanize``: names in Hanyu Pinyin by the rules, and where the register differs."""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.naming.proposal import LegalClass
from gazetteer.naming.romanization.differing_rule import GIVEN
from gazetteer.naming.romanization.place_spelling import PlaceSpelling, romanize_place_name
from gazetteer.naming.romanization.published_spellings import iter_spelling_differences
from gazetteer.records.division_queries import find_unit
from gazetteer.records.levels import LEVELS, UNIT_LEVELS, Level
from gazetteer.records.name_parts import split_name
from gazetteer.rules.rule_catalogue import read_catalogue
from web.commands.register_connection import open_register
from web.commands.terminal_language import (
    CommandFailed,
    command_language,
    echo_message,
    language_option,
    terminal_text,
)

_CLASSES = [one.value for one in LegalClass]
_COLUMNS = ("code", "name", "published", "by_rule", "rule", "reason", "status")


@click.command()
@click.argument("names", metavar="NAME...", nargs=-1)
@click.option(
    "--class", "legal_class", type=click.Choice(_CLASSES), default="division", show_default=True,
    help="Legal class of the places.",
)  # fmt: skip
@click.option(
    "--level", type=click.Choice(LEVELS), help="Their level; default: by the generic term."
)
@click.option(
    "--province", metavar="DIGITS", default="", help="Two digits, such as 44: local readings."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--differences", is_flag=True,
    help="List as CSV where published spellings of the register differ from the rules.",
)  # fmt: skip
@click.option("--within", metavar="CODE", help="With --differences: only this unit and below.")
@language_option
def romanize_command(
    names: Sequence[str],
    legal_class: str,
    level: str | None,
    province: str,
    as_json: bool,
    differences: bool,
    within: str | None,
) -> None:
    """Spell each NAME in Hanyu Pinyin by the rules of 1984, with tones and other readings.

    Exit code 1 if a name cannot be spelled.
    """
    if differences == bool(names) or (within and not differences):
        raise click.UsageError(terminal_text("cli.romanize.names_or_differences"))
    if differences:
        _print_differences(within)
        return
    unread = [
        name
        for name in names
        if not _print_spelling(name, legal_class, level, province, as_json=as_json)
    ]
    if unread:
        names_text = terminal_text("list.separator").join(unread)
        raise CommandFailed(terminal_text("cli.romanize.unread", names=names_text))


def _print_spelling(
    name: str, legal_class: str, level: str | None, province: str, *, as_json: bool
) -> bool:
    """Print the spelling of a name; whether there is one."""
    spelled = romanize_place_name(
        name,
        legal_class=legal_class,
        level=level or _guess_level(name, legal_class),
        province=province,
    )
    if spelled is None:
        return False
    if as_json:
        click.echo(json.dumps({"name": name, **asdict(spelled)}, ensure_ascii=False))
    else:
        _print_text(name, spelled)
    return True


def _guess_level(name: str, legal_class: str) -> str:
    """The highest level of units that has the generic term of a name; else that of a point."""
    if legal_class in ("division", "village_seat"):
        for level in UNIT_LEVELS:
            if split_name(name, level).generic is not None:
                return level
    return Level.POI.value


def _print_text(name: str, spelled: PlaceSpelling) -> None:
    rules = ", ".join(spelled.rules)
    click.echo(f"{name}\t{spelled.text}\t{spelled.toned}\t{rules}")
    for other in spelled.alternatives:
        echo_message(
            "cli.romanize.alternative",
            text=other.text,
            character=other.character,
            reading=other.reading,
        )


def _print_differences(within: str | None) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    as_of = AsOf(today())
    with open_register() as conn:
        unit = find_unit(conn, within, as_of, field="within")[0] if within else None
        for found in iter_spelling_differences(conn, as_of, unit):
            reason = _describe_rule(found.rule)
            writer.writerow(
                (
                    *(found.code, found.name, found.published, found.by_rule),
                    *(found.rule, reason, found.status),
                )
            )


def _describe_rule(rule: str) -> str:
    """What a rule demands, in the words of the catalogue."""
    if rule == GIVEN:
        return terminal_text("romanization.given")
    return read_catalogue()[rule].title.text(command_language())
