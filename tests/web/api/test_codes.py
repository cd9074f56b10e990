"""Old codes to new ones on the shipped register, one by one and by CSV."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

Answer = dict[str, Any]


def translated(client: FlaskClient, code: str, **days: str) -> Answer:
    response = client.get("/v1/codes/translate", query_string={"code": code, **days})
    assert response.status_code == 200, response.text
    answer: Answer = response.get_json()
    return answer


def codes(answer: Answer) -> list[str]:
    return [result["code"] for result in answer["results"]]


@pytest.mark.parametrize(
    ("code", "since", "until", "expected"),
    [
        ("440724", "1990-01-01", "2020-01-01", ["440783"]),  # a county became a city
        ("440903", "2010-01-01", "2020-01-01", ["440904"]),  # merged into a new district
        ("440923", "2010-01-01", "2020-01-01", ["440904"]),
        ("441283", "2010-01-01", "2020-01-01", ["441204"]),  # a city became a district
        ("441421", "2010-01-01", "2020-01-01", ["441403"]),
        ("441000", "1988-01-01", "1989-01-01", ["460100"]),  # another province
        ("441000", "1988-01-01", "2020-01-01", ["460100"]),  # its own districts are no other place
        ("440221", "2000-01-01", "2010-01-01", ["440203", "440204", "440205", "440224"]),
        ("440306", "2010-01-01", "2020-01-01", ["440306", "440309", "440311"]),  # gave parts away
        ("440106", "1990-01-01", "1995-01-01", ["440106"]),  # nothing happened
    ],
)
def test_a_code_is_followed_to_the_units_that_hold_its_territory(
    client: FlaskClient, code: str, since: str, until: str, expected: list[str]
) -> None:
    answer = translated(client, code, **{"from": since, "to": until})
    assert codes(answer) == expected
    assert answer["status"] == ("matched" if len(expected) == 1 else "several")
    assert (answer["from"], answer["to"]) == (since, until)


def test_without_a_day_a_code_that_one_unit_carried_is_followed_to_today(
    client: FlaskClient,
) -> None:
    answer = translated(client, "440903")
    assert codes(answer) == ["440904"]
    assert answer["results"][0]["name"] == "电白区"


def test_what_no_evidence_decides_is_told_apart_from_what_became_of_a_code(
    client: FlaskClient,
) -> None:
    answer = translated(client, "440903", to="2024-01-01")
    assert codes(answer) == ["440904"]
    assert [unit["code"] for unit in answer["possible"]] == ["440902"]


def test_backward_a_code_is_followed_to_those_it_came_from(client: FlaskClient) -> None:
    kaiping = translated(client, "440783", **{"from": "2020-01-01", "to": "1990-01-01"})
    assert codes(kaiping) == ["440724"]
    dianbai = translated(client, "440904", **{"from": "2020-01-01", "to": "2010-01-01"})
    assert codes(dianbai) == ["440903", "440923"]
    assert dianbai["status"] == "several"


def test_a_whole_succession_has_the_share_one_and_a_partial_one_without_evidence_none(
    client: FlaskClient,
) -> None:
    whole = translated(client, "440724", **{"from": "1990-01-01", "to": "2020-01-01"})
    assert [result["share"] for result in whole["results"]] == [1.0]
    parts = translated(client, "440221", **{"from": "2000-01-01", "to": "2010-01-01"})
    assert {result["share"] for result in parts["results"]} == {None}


def test_without_a_day_a_code_of_several_units_is_ambiguous_and_none_is_picked(
    client: FlaskClient,
) -> None:
    answer = translated(client, "440511")
    assert (answer["status"], answer["results"]) == ("ambiguous", [])
    assert [(c["name"], c["from"], c["to"]) for c in answer["candidates"]] == [
        ("郊区", "1983-12-22", "1991-09-14"),
        ("金平区", "2003-01-29", None),
    ]


@pytest.mark.parametrize(
    ("code", "read_as", "form"),
    [
        ("440100000000", "440100", "filled"),
        ("469007000", "469007", "filled"),
        ("441900003000", "441900003", "filled"),
        ("440301", "440300", "summary"),
        ("440101000000", "440100", "summary"),
        ("110100", "110000", "summary"),
    ],
)
def test_a_code_of_a_list_is_read_as_that_of_its_unit(
    client: FlaskClient, code: str, read_as: str, form: str
) -> None:
    answer = translated(client, code)
    assert answer["read_as"] == {"code": read_as, "form": form}
    assert codes(answer) == [read_as]


def test_the_register_decides_whether_a_code_is_a_summary(client: FlaskClient) -> None:
    answer = translated(client, "340901", **{"from": "1985-01-01", "to": "1986-01-01"})
    assert (codes(answer), answer["read_as"]["form"]) == (["340901"], "as_written")
    refused = client.get("/v1/codes/translate?code=340901&from=2020-01-01")
    assert refused.get_json()["code"] == "code_not_in_force"


def test_a_unit_without_a_record_of_its_end_is_followed_by_its_subdivisions(
    client: FlaskClient,
) -> None:
    region = translated(client, "442100", to="1990-01-01")
    assert (region["status"], region["within"]["code"]) == ("several", "460000")
    assert {"460001", "460021"} <= set(codes(region))
    prefecture = translated(client, "442200", to="2020-01-01")
    assert (prefecture["status"], prefecture["within"]["name"]) == ("several", "海南省")
    assert {"460200", "469001", "469007"} <= set(codes(prefecture))


def test_a_chain_says_what_it_means_and_leaves_out_who_only_contained_it(
    client: FlaskClient,
) -> None:
    answer = translated(client, "441900", to="1982-06-01")
    assert (codes(answer), answer["status"], answer["direction"]) == (
        ["442527"],
        "matched",
        "backward",
    )
    (result,) = answer["results"]
    assert (result["share"], "区域相同" in result["meaning"]) == (1.0, True)


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ({}, 400, "invalid_value", "code"),
        ({"code": "1"}, 400, "invalid_value", "code"),
        ({"code": "999999"}, 404, "unknown_code", "code"),
        ({"code": "156440106"}, 404, "unknown_code", "code"),
        ({"code": "440511", "from": "1995-01-01"}, 404, "code_not_in_force", "from"),
        ({"code": "440511", "from": "1949-10-01"}, 404, "no_data_before", "from"),
        ({"code": "440724", "to": "1949-10-01"}, 404, "no_data_before", "to"),
        ({"code": "440724", "from": "2023-02-29"}, 400, "invalid_value", "from"),
        ({"code": "440724", "to": "soon"}, 400, "invalid_value", "to"),
        ({"code": "440724", "known_at": "2000-01-01T00:00:00Z"}, 400, "invalid_value", "known_at"),
        ({"code": "440724", "known_at": "2099-01-01T00:00:00Z"}, 400, "invalid_value", "known_at"),
        ({"code": "440724", "until": "2020-01-01"}, 400, "invalid_value", "until"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_by_its_field(
    client: FlaskClient, query: dict[str, str], status: int, code: str, field: str
) -> None:
    response = client.get("/v1/codes/translate", query_string=query)
    answer = response.get_json()
    assert (response.status_code, answer["code"], answer["field"]) == (status, code, field)


OLD_CODES = ["440724", "440221", "440511", "440903", "999999", "4401", "", "440106", "440724"]
TABLE = "名称,代码,备注\r\n" + "".join(
    f'第{number}行,{code},"带,逗号和""引号"""\r\n' for number, code in enumerate(OLD_CODES, 1)
)


def upload(client: FlaskClient, content: bytes, **fields: str) -> TestResponse:
    form = {"columns": "代码", **fields, "data": (io.BytesIO(content), "codes.csv")}
    return client.post("/v1/codes/translate/csv", data=form)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", False), ("utf-8", True), ("utf-8-sig", False), ("utf-8-sig", True),
     ("gb18030", False), ("gb18030", True)],
)  # fmt: skip
def test_a_csv_is_translated_row_for_row_as_single_calls_and_comes_back_in_its_encoding(
    client: FlaskClient, encoding: str, named: bool
) -> None:
    days = {"from": "2000-01-01", "to": "2010-01-01"}
    fields = {**days, **({"encoding": encoding} if named else {})}
    response = upload(client, TABLE.encode(encoding), **fields)
    assert response.status_code == 200, response.text
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.data.decode(encoding), newline="")))
    given = list(csv.DictReader(io.StringIO(TABLE, newline="")))
    assert [{name: row[name] for name in given[0]} for row in rows] == given
    for row in rows:
        assert_same_as_single_call(client, row, days)


def assert_same_as_single_call(
    client: FlaskClient, row: dict[str, str], days: dict[str, str]
) -> None:
    single = client.get("/v1/codes/translate", query_string={"code": row["代码"], **days})
    answer = single.get_json()
    if single.status_code == 400:
        assert row["result_status"] == "invalid_code"
        assert row["result_detail"]
    elif single.status_code == 404:
        assert (row["result_status"], row["result_detail"]) == (answer["code"], answer["detail"])
    elif answer["status"] == "matched":
        (only,) = answer["results"]
        found = (row["result_status"], row["result_code"], row["result_name"], row["result_kind"])
        assert found == ("matched", only["code"], only["name"], only["kind"])
        assert row["result_share"] == ("" if only["share"] is None else str(only["share"]))
    else:
        assert row["result_status"] == answer["status"]
        assert row["result_code"] == ""
        assert [part.split()[0] for part in row["result_candidates"].split(";")] == codes(answer)


def test_an_ambiguous_row_lists_its_candidates_and_picks_none(client: FlaskClient) -> None:
    response = upload(client, "代码\n440511\n".encode())
    (row,) = csv.DictReader(io.StringIO(response.data.decode(), newline=""))
    assert (row["result_status"], row["result_code"]) == ("ambiguous", "")
    assert row["result_candidates"] == "郊区 1983-12-22..1991-09-14;金平区 2003-01-29.."


CELLS = {
    "440106.0": ("matched", "440106", ""),
    "'440106": ("matched", "440106", ""),
    "４４０１０６": ("matched", "440106", ""),
    "441900003000": ("matched", "441900003", "441900003"),
    "440301": ("matched", "440300", "440300"),
    "4.40106E+05": ("invalid_code", "", "文本格式"),
    "44010619900101123X": ("invalid_code", "", "identity_numbers"),
    "": ("invalid_code", "", "没有代码"),
    "天河区": ("invalid_code", "", "天河区"),
    "999999": ("unknown_code", "", "999999"),
}


def test_codes_are_read_as_spreadsheets_leave_them_and_every_refusal_is_explained(
    client: FlaskClient,
) -> None:
    content = "".join(f"{code},x\n" for code in ["代码", *CELLS]).encode()
    days = {"from": "2020-01-01", "to": "2021-01-01"}
    response = upload(client, content, **days)
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    for row, (status, code, detail) in zip(rows, CELLS.values(), strict=True):
        assert (row["result_status"], row["result_code"]) == (status, code)
        assert detail in row["result_detail"]


def test_an_identity_number_is_read_on_request_and_never_repeated(client: FlaskClient) -> None:
    number = "44010619900101123X"
    days = {"from": "2020-01-01", "to": "2021-01-01"}
    content = f"代码\n{number}\n".encode()
    response = upload(client, content, identity_numbers="true", **days)
    (row,) = csv.DictReader(io.StringIO(response.text, newline=""))
    assert (row["result_status"], row["result_code"]) == ("matched", "440106")
    assert response.text.count(number) == 1


def test_each_row_may_have_its_own_day(client: FlaskClient) -> None:
    days = ("1990-06-01", "2010年", "", "1990-13-01", "1949")
    lines = ["代码,日期", *(f"440511,{day}" for day in days)]
    content = "".join(f"{line}\n" for line in lines)
    response = upload(client, content.encode(), from_column="日期", **{"from": "2005-01-01"})
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [row["result_status"] for row in rows] == [
        "several", "matched", "matched", "invalid_date", "no_data_before",
    ]  # fmt: skip
    assert all(row["result_detail"] for row in rows[3:])
    assert upload(client, content.encode(), from_column="年").get_json()["field"] == "from_column"


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        ("代码\n440106\n".encode("gb18030"), {"encoding": "utf-8"}, "encoding"),
        ("代码\n".encode(), {"encoding": "latin-1"}, "encoding"),
        ("代码\n".encode(), {"columns": "code"}, "columns"),
        (b"", {}, "data"),
        ('代码\n"440106\n'.encode(), {}, "data"),  # a quote that never ends
        ("代码,名称\n440106\n".encode(), {}, "data"),  # a cell is missing
        ("代码\n440106\n".encode(), {"to": "2023-02-29"}, "to"),
        ("代码\n440106\n".encode(), {"to": "1949-10-01"}, "to"),
        ("代码\n440106\n".encode(), {"from": "1949-10-01"}, "from"),
        ("代码\n440106\n".encode(), {"known_at": "2000-01-01T00:00:00Z"}, "known_at"),
    ],
)
def test_a_file_or_field_that_cannot_be_read_is_refused_by_its_name(
    client: FlaskClient, content: bytes, fields: dict[str, str], field: str
) -> None:
    response = upload(client, content, **fields)
    assert response.status_code in (400, 404), response.text
    assert response.get_json()["field"] == field


def test_the_line_of_a_broken_row_is_named(client: FlaskClient) -> None:
    response = upload(client, "代码,名称\n440106,天河\n440103\n".encode())
    assert (response.status_code, response.get_json()["line"]) == (400, 3)


def test_without_a_file_the_file_is_asked_for(client: FlaskClient) -> None:
    response = client.post("/v1/codes/translate/csv", data={"columns": "代码"})
    assert (response.status_code, response.get_json()["field"]) == (400, "data")


def post_codes(client: FlaskClient, **fields: str) -> TestResponse:
    return client.post("/v1/codes/translate/csv", data=fields)


def test_a_pasted_column_is_translated_line_for_line(client: FlaskClient) -> None:
    days = {"from": "2001-01-01", "to": "2020-01-01"}
    response = post_codes(client, codes="440724\r\n\r\n 440114 \n没有", **days)
    assert response.status_code == 200, response.text
    assert response.text.removeprefix("\ufeff").split("\r\n")[2] == ""
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"), newline="")))
    assert [row["code"] for row in rows] == ["440724", "440114", "没有"]
    assert [row["result_status"] for row in rows][1:] == ["matched", "invalid_code"]
    assert list(rows[0])[1:] == [
        f"result_{name}" for name in ("status", "code", "name", "candidates", "detail")
    ]


def test_codes_come_back_as_a_spreadsheet_in_words(client: FlaskClient) -> None:
    options = {"format": "xlsx", "headings": "labels", "result_columns": "full"}
    response = post_codes(client, codes="440114\n440511", **options)
    sheet = load_workbook(io.BytesIO(response.data)).active
    assert sheet is not None
    header, first, second = sheet.iter_rows(values_only=True)
    assert header[:3] == ("代码", "结果状态", "结果代码")
    assert first[:3] == ("440114", "已匹配", "440114")
    assert second[:2] == ("440511", "有歧义")


def test_either_codes_or_a_file_is_sent(client: FlaskClient) -> None:
    both = upload(client, "代码\n440106\n".encode(), codes="440106")
    assert (both.status_code, both.get_json()["field"]) == (400, "codes")
    blank = {"columns": "", "from": "", "to": ""}
    form = post_codes(client, codes="440106", **blank)
    assert form.status_code == 200, form.text
    neither = client.post(
        "/v1/codes/translate/csv", data={**blank, "codes": " ", "data": (io.BytesIO(b""), "")}
    )
    assert (neither.status_code, neither.get_json()["field"]) == (400, "data")


def test_the_column_of_codes_is_known_by_its_heading(client: FlaskClient) -> None:
    content = {"data": (io.BytesIO("名称,行政区划代码\n花都,440114\n".encode()), "a.csv")}
    response = client.post("/v1/codes/translate/csv", data=content)
    assert ",440114,matched,440114," in response.text
    content = {"data": (io.BytesIO("甲,乙\n天河,440106\n".encode()), "a.csv")}
    refused = client.post("/v1/codes/translate/csv", data=content).get_json()
    assert (refused["field"], "甲、乙" in refused["detail"]) == ("columns", True)
