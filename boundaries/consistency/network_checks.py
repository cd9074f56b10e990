"""Self-check of the network and its history, by the rules that are checked on the register."""

from datetime import date
from typing import Any

from psycopg import Connection

from boundaries.rules.observations import SpatialObservation
from boundaries.rules.register_observer import RegisterObserver
from gazetteer.messages import message
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.rule_catalogue import read_catalogue


def find_network_errors(
    observer: RegisterObserver, day: date, conn: Connection[Any]
) -> list[CheckResult]:
    """Errors of coverage, lines, nodes, codes and history as of a day, unless observed before.

    Findings that only concern how well borders are drawn are left to the workflow of findings.
    """
    return [
        CheckResult(
            found.key.rule,
            found.severity,
            " ".join(sorted(observer.codes[unit] for unit in found.key.units)),
            found.dated_message,
            message("check.rule.hint", rule=found.key.rule),
            found.begins_on,
        )
        for found in observer.observe_day(conn, day)
        if _belongs_to_self_check(found)
    ]


def _belongs_to_self_check(found: SpatialObservation) -> bool:
    rule = read_catalogue()[found.key.rule]
    return found.severity == "error" and (rule.self_check or rule.scope == "register")
