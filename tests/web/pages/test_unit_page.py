"""The page of a unit, on the shipped register."""

import re

from flask.testing import FlaskClient


def facts(client: FlaskClient, path: str) -> dict[str, str]:
    """The facts at the head of a unit's page, by their heading."""
    page = client.get(path).get_data(as_text=True)
    found = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {heading: re.sub(r"<[^>]+>", "", text).strip() for heading, text in found}


def test_a_county_level_city_is_subordinate_to_the_province_and_in_custody_of_the_prefecture(
    client: FlaskClient,
) -> None:
    shown = facts(client, "/units/440783?lang=zh")
    assert (shown["隶属"], shown["代管"]) == ("广东省", "江门市")


def test_a_district_is_subordinate_to_its_city_and_in_nobodys_custody(client: FlaskClient) -> None:
    shown = facts(client, "/units/440106?lang=en")
    assert shown["Parent unit"] == "Guangzhou Shi (广州市)"
    assert not any(heading.startswith("Administered") for heading in shown)


def test_a_town_of_a_city_without_counties_is_subordinate_to_the_city(client: FlaskClient) -> None:
    assert facts(client, "/units/441900119?lang=zh")["隶属"] == "东莞市"


def test_readers_of_english_get_romanised_names_in_links(client: FlaskClient) -> None:
    page = client.get("/units/440106?lang=en").text
    crumbs = page.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
    assert "Guangdong Sheng" in crumbs and "Guangzhou Shi" in crumbs
    assert "<title>Tianhe Qu (天河区) 440106 · Register of Places and Boundaries</title>" in page


def test_the_source_of_a_boundary_is_in_the_language_of_the_reader(client: FlaskClient) -> None:
    page = client.get("/units/440106?lang=zh").text
    assert "界线来源：mapchina 0.1.0（CRAN），取自 OpenStreetMap 2019 至 2020 年数据" in page


def test_a_code_not_in_force_shows_its_units_and_who_received_them(client: FlaskClient) -> None:
    response = client.get("/units/440106?at=1984-06-01&lang=en", headers={"Accept": "text/html"})
    assert response.status_code == 404
    text = re.sub(r"<[^>]+>|\s+", " ", response.text)
    assert "Tianhe Qu ( 天河区 )" in re.sub(r" +", " ", text)
    assert "part transferred" in text and "split off as a new unit" in text


def test_a_day_before_a_code_shows_the_units_that_were_there(client: FlaskClient) -> None:
    page = client.get("/units/440606?at=1985-01-01").text  # Shunde
    assert "/units/440623?at=1985-01-01" in page
    assert "顺德县" in page
    page = client.get("/units/441900?at=1982-01-01&lang=en").text  # Dongguan
    assert "Dongguan Xian" in page
    assert "/units/440106?at=2000" not in client.get("/units/440106?at=2010-01-01").text
