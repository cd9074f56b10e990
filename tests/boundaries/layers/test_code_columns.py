"""Codes are found by their values, however the column is called and however they are written."""

from collections.abc import Sequence
from typing import Any

import pytest

from boundaries.layers.column_roles import ColumnRoles, assign_column_roles

INSTEAD, BY_VALUES = "layer.code_column_instead", "layer.code_column_by_values"
CODES = ("440600", "440604", "440605", "440606", "440607", "440608")


def roles_of(**columns: Sequence[Any]) -> ColumnRoles:
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return assign_column_roles(rows, (), None, "l.shp")


@pytest.mark.parametrize(
    ("beside", "values", "column", "remark"),
    [
        ("code", range(1, 7), "XZQDM", INSTEAD),
        ("code", ["528000"] * 6, "区划代码", INSTEAD),
        ("code", [None] * 6, "adcode", INSTEAD),
        ("code", ["foshan", "chancheng", "b", "c", "d", "e"], "dt_adcode", INSTEAD),
        ("adcode", ["440600"] * 6, "xzqdm", INSTEAD),
        ("名称", ["区"] * 6, "dt_adcode", BY_VALUES),
        ("名称", ["区"] * 6, "国标码", BY_VALUES),
        ("parent", ["440000", *["440600"] * 5], "whatever", BY_VALUES),
        ("postcode", [528000, 528031, 528200, 528300, 528100, 528500], "x", BY_VALUES),
        ("名称", ["区"] * 6, "XZQDM_1", None),
        ("名称", ["区"] * 6, "行政区划", None),
        ("名称", ["区"] * 6, "adcode", None),
    ],
)  # fmt: skip
def test_the_column_with_the_units_own_codes_is_found_and_reported(
    beside: str, values: Sequence[Any], column: str, remark: str | None
) -> None:
    roles = roles_of(**{beside: list(values), column: CODES})
    assert (roles.by_field["code"], roles.codes) == (column, CODES)
    told = [r.message.id for r in roles.remarks if r.message.id.startswith("layer.code_column")]
    assert told == ([remark] if remark else [])


def test_areas_and_counts_are_no_codes() -> None:
    roles = roles_of(population=[441203, 98231, 1203441, 7, 8, 9], area=[1.5, 2, 3, 4, 5, 6])
    assert "code" not in roles.by_field


def test_columns_cut_alike_have_one_role_each() -> None:
    names = ["佛山市", "禅城区", "南海区", "顺德区", "三水区", "高明区"]
    roles = roles_of(行政区=CODES, 行政区_1=names)
    assert roles.by_field == {"code": "行政区", "name": "行政区_1"}


@pytest.mark.parametrize(
    ("written", "code", "rule"),
    [
        ("440604.0", "440604", "TOP-FIL-02"),
        ("'440604", "440604", "TOP-FIL-02"),
        ("４４０６０４", "440604", "TOP-FIL-02"),
        ("440,604", "440604", "TOP-FIL-02"),
        ("CN440604", "440604", "TOP-FIL-04"),
        ("156440604000000", "440604", "TOP-FIL-04"),
        ("4407", "440700", "TOP-FIL-02"),
        ("44", "440000", "TOP-FIL-02"),
        ("无", None, "TOP-FIL-02"),
        ("nan", None, "TOP-FIL-02"),
        ("<Null>", None, "TOP-FIL-02"),
        (0, None, "TOP-FIL-02"),
    ],
)
def test_habits_of_writing_codes_are_undone_and_reported(
    written: object, code: str | None, rule: str
) -> None:
    roles = roles_of(code=[written, *CODES[1:2]])
    assert roles.codes == (code, "440604")
    kinds = [r.rule for r in roles.remarks if r.measured == 1]
    assert kinds[:1] == [rule]


def test_a_short_number_beside_no_codes_stays_as_it_is() -> None:
    assert roles_of(code=["4406", "4407"]).codes == ("4406", "4407")
    assert roles_of(code=[0, 1, 2]).codes == ("0", "1", "2")
