"""``/v1/geocode/csv`` on the shipped register: every row as the single call has it."""

import codecs
import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from werkzeug.test import TestResponse

from tests.web.csv_tables import address, rows, sent

PATH = "/v1/geocode/csv"
SAMPLES = Path(__file__).parents[3] / "benchmarks" / "addresses.csv"


def samples() -> list[str]:
    with SAMPLES.open(encoding="utf-8", newline="") as file:
        return [row["address"] for row in csv.DictReader(file)]


def table() -> str:
    """Real addresses, some in two columns, with cells that must come back as they are."""
    lines = ['编号,地址,"备 注"']
    lines += [f'{number},"{text}","a""b"' for number, text in enumerate(samples(), 1)]
    lines += ['97,"带,逗号的 ""天河区""\r\n五山路381号",x', "98,,没有地址", "99,我喜欢猫,"]
    return "\r\n".join(lines) + "\r\n"


def single(client: FlaskClient, text: str, **query: str) -> dict[str, Any]:
    response = client.get("/v1/geocode", query_string={"address": text, **query})
    answer: dict[str, Any] = response.get_json()
    return answer


def assert_same_as_single_call(row: dict[str, str], answer: dict[str, Any]) -> None:
    """A row says what the single call says, field by field."""
    if "geocoding" not in answer:
        assert (row["result_status"], row["result_detail"]) == ("invalid", answer["detail"])
        return
    geocoding = answer["geocoding"]
    assert row["result_status"] == geocoding["status"]
    assert row["result_deciding_field"] == (geocoding["deciding_field"] or "")
    if geocoding["status"] != "matched":
        assert (row["result_code"], row["result_lon"], row["result_score"]) == ("", "", "")
        labels = [f["properties"]["geocoding"]["label"] for f in answer["features"]]
        told_labels = [c.split(" ", 1)[1] for c in row["result_candidates"].split(";") if c]
        assert told_labels == labels
        return
    (feature,) = answer["features"]
    place = feature["properties"]["geocoding"]
    for name in ("code", "name", "label", "level", "match_level", "coordinate_level", "matched_by",
                 "matched_name", "unmatched", "place_id", "unit_id"):  # fmt: skip
        assert row[f"result_{name}"] == (place[name] or ""), name
    assert float(row["result_score"]) == place["score"]
    assert row["result_via_former_name"] == str(place["via_former_name"]).lower()
    names = [fault.split(":")[0] for fault in row["result_faults"].split(";") if fault]
    assert names == [fault["fault"] for fault in place["faults"]]
    for division in place["divisions"]:
        if f"result_{division['level']}" in row:
            assert row[f"result_{division['level']}"] == division["name"]
    point = feature["geometry"]["coordinates"] if feature["geometry"] else ["", ""]
    assert [row["result_lon"], row["result_lat"]] == [str(value) for value in point]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_row_is_answered_as_a_single_call_and_comes_back_as_it_was_written(
    client: FlaskClient, encoding: str
) -> None:
    text = table()
    response = sent(
        client, PATH, text.encode(encoding), columns="地址", at="2026-11-01", result_columns="full"
    )
    assert response.status_code == 200, response.text
    assert response.headers["X-Gazetteer-Encoding"] == encoding
    returned = response.data.decode(encoding.removesuffix("-sig"))
    assert returned.startswith("\ufeff") == (encoding == "utf-8-sig")
    for before, after in zip(
        text.split("\r\n"), returned.lstrip("\ufeff").split("\r\n"), strict=True
    ):
        assert after.startswith(before)
    answered = rows(response.data, encoding)
    assert len(answered) == len(samples()) + 3
    for row in answered:
        assert_same_as_single_call(row, single(client, address(row, ["地址"]), at="2026-11-01"))


TABLE = "編號,地址,備註\n1,廣州市天河區五山路381號,學校\n2,東莞市虎門鎮,鎮\n"


def write_spreadsheet(text: str) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(text)):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "named", "charset", "is_marked"),
    [
        (TABLE.encode(), None, "utf-8", False),
        (TABLE.encode("utf-8-sig"), None, "utf-8", True),
        (TABLE.encode("gb18030"), None, "gb18030", False),
        (TABLE.encode("utf-16"), None, "utf-8", True),
        (TABLE.encode("utf-16-le"), "UTF-16LE", "utf-8", True),
        (codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), "utf-16", "utf-8", True),
        (TABLE.encode("big5"), None, "utf-8", True),
        (TABLE.encode("big5"), "Big5", "utf-8", True),
        (write_spreadsheet(TABLE), None, "utf-8", True),
    ],
)
def test_a_table_in_any_encoding_is_read_and_the_answer_states_one_charset(
    client: FlaskClient, content: bytes, named: str | None, charset: str, is_marked: bool
) -> None:
    encoding = {"encoding": named} if named else {}
    response = sent(client, PATH, content, result_columns="result_code", **encoding)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == f"text/csv; charset={charset}"
    text = response.data.decode(charset)
    assert text.startswith("\ufeff") == is_marked
    lines = text.removeprefix("\ufeff").splitlines()
    before = TABLE.splitlines()
    assert lines == [
        f"{before[0]},result_code",
        f"{before[1]},440106",
        f"{before[2]},441900121",
    ]


@pytest.mark.parametrize(
    "header",
    [
        "address",
        "Address",
        "地址",
        "详细地址",
        "住址",
        "*家庭住址(必填)",
        "联系地址：",
        "full_address",
        "地 址",
    ],
)
def test_the_column_of_an_address_is_known_by_its_heading(client: FlaskClient, header: str) -> None:
    content = f"编号,{header},备注\n1,广州市天河区,番禺区\n".encode()
    for fields in ({}, {"columns": ""}):
        (row,) = rows(sent(client, PATH, content, **fields).data)
        assert row["result_code"] == "440106"


def test_parts_of_an_address_in_columns_before_it_belong_to_it(client: FlaskClient) -> None:
    content = "省份,城市,区县,详细地址,网址\n广东省,广州市,番禺区,沙湾镇大道1号,x\n".encode()
    (row,) = rows(sent(client, PATH, content, result_columns="full").data)
    assert row["result_county"] == "番禺区"


def test_fields_bind_their_level_in_files_too(client: FlaskClient) -> None:
    content = "省,县\n辽宁,朝阳\n湖南,邵阳\n440000,440106\n".encode()
    answered = rows(sent(client, PATH, content, province="省", county="县").data)
    assert [row["result_code"] for row in answered] == ["211321", "430523", "440106"]


def test_several_columns_and_levels_make_one_address(client: FlaskClient) -> None:
    content = "省,区,路,号\n广东省,天河区,五山路,381号\n,番禺,,\n,,,\n".encode()
    fields = {"province": "省", "county": "区", "columns": ["路", "号"], "result_columns": "full"}
    answered = rows(sent(client, PATH, content, **fields).data)
    assert [row["result_code"] for row in answered] == ["440106", "440113", ""]
    for row in answered:
        parts = {"province": row["省"], "county": row["区"]}
        assert_same_as_single_call(row, single(client, address(row, ["路", "号"]), **parts))
    together = rows(sent(client, PATH, content, columns="省,区,路,号").data)
    assert [row["result_code"] for row in together] == ["440106", "440113", ""]


def test_only_the_result_columns_that_are_asked_for_are_added_in_their_order(
    client: FlaskClient,
) -> None:
    content = "地址\n广州市天河区\n".encode()
    wanted = "result_name,result_code"
    response = sent(client, PATH, content, columns="地址", result_columns=wanted)
    assert response.text == "地址,result_name,result_code\n广州市天河区,天河区,440106\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_and_line_ends_are_kept(client: FlaskClient, delimiter: str) -> None:
    content = f"id{delimiter}地址\r\n1{delimiter}天河区\n\n2{delimiter}番禺区".encode()
    response = sent(client, PATH, content, columns="地址", result_columns="result_code")
    assert response.data.decode().split("\r\n") == [
        f"id{delimiter}地址{delimiter}result_code",
        f"1{delimiter}天河区{delimiter}440106\n\n2{delimiter}番禺区{delimiter}440113",
    ]


def test_rows_of_another_length_are_told_and_lose_nothing(client: FlaskClient) -> None:
    content = 'id,地址\n1\n2,天河区,"多,余",x\n3,天河区\n'.encode()
    answered = rows(sent(client, PATH, content, columns="地址").data)
    assert [row["result_status"] for row in answered] == ["invalid", "invalid", "matched"]
    assert [row["id"] for row in answered] == ["1", "2", "3"]
    assert '"多,余",x' in answered[1]["result_detail"]


def test_one_state_and_day_is_told_for_the_whole_file(client: FlaskClient) -> None:
    content = "地址\n萝岗区\n天河区\n".encode()
    wanted = "result_name,result_at,result_known_at"
    response = sent(client, PATH, content, columns="地址", at="2010-01-01", result_columns=wanted)
    answered = rows(response.data)
    known_at = single(client, "天河区")["geocoding"]["known_at"]
    assert response.headers["X-Gazetteer-At"] == "2010-01-01"
    assert response.headers["X-Gazetteer-Known-At"] == known_at
    assert [row["result_name"] for row in answered] == ["萝岗区", "天河区"]
    assert {(row["result_at"], row["result_known_at"]) for row in answered} == {
        ("2010-01-01", known_at)
    }


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        (b"", {}, "data"),
        (b"\r\n\r\n", {}, "data"),
        (("广州市天河区\n" * 30).encode() + b"\xff", {"columns": "广州市天河区"}, "data"),
        ("地址\n".encode("gb18030"), {"encoding": "utf-8"}, "encoding"),
        ("地址\n".encode(), {"encoding": "latin-1"}, "encoding"),
        ("地址\n".encode(), {"delimiter": "|"}, "delimiter"),
        ("地址\n".encode(), {"columns": "address"}, "columns"),
        ("甲,乙\n".encode(), {"columns": ""}, "columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, {}, "data"),
        (b"PK\x03\x04" + b"x" * 100, {}, "data"),
        ("地址\n".encode("utf-16")[:-1], {}, "data"),
        ("地址,地址\n".encode(), {}, "columns"),
        ("地址\n".encode(), {"county": "区"}, "county"),
        ("地址\n".encode(), {"result_columns": "result_price"}, "result_columns"),
        ("地址\n".encode(), {"result_columns": "result_code,result_code"}, "result_columns"),
        ("地址,result_code\n".encode(), {}, "result_columns"),
        ("地址\n".encode(), {"at": "2023-02-29"}, "at"),
        ("地址\n".encode(), {"colour": "red"}, "colour"),
        ('地址\n"天河区\n'.encode(), {}, "data"),
        ('地址\n"天河"区\n'.encode(), {}, "data"),
        (b"\xff" * 100, {}, "data"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(
    client: FlaskClient, content: bytes, fields: dict[str, str], field: str
) -> None:
    response = sent(client, PATH, content, **{"columns": "地址", **fields})
    assert response.status_code == 400, response.text
    assert response.get_json()["field"] == field


def test_the_line_at_which_a_file_breaks_is_named(client: FlaskClient) -> None:
    response = sent(client, PATH, '地址\n天河区\n"番禺\n区\n'.encode(), columns="地址")
    assert (response.status_code, response.get_json()["line"]) == (400, 3)


def test_without_a_file_the_file_is_asked_for(client: FlaskClient) -> None:
    response = client.post(PATH, data={"columns": "地址"})
    assert (response.status_code, response.get_json()["field"]) == (400, "data")


def test_a_file_without_rows_gets_its_header_only(client: FlaskClient) -> None:
    response = sent(client, PATH, "地址".encode(), columns="地址", result_columns="result_code")
    assert response.text == "地址,result_code"


def test_nulls_and_long_texts_are_told_in_their_row(client: FlaskClient) -> None:
    content = f"地址\n天\0河区\n{'天' * 10_001}\n天河区\n".encode()
    answered = rows(sent(client, PATH, content, columns="地址").data)
    assert [row["result_status"] for row in answered] == ["invalid", "invalid", "matched"]
    assert answered[0]["地址"] == "天\0河区"


def test_a_file_over_the_limit_is_sent_on_to_jobs(client: FlaskClient) -> None:
    content = "地址\n".encode() + b"x" * 16_000_000
    response = sent(client, PATH, content, columns="地址")
    assert (response.status_code, response.get_json()["jobs"]) == (413, "/v1/jobs")
    assert response.get_json()["field"] == "data"


SHORT_COLUMNS = ["status", "code", "label", "score", "lon", "lat", "candidates", "detail"]
CASES = "编号,地址\n007,广州市天河区五山路381号\n008,朝阳区\n009,没有这个地方\n"


def read_sheet(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet.freeze_panes == "A2"
    return list(sheet.iter_rows(values_only=True))


def test_the_result_is_short_and_full_on_request(client: FlaskClient) -> None:
    answered = rows(sent(client, PATH, CASES.encode()).data)
    assert list(answered[0])[2:] == [f"result_{name}" for name in SHORT_COLUMNS]
    full = rows(sent(client, PATH, CASES.encode(), result_columns="full,result_at").data)
    assert {"result_elements", "result_faults", "result_county", "result_at"} <= set(full[0])
    assert "result_candidate_ids" not in full[0]
    assert [row["result_label"] for row in full] == [row["result_label"] for row in answered]


@pytest.mark.parametrize(
    ("lang", "headings", "status", "faults"),
    [
        ("zh", ("结果状态", "结果经度"), ("已匹配", "有歧义", "未找到"), "地址中未写该级 省级"),
        ("en", ("Result status", "Result longitude"), ("Matched", "Ambiguous", "Not found"), ""),
    ],
)
def test_headings_and_values_are_in_words_on_request(
    client: FlaskClient, lang: str, headings: tuple[str, str], status: tuple[str, ...], faults: str
) -> None:
    options = {"headings": "labels", "result_columns": "full"}

    def send_labelled(content: bytes) -> TestResponse:
        form = {**options, "data": (io.BytesIO(content), "a.csv")}
        return client.post(PATH, data=form, headers={"Accept-Language": lang})

    response = send_labelled(CASES.encode())
    answered = rows(response.data)
    assert [row[headings[0]] for row in answered] == list(status)
    assert answered[0][headings[1]]
    assert not any(name.startswith("result_") for name in answered[0])
    assert faults in "".join(answered[0].values())
    again = send_labelled(response.data)
    assert (again.status_code, again.get_json()["field"]) == (400, "result_columns")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_byte_order_mark_is_written_on_request(client: FlaskClient, encoding: str) -> None:
    response = sent(client, PATH, CASES.encode(encoding), bom="true")
    assert response.data.startswith(codecs.BOM_UTF8)
    assert response.headers["X-Gazetteer-Encoding"] == "utf-8-sig"
    assert [row["编号"] for row in rows(response.data, "utf-8-sig")] == ["007", "008", "009"]


@pytest.mark.parametrize("content", [CASES.encode("gb18030"), write_spreadsheet(CASES)])
def test_a_spreadsheet_comes_back_with_codes_as_text(client: FlaskClient, content: bytes) -> None:
    response = sent(client, PATH, content, format="xlsx")
    assert response.status_code == 200, response.text
    assert response.headers["Content-Disposition"] == "attachment; filename=result.xlsx"
    header, first, second, _ = read_sheet(response.data)
    assert header == ("编号", "地址", *(f"result_{name}" for name in SHORT_COLUMNS))
    assert first[:4] == ("007", "广州市天河区五山路381号", "matched", "440106")
    assert all(isinstance(value, float) for value in first[5:8])
    assert second[2] == "ambiguous"
    again = sent(client, PATH, response.data, columns="地址", result_columns="result_at")
    assert rows(again.data, "utf-8-sig")[0]["编号"] == "007"


def test_a_text_longer_than_a_cell_is_refused_by_its_row(client: FlaskClient) -> None:
    content = f"编号,地址\n1,天河区\n{'1' * 40_000},天河区\n".encode()
    response = sent(client, PATH, content, format="xlsx")
    problem = response.get_json()
    assert (response.status_code, problem["field"], problem["row"]) == (400, "format", 2)
    assert "编号" in problem["detail"]


def test_what_a_person_decided_is_written_and_marked(client: FlaskClient) -> None:
    content = "地址\n朝阳区\n朝阳区\n朝阳区\n天河区\n朝阳区\n".encode()
    wanted = "short,result_candidate_ids"
    asked = rows(sent(client, PATH, content, result_columns=wanted).data)
    ids = asked[0]["result_candidate_ids"].split(";")
    codes = [text.split()[0] for text in asked[0]["result_candidates"].split(";")]
    decisions = [f"1={ids[1]},2={codes[0]}", "3=none", "4=none"]
    answered = rows(sent(client, PATH, content, decisions=decisions).data)
    assert [row["result_status"] for row in answered] == [
        "matched", "matched", "not_found", "matched", "ambiguous",
    ]  # fmt: skip
    assert [row["result_code"] for row in answered[:3]] == [codes[1], codes[0], ""]
    assert [row["result_decided_by"] for row in answered] == ["person"] * 3 + ["", ""]
    assert answered[0]["result_candidates"] == asked[0]["result_candidates"]
    assert answered[0]["result_label"] in asked[0]["result_candidates"]
    assert answered[3]["result_detail"]


def test_a_choice_that_is_no_candidate_leaves_the_row_as_it_is(client: FlaskClient) -> None:
    (row,) = rows(sent(client, PATH, "地址\n朝阳区\n".encode(), decisions="1=440106").data)
    assert (row["result_status"], row["result_decided_by"]) == ("ambiguous", "")
    assert "440106" in row["result_detail"]


@pytest.mark.parametrize("decisions", ["none", "1=", "0=none", "9=none", "1=none,1=440106"])
def test_decisions_that_cannot_be_read_are_refused(client: FlaskClient, decisions: str) -> None:
    response = sent(client, PATH, "地址\n朝阳区\n".encode(), decisions=decisions)
    assert (response.status_code, response.get_json()["field"]) == (400, "decisions")
