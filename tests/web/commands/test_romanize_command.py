"""``gazetteer romanize``: spellings on the terminal, and differences as CSV."""

import csv
import io
import json
from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.naming.romanization.differing_rule import find_differing_rule
from gazetteer.naming.romanization.place_spelling import romanize_place_name
from gazetteer.naming.romanization.published_spellings import iter_spelling_differences
from gazetteer.records.division_queries import find_unit
from tests.web.run_command import Outcome, in_process

Run = Callable[..., Outcome]


@pytest.fixture
def romanize(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command in a process without a register."""
    return lambda *arguments, **options: in_process(
        monkeypatch, capfd, "romanize", *arguments, **options
    )


def test_names_are_spelled_with_tones_and_rules(romanize: Run) -> None:
    outcome = romanize("麻涌镇", "六都镇", "--province", "44")
    assert outcome.exit_code == 0
    assert outcome.stdout.splitlines() == [
        "麻涌镇\tMachong Zhen\tMáchōng Zhèn\tRM-01, RM-09",
        "六都镇\tLiudu Zhen\tLiùdū Zhèn\tRM-01, RM-06, RM-09",
    ]


def test_other_readings_are_shown_in_the_language_of_the_terminal(romanize: Run) -> None:
    outcome = romanize("藏龙路", "--class", "road", "--lang", "zh")
    assert "  或 Zanglong Lu（“藏”读 zàng 时）" in outcome.stdout.splitlines()


def test_programs_read_json(romanize: Run) -> None:
    spelled = json.loads(romanize("东四十二条", "--class", "road", "--json").stdout)
    assert (spelled["name"], spelled["text"]) == ("东四十二条", "Dongsi 12 Tiao")
    assert spelled["words"] == ["东四", "十二", "条"]


def test_what_cannot_be_spelled_fails(romanize: Run) -> None:
    outcome = romanize("西安市", "三沙、")
    assert outcome.exit_code == 1
    assert "Xi'an Shi" in outcome.stdout
    assert "三沙、" in outcome.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("西安市", "--differences"), ("西安市", "--within", "440100")]
)
def test_either_names_or_differences_are_asked_for(
    romanize: Run, arguments: tuple[str, ...]
) -> None:
    assert romanize(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("name", "legal_class", "published", "rule"),
    [
        ("南京路", "road", "Nanjing Road", "RM-10"),
        ("二马路", "road", "Er Malu", "RM-07"),
        ("麻涌镇", "division", "Mayong Zhen", "RM-09"),
        ("西安市", "division", "Xian Shi", "RM-08"),
        ("番禺区", "division", "Panyuqu", "RM-01"),
        ("中山北路", "road", "Zhongshanbei Lu", "RM-02"),
        ("乌鲁木齐市", "division", "Wulumuqi Shi", "given"),
    ],
)
def test_a_difference_names_the_rule(
    name: str, legal_class: str, published: str, rule: str
) -> None:
    spelling = romanize_place_name(name, legal_class=legal_class, level="poi", province="65")
    assert spelling is not None
    if name == "麻涌镇":
        spelling = romanize_place_name(name, legal_class=legal_class, level="poi", province="44")
    assert spelling is not None
    assert find_differing_rule(published, spelling) == rule


def test_differences_of_the_register_are_listed(
    romanize: Run, register: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register)
    outcome = romanize("--differences", "--lang", "zh")
    assert outcome.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(outcome.stdout)))
    by_name = {row["name"]: row for row in rows}
    found = by_name["乌鲁木齐市"]
    assert (found["published"], found["by_rule"]) == ("Wulumuqi Shi", "Ürümqi Shi")
    assert (found["rule"], found["status"]) == ("given", "proposed")
    assert found["reason"].startswith("非汉语地名")


def test_differences_within_a_unit_are_those_of_its_places(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        as_of = AsOf(today())
        unit, _name = find_unit(conn, "440000", as_of)
        found = list(iter_spelling_differences(conn, as_of, unit))
        assert list(iter_spelling_differences(conn, as_of, str(uuid4()))) == []
    assert UUID(unit)
    assert {row.code[:2] for row in found} <= {"44"}
    assert [row for row in found if row.rule == "RM-09"] == []
