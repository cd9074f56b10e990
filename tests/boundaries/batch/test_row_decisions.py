"""Decisions of a person about rows, as they are written and as they are refused."""

import pytest

from boundaries.batch.row_decisions import RowDecision, index_decisions, parse_decisions
from gazetteer.problems import InvalidValue


def test_decisions_name_a_row_and_a_choice() -> None:
    decisions = parse_decisions(["3=440106", " 12 = none "])
    assert decisions == (RowDecision(3, "440106"), RowDecision(12, "none"))
    assert index_decisions(decisions, 12) == {3: "440106", 12: "none"}


@pytest.mark.parametrize(
    ("texts", "message_id"),
    [
        (["440106"], "batch.malformed_decision"),
        (["0=none"], "batch.malformed_decision"),
        (["3="], "batch.malformed_decision"),
        (["三=none"], "batch.malformed_decision"),
        (["3=a b"], "batch.malformed_decision"),
        (["3=none", "3=440106"], "batch.repeated_decision"),
    ],
)
def test_what_is_no_decision_is_refused(texts: list[str], message_id: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_decisions(texts)
    assert (refused.value.message.id, refused.value.field) == (message_id, "decisions")


def test_a_row_that_a_file_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        index_decisions([RowDecision(4, "none")], 3)
    assert refused.value.text("en") == "A decision is about row 4, but the file has 3 rows."
