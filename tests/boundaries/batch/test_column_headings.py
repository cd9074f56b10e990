"""Columns that are known by their headings."""

import pytest

from boundaries.batch.column_headings import (
    guess_address_columns,
    guess_code_column,
    guess_position_columns,
    read_headings,
)


@pytest.mark.parametrize(
    ("header", "positions"),
    [
        (["编号", "详细地址"], [1]),
        (["区县", "省份", "地址"], [1, 0, 2]),
        (["whatever"], [0]),
        (["网址", "邮箱"], []),
    ],
)
def test_an_address_is_known_by_its_heading(header: list[str], positions: list[int]) -> None:
    assert guess_address_columns(header) == positions


@pytest.mark.parametrize(
    ("header", "positions"),
    [
        (["lon", "lat"], (0, 1)),
        (["名称", "纬度(°)", "经度(°)"], (2, 1)),
        (["Latitude", "Longitude"], (1, 0)),
        (["x", "y"], None),
        (["经度"], None),
    ],
)
def test_a_position_is_known_by_two_headings(
    header: list[str], positions: tuple[int, int] | None
) -> None:
    assert guess_position_columns(header) == positions


@pytest.mark.parametrize(
    ("header", "position"),
    [(["名称", "区划代码"], 1), (["Code", "x"], 0), (["x"], 0), (["x", "y"], None)],
)
def test_a_code_is_known_by_its_heading(header: list[str], position: int | None) -> None:
    assert guess_code_column(header) == position


def test_headings_are_written_as_they_are_compared() -> None:
    for kind, headings in read_headings().items():
        assert len(set(headings)) == len(headings), kind
        for heading in headings:
            assert guess_code_column([heading, "x"]) is not None or kind != "code"
            assert heading == heading.lower()
            assert "_" not in heading
            assert " " not in heading
