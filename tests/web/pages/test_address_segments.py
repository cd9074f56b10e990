"""An address is shown as it was written, each piece with what it was taken for."""

from hypothesis import given
from hypothesis import strategies as st

from web.pages.address_segments import AddressSegment, segment_address


def element(kind: str, start: int, end: int) -> dict[str, object]:
    return {"kind": kind, "start": start, "end": end}


def test_elements_are_cut_out_by_their_offsets_and_the_rest_names_units() -> None:
    address = "广州市天河区五山路381号"
    found = segment_address(address, [element("door", 9, 13), element("road", 6, 9)], "")
    assert found == [
        AddressSegment("广州市天河区", "unit"),
        AddressSegment("五山路", "road"),
        AddressSegment("381号", "door"),
    ]


def test_what_was_not_understood_is_found_between_the_elements() -> None:
    address = "天河区某某五山路别的"
    found = segment_address(address, [element("road", 5, 8)], "某某 别的")
    assert [(piece.text, piece.kind) for piece in found] == [
        ("天河区", "unit"),
        ("某某", "unmatched"),
        ("五山路", "road"),
        ("别的", "unmatched"),
    ]


def test_blanks_between_units_are_no_piece_of_their_own() -> None:
    found = segment_address("五山路 381号", [element("road", 0, 3), element("door", 4, 8)], "")
    assert [piece.kind for piece in found] == ["road", "", "door"]


@given(st.data())
def test_no_character_is_lost_or_added(data: st.DataObject) -> None:
    address = data.draw(st.text(max_size=20))
    offsets = st.integers(0, len(address))
    spans = data.draw(st.lists(st.tuples(offsets, offsets).map(sorted), max_size=4))
    found = segment_address(
        address, [element("road", *span) for span in spans], data.draw(st.text())
    )
    assert "".join(piece.text for piece in found) == address
