"""``/v1/naming/check/csv`` on the shipped register: every row as the single call has it."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.csv_tables import rows

PATH = "/v1/naming/check/csv"
LIST = """编号,名称,类别,级别,代码,备注
1,云霞路,街路巷,,440106,
2,毛泽东路,road,,440106,"带,""逗号"" "
3,太坪镇,行政区划,township,440300,
4,凌塘路,road,,999999,
5,云霞路,road,,440106,
6,"=HYPERLINK(""http://x"")",road,,440106,=1+1
7,,road,,440106,
8,腾讯大道,road,,440106,
9,太坪镇,行政区划,,440300,
"""


def send(client: FlaskClient, text: str, encoding: str = "utf-8", **fields: str) -> TestResponse:
    form = {**fields, "data": (io.BytesIO(text.encode(encoding)), "names.csv")}
    return client.post(PATH, data=form, headers={"Accept-Language": "en"})


def check(client: FlaskClient, text: str = LIST, **fields: str) -> list[dict[str, str]]:
    """The rows of the answer."""
    response = send(client, text, **fields)
    assert response.status_code == 200, response.text
    return rows(response.data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_comes_back_in_its_encoding_with_every_cell_as_it_was(
    client: FlaskClient, encoding: str
) -> None:
    response = send(client, LIST, encoding)
    assert response.status_code == 200, response.text
    text = response.data.decode(encoding.removesuffix("-sig"))
    assert text.startswith("\ufeff") == (encoding == "utf-8-sig")
    for before, after in zip(LIST.splitlines(), text.lstrip("\ufeff").splitlines(), strict=True):
        assert after.startswith(f"{before},")
    answered = rows(response.data, encoding)
    assert [row["编号"] for row in answered] == list("123456789")
    assert answered[1]["result_verdict"] == "inadmissible"


def test_every_row_is_answered_as_a_single_call(client: FlaskClient) -> None:
    answered = check(client)
    for row in (answered[0], answered[1], answered[7]):
        body = {"name": row["名称"], "legal_class": "road", "within": "440106", "suggest": True}
        single = client.post(
            "/v1/naming/check", json=body, headers={"Accept-Language": "en"}
        ).get_json()
        assert row["result_verdict"] == single["verdict"]
        assert row["result_romanized"] == single["romanization"]["text"]
        assert row["result_suggestions"] == "; ".join(single["suggestions"])
        for outcome, column in (
            ("departure", "result_departures"),
            ("question", "result_questions"),
            ("not_examined", "result_not_examined"),
        ):
            told = [f for f in single["findings"] if f["outcome"] == outcome]
            assert row[column] == "; ".join(f"{f['rule']} {f['message']}" for f in told)


def test_rows_that_cannot_be_checked_say_why_and_the_others_are_checked(
    client: FlaskClient,
) -> None:
    answered = check(client)
    verdicts = [row["result_verdict"] for row in answered]
    assert verdicts == [
        *("admissible", "inadmissible", "doubtful", "", "admissible"),
        *("inadmissible", "", "undecided", ""),
    ]
    details = [row["result_detail"] for row in answered]
    assert "999999" in details[3]
    assert "name" in details[6].lower()
    assert "level" in details[8].lower()
    assert "太平镇" in answered[2]["result_like_names"]


def test_a_name_that_stands_in_an_earlier_row_is_told(client: FlaskClient) -> None:
    first, *_, again = (row["result_detail"] for row in check(client)[:5])
    assert first == ""
    assert "row 1" in again


def test_formulas_stay_text_that_no_spreadsheet_runs(client: FlaskClient) -> None:
    row = check(client)[5]
    assert (row["名称"], row["备注"]) == ('=HYPERLINK("http://x")', "=1+1")
    results = [text for column, text in row.items() if column.startswith("result_")]
    assert not [text for text in results if text.startswith(("=", "+", "-", "@"))]


def test_the_class_and_unit_of_rows_that_state_none(client: FlaskClient) -> None:
    text = "name,lon,lat\n云霞大厦,113.36,23.13\n云霞苑,x,23\n"
    first, second = check(client, text, legal_class="building", within="440106")
    assert first["result_verdict"] == "admissible"
    assert "NR-015" in first["result_not_examined"]
    assert "coordinates" in second["result_detail"] or "geometry" in second["result_detail"]


@pytest.mark.parametrize(
    ("text", "field"),
    [("a,b\n1,2\n", "data"), ("name\n云霞路\n", "legal_class"), ("", "data")],
)
def test_a_list_that_cannot_be_checked_is_refused(
    client: FlaskClient, text: str, field: str
) -> None:
    response = send(client, text)
    assert response.status_code == 400
    assert response.get_json()["field"] == field


def test_rows_of_another_width_and_empty_lines_disturb_no_other(client: FlaskClient) -> None:
    text = "\n名称;类别\n云霞路;road\n\n凌塘路\n紫荆路;road;440106\n幽兰巷;road\n"
    response = send(client, text)
    assert response.status_code == 200, response.text
    lines = list(csv.reader(io.StringIO(response.data.decode()), delimiter=";"))
    assert lines[0] == lines[3] == []
    header, road, short, long, lane = (line for line in lines if line)
    assert len(header) == len(road) == len(short) == len(lane)
    verdict = header.index("result_verdict")
    assert (road[verdict], lane[verdict]) == ("admissible", "admissible")
    assert (short[verdict], short[-1]) == ("", "Line 5 has 1 column, but the header has 2.")
    assert long[-1] == "Line 6 has 3 columns, but the header has 2."
