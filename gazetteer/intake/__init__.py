"""Staged loading: read, check, report; pure values that the caller publishes in one transaction.

``guangdong(fixtures)`` reads the shipped data into one :class:`Batch`; ``read_files(kind, files,
known)`` reads a user's file on top of the units that are known. A broken row is a
:class:`Rejection` in the batch, a broken file an ``UnreadableFile`` problem.
"""

from gazetteer.intake.batch import Batch, Rejection, RowsRejected, Severity
from gazetteer.intake.index import Carried, UnitIndex
from gazetteer.intake.kinds import (
    KNOWN_KINDS,
    FileKind,
    country,
    guangdong,
    national_history,
    read_files,
)
from gazetteer.intake.read import UnreadableFile
from gazetteer.intake.report import write_report
from gazetteer.intake.territory import Territory, territory

__all__ = [
    "KNOWN_KINDS",
    "Batch",
    "Carried",
    "FileKind",
    "Rejection",
    "RowsRejected",
    "Severity",
    "Territory",
    "UnitIndex",
    "UnreadableFile",
    "country",
    "guangdong",
    "national_history",
    "read_files",
    "territory",
    "write_report",
]
