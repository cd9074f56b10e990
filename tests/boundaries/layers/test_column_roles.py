"""Which column holds what is recognised or asked for, and always told."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from boundaries.layers.column_roles import ColumnRoles
from boundaries.layers.column_roles import assign_column_roles as find
from gazetteer.ingest import UnreadableFile


def found(
    rows: Sequence[Mapping[str, Any]],
    asked: Mapping[str, str] | None = None,
    ids: Sequence[str | None] = (),
) -> ColumnRoles:
    return find(rows, ids, asked, "l.shp")


@pytest.mark.parametrize(
    ("row", "of"),
    [
        ({"code": "440106", "name": "天河区"}, {"code": "code", "name": "name"}),
        ({"XZQDM": "440106", "XZQMC": "天河区"}, {"code": "XZQDM", "name": "XZQMC"}),
        ({"行政区划代码": 440106, "名称": "天河区"}, {"code": "行政区划代码", "name": "名称"}),
        ({"adcode": 440106, "level": "district"}, {"code": "adcode", "level": "level"}),
        ({"PAC": 440106}, {"code": "PAC"}),
        ({"PAC": 12}, {}),
        ({"id": "440106"}, {"code": "id"}),
        ({"id": "A"}, {}),
        ({"gb": "156440106"}, {"code": "gb"}),
        ({"Shape_Area": 1.0, "x": None}, {}),
        ({}, {}),
    ],
)
def test_columns_are_recognised_by_their_names(row: Mapping[str, Any], of: object) -> None:
    assert found([row]).by_field == of


def test_columns_that_are_asked_for_come_first() -> None:
    rows = [{"code": "x", "dm": "440106", "mc": "天河区", "name": "Tianhe"}]
    columns = found(rows, {"code": "dm"})
    assert columns.by_field == {"code": "dm", "name": "name"}
    assert columns.codes == ("440106",)


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"code": "nix"}, "no column 'nix'"), ({"kode": "code"}, "no field 'kode'")],
)
def test_a_column_that_is_not_there_is_refused(asked: dict[str, str], words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        found([{"code": "440106"}], asked)
    assert caught.value.field == "columns"


@pytest.mark.parametrize(
    ("value", "code", "rule"),
    [
        ("440106", "440106", None),
        (440106, "440106", None),
        (440106.0, "440106", None),
        (" 440106 ", "440106", None),
        ("156440106", "440106", "TOP-FIL-04"),
        (156440106, "440106", "TOP-FIL-04"),
        ("440106000000", "440106", "TOP-FIL-05"),
        ("440106001000", "440106001", "TOP-FIL-05"),
        ("440106001001", "440106001001", None),
        ("440000", "440000", None),
        ("440000000000", "440000", "TOP-FIL-05"),
        ("156001001", "156001001", None),
        ("A-1", "A-1", None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_stands_before_and_behind_codes_is_taken_off_and_told(
    value: object, code: str | None, rule: str | None
) -> None:
    columns = found([{"code": value}])
    assert columns.codes == (code,)
    habits = [r for r in columns.remarks if r.rule in ("TOP-FIL-04", "TOP-FIL-05")]
    assert [(r.rule, r.measured, r.severity) for r in habits] == (
        [(rule, 1, "info")] if rule else []
    )


def test_two_features_with_one_code_are_told_each() -> None:
    columns = found([{"code": c} for c in ("440105", "440106", "156440105", None, None)])
    twice = [(r.feature, r.severity) for r in columns.remarks if r.rule == "TOP-FIL-03"]
    assert twice == [(0, "error"), (2, "error")]


def test_features_are_called_by_code_then_id_then_number() -> None:
    rows = [{"id": 7, "code": "440106"}, {"id": "B"}, {}, {}]
    assert found(rows, ids=[None, "x", "y", None]).names == ("440106", "B", "y", "3")


def test_no_column_of_codes_is_told_with_what_there_is() -> None:
    columns = found([{"VILLCODE": "64000130006"}])
    assert columns.codes == (None,)
    assert "VILLCODE" in columns.remarks[-1].en
