"""What a draft and a publication disagree about, and remarks with a place, on the page."""

import re

from tests.web.pages.draft_desks import Desk, find_tag, publish, read_page


def meet_publication(desks: dict[str, Desk]) -> str:
    """A draft of the editor of which the colleague has published vertex and name first."""
    ours, theirs = desks["editor"].begin(), desks["colleague"].begin()
    for answer, login, by, name in (
        (ours, "editor", 8e-4, "从江区"),
        (theirs, "colleague", 3e-4, "从河区"),
    ):
        desks[login].move_vertex(answer.request.path, 4, by)
        desks[login].rename(answer.request.path, name)
    publish(desks, theirs.request.path, "colleague")
    return ours.request.path


def find_conflict(page: str) -> str:
    """The section of the conflict."""
    return page.split('aria-labelledby="conflicts"', 1)[1].split("</section>", 1)[0]


def test_a_stretch_in_conflict_is_drawn_three_times_with_the_way_out(
    desks: dict[str, Desk],
) -> None:
    editor = desks["editor"]
    path = meet_publication(desks)
    refused = editor.move(path, "submit")
    assert refused.status_code == 409
    section = find_conflict(read_page(refused))
    lines = re.findall(r'<path class="draft-map__(ancestor|theirs|ours)" d="(M[^"]+)"', section)
    drawn = {name: path for name, path in lines if path != "M1 6h38"}
    assert list(drawn) == ["ancestor", "theirs", "ours"]
    assert len(set(drawn.values())) == 3
    for words in (
        "第 1 步",
        "白云区",
        "天河区",
        "执行该步骤时",
        "现已发布",
        "本草案",
        "撤销第 1 步",
    ):
        assert words in section
    opened = find_conflict(editor.open(path))  # before anything is attempted
    assert all(line in opened for line in drawn.values()) and "撤销第 1 步" in opened
    # Undone, the border is no longer in conflict, but the name is.
    section = find_conflict(read_page(editor.move(path, "undo", step="1")))
    assert "<svg" not in section
    row = section.split("标准名称", 1)[1].split("</tr>", 1)[0]
    assert re.findall(r'zh-Hans">([^<]+)</span>', row) == ["从化区", "从河区", "从江区"]
    page = read_page(editor.move(path, "undo", step="2"))
    assert 'id="conflicts"' not in page


def test_a_draft_without_a_conflict_shows_none(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    editor.move_vertex(path, 4, 8e-4)
    other = desks["colleague"].begin().request.path
    desks["colleague"].move_vertex(other, 7, 3e-4)
    publish(desks, other, "colleague")
    assert 'id="conflicts"' not in editor.open(path)


def test_a_submitted_draft_says_who_has_to_act(desks: dict[str, Desk]) -> None:
    editor, checker = desks["editor"], desks["checker"]
    path = editor.begin().request.path
    editor.rename(path, "从江区")
    editor.move(path, "submit")
    other = desks["colleague"].begin().request.path
    desks["colleague"].rename(other, "从河区")
    publish(desks, other, "colleague")
    section = find_conflict(checker.open(path))
    assert "须由草案的编辑人员撤回草案" in section and "<button" not in section
    section = find_conflict(editor.open(path))
    assert f'action="{path}/withdraw"' in section and "/undo" not in section


def test_a_remark_has_a_step_and_a_place_with_a_numbered_dot(desks: dict[str, Desk]) -> None:
    editor, checker = desks["editor"], desks["checker"]
    path = editor.begin().request.path
    editor.move_vertex(path, 4, 8e-4)
    page = checker.open(path)
    chosen = re.search(r'<option value="([0-9.]+,[0-9.]+)"', page)
    assert chosen
    page = read_page(
        checker.move(path, "remarks", words="界线偏东", step="1", choice=chosen[1], place="")
    )
    step = page.split('id="step-1"', 1)[1].split("</li>", 1)[0]
    assert "界线偏东" in step and chosen[1] in step
    assert page.count('class="draft-map__dot"') == 1
    lon, lat = map(float, chosen[1].split(","))
    typed = f"{lon + 1e-3:.6f},{lat:.6f}"
    page = read_page(checker.move(path, "remarks", words="另一处", choice=chosen[1], place=typed))
    assert typed in page.split("另一处", 1)[1][:400]
    assert page.count('class="draft-map__dot"') == 2
    assert '<a href="#remark-2"' in page and 'id="remark-2"' in page
    page = read_page(checker.move(path, "remarks", words="很远", place="110.3,20.2"))
    assert page.count('class="draft-map__dot"') == 2
    assert "（在示意图范围以外）" in page.split("110.300000", 1)[1][:100]


def test_a_remark_with_a_wrong_place_is_not_lost(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    editor.rename(path, "从江区")
    for place, words in (("东边", "坐标须写作"), ("190,23", "位置坐标")):
        refused = editor.move(path, "remarks", words="请看此处", step="1", place=place)
        assert refused.status_code == 400
        page = read_page(refused)
        step = page.split('id="step-1"', 1)[1].split("</li>", 1)[0]
        assert ">请看此处</textarea>" in step
        assert f'value="{place}"' in find_tag(step, "place", "remarks")
        assert words in step.split('id="remark-1-place-error"', 1)[1][:60]
    assert ">请看此处</textarea>" not in page.split('id="step-1"', 1)[1].split("</li>", 1)[1]


def test_a_remark_on_a_dropped_step_is_not_shown_with_the_next_one(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    editor.rename(path, "从江区")
    editor.move(path, "remarks", words="名称不妥", step="1")
    editor.move(path, "undo")
    page = read_page(editor.rename(path, "从河区"))
    step = page.split('id="step-1"', 1)[1].split("</li>", 1)[0]
    assert "从河区" in step and "名称不妥" not in step
    assert "名称不妥" in page
