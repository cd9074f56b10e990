"""What the page of a unit tells, on the shipped register."""

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
    told = facts(client, "/units/440783?lang=zh")
    assert (told["隶属"], told["代管"]) == ("广东省", "江门市")


def test_a_district_is_subordinate_to_its_city_and_in_nobodys_custody(client: FlaskClient) -> None:
    told = facts(client, "/units/440106?lang=en")
    assert told["Subordinate to"] == "广州市"
    assert "In custody of" not in told


def test_a_town_of_a_city_without_counties_is_subordinate_to_the_city(client: FlaskClient) -> None:
    assert facts(client, "/units/441900119?lang=zh")["隶属"] == "东莞市"
