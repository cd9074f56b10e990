"""What a load reports: rejected and doubtful rows as a file, and the outcome on the terminal."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from gazetteer.ingest import write_load_report
from gazetteer.ingest.publish_batch import LoadResult
from gazetteer.ingest.staged_batch import StagedBatch
from gazetteer.messages import message
from gazetteer.settings import get_settings
from web.commands.terminal_language import echo_message


@dataclass(frozen=True, slots=True)
class LoadOutput:
    """Where the report goes (None: under the program's home), and whether programs read it."""

    report: Path | None
    as_json: bool = False

    def write_findings(self, batch: StagedBatch) -> Path:
        """Write the rejected and doubtful rows of a batch as CSV; the path of the file."""
        path = self.report or get_settings().home / "reports" / f"{batch.source}.report.csv"
        write_load_report(path, batch.findings)
        echo_message("cli.load.report_written", n=len(batch.findings), path=path, err=True)
        return path

    def print_result(self, batch: StagedBatch, result: LoadResult | None, report: Path) -> None:
        """Print what was read and, if it was loaded, what changed."""
        facts: dict[str, Any] = {
            "source": batch.source,
            "rows": dict(batch.row_counts),
            "rejected": batch.count_rejections(),
            "findings": len(batch.findings),
            "report": str(report),
            "changeset": result.changeset_id if result else None,
            "changed_records": result.changed_count if result else 0,
            "kept_records": result.preserved_count if result else 0,
        }
        if self.as_json:
            click.echo(json.dumps(facts, ensure_ascii=False))
            return
        for name, value in facts.items():
            echo_message(f"cli.load.{name}", value=_describe_value(value))


def _describe_value(value: object) -> object:
    """A fact as a parameter of a message: rows by file as a list, no value as *none*."""
    if value is None:
        return message("cli.none")
    if isinstance(value, dict):
        return [message("cli.load.file_rows", file=file, n=rows) for file, rows in value.items()]
    return f"{value:,}" if isinstance(value, int) else value
