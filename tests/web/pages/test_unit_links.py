from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from web.pages.rendering import (
    build_language_url,
    build_today_url,
    build_unit_url,
    current_as_of_args,
)
from web.pages.unit_links import build_period_links, build_succession_links

KIN: dict[str, Any] = {"unit_id": "u", "code": "440126", "name": "番禺县", "on": "1992-05-20"}


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    with Flask(__name__).test_request_context(
        "/units/440113?at=2001-01-01&known_at=2024-05-01T00:00:00Z&lang=en"
    ):
        yield


def test_every_link_carries_the_moment_of_the_page_but_not_its_language() -> None:
    assert current_as_of_args() == {"at": "2001-01-01", "known_at": "2024-05-01T00:00:00Z"}
    assert (
        build_unit_url("440100") == "/units/440100?at=2001-01-01&known_at=2024-05-01T00%3A00%3A00Z"
    )


def test_the_way_back_to_today_and_the_other_language_keep_the_page() -> None:
    assert build_today_url() == "/units/440113"
    assert build_language_url("zh").startswith("/units/440113?at=2001-01-01")
    assert build_language_url("zh").endswith("lang=zh")


def test_a_predecessor_is_shown_on_its_last_day_and_a_successor_on_its_first() -> None:
    (before,) = build_succession_links([KIN], before=True)
    (after,) = build_succession_links([KIN], before=False)
    assert "at=1992-05-19" in before["href"]
    assert "at=1992-05-20" in after["href"]


@pytest.mark.parametrize(
    ("start", "end", "at"),
    [("1983-01-01", "1992-05-20", "1983-01-01"), (None, "1992-05-20", "1992-05-19")],
)
def test_a_period_is_linked_by_a_day_inside_it(start: str | None, end: str, at: str) -> None:
    (period,) = build_period_links([{"valid": {"from": start, "to": end}}], "440126")
    assert f"at={at}" in period["href"]
