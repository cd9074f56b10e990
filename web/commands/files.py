"""``gazetteer file``: files of evidence, stored from the terminal."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from psycopg import Connection

from gazetteer.files.file_formats import complete_file_name
from gazetteer.files.file_inspection import inspect_file
from gazetteer.files.file_records import FileDescription, StoredFile, keep_file
from gazetteer.files.file_store import FileStore, open_store
from gazetteer.ledger.record_kind import Audience
from gazetteer.settings import get_settings
from web.commands.register_connection import label_operator, open_register


@click.group()
def file_group() -> None:
    """Files of evidence: approvals, agreements, maps, photos."""


@file_group.command("add")
@click.argument(
    "paths",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--audience",
    type=click.Choice([audience.value for audience in Audience]),
    default=Audience.INTERNAL.value,
    show_default=True,
    help="Who may read the files.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def add_files(paths: Sequence[Path], audience: str, as_json: bool) -> None:
    """Check each FILE by its content, store it, and print its id (its SHA-256)."""
    store = open_store(get_settings())
    with open_register() as conn:
        for path in paths:
            stored = _add_file(conn, store, path, Audience(audience))
            if as_json:
                click.echo(json.dumps(asdict(stored), default=str, ensure_ascii=False))
            else:
                click.echo(f"{stored.sha256}  {stored.name}")


def _add_file(
    conn: Connection[Any], store: FileStore, path: Path, audience: Audience
) -> StoredFile:
    with path.open("rb") as file, store.receive_file(file) as incoming:
        file_format = inspect_file(incoming.path)
        description = FileDescription(
            file_format.media_type,
            complete_file_name(path.name, file_format),
            audience,
            label_operator("operator"),
        )
        return keep_file(conn, store, incoming, description)[0]
