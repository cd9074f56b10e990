"""The register examines its network and its history: every error that a rule on them tells."""

from typing import Any

from psycopg import Connection

from boundaries.network.store import read_areas, read_network
from boundaries.rules.register import published_rules
from boundaries.rules.tolerances import tolerances_for
from gazetteer.ledger.asof import AsOf, today
from gazetteer.records.finding import Finding
from gazetteer.settings import settings


def rules_on_what_is_published(conn: Connection[Any]) -> list[Finding]:
    """Errors by the rules on lines, nodes, areas, codes and history, as of today.

    What is only a question of how well borders are drawn is told where findings are answered.
    """
    as_of = AsOf(today())
    known = read_network(conn, as_of)
    areas = {u: ground for u, ground in read_areas(conn, as_of).items() if u in known.units}
    rules = published_rules(conn, as_of, known, areas, tolerances_for(None, None, settings()))
    return [
        Finding(
            found.rule,
            found.severity,
            " ".join(sorted(codes[n] for n in found.features)),
            found.zh,
            found.en,
            f"规则及应注意之处见规则目录 {found.rule}。",
            f"see {found.rule} in the catalogue of rules",
        )
        for _, rule, _, codes in rules
        for found in rule()
        if found.severity == "error"
    ]


CHECKS = (rules_on_what_is_published,)
"""All checks of the network."""
