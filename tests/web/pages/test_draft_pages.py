"""The pages of drafts: the whole way of a rename, by forms, without a script."""

import json
from io import BytesIO

from tests.gazetteer.files.file_samples import pdf
from tests.web.pages.draft_desks import Desk, find_tag, read_page


def test_a_rename_goes_from_the_form_to_publication(desks: dict[str, Desk]) -> None:
    editor, checker = desks["editor"], desks["checker"]
    path = editor.begin().request.path
    page = read_page(editor.rename(path, "从江区"))
    assert "从江区" in page
    assert "草案没有新增问题" in page
    assert editor.move(path, "submit").status_code == 200
    assert "从化更名" in checker.open("/waiting")
    assert "请核对拼写" in read_page(checker.move(path, "remarks", words="请核对拼写"))
    assert "已批准" in read_page(checker.move(path, "approve"))
    page = read_page(checker.move(path, "publish"))
    assert "已发布" in page
    assert "从化区" in page  # what was before is shown still
    shown = editor.client.get("/v1/divisions/440117?at=2026-12-20").json
    assert shown is not None and shown["name"] == "从江区"


def test_a_name_and_the_one_in_its_place_stand_in_one_row(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    page = read_page(editor.rename(path, "从江区"))
    cells = page.split("标准名称", 1)[1].split("</tr>", 1)[0]
    assert '<del lang="zh-Hans">从化区</del>' in cells
    assert '<ins lang="zh-Hans">从江区</ins>' in cells
    assert page.count("从江区</ins>") == 1


def test_a_wrong_value_is_shown_with_the_form_and_nothing_is_lost(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    refused = editor.begin(act_title="", title="无文件", act_source="公报", act_remark="存档")
    page = read_page(refused)
    assert refused.status_code == 400
    for name, value in (("title", "无文件"), ("act_source", "公报"), ("unit", "440100")):
        assert f'value="{value}"' in find_tag(page, name, "drafts")
    assert ">存档</textarea>" in page
    assert 'aria-invalid="true"' in find_tag(page, "act_title", "drafts")
    assert "缺少字段“文件标题”" in page.split('id="act_title-error"', 1)[1][:40]
    path = editor.begin().request.path
    refused = editor.move(path, "commands/move_seat", unit="440117", to="x")
    assert refused.status_code == 400
    page = read_page(refused)
    assert "坐标须写作" in page.split('id="move_seat-to-error"', 1)[1][:40]
    assert 'value="440117"' in find_tag(page, "unit", "commands/move_seat")


def test_a_unit_out_of_reach_is_shown_with_the_form(desks: dict[str, Desk]) -> None:
    for unit in ("440300", ""):  # another prefecture; the whole register
        refused = desks["editor"].begin(unit=unit, act_number="粤府函〔2026〕9号")
        assert refused.status_code == 403
        page = read_page(refused)
        tag = find_tag(page, "unit", "drafts")
        assert 'aria-invalid="true"' in tag and f'value="{unit}"' in tag
        assert 'value="粤府函〔2026〕9号"' in find_tag(page, "act_number", "drafts")


def test_a_stale_page_overwrites_nothing(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    editor.rename(path, "从江区")
    stale = {"revision": "0", "unit": "440117", "name": "从河区"}
    refused = editor.send(f"{path}/commands/rename_unit", **stale)
    assert refused.status_code == 409
    page = read_page(refused)
    assert "从河区" not in page.split("步骤")[0]
    assert 'value="从河区"' in find_tag(page, "name", "commands/rename_unit")


def test_strangers_are_sent_to_the_login(desks: dict[str, Desk]) -> None:
    path = desks["editor"].begin().request.path
    stranger = desks["editor"].client.application.test_client()
    for address in ("/drafts", path):
        assert stranger.get(address).status_code in (302, 303, 401)


def test_the_pages_speak_english(desks: dict[str, Desk]) -> None:
    path = desks["editor"].begin().request.path
    page = desks["editor"].open(f"{path}?lang=en")
    assert "Submit for review" not in page  # there is no step yet
    assert "The draft adds no findings." in page
    assert "Convert a unit" in page


def test_undo_discard_and_resume_are_buttons_with_words(desks: dict[str, Desk]) -> None:
    editor = desks["editor"]
    path = editor.begin().request.path
    editor.rename(path, "从江区")
    assert "（已撤销）" in read_page(editor.move(path, "undo"))
    assert "（已撤销）" not in read_page(editor.move(path, "redo"))
    assert "弃用后不能再编辑和提交" in editor.open(path)
    page = read_page(editor.move(path, "discard"))
    assert "已弃用" in page
    assert f'action="{path}/remarks"' not in page
    assert "草案恢复为编辑中" in page
    assert "编辑中" in read_page(editor.move(path, "resume"))


def test_a_territory_is_replaced_from_a_file(desks: dict[str, Desk]) -> None:
    path = desks["editor"].begin(event_kind="boundary_change").request.path
    area = desks["editor"].client.get("/v1/divisions/440106/area?at=2026-12-20").json
    same = BytesIO(json.dumps(area).encode())
    refused = desks["editor"].move(path, "area-file", unit="440106", data=(same, "same.geojson"))
    assert "440106" in read_page(refused)
    assert desks["editor"].read(path)["steps"] == 0
    text = json.dumps(area)
    lon, lat = max(at for part in area["geometry"]["coordinates"] for at in part[0])
    moved = BytesIO(text.replace(f"[{lon}, {lat}]", f"[{lon - 1e-4}, {lat}]").encode())
    taken = desks["editor"].move(path, "area-file", unit="440106", data=(moved, "new.geojson"))
    assert taken.status_code == 200
    assert desks["editor"].read(path)["steps"] == 1


def test_a_scan_of_some_megabytes_is_attached(desks: dict[str, Desk]) -> None:
    path = desks["editor"].begin().request.path
    comment = b"%" + b"0" * (5 << 20) + b"\n"
    scan = BytesIO(pdf().replace(b"%%EOF", comment + b"%%EOF"))
    fields = {"title": "批复扫描件", "role": "approval", "data": (scan, "批复.pdf")}
    assert "批复扫描件" in read_page(desks["editor"].move(path, "documents", **fields))
    assert len(desks["editor"].read(path)["documents"]) == 1
