"""The lexicons in force: those that an office has installed, else those that are shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from gazetteer.messages import message
from gazetteer.naming.lexicon_files import (
    LEXICON_IDS,
    Lexicon,
    parse_lexicon,
    read_shipped_lexicon,
    read_shipped_text,
)
from gazetteer.problems import InvalidValue

_IN_FORCE = """
SELECT DISTINCT ON (lexicon_id) lexicon_id, version, installed_by, installed_at FROM lexicon
ORDER BY lexicon_id, installed_at DESC
"""

_parsed: dict[tuple[str, str], Lexicon] = {}
"""Installed lexicons by id and version: a version never changes."""


@dataclass(frozen=True, slots=True)
class LexiconInstallation:
    """Which version of a lexicon somebody has installed, and when."""

    lexicon_id: str
    version: str
    installed_by: str
    installed_at: datetime


def install_lexicon(conn: Connection[Any], id: str, text: str, by: str) -> Lexicon:
    """Put a lexicon into force; checks from now on use it, in every process.

    Raises:
        InvalidValue: the text is not a lexicon; the one in force stays.
    """
    lexicon = parse_lexicon(id, text)
    conn.execute(
        "INSERT INTO lexicon (lexicon_id, version, content, installed_by, installed_at)"
        " VALUES (%s, %s, %s, %s, clock_timestamp())"
        " ON CONFLICT (lexicon_id, version) DO UPDATE SET"
        " installed_by = excluded.installed_by, installed_at = excluded.installed_at",
        (id, lexicon.version, text, by),
    )
    return lexicon


def load_lexicons(conn: Connection[Any]) -> Mapping[str, Lexicon]:
    """Every lexicon in force by its id.

    Raises:
        InvalidValue: one was installed that this version of the program cannot read.
    """
    installed = load_installations(conn)
    return {
        id: _load_installed(conn, installed[id]) if id in installed else read_shipped_lexicon(id)
        for id in LEXICON_IDS
    }


def load_installations(conn: Connection[Any]) -> Mapping[str, LexiconInstallation]:
    """What is installed and in force, by the id of the lexicon; the others are as shipped."""
    rows = conn.execute(_IN_FORCE)
    return {row[0]: LexiconInstallation(*row) for row in rows if row[0] in LEXICON_IDS}


def load_lexicon_text(conn: Connection[Any], id: str) -> str:
    """The file of a lexicon in force.

    Raises:
        InvalidValue: there is no such lexicon.
    """
    if id not in LEXICON_IDS:
        raise InvalidValue(message("lexicon.unknown", lexicon=id[:40]), field="lexicon_id")
    installation = load_installations(conn).get(id)
    return _load_content(conn, installation) if installation else read_shipped_text(id)


def _load_installed(conn: Connection[Any], installation: LexiconInstallation) -> Lexicon:
    key = (installation.lexicon_id, installation.version)
    if key not in _parsed:
        _parsed[key] = parse_lexicon(key[0], _load_content(conn, installation))
    return _parsed[key]


def _load_content(conn: Connection[Any], installation: LexiconInstallation) -> str:
    row = conn.execute(
        "SELECT content FROM lexicon WHERE lexicon_id = %s AND version = %s",
        (installation.lexicon_id, installation.version),
    ).fetchone()
    assert row is not None
    content: str = row[0]
    return content
