"""Codes as spreadsheets, lists and identity numbers have them."""

import pytest

from gazetteer.records.written_codes import (
    clean_code,
    extract_identity_code,
    is_division_code,
    is_rounded_number,
    iter_code_readings,
)


@pytest.mark.parametrize(
    "written",
    ["440106", "440106.0", "440106.00", "'440106", "\u2019440106", '="440106"', " 440106\u3000",
     "４４０１０６", "\ufeff440106", "440106\u200b", "“440106”"],
)  # fmt: skip
def test_what_is_added_to_a_code_is_taken_off(written: str) -> None:
    assert clean_code(written) == "440106"


@pytest.mark.parametrize("written", ["", "44.0106", "440106.5", "44010", "4401061", "A440106"])
def test_what_is_no_code_does_not_become_one(written: str) -> None:
    assert not is_division_code(clean_code(written))


def test_rounded_numbers_and_identity_numbers_are_recognised() -> None:
    assert all(map(is_rounded_number, ("4.40106E+05", "4.419E+11", "4e11")))
    assert not is_rounded_number("440106")
    assert extract_identity_code("44010619900101123x") == "440106"
    assert extract_identity_code("440106900101123") == "440106"
    assert extract_identity_code("440106005001") is None


@pytest.mark.parametrize(
    ("code", "readings"),
    [
        ("440106", ["440106 as_written"]),
        ("441900003000", ["441900003 filled"]),
        ("440100000000", ["440100 filled", "440000 summary"]),
        ("440101", ["440101 as_written", "440100 summary"]),
        ("440101000000", ["440101 filled", "440100 summary"]),
        ("110100", ["110100 as_written", "110000 summary"]),
        ("469000", ["469000 as_written", "460000 summary"]),
        ("440106001001", ["440106001001 as_written"]),
    ],
)
def test_a_code_of_a_list_stands_for_a_unit(code: str, readings: list[str]) -> None:
    assert [f"{reading.code} {reading.form}" for reading in iter_code_readings(code)] == readings
