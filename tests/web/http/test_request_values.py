"""How query strings are read: as the framework reads them, but for what would make it fail."""

from urllib.parse import parse_qsl, quote

from hypothesis import given
from hypothesis import strategies as st

from web.http.request_values import parse_query_string

PIECES = ["%", "%E5", "%a4", "%A9", "%zz", "%2", "%00", "%FF", "&", "=", "+", ";", "a", "天", "é"]


def as_the_framework_reads(query: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote"):
        values.setdefault(name, []).append(value)
    return values


def as_a_server_passes(query: str) -> str:
    return query.encode().decode("latin1")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_escaped_or_not(query: str) -> None:
    assert parse_query_string(as_a_server_passes(query)) == as_the_framework_reads(query)


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_what_was_written_by_the_rules_comes_back(values: dict[str, str]) -> None:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in values.items())
    assert parse_query_string(query) == {name: [value] for name, value in values.items()}


def test_bytes_that_are_no_utf_8_break_nothing() -> None:
    assert parse_query_string("q=\xff\xe5") == {"q": ["\ufffd\ufffd"]}
