"""Findings on the pages of drafts: answered, repaired by a step, and exceptions that end."""

import re
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from boundaries.findings.validation_run import run_validation
from tests.web.pages.draft_desks import Desk, find_tag, read_page

ANSWER = {
    "reason": "图纸如此，另行勘定",
    "document": "粤民函〔2026〕15号",
    "signer": "王处长",
    "expires_on": "2027-12-31",
}
CORRECTION = {
    "title": "珠海、江门界线更正",
    "unit": "440000",
    "purpose": "correction",
    "event_kind": "",
    "effective_on": "",
    "act_title": "",
}
DOUMEN, XINHUI = "440403", "440705"


def cut_section(page: str, name: str) -> str:
    """A section of a page by what labels it; empty where there is none."""
    _, mark, rest = page.partition(f'aria-labelledby="{name}"')
    return rest.split("</section>", 1)[0] if mark else ""


def find_stored(desk: Desk, *codes: str) -> dict[str, Any]:
    """The stored finding on a common border of some units."""
    answer = desk.client.get("/v1/findings?rule=TOP-COV-03&limit=100").json
    assert answer is not None
    (found,) = [
        one["properties"]
        for one in answer["features"]
        if {unit["code"] for unit in one["properties"]["units"]} == set(codes)
    ]
    return dict(found)


def take_offer(desk: Desk, path: str, chosen: str, **changed: str) -> TestResponse:
    """Send the first form of the page of proposals, as it stands there or changed."""
    page = desk.open(f"{path}/proposals?finding={chosen}")
    form = page.split(f'action="{path}/proposals"', 1)[1].split("</form>", 1)[0]
    hidden = dict(re.findall(r'name="(revision|finding|way|unit)" value="([^"]*)"', form))
    return desk.send(f"{path}/proposals", **{**hidden, **changed})


@pytest.fixture
def validated(desks: dict[str, Desk], register_copy: str) -> dict[str, Desk]:
    """The people, after a run of the checks."""
    with psycopg.connect(register_copy, autocommit=True) as conn:
        run_validation(conn, actor="tests")
    return desks


def test_answers_are_counted_shown_to_the_reviewer_and_taken_back(desks: dict[str, Desk]) -> None:
    editor, checker = desks["editor"], desks["checker"]
    path = editor.begin().request.path
    errors = [found["id"] for found in editor.fold_border(path)]
    count = len(errors)
    section = cut_section(editor.open(path), "findings")
    assert (
        f"{count} 处错误须在提交前改正，或作为例外答复" in section and "已作为例外" not in section
    )
    page = read_page(editor.move(path, "exceptions", finding=errors[0], **ANSWER))
    section = cut_section(page, "findings")
    assert f"{count - 1} 处错误须在提交前" in section and "1 处错误已作为例外答复" in section
    page = read_page(editor.move(path, "withdraw-exception", finding=errors[0]))
    section = cut_section(page, "findings")
    assert f"{count} 处错误须在提交前" in section and ANSWER["reason"] not in section
    assert "答复问题 · TOP-GEO-01（已撤回）" in cut_section(page, "history")
    for error in errors:
        editor.move(path, "exceptions", finding=error, **ANSWER)
    assert editor.move(path, "submit").status_code == 200
    section = cut_section(checker.open(path), "findings")
    assert f"这些问题不妨碍提交。 {count} 处错误已作为例外答复" in section
    for words in ("图纸如此，另行勘定", "粤民函〔2026〕15号", "王处长", "2027年12月31日"):
        assert section.count(words) == count
    assert "withdraw-exception" not in section and "/exceptions" not in section
    assert "withdraw-exception" not in cut_section(editor.open(path), "findings")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("signer", "", "缺少字段“签署人”"),
        ("document", " ", "文件名称及文号"),
        ("expires_on", "2026-11-01", "已过期"),
        ("expires_on", "2026-02-30", "不是有效日期"),
    ],
)
def test_a_refused_answer_is_shown_with_its_finding_and_nothing_is_lost(
    desks: dict[str, Desk], field: str, value: str, words: str
) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    first, other = (found["id"] for found in editor.fold_border(path)[:2])
    sent = {**ANSWER, field: value}
    refused = editor.move(path, "exceptions", finding=other, **sent)
    assert refused.status_code == 400
    page = read_page(refused)
    form = page.split(f'id="exception-{other}-reason"', 1)[1].split("</form>", 1)[0]
    assert form.startswith(' name="reason"') and ">图纸如此，另行勘定</textarea>" in form
    for name in ("document", "signer", "expires_on"):
        tag = re.search(rf'<input id="exception-{other}-{name}"[^>]*>', form)
        assert tag and f'value="{sent[name]}"' in tag[0]
        assert ('aria-invalid="true"' in tag[0]) == (name == field)
    assert words in form.split(f'id="exception-{other}-{field}-error"', 1)[1].split("</small>")[0]
    assert '<details class="confirm" open>' in page
    untouched = page.split(f'id="exception-{first}-reason"', 1)[1].split("</form>", 1)[0]
    assert "图纸如此" not in untouched and "aria-invalid" not in untouched


def test_an_answer_over_a_stale_page_is_refused_and_stays_in_its_form(
    desks: dict[str, Desk],
) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    error = editor.fold_border(path)[0]["id"]
    refused = editor.send(f"{path}/exceptions", revision="0", finding=error, **ANSWER)
    assert refused.status_code == 409
    assert 'value="王处长"' in find_tag(read_page(refused), "signer", "exceptions")


def test_a_proposal_for_a_finding_on_the_register_is_made_a_step(
    validated: dict[str, Desk],
) -> None:
    surveyor = validated["surveyor"]
    path = surveyor.begin(**CORRECTION).request.path
    finding = find_stored(surveyor, DOUMEN, XINHUI)["id"]
    link = f"{path}/proposals?finding={finding}"
    listed = re.findall(
        r'href="([^"]*/proposals[^"]*)"', cut_section(surveyor.open(path), "repairable")
    )
    assert listed == [link]  # not the one of the prefectures, which follows from it
    page = surveyor.open(link)
    assert "440403 的公共边不一致" in page and page.count("选用该方案") == 2
    assert page.count('class="draft-map__former" d="M') == 2
    for words in (
        "以 440403 的界线为准",
        "斗门区",
        "+11.35 m²",
        "改动 1 个顶点，最远移动 0.00397 米",
    ):
        assert words in page
    page = read_page(take_offer(surveyor, path, finding))
    assert "第 1 步" in page and "草案消除了 1 处原有问题" in page
    assert cut_section(page, "repairable") == ""
    page = surveyor.open(link)
    assert "没有可供选用的处理方案" in page and "<svg class" not in page


def test_a_proposal_for_a_finding_that_the_draft_adds_is_made_a_step(
    desks: dict[str, Desk],
) -> None:
    surveyor = desks["surveyor"]
    path = surveyor.begin(**CORRECTION).request.path
    surveyor.cross_neighbour(path)
    section = cut_section(surveyor.open(path), "findings")
    assert "TOP-COV-01" in section and "1 处错误须在提交前改正" in section
    (link,) = re.findall(r'href="([^"]*/proposals[^"]*)"', section)
    page = surveyor.open(link)
    assert "从 440705 中扣除重叠部分" in page and "−32,917.58 m²" in page
    page = read_page(take_offer(surveyor, path, link.partition("finding=")[2]))
    assert "第 2 步" in page and "TOP-COV-01" not in cut_section(page, "findings")
    assert desks["checker"].client.get(link).status_code == 403  # not one of its people


def test_a_proposal_that_cannot_be_taken_is_refused_on_its_page(
    validated: dict[str, Desk],
) -> None:
    surveyor, editor = validated["surveyor"], validated["editor"]
    path = surveyor.begin(**CORRECTION).request.path
    finding = find_stored(surveyor, DOUMEN, XINHUI)["id"]
    for changed, words in (({"way": "trim"}, "没有这一处理方案"), ({"revision": "7"}, "草案")):
        refused = take_offer(surveyor, path, finding, **changed)
        assert refused.status_code == 409
        page = read_page(refused)
        assert words in page.split('role="alert"', 1)[1][:80] and "选用该方案" in page
    gone = take_offer(surveyor, path, finding, finding="0123456789abcdef")
    assert gone.status_code == 404 and 'id="steps"' in read_page(gone)
    assert surveyor.client.get(f"{path}/proposals?finding=x").status_code == 400
    # Beyond the border of the unit of the draft.
    own = editor.begin().request.path
    outside = take_offer(editor, own, finding)
    assert outside.status_code == 403 and DOUMEN in read_page(outside).split('role="alert"', 1)[1]
    assert editor.read(own)["steps"] == 0


def test_a_finding_on_the_register_links_to_the_drafts_that_may_repair_it(
    validated: dict[str, Desk],
) -> None:
    surveyor, editor = validated["surveyor"], validated["editor"]
    path = surveyor.begin(**CORRECTION).request.path
    finding = find_stored(surveyor, DOUMEN, XINHUI)["id"]
    own = editor.begin().request.path
    section = cut_section(surveyor.open(f"/findings/{finding}"), "repair")
    assert re.findall(r'href="([^"]*)"', section) == [f"{path}/proposals?finding={finding}"]
    assert CORRECTION["title"] in section
    assert cut_section(editor.open(f"/findings/{finding}"), "repair") == ""
    assert cut_section(editor.open(own), "repairable") == ""
    prefectures = find_stored(surveyor, "440400", "440700")["id"]
    assert cut_section(surveyor.open(f"/findings/{prefectures}"), "repair") == ""
    surveyor.move(path, "discard")
    assert cut_section(surveyor.open(f"/findings/{finding}"), "repair") == ""


def test_an_exception_on_the_register_that_ends_is_listed(validated: dict[str, Desk]) -> None:
    surveyor = validated["surveyor"]
    finding = find_stored(surveyor, DOUMEN, XINHUI)
    stated = {"answer": "exception", "last_event": str(finding["last_event"]), **ANSWER}
    surveyor.send(f"/findings/{finding['id']}/answers", **stated)
    path = surveyor.begin(**CORRECTION).request.path
    assert cut_section(surveyor.open(path), "impact") == ""
    page = read_page(take_offer(surveyor, path, finding["id"]))
    section = cut_section(page, "impact")
    assert f'href="/findings/{finding["id"]}"' in section
    assert "TOP-COV-03" in section and "2027年12月31日" in section
    page = read_page(surveyor.move(path, "undo"))
    assert cut_section(page, "impact") == ""


def test_the_pages_of_findings_speak_english(validated: dict[str, Desk]) -> None:
    surveyor = validated["surveyor"]
    path = surveyor.begin(**CORRECTION).request.path
    finding = find_stored(surveyor, DOUMEN, XINHUI)["id"]
    page = surveyor.open(f"{path}?lang=en")
    assert "Open findings of the register that can be repaired here" in page
    page = surveyor.open(f"{path}/proposals?finding={finding}&lang=en")
    assert "1 vertex changes, by 0.00397 m." in page and "Make it a step" in page
