"""A list is spliced from stretches as it would be item by item."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.search.index.columns import pack_texts, pack_values
from gazetteer.search.index.splice import Splice


@given(
    st.lists(st.text(alphabet="广a😀", max_size=3)),
    st.lists(st.text(alphabet="州b", max_size=3)),
    st.data(),
)
def test_items_are_taken_in_any_order(old: list[str], new: list[str], data: st.DataObject) -> None:
    both = old + new
    anywhere = st.lists(st.integers(0, len(both) - 1)) if both else st.just([])
    positions = data.draw(anywhere | st.just(list(range(len(both)))))
    splice = Splice.from_positions(np.asarray(positions, np.intp), len(old))
    texts = splice.splice_texts(pack_texts("x", old), "x", new)
    expected = pack_texts("x", [both[position] for position in positions])
    assert {name: column.array_view.tolist() for name, column in texts.items()} == {
        name: column.array_view.tolist() for name, column in expected.items()
    }
    lengths = splice.splice_values(pack_values("i", map(len, old)), [len(text) for text in new])
    assert lengths.array_view.tolist() == [len(both[position]) for position in positions]


def test_stretches_that_follow_each_other_are_one() -> None:
    assert Splice.from_positions(np.array([0, 1, 2, 5, 6, 3, 4]), 5).stretches == [
        (False, 0, 3),
        (True, 0, 2),
        (False, 3, 5),
    ]
