"""``gazetteer naming lexicons``: the tables of words that the naming rules look up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gazetteer.naming.lexicon_files import LEXICON_IDS, Lexicon, decode_lexicon
from gazetteer.naming.lexicon_store import (
    LexiconInstallation,
    install_lexicon,
    load_installations,
    load_lexicon_text,
    load_lexicons,
)
from web.commands.input_files import input_file_argument
from web.commands.register_connection import label_operator, open_register
from web.commands.terminal_language import echo_message

_id_argument = click.argument("lexicon_id", metavar="ID", type=click.Choice(LEXICON_IDS))


@click.group("lexicons")
def lexicons_group() -> None:
    """Lexicons: shipped with the program, or replaced by files of the office."""


@lexicons_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_lexicons(as_json: bool) -> None:
    """The lexicons in force, with source, coverage, number of entries and version."""
    with open_register() as conn:
        lexicons, installed = load_lexicons(conn), load_installations(conn)
    if as_json:
        facts = [_serialize_lexicon(lexicon, installed) for lexicon in lexicons.values()]
        click.echo(json.dumps(facts, ensure_ascii=False, default=str))
        return
    for lexicon in lexicons.values():
        _print_lexicon(lexicon, installed.get(lexicon.id))


@lexicons_group.command("show")
@_id_argument
def show_lexicon(lexicon_id: str) -> None:
    """Print the file of lexicon ID, to be changed and put in its place."""
    with open_register() as conn:
        click.echo(load_lexicon_text(conn, lexicon_id), nl=False)


@lexicons_group.command("replace")
@_id_argument
@input_file_argument()
def replace_lexicon(lexicon_id: str, file: Path) -> None:
    """Put FILE in the place of lexicon ID. A file with a fault is refused; the old one stays."""
    text = decode_lexicon(file.read_bytes())
    with open_register() as conn:
        lexicon = install_lexicon(conn, lexicon_id, text, label_operator("operator"))
    echo_message(
        "cli.naming.lexicon_replaced",
        lexicon=lexicon.id,
        n=len(lexicon.rows),
        version=lexicon.version,
    )


def _serialize_lexicon(
    lexicon: Lexicon, installed: Mapping[str, LexiconInstallation]
) -> dict[str, Any]:
    installation = installed.get(lexicon.id)
    return {
        "id": lexicon.id,
        "version": lexicon.version,
        "entries": len(lexicon.rows),
        "source": lexicon.source,
        "coverage": lexicon.coverage,
        "licence": lexicon.licence,
        "installed_by": installation.installed_by if installation else None,
        "installed_at": installation.installed_at if installation else None,
    }


def _print_lexicon(lexicon: Lexicon, installation: LexiconInstallation | None) -> None:
    echo_message(
        "cli.naming.lexicon", lexicon=lexicon.id, n=len(lexicon.rows), version=lexicon.version
    )
    echo_message("cli.naming.lexicon_source", source=lexicon.source)
    echo_message("cli.naming.lexicon_coverage", coverage=lexicon.coverage)
    if installation is not None:
        echo_message(
            "cli.naming.lexicon_installed",
            by=installation.installed_by,
            at=f"{installation.installed_at:%Y-%m-%d %H:%M}",
        )
