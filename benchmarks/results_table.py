"""The table that a run prints."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One measurement; ``floor`` is the smallest passing value, ``ceiling`` the largest one.

    A row without either is for information.
    """

    work: str
    value: float
    unit: str
    against: str = ""
    floor: float | None = None
    ceiling: float | None = None
    remark: str = ""

    @property
    def verdict(self) -> str:
        """``pass`` or ``fail``; nothing where there is no bound."""
        if self.floor is None and self.ceiling is None:
            return ""
        low = self.floor is None or self.value >= self.floor
        high = self.ceiling is None or self.value <= self.ceiling
        return "pass" if low and high else "fail"

    @property
    def bound_text(self) -> str:
        """The bound as it is printed."""
        if self.floor is not None:
            return f"≥ {self.floor:g}"
        return f"≤ {self.ceiling:g}" if self.ceiling is not None else ""


def format_markdown(rows: Sequence[BenchmarkRow]) -> str:
    """A Markdown table."""
    lines = ["| work | against | value | bound | | remark |", "|---|---|---|---|---|---|"]
    for row in rows:
        value = f"{row.value:.3g} {row.unit}".strip()
        cells = (row.work, row.against, value, row.bound_text, row.verdict, row.remark)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def format_json(rows: Sequence[BenchmarkRow]) -> str:
    """The rows as JSON, for programs."""
    return json.dumps([{**asdict(row), "verdict": row.verdict} for row in rows], indent=1)
