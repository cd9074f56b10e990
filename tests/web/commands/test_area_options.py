"""What ``gazetteer import`` refuses before it reads a file of areas: options that disagree."""

import pytest

from tests.web.run_command import in_process

AREAS = ("import", __file__, "--kind", "areas", "--reason", "测试", "--author", "registrar")
RECORDS = ("import", __file__, "--kind", "records", "--reason", "测试", "--author", "registrar")
ACT = ("--act", "国务院关于同意调整行政区划的批复")
EFFECTIVE = ("--effective", "2025-03-01")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*AREAS, *EFFECTIVE), "--effective needs --act"),
        ((*AREAS, *ACT), "need --effective"),
        ((*AREAS, "--act-number", "国函〔2025〕1号"), "need --effective"),
        ((*AREAS, "--approved", "2025-01-01"), "need --effective"),
        ((*AREAS, *EFFECTIVE, *ACT, "--state", "2025-03-01"), "--effective cannot be combined"),
        (
            (*AREAS, *EFFECTIVE, *ACT, "--between", "2020-01-01", "2021-01-01"),
            "--effective cannot be combined",
        ),
        ((*AREAS, "--between", "2021-01-01", "2021-01-01"), "must lie before the other one"),
        (
            (*AREAS, "--between", "2020-01-01", "2021-01-01", "--state", "2021-01-01"),
            "--state must lie between",
        ),
        ((*RECORDS, *EFFECTIVE, *ACT), "for --kind areas only"),
        ((*RECORDS, "--between", "2020-01-01", "2021-01-01"), "for --kind areas only"),
        ((*RECORDS, "--approved", "2025-01-01"), "for --kind areas only"),
        ((*AREAS, "--columns", "XZQDM"), "write FIELD=COLUMN"),
    ],
)
def test_options_that_disagree_are_wrong_usage(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    outcome = in_process(monkeypatch, capfd, *arguments)
    assert outcome.exit_code == 2
    assert words in outcome.stderr
