"""The collections have the features that ``/v1/export`` has, with the same properties."""

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.conformance.feature_requests import (
    LEVELS,
    MOST,
    ExportedFeature,
    fetch_items,
    list_ids,
    load_export,
    select_ids,
)


@pytest.mark.parametrize("at", [None, "2014-02-12", "1985-01-01"])
@pytest.mark.parametrize("level", LEVELS)
def test_divisions_and_lines_are_those_of_the_export_at_each_level(
    client: FlaskClient, level: str, at: str | None
) -> None:
    moment, own = ({"at": at}, {"datetime": at}) if at else ({}, {})
    divisions = load_export(client, "divisions", level=level, **moment)
    assert select_ids(client, "divisions", {"level": level, **own}) == {one.id for one in divisions}
    lines = load_export(client, "lines", level=level, **moment)
    page = fetch_items(client, "lines", {"level": level, "limit": MOST, **own})
    names = ("left_code", "right_code", "beyond", "edges")
    expected = sorted([str(one.properties[name]) for name in names] for one in lines)
    assert expected == sorted(
        [str(one["properties"][name]) for name in names] for one in page["features"]
    )


@pytest.mark.parametrize("collection", ["edges", "nodes"])
@pytest.mark.parametrize("at", [None, "1990-01-01"])
def test_edges_and_nodes_are_those_of_the_export(
    client: FlaskClient, collection: str, at: str | None
) -> None:
    exported = load_export(client, collection, **({"at": at} if at else {}))
    page = fetch_items(client, collection, {"limit": MOST, **({"datetime": at} if at else {})})
    found = {one["id"]: one["properties"] for one in page["features"]}
    assert set(found) == {one.id for one in exported}
    for one in exported:
        own = {name: value for name, value in one.properties.items() if name in found[one.id]}
        assert found[one.id] == pytest.approx(own, nan_ok=True)


def test_places_are_those_of_the_export(client: FlaskClient, places: list[ExportedFeature]) -> None:
    for code in ("820000", "445381"):
        page = fetch_items(client, "places", {"within_code": code, "limit": MOST})
        expected = {one.id: one for one in places if one.properties["within_code"] == code}
        assert set(list_ids(page)) == set(expected)
        for one in page["features"]:
            exported = expected[one["id"]]
            assert one["properties"] == {
                name: exported.properties[name] for name in one["properties"]
            }
            assert (one["geometry"] is None) == (exported.geometry is None)
