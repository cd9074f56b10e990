"""An address is shown as it was written, each segment with what it was recognised as."""

from hypothesis import given
from hypothesis import strategies as st

from web.pages.address_segments import AddressSegment, segment_address


def element(kind: str, start: int, end: int) -> dict[str, object]:
    return {"kind": kind, "start": start, "end": end}


def test_elements_are_cut_out_by_their_offsets_and_the_rest_names_units() -> None:
    address = "广州市天河区五山路381号"
    segments = segment_address(address, [element("door", 9, 13), element("road", 6, 9)], "")
    assert segments == [
        AddressSegment("广州市天河区", "unit"),
        AddressSegment("五山路", "road"),
        AddressSegment("381号", "door"),
    ]


def test_unmatched_words_are_located_between_the_elements() -> None:
    address = "天河区某某五山路别的"
    segments = segment_address(address, [element("road", 5, 8)], "某某 别的")
    assert [(segment.text, segment.kind) for segment in segments] == [
        ("天河区", "unit"),
        ("某某", "unmatched"),
        ("五山路", "road"),
        ("别的", "unmatched"),
    ]


def test_blanks_between_units_are_no_segment_of_their_own() -> None:
    segments = segment_address("五山路 381号", [element("road", 0, 3), element("door", 4, 8)], "")
    assert [segment.kind for segment in segments] == ["road", "", "door"]


@given(st.data())
def test_no_character_is_lost_or_added(data: st.DataObject) -> None:
    address = data.draw(st.text(max_size=20))
    offsets = st.integers(0, len(address))
    spans = data.draw(st.lists(st.tuples(offsets, offsets).map(sorted), max_size=4))
    segments = segment_address(
        address, [element("road", *span) for span in spans], data.draw(st.text())
    )
    assert "".join(segment.text for segment in segments) == address
