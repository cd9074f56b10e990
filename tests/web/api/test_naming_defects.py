"""``/v1/naming/defects`` on the shipped register: searches, pages, and who may except defects."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.api_keys import create_key
from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.database.pool import open_pool
from gazetteer.ledger.as_of import today
from gazetteer.naming import defect_store
from gazetteer.naming.defect_search import find_defects
from gazetteer.search.text.folding import to_simplified
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from tests.gazetteer.accounts.community import person
from tests.web.api.draft_people import Colleague
from tests.web.api.named_city import plant_city
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

PATH = "/v1/naming/defects"
COUNTY = "440106"
ROLES = {
    "officer": (Role.NAMING_OFFICER, "440100"),
    "other": (Role.NAMING_OFFICER, "440300"),
    "mapper": (Role.MAPPING_STAFF, "440100"),
    "nation": (Role.NAMING_OFFICER, None),
}
RARE = {"輋"}
"""Characters that are compared by a usual variant."""
REASON = {"reason": "两地相距甚远，历史悠久"}
Offices = dict[str, Colleague]


def search(database: str, at: date | None = None) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        find_defects(conn, at or today(), lambda *_: None)


@pytest.fixture
def offices(register_copy: str) -> Iterator[Offices]:
    """People of several offices, and ``anyone``, who has no account."""
    keys = {}
    with psycopg.connect(register_copy, autocommit=True) as conn:
        for login, (role, code) in ROLES.items():
            grant = Grant(role, find_current_unit(conn, code) if code else None)
            person(conn, login, grant)
            account = find_account(conn, login)
            keys[login] = create_key(conn, account, by="tests", name="names", requested=[grant])[1]
    with open_pool(register_copy, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        app.test_client_class = DescribedClient
        yield {login: Colleague(app.test_client(), key) for login, key in keys.items()}


def load_page(offices: Offices, query: str = "") -> dict[str, Any]:
    answer = offices["officer"].client.get(f"{PATH}?{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.get_json()
    return page


def load_all(offices: Offices, query: str = "") -> list[dict[str, Any]]:
    defects, after = [], 0
    while after is not None:
        page = load_page(offices, f"{query}&limit=500&after={after}")
        defects += page["defects"]
        after = page["next"]
    return defects


def find_village_defect(offices: Offices) -> dict[str, Any]:
    """A duplicate of villages in a county of Guangzhou."""
    found = load_all(offices, "kind=duplicate&unit=440100")
    return next(d for d in found if d["rule"] == "NR-013")


def test_before_the_first_search_there_is_none(offices: Offices) -> None:
    page = load_page(offices)
    assert (page["run"], page["defects"], page["next"]) == (None, [], None)
    assert [count["open"] for count in page["counts"]] == [0] * 8


def test_defects_are_those_of_the_names_of_the_register(
    offices: Offices, register_copy: str
) -> None:
    search(register_copy)
    page = load_page(offices)
    assert page["run"]["at"] == today().isoformat()
    assert page["run"]["names"] > 30_000
    found = load_all(offices)
    counted = Counter(defect["kind"] for defect in found)
    assert {c["kind"]: c["open"] for c in page["counts"] if c["open"]} == counted
    (towns,) = [d for d in found if (d["subject"], d["kind"]) == ("太平镇", "duplicate")]
    assert (towns["rule"], towns["unit_code"], towns["unit"]) == ("NR-012", "440000", "广东省")
    assert towns["places"] == len({name["place_id"] for name in towns["names"]}) == 7
    assert {name["name"] for name in towns["names"]} == {"太平镇"}
    assert "440117111" in {name["code"] for name in towns["names"]}
    assert all(name["units"][0] == "广东省" for name in towns["names"])


def test_duplicates_of_villages_are_those_that_a_plain_count_finds(
    offices: Offices, register_copy: str
) -> None:
    search(register_copy)
    with psycopg.connect(register_copy) as conn:
        rows = conn.execute(
            "SELECT v.name, c.code FROM unit_state v"
            " JOIN unit_state t ON t.unit_id = v.parent_id AND upper_inf(t.recorded)"
            "  AND t.valid @> current_date"
            " JOIN unit_state c ON c.unit_id = t.parent_id AND upper_inf(c.recorded)"
            "  AND c.valid @> current_date"
            " WHERE v.level = 'village' AND upper_inf(v.recorded) AND v.valid @> current_date"
            "  AND v.name ~ '(社区居民委员会|村民委员会|社区居委会|村委会)$'"
        ).fetchall()
    endings = ("社区居民委员会", "村民委员会", "社区居委会", "村委会")
    plain = Counter(
        (next(name.removesuffix(end) for end in endings if name.endswith(end)), county)
        for name, county in rows
        if to_simplified(name) == name and not set(name) & RARE
    )
    expected = {key for key, count in plain.items() if count > 1 and len(key[0]) > 1}
    found = {
        (defect["subject"], defect["unit_code"]): defect["places"]
        for defect in load_all(offices, "kind=duplicate")
        if defect["rule"] == "NR-013"
    }
    assert len(expected) > 100
    assert expected <= found.keys()
    assert all(found[key] >= plain[key] for key in expected)


def test_defects_are_filtered_and_come_in_pages(offices: Offices, register_copy: str) -> None:
    search(register_copy)
    everything = load_all(offices, "kind=homophone")
    assert {defect["kind"] for defect in everything} == {"homophone"}
    first = load_page(offices, "kind=homophone&limit=3")
    second = load_page(offices, f"kind=homophone&limit=3&after={first['next']}")
    assert first["defects"] + second["defects"] == everything[:6]
    within = load_all(offices, "kind=homophone&unit=440100")
    assert 0 < len(within) < len(everything)
    assert {defect["unit_code"][:4] for defect in within} == {"4401"}


@pytest.mark.parametrize(
    "query",
    ["kind=ugly", "unit=4401", "unit=999999", "limit=0", "limit=501", "after=-1",
     "after=99999999999999999999", "with_exceptions=maybe", "colour=red"],
)  # fmt: skip
def test_a_filter_that_cannot_be_right_is_named(offices: Offices, query: str) -> None:
    answer = offices["officer"].client.get(f"{PATH}?{query}")
    assert answer.status_code in (400, 404)
    assert answer.get_json()["field"].startswith(query.partition("=")[0])


def test_an_exception_takes_a_defect_from_the_list_until_it_is_withdrawn(
    offices: Offices, register_copy: str
) -> None:
    search(register_copy)
    defect = find_village_defect(offices)
    path = f"{PATH}/{defect['id']}/exceptions"
    recorded = offices["officer"].post(path, REASON)
    assert recorded.status_code == 201, recorded.text
    subject = (defect["subject"], defect["unit_code"])

    def list_subjects(query: str) -> dict[tuple[str, str], Any]:
        found = load_all(offices, f"kind=duplicate&unit=440100{query}")
        return {(d["subject"], d["unit_code"]): d["exception"] for d in found}

    assert subject not in list_subjects("")
    told = list_subjects("&with_exceptions=true")[subject]
    assert (told["reason"], told["expires_on"]) == (REASON["reason"], None)
    search(register_copy)  # it holds for what the next search finds too
    assert subject not in list_subjects("")
    counts = {count["kind"]: count["excepted"] for count in load_page(offices)["counts"]}
    assert counts["duplicate"] == 1
    headers = {"Authorization": f"Bearer {offices['officer'].key}"}
    at = f"/v1/naming/exceptions/{recorded.get_json()['id']}"
    assert offices["officer"].client.delete(at, headers=headers).status_code == 200
    assert list_subjects("")[subject] is None
    assert offices["officer"].client.delete(at, headers=headers).status_code == 404


def test_an_exception_ends_with_its_last_day(offices: Offices, register_copy: str) -> None:
    search(register_copy)
    defect = find_village_defect(offices)
    last = {**REASON, "expires_on": today().isoformat()}
    assert offices["officer"].post(f"{PATH}/{defect['id']}/exceptions", last).status_code == 201
    with psycopg.connect(register_copy, autocommit=True) as conn:
        on = [
            defect_store.count_defects(conn, day)[defect_store.DefectKind.DUPLICATE][1]
            for day in (today(), today() + timedelta(days=1))
        ]
    assert on == [1, 0]


def test_only_those_who_look_after_the_unit_may_except(
    offices: Offices, register_copy: str
) -> None:
    search(register_copy)
    path = f"{PATH}/{find_village_defect(offices)['id']}/exceptions"
    for login in ("other", "mapper"):
        assert offices[login].post(path, REASON).status_code == 403
    assert offices["officer"].client.post(path, json=REASON).status_code == 401
    national = next(d for d in load_all(offices) if d["unit_code"] is None)
    whole = f"{PATH}/{national['id']}/exceptions"
    assert offices["officer"].post(whole, REASON).status_code == 403
    assert offices["nation"].post(whole, REASON).status_code == 201


def test_an_exception_needs_a_reason_and_a_defect(offices: Offices, register_copy: str) -> None:
    search(register_copy)
    path = f"{PATH}/{find_village_defect(offices)['id']}/exceptions"
    for body, field in (
        ({}, "reason"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({**REASON, "expires_on": "tomorrow"}, "expires_on"),
    ):
        answer = offices["officer"].post(path, body)
        assert (answer.status_code, answer.get_json()["field"]) == (400, field)
    assert offices["officer"].post(f"{PATH}/{2**50}/exceptions", REASON).status_code == 404


def test_a_search_that_is_killed_leaves_the_defects_of_the_one_before(
    offices: Offices, register_copy: str
) -> None:
    search(register_copy)
    before = load_all(offices), load_page(offices)["run"]
    reports: list[int] = []

    def fail_half_way(done: int, total: int, _: str) -> None:
        reports.append(done)
        if done > total // 2:
            raise KeyboardInterrupt

    with psycopg.connect(register_copy, autocommit=True) as conn:
        plant_city(conn)
        with pytest.raises(KeyboardInterrupt):
            find_defects(conn, today(), fail_half_way)
    assert reports == list(range(len(reports))) and len(reports) > 5
    assert (load_all(offices), load_page(offices)["run"]) == before
    search(register_copy)
    assert load_page(offices)["run"]["names"] == before[1]["names"] + 3


def test_two_searches_find_the_same(offices: Offices, register_copy: str) -> None:
    def describe() -> list[tuple[Any, ...]]:
        found = load_all(offices)
        return sorted(
            (d["kind"], d["rule"], d["unit_code"] or "", d["subject"], d["places"]) for d in found
        )

    search(register_copy)
    first, counts = describe(), load_page(offices)["counts"]
    search(register_copy)
    assert describe() == first
    assert load_page(offices)["counts"] == counts
    assert len(first) == len(set(first))


def test_the_register_is_searched_as_of_the_day(offices: Offices, register_copy: str) -> None:
    search(register_copy, date(1990, 1, 1))
    run = load_page(offices)["run"]
    search(register_copy)
    assert run["at"] == "1990-01-01"
    assert run["names"] < load_page(offices)["run"]["names"]


def test_a_search_is_queued_once_by_somebody_who_may(offices: Offices) -> None:
    path = f"{PATH}/searches"
    assert offices["mapper"].post(path, {}).status_code == 403
    assert offices["officer"].client.post(path, json={}).status_code == 401
    first, second = offices["officer"].post(path, {}), offices["other"].post(path, {})
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.get_json() == second.get_json()
    job = offices["officer"].get(f"/v1/jobs/{first.get_json()['job_id']}")
    assert job.status_code == 200, job.text
