"""JSON whose long array is read item by item, against the reader of the whole."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.layers.json_stream import read_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["type", "features", "crs", ""]), VALUES)


def read(text: str) -> Any:
    return read_object(text, "features", lambda _, value: value)


@settings(derandomize=True, deadline=None)
@given(DOCUMENTS, st.sampled_from([None, 0, 2]))
def test_an_object_is_read_as_by_the_reader_of_the_whole(
    document: dict[str, Any], indent: int | None
) -> None:
    assert read(json.dumps(document, indent=indent)) == document


@settings(derandomize=True, deadline=None, max_examples=500)
@given(DOCUMENTS, st.data())
def test_a_damaged_text_is_refused_at_the_same_place(
    document: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(document)
    at = data.draw(st.integers(0, len(text)))
    damaged = (
        text[:at]
        + data.draw(st.sampled_from(["", ",", "]", "}", "[", " x", '"']))
        + (text[at + data.draw(st.integers(0, 1)) :])
    )
    place = find_fault(damaged)
    if place is None:
        assert read(damaged) == json.loads(damaged)
    else:
        with pytest.raises(json.JSONDecodeError) as refused:
            read(damaged)
        assert abs(refused.value.pos - place) <= 1


def find_fault(text: str) -> int | None:
    """Where the reader of the whole stops."""
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        return fault.pos
    return None


def test_items_are_taken_with_their_numbers_and_not_kept() -> None:
    text = '{"features": [{"a": 1}, 2 , []], "type": "x"}'
    taken = read_object(text, "features", lambda number, value: (number, type(value)))
    assert taken == {"features": [(0, dict), (1, int), (2, list)], "type": "x"}
