"""Every finding of a load has words in every language, with all its parameters."""

import csv
from pathlib import Path

import pytest

from gazetteer.ingest import StagedBatch, write_load_report
from gazetteer.ingest.load_findings import LOAD_RULES
from gazetteer.ingest.load_report import REPORT_COLUMNS
from gazetteer.messages import LANGS, has_message
from gazetteer.records.source_names import BUNDLED_AREA_SOURCE, DERIVED_FROM_MEMBERS, word_source


@pytest.mark.parametrize("rule", LOAD_RULES)
def test_every_rule_has_words(rule: str) -> None:
    assert has_message(f"ingest.{rule}")


def test_all_findings_of_the_shipped_data_are_worded(shipped: StagedBatch) -> None:
    assert len({finding.rule for finding in shipped.findings}) >= 9
    for finding in shipped.findings:
        for lang in LANGS:
            words = finding.message.text(lang)
            assert words
            assert "{" not in words
            assert words.endswith("。" if lang == "zh" else ".")


def test_the_report_has_stable_headers_and_both_languages(
    shipped: StagedBatch, tmp_path: Path
) -> None:
    path = write_load_report(tmp_path / "report.csv", shipped.findings[:200])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == REPORT_COLUMNS
    for row, finding in zip(rows, shipped.findings, strict=False):
        assert (row["severity"], row["rule"]) == (finding.severity.value, finding.rule)
        assert row["reason_zh"] == finding.message.text("zh")
        assert row["reason_en"] == finding.message.text("en")


def test_sources_of_the_program_are_worded_and_stated_ones_are_not() -> None:
    assert word_source(DERIVED_FROM_MEMBERS, "zh") == "根据下级单位的变更推定"
    assert word_source(f"测绘资料; {BUNDLED_AREA_SOURCE}", "en").startswith("测绘资料; mapchina")
    assert word_source("民政部公告", "en") == "民政部公告"
