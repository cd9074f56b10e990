"""What must hold for every record of the shipped data, on every day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest

from gazetteer.ingest import StagedBatch
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, periods_overlap, sort_versions
from gazetteer.records.record_kinds import NAME_KINDS

Records = dict[str, dict[UUID, Timeline]]


@pytest.fixture(scope="module")
def records(timelines: tuple[Timeline, ...]) -> Records:
    """Timelines by kind and id; no id occurs twice."""
    found: Records = defaultdict(dict)
    for timeline in timelines:
        assert timeline.record_id not in found[timeline.kind], timeline
        found[timeline.kind][timeline.record_id] = timeline
    return found


def _first(span: Period) -> date:
    return span.start.on or date.min


def _disjoint(spans: Iterable[Period]) -> bool:
    ordered = sorted(spans, key=_first)
    return not any(periods_overlap(a, b) for a, b in pairwise(ordered))


def _covered(span: Period, frames: Iterable[Period]) -> bool:
    """Whether every day of a span lies in one of the frames."""
    at = _first(span)
    for frame in sorted(frames, key=_first):
        if _first(frame) <= at and (frame.end.on is None or at < frame.end.on):
            if frame.end.on is None:
                return True
            at = frame.end.on
            if span.end.on is not None and at >= span.end.on:
                return True
    return False


def test_every_version_has_the_fields_of_its_kind(records: Records) -> None:
    for kind, timelines in records.items():
        for timeline in timelines.values():
            assert timeline.versions
            assert sort_versions(timeline.versions) == timeline.versions
            for version in timeline.versions:
                NAME_KINDS[kind].serialize_attributes(version.attributes)


def test_every_reference_leads_to_a_record(records: Records) -> None:
    for kind, timelines in records.items():
        referring = [(f.name, f.target_kind) for f in NAME_KINDS[kind].fields if f.target_kind]
        for timeline in timelines.values():
            for version in timeline.versions:
                for name, target in referring:
                    value = version.attributes[name]
                    assert value is None or value in records[target], (kind, name, version)
                for act in (version.period.start.act, version.period.end.act):
                    assert act is None or act in records["act"]


def test_no_code_is_carried_by_two_units_on_one_day(records: Records) -> None:
    carried: dict[str, list[Period]] = defaultdict(list)
    for timeline in records["code"].values():
        for version in timeline.versions:
            carried[version.attributes["code"]].append(version.period)
    assert [code for code, spans in carried.items() if not _disjoint(spans)] == []


def test_every_unit_has_exactly_one_code_and_one_standard_name_on_every_day(
    records: Records,
) -> None:
    codes: dict[UUID, list[Period]] = defaultdict(list)
    for timeline in records["code"].values():
        for version in timeline.versions:
            codes[version.attributes["unit_id"]].append(version.period)
    names: dict[UUID, list[Period]] = defaultdict(list)
    for timeline in records["name"].values():
        for version in timeline.versions:
            if version.attributes["name_kind"] == "standard":
                names[version.attributes["place_id"]].append(version.period)
    for unit_id, timeline in records["unit"].items():
        place_id = timeline.versions[0].attributes["place_id"]
        for spans in (codes[unit_id], names[place_id]):
            assert _disjoint(spans)
            assert all(_covered(version.period, spans) for version in timeline.versions)


def test_no_unit_is_in_force_without_its_parents(records: Records) -> None:
    units = records["unit"]
    for timeline in units.values():
        for version in timeline.versions:
            for name in ("subordination_parent", "custody_parent"):
                parent = version.attributes[name]
                if parent is not None:
                    frames = [v.period for v in units[parent].versions]
                    assert _covered(version.period, frames), (timeline, name)


def test_only_provinces_have_no_parent_and_nobody_is_held_without_a_sovereign(
    records: Records,
) -> None:
    for timeline in records["unit"].values():
        for version in timeline.versions:
            level = version.attributes["level"]
            assert (version.attributes["subordination_parent"] is None) == (level == "province")


def test_every_year_of_the_records_is_preserved(shipped: StagedBatch, records: Records) -> None:
    """No day of effect leaves the year that the source gives."""
    assert shipped.row_counts["division_records.csv"] == 6823
    versions = [v for t in records["code"].values() for v in t.versions]
    upper = [v for v in versions if len(v.attributes["code"]) == 6]
    assert len([v for v in upper if v.period.end.on is None]) == 34 + 333 + 2846 + 18


def test_a_spelling_and_its_name_begin_and_end_together(records: Records) -> None:
    for timeline in records["spelling"].values():
        name = records["name"][timeline.versions[0].attributes["name_id"]]
        assert [v.period for v in timeline.versions] == [v.period for v in name.versions]
        assert {v.attributes["status"] for v in timeline.versions} == {"proposed"}


def test_a_name_has_one_spelling_in_a_system(records: Records) -> None:
    seen = [
        (t.versions[0].attributes["name_id"], t.versions[0].attributes["system"])
        for t in records["spelling"].values()
    ]
    assert len(seen) == len(set(seen))


def test_successions_begin_when_both_units_are_there(records: Records) -> None:
    units = records["unit"]
    for timeline in records["succession"].values():
        (version,) = timeline.versions
        old = units[version.attributes["from_unit"]].versions
        new = units[version.attributes["to_unit"]].versions
        day = version.period.start.on
        assert day is not None
        assert _first(old[0].period) <= day
        assert _first(new[0].period) <= day
        shares = (version.attributes["share_from"], version.attributes["share_to"])
        assert shares in ((None, None), (1.0, 1.0))


def test_the_shipped_data_is_read_without_a_rejected_row(shipped: StagedBatch) -> None:
    shipped.check_no_rejections()
    assert shipped.encodings.keys() == shipped.row_counts.keys()
    assert set(shipped.encodings.values()) == {"utf-8"}


def test_walking_through_again_gives_the_same_records(
    shipped: StagedBatch, timelines: tuple[Timeline, ...]
) -> None:
    assert all(once == again for once, again in zip(timelines, shipped, strict=True))
    assert len(timelines) <= len(shipped)
