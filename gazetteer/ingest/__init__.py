"""Staged loading: read, check, report; pure values that the caller publishes in one transaction.

:func:`read_guangdong` reads the shipped data into one :class:`StagedBatch`, :func:`read_files` a
user's file on top of the units that are known. A broken row is a :class:`LoadFinding` in the batch,
a broken file an :class:`UnreadableFile` problem.
"""

from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ingest.file_kinds import (
    CSV_FILE_KINDS,
    FileKind,
    read_country,
    read_files,
    read_guangdong,
    read_national_history,
)
from gazetteer.ingest.load_report import write_load_report
from gazetteer.ingest.staged_batch import LoadFinding, LoadSeverity, RowsRejected, StagedBatch
from gazetteer.ingest.table_files import UnreadableFile
from gazetteer.ingest.territory_changes import TerritoryChanges, derive_territory_changes

__all__ = [
    "CSV_FILE_KINDS",
    "CodeAssignment",
    "CodeIndex",
    "FileKind",
    "LoadFinding",
    "LoadSeverity",
    "RowsRejected",
    "StagedBatch",
    "TerritoryChanges",
    "UnreadableFile",
    "derive_territory_changes",
    "read_country",
    "read_files",
    "read_guangdong",
    "read_national_history",
    "write_load_report",
]
