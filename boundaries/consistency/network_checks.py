"""Self-check of the network and its history, by the rules that are checked on the register."""

from typing import Any

from psycopg import Connection

from boundaries.rules.register_validation import validate_register
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import message
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.rule_catalogue import read_catalogue


def find_network_errors(conn: Connection[Any]) -> list[CheckResult]:
    """Errors of coverage, lines, nodes, codes and history, as of today.

    Findings that only concern how well borders are drawn are left to the workflow of findings.
    """
    result = validate_register(conn, AsOf(today()))
    return [
        CheckResult(
            finding.rule,
            finding.severity,
            " ".join(sorted(result.codes[n] for n in finding.features)),
            finding.message,
            message("check.rule.hint", rule=finding.rule),
        )
        for finding in result.findings
        if finding.severity == "error" and _belongs_to_self_check(finding.rule)
    ]


def _belongs_to_self_check(rule_id: str) -> bool:
    rule = read_catalogue()[rule_id]
    return rule.self_check or rule.scope == "register"


CHECKS = (find_network_errors,)
"""All checks of the network."""
