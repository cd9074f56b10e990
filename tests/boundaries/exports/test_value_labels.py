"""Columns for people stand beside the coded ones, whose names and values never change."""

from datetime import date

import psycopg
import pytest

from boundaries.exports.export_query import ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.exports.value_labels import add_label_columns
from gazetteer.ledger.as_of import AsOf
from gazetteer.problems import InvalidValue, NoAreaKnown

DAY = AsOf(date(2024, 1, 1))


def test_each_coded_column_is_followed_by_its_words() -> None:
    columns = {"code": ["440106"], "level": ["county"], "unit_type": ["市辖区"]}
    labelled = add_label_columns(columns, "en")
    assert list(labelled) == ["code", "level", "level_label", "unit_type", "unit_type_label"]
    assert labelled["level_label"] == ["County"]
    assert labelled["unit_type_label"] == ["district"]
    assert add_label_columns(columns, "zh")["level_label"] == ["县级"]
    assert {name: labelled[name] for name in columns} == columns


def test_unknown_values_are_repeated_and_missing_ones_stay_missing() -> None:
    labelled = add_label_columns({"beyond": [None, "outside", "elsewhere"]}, "zh")
    assert labelled["beyond_label"] == [None, "海岸或登记范围外缘", "elsewhere"]


@pytest.mark.parametrize("kind", list(ExportKind))
def test_a_language_adds_columns_and_changes_none(register: str, kind: ExportKind) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        plain = export_table(conn, kind, ExportRequest(DAY, within="440106")).columns
        for lang in ("zh", "en"):
            request = ExportRequest(DAY, within="440106", lang=lang)
            columns = export_table(conn, kind, request).columns
            assert {name: columns[name] for name in plain} == plain
            assert all(name.endswith("_label") for name in columns.keys() - plain.keys())


def test_problems_are_worded_with_the_names_of_levels(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        with pytest.raises(NoAreaKnown) as empty:
            export_table(conn, ExportKind.DIVISIONS, ExportRequest(DAY, "village"))
        with pytest.raises(InvalidValue) as unknown:
            export_table(conn, ExportKind.EDGES, ExportRequest(DAY, "street"))
    assert empty.value.text("zh").startswith("村级的 ")
    assert empty.value.text("en").startswith("None of the ")
    assert unknown.value.text("zh").startswith("界线边没有级别“street”，应为 province、")
    assert unknown.value.text("en").startswith('Edges have no level "street". Expected province, ')
