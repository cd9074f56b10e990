"""The register examines its network and its history, by the rules that judge what is published."""

from typing import Any

from psycopg import Connection

from boundaries.rules.register_validation import validate_register
from boundaries.rules.rule_registry import read_catalogue
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.records.check_result import CheckResult

_COVERAGE_RULES = ("TOP-COV-01", "TOP-COV-02", "TOP-HIE-02")
"""Ground of two units, of none, or outside of the parent: no register may hold that."""


def find_network_errors(conn: Connection[Any]) -> list[CheckResult]:
    """Errors on ground, lines, nodes, codes and history, as of today.

    What is only a question of how well borders are drawn is told where findings are answered.
    """
    result = validate_register(conn, AsOf(today()))
    return [
        CheckResult(
            finding.rule,
            finding.severity,
            " ".join(sorted(result.codes[n] for n in finding.features)),
            finding.zh,
            finding.en,
            f"规则及应注意之处见规则目录 {finding.rule}。",
            f"see {finding.rule} in the catalogue of rules",
        )
        for finding in result.findings
        if finding.severity == "error"
        and (finding.rule in _COVERAGE_RULES or read_catalogue()[finding.rule].scope == "register")
    ]


CHECKS = (find_network_errors,)
"""All checks of the network."""
