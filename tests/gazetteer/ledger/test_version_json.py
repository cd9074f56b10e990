"""Versions as JSON and back, without the loss of a bit."""

import json
from datetime import date
from uuid import UUID

import numpy as np
import pytest

from boundaries.network.edge_versions import encode_line
from boundaries.schema.network_kinds import EDGE
from gazetteer.ledger.canonical_json import compute_digest, serialize_version
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.record_kind import Field, RecordKind
from gazetteer.ledger.version_json import parse_versions, serialize_versions
from gazetteer.ledger.versions import Version
from gazetteer.records.record_kinds import ACT, SUCCESSION, UNIT
from tests.gazetteer.ledger.registers import POINT

RECORD = UUID(int=1)
FIRST = PeriodEnd(date(1985, 5, 24), UUID(int=8), Precision.APPROVED)
LATER = PeriodEnd(date(2026, 7, 1), UUID(int=9), Precision.DAY)

UNIT_VERSION = {
    "level": "county",
    "unit_type": "县",
    "subordination_parent": UUID(int=2),
    "custody_parent": None,
    "place_id": UUID(int=3),
    "seat": POINT,
    "remark": '“引号” "\\ \n 😀',
}
ACT_VERSION = {
    "title": "国务院关于同意的批复",
    "number": None,
    "authority": None,
    "approved_on": date(2014, 1, 25),
    "effective_on": None,
    "announced_on": None,
    "implemented_on": None,
    "source": None,
    "remark": None,
}
SUCCESSION_VERSION = {
    "from_unit": UUID(int=2),
    "to_unit": UUID(int=3),
    "link_kind": "part_of",
    "share_from": 1 / 3,
    "share_to": 1e-05,
    "area_m2": 1.0e16,
    "source": None,
}
EDGE_VERSION = {
    "start_node": UUID(int=4),
    "end_node": UUID(int=5),
    "left_unit": UUID(int=2),
    "right_unit": None,
    "beyond": "outside",
    "geom": encode_line(np.array([(113.1, 23.2), (1 / 3, -1e-17)])),
    "accuracy_m": 10.0,
    "source": "survey",
}
SAMPLES = [
    (UNIT, UNIT_VERSION),
    (ACT, ACT_VERSION),
    (SUCCESSION, SUCCESSION_VERSION),
    (EDGE, EDGE_VERSION),
]


@pytest.mark.parametrize(
    ("kind", "attributes"), SAMPLES, ids=lambda part: getattr(part, "name", "")
)
def test_versions_come_back_as_they_were(kind: RecordKind, attributes: dict[str, object]) -> None:
    versions = (
        Version(Period(UNBOUNDED, FIRST), attributes),
        Version(Period(FIRST, LATER), attributes),
        Version(Period(LATER), attributes),
    )
    text = json.dumps(serialize_versions(kind, RECORD, versions))
    assert parse_versions(kind, json.loads(text)) == versions


@pytest.mark.parametrize(
    ("kind", "attributes"), SAMPLES, ids=lambda part: getattr(part, "name", "")
)
def test_versions_that_came_back_have_the_same_digest(
    kind: RecordKind, attributes: dict[str, object]
) -> None:
    version = Version(Period(FIRST, LATER), attributes)
    (body,) = serialize_versions(kind, RECORD, [version])
    (again,) = parse_versions(kind, [body])
    assert body == serialize_version(kind, RECORD, version)
    assert compute_digest(serialize_version(kind, RECORD, again)) == compute_digest(body)


def test_a_field_that_is_left_out_comes_back_without_a_value() -> None:
    (body,) = serialize_versions(UNIT, RECORD, [Version(Period(), {"level": "county"})])
    (version,) = parse_versions(UNIT, [body])
    assert version.attributes == {**dict.fromkeys(UNIT_VERSION), "level": "county"}


def test_a_field_that_is_younger_than_the_version_has_no_value() -> None:
    older = RecordKind("zone", (Field("name", required=True),))
    younger = RecordKind("zone", (*older.fields, Field("colour", added_later=True)))
    bodies = serialize_versions(older, RECORD, [Version(Period(), {"name": "甲"})])
    (version,) = parse_versions(younger, bodies)
    assert version.attributes == {"name": "甲", "colour": None}


def test_no_versions_are_none() -> None:
    assert serialize_versions(UNIT, RECORD, []) == []
    assert parse_versions(UNIT, []) == ()
