"""Reading features page by page, of other days and moments, and with GDAL."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient

from boundaries.register_ledger import LEDGER
from gazetteer.database.pool import open_pool
from gazetteer.ledger.period import Period
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from tests.web.ogc.conformance.feature_requests import (
    COLLECTIONS,
    EPSG,
    MOST,
    ROOT,
    Document,
    ExportedFeature,
    fetch_document,
    fetch_items,
    find_links,
    find_matches,
    list_ids,
    load_export,
    load_exported_divisions,
    strip_host,
)
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

CORRECTION = Changeset("surveyor", "measured anew", "correction")
LONGNAN_COUNTY, LONGNAN_CITY = "360727", "360783"
CONVERSION = date(2020, 6, 12)
"""The day on which the county became a city, which is another unit with another code."""


@pytest.fixture
def own_client(register_copy: str) -> Iterator[FlaskClient]:
    """A client of a service over a register that the test may change."""
    with open_pool(register_copy, 2 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        app.test_client_class = DescribedClient
        yield app.test_client()


def iter_pages(client: FlaskClient, collection: str, **query: Any) -> Iterator[Document]:
    """The pages of a request, one after the other by their links."""
    page = fetch_items(client, collection, query)
    yield page
    while links := find_links(page, "next"):
        page = client.get(strip_host(links[0]["href"])).get_json()
        yield page


def collect_ids(pages: list[Document]) -> list[str]:
    """The ids of the features of all pages."""
    return [id_ for page in pages for id_ in list_ids(page)]


def publish_nodes(database: str) -> list[UUID]:
    """Publish nodes that come first, in the middle and last in the order of pages."""
    ids = [UUID(digit * 32) for digit in ("0", "7", "f")]
    point = shapely.to_wkb(shapely.Point(113.25, 23.125), hex=True, byte_order=1).lower()
    attributes = {"location": point, "source": "tests"}
    with psycopg.connect(database, autocommit=True) as conn:
        statements = [Statement("node", id_, Period(), attributes) for id_ in ids]
        assert LEDGER.publish_statements(conn, CORRECTION, statements)
    return ids


def correct_place(database: str, id_: str) -> None:
    """Publish another source of a place: its version is a new one, which comes last."""
    columns = "legal_class, class_code, level, unit_id, within, location, source"
    with psycopg.connect(database, autocommit=True) as conn:
        row = conn.execute(
            f"SELECT {columns} FROM place_version WHERE record_id = %s AND upper_inf(recorded)",
            (id_,),
        ).fetchone()
        assert row is not None
        attributes = dict(zip(columns.split(", "), row, strict=True)) | {"source": "tests"}
        attributes["location"] = None
        statement = Statement("place", UUID(id_), Period(), attributes, replaces_later=True)
        assert LEDGER.publish_statements(conn, CORRECTION, [statement])


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("divisions", {}),
        ("edges", {}),
        ("nodes", {}),
        ("lines", {"level": "prefecture"}),
        ("places", {"within_code": "810012"}),
        ("divisions", {"datetime": "1990-01-01/2000-01-01", "bbox": "113,22,115,24"}),
        ("divisions", {"filter": "name LIKE '%区'", "crs": f"{EPSG}4547"}),
    ],
)
def test_pages_of_seven_give_each_feature_once(
    client: FlaskClient, collection: str, query: dict[str, str]
) -> None:
    whole = fetch_items(client, collection, {**query, "limit": MOST})
    pages = list(iter_pages(client, collection, **query, limit=7))
    assert collect_ids(pages) == list_ids(whole)
    assert len(set(list_ids(whole))) == whole["numberMatched"] == pages[0]["numberMatched"] > 14
    assert {len(page["features"]) for page in pages[:-1]} == {7}


def test_pages_of_all_places_and_lines_give_each_feature_once(
    client: FlaskClient, places: list[ExportedFeature]
) -> None:
    ids = collect_ids(list(iter_pages(client, "places", limit=9000)))
    assert sorted(ids) == sorted(one.id for one in places)
    pages = list(iter_pages(client, "lines", limit=300))
    ids = collect_ids(pages)
    assert len(ids) == len(set(ids)) == pages[0]["numberMatched"]


def test_what_is_published_between_two_pages_is_on_none_of_the_later_ones(
    own_client: FlaskClient, register_copy: str
) -> None:
    before = list_ids(fetch_items(own_client, "nodes", {"limit": MOST}))
    pages = iter_pages(own_client, "nodes", limit=7)
    ids = list_ids(next(pages))
    added = publish_nodes(register_copy)
    for page in pages:
        ids += list_ids(page)
    assert ids == before
    now = list_ids(fetch_items(own_client, "nodes", {"limit": MOST}))
    assert set(now) == {*before, *map(str, added)}


def test_a_place_that_is_corrected_between_two_pages_is_not_read_twice(
    own_client: FlaskClient, register_copy: str
) -> None:
    query = {"filter": "legal_class <> 'division' AND within_code = '445381'"}
    before = list_ids(fetch_items(own_client, "places", {**query, "limit": MOST}))
    assert len(before) > 14
    pages = iter_pages(own_client, "places", **query, limit=7)
    ids = list_ids(next(pages))
    correct_place(register_copy, ids[0])
    correct_place(register_copy, before[-1])
    for page in pages:
        ids += list_ids(page)
    assert ids == before
    now = list_ids(fetch_items(own_client, "places", {**query, "limit": MOST}))
    assert sorted(now) == sorted(before)
    assert now != before


def test_an_earlier_moment_of_knowledge_shows_what_was_known_then(
    own_client: FlaskClient, register_copy: str
) -> None:
    known_at = own_client.get("/status").get_json()["recorded_at"]
    (added, *_) = publish_nodes(register_copy)
    matched = fetch_items(own_client, "nodes", {"limit": 1})["numberMatched"]
    query = {"limit": 1, "known_at": known_at}
    assert fetch_items(own_client, "nodes", query)["numberMatched"] == matched - 3
    path = f"{ROOT}/collections/nodes/items/{added}"
    assert own_client.get(path).status_code == 200
    assert own_client.get(path, query_string={"known_at": known_at}).status_code == 404


def test_a_county_that_became_a_city_is_there_until_that_day(client: FlaskClient) -> None:
    eve = (CONVERSION - timedelta(days=1)).isoformat()
    for day, code, other in (
        (eve, LONGNAN_COUNTY, LONGNAN_CITY),
        (CONVERSION.isoformat(), LONGNAN_CITY, LONGNAN_COUNTY),
    ):
        path = f"/collections/divisions/items/{code}"
        unit = client.get(f"/v1/divisions/{code}?at={day}").get_json()
        feature = fetch_document(client, path, datetime=day)
        assert (feature["id"], feature["properties"]["name"]) == (unit["unit_id"], unit["name"])
        gone = f"{ROOT}/collections/divisions/items/{other}?datetime={day}"
        assert client.get(gone).status_code == 404
    assert fetch_items(client, "divisions", {"datetime": "1949-10-01"})["features"] == []


def test_of_an_interval_each_feature_is_returned_once_as_it_was_last(client: FlaskClient) -> None:
    since, until = date(2011, 1, 1), date(2020, 12, 31)
    query = {"datetime": f"{since}/{until}", "limit": MOST}
    page = fetch_items(client, "divisions", query)
    last: dict[str, ExportedFeature] = {}
    days = {until}
    for one in load_exported_divisions(client, at=str(since)):
        if one.properties["valid_to"] is not None:
            days.add(date.fromisoformat(one.properties["valid_to"]) - timedelta(days=1))
    for day in sorted(one for one in days if since <= one <= until):
        last |= {one.id: one for one in load_exported_divisions(client, at=str(day))}
    assert len(list_ids(page)) == len(set(list_ids(page)))
    assert set(list_ids(page)) == set(last)
    names = {one["id"]: one["properties"]["name"] for one in page["features"]}
    assert names == {id_: one.properties["name"] for id_, one in last.items()}
    assert find_matches(last.values(), lambda f: f.properties["code"] == LONGNAN_COUNTY)
    assert find_matches(last.values(), lambda f: f.properties["code"] == LONGNAN_CITY)


def test_an_interval_has_no_other_basis_than_the_dates_of_effect(client: FlaskClient) -> None:
    items = f"{ROOT}/collections/divisions/items"
    assert client.get(f"{items}?datetime=2020-01-01&basis=announced").status_code == 200
    refused = client.get(f"{items}?datetime=2020-01-01/..&basis=announced")
    assert (refused.status_code, refused.get_json()["field"]) == (400, "basis")


@pytest.mark.parametrize("code", [4490, 4326, 3857, 4546, 4547, 4548])
def test_the_same_features_come_in_every_system(client: FlaskClient, code: int) -> None:
    plain = fetch_items(client, "edges", {"limit": 50})
    moved = fetch_items(client, "edges", {"limit": 50, "crs": f"{EPSG}{code}"})
    assert list_ids(plain) == list_ids(moved)
    for one, other in zip(plain["features"], moved["features"], strict=True):
        assert one["properties"] == other["properties"]
        first, second = (len(each["geometry"]["coordinates"]) for each in (one, other))
        assert first == second


def test_a_feature_that_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    path = f"{ROOT}/collections/divisions/items/440106"
    etag = client.get(path).headers["ETag"]
    assert not etag.startswith("W/")
    again = client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    for query in (f"crs={EPSG}4547", "datetime=2000-01-01"):
        other = client.get(f"{path}?{query}", headers={"If-None-Match": etag})
        if other.status_code == 200:
            assert other.headers["ETag"] != etag
        else:
            assert other.status_code == 404


def test_an_entity_tag_changes_with_the_feature(
    own_client: FlaskClient, register_copy: str
) -> None:
    query = {"filter": "legal_class <> 'division' AND within_code = '445381'", "limit": 1}
    (id_,) = list_ids(fetch_items(own_client, "places", query))
    path = f"{ROOT}/collections/places/items/{id_}"
    etag = own_client.get(path).headers["ETag"]
    correct_place(register_copy, id_)
    changed = own_client.get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert changed.get_json()["properties"]["source"] == "tests"


def test_a_response_that_nobody_reads_leaves_the_service_free(client: FlaskClient) -> None:
    items = f"{ROOT}/collections/places/items?limit={MOST}"
    for _ in range(3):  # more than there are connections
        assert client.head(items).status_code == 200
        client.get(items).close()
        started = client.get(items)
        assert next(started.iter_encoded())
        started.close()
    assert fetch_items(client, "places", {"limit": 1})["features"]


def test_gdal_reads_every_collection(live_server: str, client: FlaskClient) -> None:
    source = f"OAPIF:{live_server}{ROOT}"
    assert sorted(name for name, _ in pyogrio.list_layers(source)) == sorted(COLLECTIONS)
    for collection in COLLECTIONS:
        matched = fetch_items(client, collection, {"limit": 1})["numberMatched"]
        assert pyogrio.read_info(source, layer=collection)["features"] == matched
        if collection != "places":
            meta, _, shapes, _ = pyogrio.raw.read(source, layer=collection)
            assert len(shapes) == matched
            assert {"id", "valid_from", "source"} <= set(meta["fields"].tolist())
    meta, _, shapes, columns = pyogrio.raw.read(
        source, layer="divisions", where="code = '440106'", columns=["name"]
    )
    assert columns[0].tolist() == ["天河区"]
    exported = load_export(client, "divisions", within="440106", level="county")
    (tianhe,) = (one.geometry for one in exported if one.properties["code"] == "440106")
    (found,) = shapely.from_wkb(shapes)
    assert shapely.equals_exact(found, tianhe, 1e-9, normalize=True)
    assert meta["crs"] == "EPSG:4490"
