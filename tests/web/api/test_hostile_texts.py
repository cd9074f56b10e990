"""Whatever is sent to the look-ups by name is answered or refused by its field, never a fault."""

from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ENDPOINTS = {"/v1/geocode": "address", "/v1/suggest": "q", "/v1/search": "q"}
TEXTS = (
    b"",
    b" ",
    b"\0",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xff\xfe\xfd",
    b"%",
    b"\\",
    b"'; DROP TABLE unit_state; --",
    b"<script>alert(1)</script>",
    b"${jndi:ldap://localhost/a}",
    "\u202e河天".encode(),  # written backwards
    "\u200b\u200c\ufeff".encode(),
    "天\u0301\u0301\u0301河".encode(),
    "👨\u200d👩\u200d👧".encode(),
    "𠀀𠮷𪚥".encode(),  # outside the basic plane
    "１２３４５６".encode(),
    "ÀÉÎÕÜ".encode(),
    "العربية".encode(),
    b"a" * 10_000,
    "天".encode() * 10_000,
    "天河区".encode() * 3_000,
    b"(" * 5_000,
    ("gz" * 40 + "天河").encode(),
    "一" * 200,
    "'" * 100,
    ".*+?[](){}|^$",
    "a\nb\r\nc\td",
)
bounded = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def ask(client: FlaskClient, path: str, query: str) -> dict[str, Any]:
    """Ask; the answer is 200, or a problem of the caller's that names a parameter."""
    response = client.get(f"{path}?{query}")
    answer: dict[str, Any] = response.get_json()
    if response.status_code != 200:
        assert response.status_code in (400, 404), (path, query, response.status_code)
        assert answer["field"] in query or answer["field"] in ("q", "address"), (path, query)
    return answer


@pytest.mark.parametrize(("path", "name"), ENDPOINTS.items())
def test_a_text_that_nobody_expects_is_answered_or_refused(
    client: FlaskClient, path: str, name: str
) -> None:
    for text in TEXTS:
        raw = text if isinstance(text, bytes) else text.encode()
        ask(client, path, f"{name}={quote_from_bytes(raw)}")


@pytest.mark.parametrize(("path", "name"), ENDPOINTS.items())
@bounded
@given(text=st.text(max_size=60) | st.text("gzthGZ'·广州天河区市镇村１2(（ 、,ü", max_size=60))
def test_any_text_is_answered_or_refused(
    client: FlaskClient, path: str, name: str, text: str
) -> None:
    ask(client, path, f"{name}={quote(text, errors='surrogatepass')}")


@pytest.mark.parametrize("path", ["/v1/suggest", "/v1/search"])
@bounded
@given(
    filters=st.dictionaries(
        st.sampled_from(["level", "class", "within", "bbox", "near", "at", "limit", "other"]),
        st.sampled_from(
            ["", "0", "-1", "county", "facility", "440100", "999999", "44010", "nan,nan", "inf,0",
             "113,23", "113,22,114,24", "114,24,113,22", "1e309,0", "1,2,3,4,5", "2020-01-01",
             "2020-02-30", "1900-01-01", "9999-12-31", "0001-01-01", "\0", "天",
             "00000000-0000-0000-0000-000000000000", "1" * 5_000]
        )
        | st.text(max_size=20),
        max_size=4,
    )
)  # fmt: skip
def test_any_filters_are_answered_or_refused_by_name(
    client: FlaskClient, path: str, filters: dict[str, str]
) -> None:
    given_ = "&".join(
        f"{name}={quote(value, errors='surrogatepass')}" for name, value in filters.items()
    )
    ask(client, path, f"q=%E5%A4%A9%E6%B2%B3&{given_}")
