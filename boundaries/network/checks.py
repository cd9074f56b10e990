"""The register examines its network and its history, by the rules that judge what is published."""

from typing import Any

from psycopg import Connection

from boundaries.rules.register import validate_register
from boundaries.rules.registry import read_catalogue
from gazetteer.ledger.asof import AsOf, today
from gazetteer.records.finding import CheckResult

_OF_GROUND = ("TOP-COV-01", "TOP-COV-02", "TOP-HIE-02")
"""Ground of two units, of none, or outside of the parent: no register may hold that."""


def rules_on_what_is_published(conn: Connection[Any]) -> list[CheckResult]:
    """Errors on ground, lines, nodes, codes and history, as of today.

    What is only a question of how well borders are drawn is told where findings are answered.
    """
    judged = validate_register(conn, AsOf(today()))
    return [
        CheckResult(
            found.rule,
            found.severity,
            " ".join(sorted(judged.codes[n] for n in found.features)),
            found.zh,
            found.en,
            f"规则及应注意之处见规则目录 {found.rule}。",
            f"see {found.rule} in the catalogue of rules",
        )
        for found in judged.findings
        if found.severity == "error"
        and (found.rule in _OF_GROUND or read_catalogue()[found.rule].scope == "register")
    ]


CHECKS = (rules_on_what_is_published,)
"""All checks of the network."""
