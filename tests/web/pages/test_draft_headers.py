"""What a draft is about, stated anew on its page; the moment of its announcement; its owner."""

import io
from typing import Any

from tests.gazetteer.files.file_samples import pdf
from tests.web.pages.draft_desks import Desk, find_tag, publish, read_page

STATED = {
    "title": "从化区更名",
    "unit": "440100",
    "purpose": "act",
    "event_kind": "rename",
    "effective_on": "2026-12-22",
    "act_title": "关于从化区更名的批复",
    "act_number": "国函〔2026〕20号",
    "act_authority": "国务院",
    "act_approved_on": "2026-11-20",
    "act_announced_on": "2026-12-01",
    "act_implemented_on": "2027-12-22",
    "act_source": "国务院公报",
    "act_remark": "附图一份",
    "publish_after": "2026-12-21T09:30",
}


def describe(desk: Desk, path: str, **stated: Any) -> Any:
    return desk.move(path, "description", **{**STATED, **stated})


def test_every_field_can_be_stated_anew(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    page = read_page(describe(editor, path))
    draft = editor.read(path)
    expected = {k[4:]: v for k, v in STATED.items() if k.startswith("act_")}
    assert (draft["title"], draft["effective_on"], draft["act"]) == (
        "从化区更名",
        "2026-12-22",
        expected,
    )
    for name, value in STATED.items():
        if name not in ("purpose", "event_kind", "act_remark"):
            assert f'value="{value}"' in find_tag(page, name, "description"), name


def test_a_refused_description_changes_nothing_and_loses_nothing(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    refused = describe(editor, path, effective_on="2026-02-30", act_title="")
    assert refused.status_code == 400
    page = read_page(refused)
    for name, label in (("effective_on", "2026-02-30"), ("act_title", "文件标题")):
        assert 'aria-invalid="true"' in find_tag(page, name, "description")
        assert label in page.split(f'id="header-{name}-error"', 1)[1][:40]
    for name in ("title", "act_number", "act_source", "act_implemented_on", "publish_after"):
        assert f'value="{STATED[name]}"' in find_tag(page, name, "description"), name
    assert ">附图一份</textarea>" in page
    assert editor.read(path)["title"] == "从化更名"


def test_documents_stay_unless_they_are_taken_away(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    for number, title in enumerate(("批复扫描件", "误传的附件")):
        data = (io.BytesIO(pdf() + b"\n" * number), f"{number}.pdf")
        attached = editor.move(path, "documents", title=title, role="approval", data=data)
        assert attached.status_code == 200
    assert read_page(attached).count('name="document"') == 2
    describe(editor, path, document="0")
    assert [one["title"] for one in editor.read(path)["documents"]] == ["批复扫描件"]


def test_a_draft_waits_for_its_announcement_by_the_clocks_of_china(desks: dict[str, Desk]) -> None:
    editor, checker = desks["editor"], desks["checker"]
    path = editor.begin(publish_after="2099-12-21T09:30").request.path
    assert editor.read(path)["publish_after"] in (
        "2099-12-21T01:30:00Z",
        "2099-12-21T01:30:00+00:00",
        "2099-12-21T09:30:00+08:00",
    )
    assert "2099年12月21日 09:30" in editor.open(path)
    refused = describe(editor, path, publish_after="明天")
    assert refused.status_code == 400
    page = read_page(refused)
    assert 'value="明天"' in find_tag(page, "publish_after", "description")
    assert "北京时间" in page.split('id="header-publish_after-error"', 1)[1][:80]
    editor.rename(path, "从江区")
    editor.move(path, "submit")
    checker.move(path, "approve")
    held = checker.move(path, "publish")
    assert held.status_code == 409
    assert "之前不予发布" in read_page(held)


def test_a_day_on_which_a_step_does_not_fit_is_refused_with_all_values(
    desks: dict[str, Desk],
) -> None:
    editor = desks["editor"]
    later = editor.begin(effective_on="2027-01-10").request.path
    editor.rename(later, "从河区")
    path = desks["colleague"].begin(effective_on="2027-02-01").request.path
    desks["colleague"].rename(path, "从江区")
    publish(desks, later, "editor")
    refused = describe(desks["colleague"], path, effective_on="2027-02-05")
    assert refused.status_code == 409
    page = read_page(refused)
    assert 'value="2027-02-05"' in find_tag(page, "effective_on", "description")
    assert 'id="conflicts"' in page
    assert desks["colleague"].read(path)["effective_on"] == "2027-02-01"


def test_a_draft_is_handed_over_to_a_colleague(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    for login, status in (("nobody", 404), ("checker", 403)):
        refused = editor.move(path, "hand-over", login=login)
        assert refused.status_code == status
        page = read_page(refused)
        tag = find_tag(page, "login", "hand-over")
        assert f'value="{login}"' in tag and 'aria-invalid="true"' in tag
        assert login in page.split('id="heir-login-error"', 1)[1][:40]
    assert editor.read(path)["owner"]["login"] == "editor"
    handed = editor.move(path, "hand-over", login="colleague")
    assert editor.read(path)["owner"]["login"] == "colleague"
    assert "移交 · colleague" in read_page(handed)
    assert "hand-over" not in desks["checker"].open(path)
