"""The page of an address shows without a script what the API returns."""

from flask.testing import FlaskClient


def test_an_address_is_shown_with_its_unit_segments_deductions_and_derivation(
    client: FlaskClient,
) -> None:
    page = client.get("/geocode", query_string={"address": "广东省萝岗区科学大道100号"}).text
    assert "黄埔区" in page
    assert 'data-chain="440112 440100 440000"' in page
    assert "按前身名称匹配：萝岗区" in page
    assert "piece--road" in page and "piece--door" in page
    assert "<details" in page


def test_each_candidate_leads_to_the_address_that_means_it(client: FlaskClient) -> None:
    page = client.get("/geocode", query_string={"address": "朝阳区"}).text
    assert "有歧义" in page
    assert "/geocode?address=%E5%8C%97%E4%BA%AC%E5%B8%82%E6%9C%9D%E9%98%B3%E5%8C%BA" in page


def test_the_page_keeps_to_its_date_and_language(client: FlaskClient) -> None:
    query = {"address": "萝岗区", "at": "2010-06-01", "lang": "en"}
    page = client.get("/geocode", query_string=query).text
    assert "440116" in page
    assert "Shown as of 1 June 2010." in page


def test_markup_in_an_address_stays_text(client: FlaskClient) -> None:
    page = client.get("/geocode", query_string={"address": "天河区<b>x</b>"}).text
    assert "<b>x" not in page


def test_the_forms_work_without_a_script(client: FlaskClient) -> None:
    actions = {
        "/geocode": "/v1/geocode/csv",
        "/coverage": "/v1/coverage/csv",
        "/codes": "/v1/codes/translate/csv",
    }
    for path, action in actions.items():
        page = client.get(path).text
        assert f'method="post" action="{action}" enctype="multipart/form-data"' in page
        assert 'name="columns"' in page
