"""The checks of the staged load by their stable ids, and how grave each finding is.

The words of a finding are the message ``ingest.<rule>``, of a special case
``ingest.<rule>.<case>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gazetteer.ingest.staged_batch import LoadFinding, LoadSeverity
from gazetteer.messages import message

REJECT, WARNING, INFO = LoadSeverity.REJECT, LoadSeverity.WARNING, LoadSeverity.INFO

LOAD_RULES: Mapping[str, LoadSeverity] = {
    "cell_count": REJECT,
    "malformed_code": REJECT,
    "tianditu_code": REJECT,
    "unknown_level": REJECT,
    "missing_name": REJECT,
    "duplicate_code": REJECT,
    "unknown_parent": REJECT,
    "parent_not_in_force": WARNING,
    "bad_year": REJECT,
    "bad_date": REJECT,
    "date_order": REJECT,
    "overlapping_period": REJECT,
    "unknown_record": REJECT,
    "bad_coordinate": REJECT,
    "coordinate_range": REJECT,
    "swapped_coordinates": REJECT,
    "bad_geometry": REJECT,
    "not_a_unit": WARNING,
    "begins_here": INFO,
    "text_for_code": WARNING,
    "summary_row": INFO,
    "outside_unit": WARNING,
    "approved_in_other_year": WARNING,
    "several_dates": WARNING,
    "moved_to_parent": WARNING,
    "source_disagrees": WARNING,
    "later_than_state": WARNING,
    "code_used_otherwise": WARNING,
    "not_applied": WARNING,
    "unknown_kind": WARNING,
    "within_unknown": INFO,
    "later_than_area": WARNING,
    "no_unit_for_area": WARNING,
    "area_of_parts": REJECT,
    "divided_otherwise": INFO,
}


@dataclass
class LoadFindingCollector:
    """Collects what is found about one file."""

    file: str
    entries: list[LoadFinding] = field(default_factory=list)

    def add_finding(
        self,
        rule: str,
        line: int,
        column: str,
        value: object,
        *,
        case: str = "",
        **params: object,
    ) -> None:
        """Note a finding.

        Args:
            rule: The id of the check.
            line: The line of the row, from 1 with the header.
            column: The column that is wrong; empty for the whole row.
            value: What the cell holds.
            case: A special case of the check that has words of its own.
            params: The parameters of the message.
        """
        id_ = f"ingest.{rule}.{case}" if case else f"ingest.{rule}"
        self.entries.append(
            LoadFinding(
                self.file, line, column, str(value), rule, LOAD_RULES[rule], message(id_, **params)
            )
        )
