"""Which column holds what is recognised or requested, and always reported."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from boundaries.layers.column_roles import ColumnRoles, assign_column_roles
from gazetteer.ingest import UnreadableFile


def roles_of(
    rows: Sequence[Mapping[str, Any]],
    requested: Mapping[str, str] | None = None,
    ids: Sequence[str | None] = (),
) -> ColumnRoles:
    return assign_column_roles(rows, ids, requested, "l.shp")


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
    assert roles_of([row]).by_field == of


def test_requested_columns_come_first() -> None:
    rows = [{"code": "x", "dm": "440106", "mc": "天河区", "name": "Tianhe"}]
    columns = roles_of(rows, {"code": "dm"})
    assert columns.by_field == {"code": "dm", "name": "name"}
    assert columns.codes == ("440106",)


@pytest.mark.parametrize(
    ("requested", "words"),
    [({"code": "nix"}, 'no column "nix"'), ({"kode": "code"}, 'column role "kode"')],
)
def test_a_column_that_is_not_there_is_refused(requested: dict[str, str], words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        roles_of([{"code": "440106"}], requested)
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
def test_prefix_and_padding_of_codes_are_removed_and_reported(
    value: object, code: str | None, rule: str | None
) -> None:
    columns = roles_of([{"code": value}])
    assert columns.codes == (code,)
    cleaned = [r for r in columns.remarks if r.rule in ("TOP-FIL-04", "TOP-FIL-05")]
    assert [(r.rule, r.measured, r.severity) for r in cleaned] == (
        [(rule, 1, "info")] if rule else []
    )


def test_each_feature_with_a_duplicate_code_is_reported() -> None:
    columns = roles_of([{"code": c} for c in ("440105", "440106", "156440105", None, None)])
    twice = [(r.feature, r.severity) for r in columns.remarks if r.rule == "TOP-FIL-03"]
    assert twice == [(0, "error"), (2, "error")]


def test_features_are_called_by_code_then_id_then_number() -> None:
    rows = [{"id": 7, "code": "440106"}, {"id": "B"}, {}, {}]
    assert roles_of(rows, ids=[None, "x", "y", None]).names == ("440106", "B", "y", "3")


def test_a_missing_column_of_codes_is_reported_with_the_columns_of_the_file() -> None:
    columns = roles_of([{"VILLCODE": "64000130006"}])
    assert columns.codes == (None,)
    assert columns.remarks[-1].message.id == "layer.no_code_column"
    assert columns.remarks[-1].message.params["columns"] == ["VILLCODE"]
    assert "无" in roles_of([{}]).remarks[-1].text("zh")
