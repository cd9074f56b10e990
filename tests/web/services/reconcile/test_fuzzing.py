"""Whatever is sent to ``/reconcile``: an answer of the right shape, or a problem; no error."""

import json
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from gazetteer.search.reconcile.vocabulary import PROPERTIES, TYPES
from tests.web.services.reconcile import response_shapes

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "天河区",
            "440106",
            "龙华街道",
            "gz",
            "\0",
            "天" * 3000,
            "87441422-3a96-5040-b6a3-e2df71dbd4d1",
        ]
    ),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "name"]), inner)
    ),
    max_leaves=4,
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "query": texts,
        "type": st.one_of(st.sampled_from([*TYPES, "x"]), st.lists(st.sampled_from([*TYPES]))),
        "limit": st.one_of(st.integers(-1, 10**20), st.floats(allow_nan=False)),
        "type_strict": st.sampled_from(["any", "all", "should", "none"]),
        "properties": st.lists(
            st.fixed_dictionaries(
                {"pid": st.sampled_from([*PROPERTIES, "x"])}, optional={"v": values}
            ),
            max_size=3,
        ),
    },
)
extensions = st.fixed_dictionaries(
    {"ids": st.lists(texts, max_size=3)},
    optional={
        "properties": st.lists(
            st.fixed_dictionaries(
                {"id": st.sampled_from([*PROPERTIES, "x"])},
                optional={"settings": st.one_of(values, st.fixed_dictionaries({"at": values}))},
            ),
            max_size=3,
        )
    },
)
often = bounds(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def assert_answered(client: FlaskClient, field: str, text: str, shape: dict[str, Any]) -> None:
    response = client.post("/reconcile", data={field: text})
    if response.status_code == 200:
        assert response_shapes.fits(response.get_json(), shape)
    else:
        assert response.status_code in (400, 413)
        assert response.get_json()["field"].startswith(field)


@often
@given(st.dictionaries(st.text(max_size=5), queries, max_size=3))
@example({"q": {"query": "天河区", "properties": [{"pid": "at", "v": 0}]}})
@example({"q": {"query": "天河区", "properties": [{"pid": "at", "v": "9999"}]}})
def test_any_queries(client: FlaskClient, content: dict[str, Any]) -> None:
    assert_answered(client, "queries", json.dumps(content), response_shapes.RESULTS)


@often
@given(extensions)
def test_any_extension(client: FlaskClient, content: dict[str, Any]) -> None:
    assert_answered(client, "extend", json.dumps(content), response_shapes.EXTENSION)


@often
@given(st.sampled_from(["queries", "extend"]), st.one_of(st.text(), values.map(json.dumps)))
def test_any_text(client: FlaskClient, field: str, text: str) -> None:
    assert_answered(client, field, text.encode("utf-8", "replace").decode(), {})


@often
@given(texts, st.integers(0, 1000), st.sampled_from(["entity", "type", "property"]))
def test_anything_typed(client: FlaskClient, text: str, cursor: int, kind: str) -> None:
    query = {"prefix": text[:100], "cursor": cursor}
    response = client.get(f"/reconcile/suggest/{kind}", query_string=query)
    if response.status_code == 200:
        assert response_shapes.fits(response.get_json(), response_shapes.SUGGESTIONS)
    else:
        assert (response.status_code, "\0" in text) == (400, True)
