"""The register as commands open it, and who they say is at work."""

from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import Any

import psycopg
from psycopg import Connection

from gazetteer.database.connection_info import register_database
from gazetteer.settings import get_settings


@contextmanager
def open_register() -> Iterator[Connection[Any]]:
    """An autocommit connection to the register of the settings; starts its database if need be.

    Raises:
        DatabaseFault: the database cannot be used.
    """
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
    ):
        yield conn


def label_operator(role: str) -> str:
    """How audit and findings name the user of the terminal, such as ``operator:li``."""
    return f"{role}:{getuser()}"
