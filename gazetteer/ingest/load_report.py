"""The report of a load: every finding as a row of a CSV file that a spreadsheet opens."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from gazetteer.ingest.staged_batch import LoadFinding

REPORT_COLUMNS = ("severity", "file", "line", "field", "value", "rule", "reason_zh", "reason_en")
"""Headers, severities and rules are stable, for programs; the reasons are for people."""


def write_load_report(path: Path, findings: Iterable[LoadFinding]) -> Path:
    """Write all findings (UTF-8 with byte order mark); an older report is replaced as a whole.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(REPORT_COLUMNS)
            for finding in findings:
                cells = (
                    finding.file,
                    finding.line,
                    finding.field,
                    _escape_formula(finding.value),
                    finding.rule,
                    finding.message.text("zh"),
                    finding.message.text("en"),
                )
                writer.writerow((finding.severity.value, *cells))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _escape_formula(value: str) -> str:
    """The value as a cell that no spreadsheet runs as a formula: it comes from a user's file."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value
