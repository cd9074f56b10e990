"""The command line speaks the language that is chosen, else that of the terminal."""

import pytest

from gazetteer.settings import get_settings
from tests.web.run_command import in_process
from web.commands.terminal_language import detect_terminal_language

MonkeyPatch, Capture = pytest.MonkeyPatch, pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_terminal_has_a_language(
    monkeypatch: MonkeyPatch, variables: dict[str, str], lang: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert detect_terminal_language() == lang


CHINESE, ENGLISH = "--accept 与 --corrected 须同时使用", "--accept and --corrected go together"


@pytest.mark.parametrize(
    ("before", "after", "locale", "words"),
    [
        ([], [], "zh_CN.UTF-8", CHINESE),
        ([], [], "C.UTF-8", ENGLISH),
        (["--lang", "zh"], [], "C.UTF-8", CHINESE),
        (["--lang", "en"], [], "zh_CN.UTF-8", ENGLISH),
        ([], ["--lang", "zh"], "C.UTF-8", CHINESE),
        (["--lang", "en"], ["--lang", "zh"], "C.UTF-8", CHINESE),
    ],
)
def test_the_option_of_the_command_ranks_first_and_the_terminal_last(
    monkeypatch: MonkeyPatch,
    capfd: Capture,
    before: list[str],
    after: list[str],
    locale: str,
    words: str,
) -> None:
    arguments = (*before, "validate", "x.geojson", "--accept", "1=clean", *after)
    outcome = in_process(monkeypatch, capfd, *arguments, locale=locale)
    assert outcome.exit_code == 2
    assert words in outcome.stderr


def test_a_language_without_a_catalogue_is_wrong_usage(
    monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    outcome = in_process(monkeypatch, capfd, "--lang", "tlh", "check")
    assert outcome.exit_code == 2
    assert "'zh', 'en'" in outcome.stderr


def test_a_problem_ends_any_command_in_the_language_chosen(
    database: str, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    get_settings.cache_clear()
    arguments = ("user", "grant", "nobody", "viewer", "--unit", "440106")
    chinese = in_process(monkeypatch, capfd, "--lang", "zh", *arguments)
    english = in_process(monkeypatch, capfd, *arguments)
    assert (chinese.exit_code, english.exit_code) == (1, 1)
    assert chinese.stderr.startswith("gazetteer: ") and not chinese.stderr.isascii()
    assert english.stderr.startswith("gazetteer: ") and english.stderr.isascii()


@pytest.mark.parametrize(("lang", "words"), [("zh", "数据库结构已是最新版本。"),
                                             ("en", "The schema is up to date.")])  # fmt: skip
def test_a_report_is_worded_in_the_language_chosen(
    database: str, monkeypatch: MonkeyPatch, capfd: Capture, lang: str, words: str
) -> None:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", database)
    outcome = in_process(monkeypatch, capfd, "--lang", lang, "db", "migrate")
    assert (outcome.exit_code, outcome.stdout) == (0, f"{words}\n")
