"""A kind of record gets another field, and everything published before it stays what it was."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import pytest
from psycopg import Connection
from shapely import LineString, MultiPolygon, Point, box

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.canonical_json import compute_digest, serialize_version
from gazetteer.ledger.follower import Follower
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.record_kind import Field, FieldType, RecordKind
from gazetteer.ledger.versions import Statement, Version
from tests.gazetteer.ledger.registers import CORRECTION, LEDGER, publish

Conn = Connection[Any]

RECORD = UUID(int=1)
PERIOD = Period(
    PeriodEnd(date(1985, 5, 24), UUID(int=2), Precision.APPROVED),
    PeriodEnd(date(2014, 2, 12), None, Precision.DAY),
)
VALUES = {
    FieldType.TEXT: "天河 “区”",
    FieldType.UUID: UUID(int=3),
    FieldType.DATE: date(1985, 5, 24),
    FieldType.REAL: 1e16,
    FieldType.POINT: Point(113.25, 23.125).wkb_hex.lower(),
    FieldType.LINE: LineString([(113, 23), (114, 24)]).wkb_hex.lower(),
    FieldType.AREA: MultiPolygon([box(113, 23, 114, 24)]).wkb_hex.lower(),
}
PUBLISHED = {
    "act": (
        "6b2c7aff39e32f487331c8f8901d2f2f149bd35fb09e241a5555a478568353ea",
        "a81ceffd40c5adfe3b688f31b2570f2423b5115aabffdf12eb3bcb5af7efb8f0",
    ),
    "unit": (
        "5bb5bca92f7cc579b2b8ad0d22aac4e8650ef3866c51f40864cdb321fc393d97",
        "07f14b626e8b60ba529a55724cd8bcc8396a8a0688a064540461c721c597f0b3",
    ),
    "code": (
        "f41cbe54ccb1a54de47c65508dc5771b6416152821baa9827832d0950edd781f",
        "f41cbe54ccb1a54de47c65508dc5771b6416152821baa9827832d0950edd781f",
    ),
    "place": (
        "b72f1c5b4578d1629b9623a46187b9de30eb47d28bec5bdca8cba93b45ddefed",
        "2b6b92c3d4842081d40ae6884ca2bab60042f6710fc547e2dc23a05749bf7c5c",
    ),
    "name": (
        "61ef01ea250f749446fa58cf42c15c0170e790924ab3383d4dc561adb5e72ff4",
        "2a929531d7f4f764f54746233a2102cbd05b35f25adbb6d471fc769cf98556e4",
    ),
    "spelling": (
        "ffeb2d56682c3cf69929a1cc476ecf49a694aab6b149c763747c5f53620983a1",
        "435ebf4c915b16f50012ddc1497d465a6ccbedf39597ad142cc807f40310b88e",
    ),
    "succession": (
        "3690f8f8d6ef1188c566f6205d2135f229d0f7789d642e8e5c6e7d4bd6d36a3c",
        "85d35b6faea272418d770eb01b8e6bd35043660e996b714e3e7ec7b8f04e9044",
    ),
    "functional_area": (
        "5e46f44af6815ff43530d7612b3ae00b91af207798fba4dc741f562a95ff7363",
        "cf8d24f5c8d66e5c388f6c0f9cba613ba95e037805559d1628a9e6d9d936f632",
    ),
    "document": (
        "83e23d5288fc82dd202acf99fd7e7cf8bff74093cc7fe0f0d905ab8bcdaea1f5",
        "83e23d5288fc82dd202acf99fd7e7cf8bff74093cc7fe0f0d905ab8bcdaea1f5",
    ),
    "area": (
        "ca70346fc53a43592ffae0b524b387a828ef7b75d575984ca89ab8a6eb6bbe43",
        "65f2b1f031548224fa1823331b00eedff34f0ce3e0cc337810d1eac4a87570b0",
    ),
    "jurisdiction": (
        "aa69381bae5ea378d0512fe16f5779c8444e2409cf9e8cd9c389bd08043c9421",
        "1e43cb623efb71bb0559cc82fd380b550208202db8fa636395c7bf9f9526778d",
    ),
    "node": (
        "36904ac076cbcc720713395e0f6156b022149fc442d16b1e9e638eee2d2c62be",
        "36904ac076cbcc720713395e0f6156b022149fc442d16b1e9e638eee2d2c62be",
    ),
    "edge": (
        "1056fda3d8d59431ec3d964847c95e76e112e89e29916ddb97cfeb698e687e2a",
        "852c034c0e6db93aa919288a7876c6d10fbb75f5d64290432eb03487e5dfccdf",
    ),
}
"""Digests of a version of each kind with every field, and of one with the required fields only.

They are in the registers and in the copies of followers: none may ever change.
"""


def sample(kind: RecordKind, *, whole: bool) -> bytes:
    fields = [f for f in kind.fields if not f.added_later and (whole or f.required)]
    attributes = {field.name: VALUES[field.type] for field in fields}
    return compute_digest(serialize_version(kind, RECORD, Version(PERIOD, attributes)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_digests_of_what_was_published_stay(name: str) -> None:
    kind = REGISTER_KINDS[name]
    digests = tuple(sample(kind, whole=whole).hex() for whole in (True, False))
    assert digests == PUBLISHED[name]


def test_there_is_a_digest_of_every_kind() -> None:
    assert PUBLISHED.keys() == REGISTER_KINDS.keys()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_field_added_later_changes_a_digest_only_where_it_has_a_value(name: str) -> None:
    kind = REGISTER_KINDS[name]
    younger = replace(kind, fields=(*kind.fields, Field("motto", added_later=True)))
    assert sample(younger, whole=True) == sample(kind, whole=True)
    required = {f.name: VALUES[f.type] for f in kind.fields if f.required}
    with_value = Version(PERIOD, {**required, "motto": "务实"})
    assert compute_digest(serialize_version(younger, RECORD, with_value)) not in (
        sample(kind, whole=False),
        sample(kind, whole=True),
    )


def test_a_required_field_cannot_be_added_later() -> None:
    with pytest.raises(ValueError, match=r"field motto: .* cannot be required"):
        Field("motto", required=True, added_later=True)


@pytest.fixture
def zone_with_motto(monkeypatch: pytest.MonkeyPatch) -> RecordKind:
    """The kind of functional areas as a later release of the program declares it."""
    kind = REGISTER_KINDS["functional_area"]
    younger = replace(kind, fields=(*kind.fields, Field("motto", added_later=True)))
    assert isinstance(REGISTER_KINDS, dict)
    monkeypatch.setitem(REGISTER_KINDS, "functional_area", younger)
    return younger


def name_zone(record_id: UUID, start: date, **attributes: str) -> Statement:
    return Statement("functional_area", record_id, Period(PeriodEnd(start)), attributes)


def read_checksum(service: str) -> Mapping[str, Any]:
    with urlopen(f"{service}/v1/checksum") as response:
        checksum: Mapping[str, Any] = json.load(response)
        return checksum


def test_a_copy_from_before_the_field_follows_a_register_that_has_it(
    service: str, conn: Conn, tmp_path: Any, request: pytest.FixtureRequest
) -> None:
    copy = Follower(service, tmp_path / "copy.sqlite")
    publish(conn, name_zone(UUID(int=1), date(1993, 5, 12), name="南沙开发区"))
    publish(conn, name_zone(UUID(int=2), date(2009, 8, 14), name="横琴新区"))
    assert copy.catch_up()
    before = read_checksum(service)

    conn.execute("ALTER TABLE functional_area_version ADD COLUMN motto text")
    request.getfixturevalue("zone_with_motto")
    assert read_checksum(service) == before
    assert list(find_tampering(conn, LEDGER.kinds)) == []
    renamed = name_zone(UUID(int=2), date(2021, 9, 5), name="横琴深合区", motto="琴澳一体")
    publish(conn, renamed, why=CORRECTION)
    assert copy.catch_up()  # without starting again: every version that ends is in the copy

    checksum = read_checksum(service)
    assert (copy.seq, copy.compute_checksum()) == (checksum["seq"], checksum["checksum"])
    assert list(find_tampering(conn, LEDGER.kinds)) == []
    fresh = Follower(service, tmp_path / "fresh.sqlite")
    assert fresh.catch_up()
    assert fresh.compute_checksum() == copy.compute_checksum()
    bodies = [json.loads(row[0]) for row in copy.database.execute("SELECT body FROM version")]
    mottos = {body["attributes"]["name"]: body["attributes"].get("motto", "") for body in bodies}
    assert mottos == {"南沙开发区": "", "横琴新区": "", "横琴深合区": "琴澳一体"}
    assert sum("motto" in body["attributes"] for body in bodies) == 1
