"""Proposals for the findings of a file, and a copy of it in which chosen ones are done."""

from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from boundaries.layers.read import read_layer
from boundaries.rules.tolerances import Tolerances
from boundaries.validation.child import Limits, Wanted, WantedCopy, judged_apart
from boundaries.validation.copies import write_copy
from boundaries.validation.formats import written
from boundaries.validation.proposing import (
    Choice,
    Proposing,
    Sought,
    choice,
    corrected,
    not_yet,
    proposed,
)
from boundaries.validation.report import Judging, Reading, Report, validate
from boundaries.validation.telling_proposals import proposal_row
from gazetteer.problems import InvalidValue
from tests.boundaries.validation import samples

BY = Judging()
FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"


def nothing(*_: object) -> None:
    """Nobody listens."""


def judged(path: Path, *, planar: bool = True) -> Report:
    return validate(path, Reading(planar=planar), BY, nothing)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return judged(samples.planar(tmp_path / "p.geojson"))


def of_rule(report: Report, rule: str) -> str:
    return next(finding.id for finding in report.findings if finding.rule == rule)


def test_each_finding_has_its_own_with_names_distances_and_gains(report: Report) -> None:
    found = proposed(report, Sought(), Proposing(report.layer, BY), nothing)
    assert set(found.of) == {finding.id for finding in report.findings} and found.left == 0
    trims = [
        proposal_row(p, report.layer.names, "en") for p in found.of[of_rule(report, "TOP-COV-01")]
    ]
    assert {(row["way"], row["feature"]) for row in trims} == {("trim", "B"), ("trim", "E")}
    b = next(row for row in trims if row["feature"] == "B")
    assert {g["feature"]: round(g["gain_m2"]) for g in b["gains"]} == {"B": -120_000, "E": 0}
    assert b["furthest_m"] == b["moves"][0]["distance_m"] == pytest.approx(300)
    assert b["moved"] == len(b["moves"])
    assert "B gives up what overlaps" in b["message"] and "B -120000.00 m²" in b["message"]


def test_what_is_chosen_is_done_and_nothing_else(report: Report) -> None:
    overlap = of_rule(report, "TOP-COV-01")
    before = report.layer.geometries.copy()
    done = corrected(report, [Choice(overlap, "trim", "B")], Proposing(report.layer, BY))
    assert [step.way for step in done.steps] == ["trim"]
    changed = {done.layer.names[i] for i in range(len(done.layer))
               if done.layer.geometries[i] is not before[i]}  # fmt: skip
    assert changed <= {"B", "E"} and "B" in changed
    assert all(a is b for a, b in zip(report.layer.geometries, before, strict=True))
    area = dict(zip(done.layer.names, shapely.area(done.layer.geometries), strict=True))
    whole = dict(zip(report.layer.names, shapely.area(before), strict=True))
    assert area["B"] == pytest.approx(whole["B"] - 120_000) and area["E"] == whole["E"]


def test_several_are_done_one_after_the_other_and_the_copy_has_no_finding(
    report: Report, tmp_path: Path
) -> None:
    chosen = [
        choice(f"{of_rule(report, 'TOP-COV-01')}=trim:B"),
        *(
            choice(f"{finding.id}=fill:{'A' if 'A' in names else 'B'}")
            for finding in report.findings
            if finding.rule == "TOP-COV-02"
            for names in [[report.layer.names[f] for f in finding.features]]
        ),
    ]
    done = corrected(report, chosen, Proposing(report.layer, BY))
    assert len(done.steps) == len(chosen)
    copy = tmp_path / "copy.gpkg"
    write_copy(copy, done.layer, "gpkg", None)
    assert {f.rule for f in judged(copy).findings} == {f.rule for f in report.findings} - {
        "TOP-COV-01",
        "TOP-COV-02",
    }


def test_a_vertex_that_is_fixed_stays(report: Report) -> None:
    overlap = next(f for f in report.findings if f.rule == "TOP-COV-01")
    free = Proposing(report.layer, BY).about(overlap)
    corner = np.array([[1200.0, 2000.4]])  # no vertex of B, which gets it by the way
    assert len(Proposing(report.layer, BY, corner).about(overlap)) == len(free)
    marker = np.array([[1200.0, 1700.4]])  # of E
    kept = Proposing(report.layer, BY, marker).about(overlap)
    assert [p.feature for p in kept] == [1]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["0000=snap:A"], "no finding with this id"),
        (["{overlap}=snap:B"], "no such proposal"),
        (["{overlap}=trim:X"], "no such proposal"),
        (["{overlap}=trim:B", "{overlap}=trim:E"], "any more"),
        (["{overlap}"], "ID=WAY:UNIT"),
    ],
)
def test_what_cannot_be_done_is_refused_by_its_id(
    report: Report, texts: list[str], words: str
) -> None:
    overlap = of_rule(report, "TOP-COV-01")
    with pytest.raises(InvalidValue, match=words) as refused:
        chosen = [choice(text.format(overlap=overlap)) for text in texts]
        corrected(report, chosen, Proposing(report.layer, BY))
    assert refused.value.field == "accept"


def test_number_and_time_are_bounded_and_what_was_left_is_counted(report: Report) -> None:
    proposing = Proposing(report.layer, BY)
    assert not_yet(report, Sought()).left == 2
    assert len(proposed(report, Sought(most=1), proposing, nothing).of) == 1
    assert proposed(report, Sought(seconds=0), proposing, nothing).left == 2
    one = of_rule(report, "TOP-COV-02")
    assert set(proposed(report, Sought((one,)), proposing, nothing).of) == {one}


def test_real_borders_that_differ_by_millimetres_can_be_settled() -> None:
    report = judged(FIXTURE, planar=False)
    found = proposed(report, Sought(), Proposing(report.layer, BY), nothing)
    ways = [[(p.way, report.layer.names[p.feature]) for p in ps if p.feature is not None]
            for ps in found.of.values()]  # fmt: skip
    assert [("snap", "440403"), ("snap", "440705")] in ways
    assert all(p.furthest_m < 0.005 for ps in found.of.values() for p in ps)


def test_tables_tell_proposals_in_words(report: Report, tmp_path: Path) -> None:
    found = proposed(report, Sought(), Proposing(report.layer, BY), nothing)
    written(report, tmp_path / "f.csv", "csv", "zh", found)
    text = (tmp_path / "f.csv").read_text("utf-8-sig")
    assert "proposals" in text and "B 让出重叠部分" in text


def test_a_child_tells_how_far_it_is_and_keeps_the_findings_when_proposals_take_too_long(
    tmp_path: Path,
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    heard, result = tmp_path / "heard.json", tmp_path / "result"
    wanted = Wanted("geojson", "en", proposals=Sought())
    enough = Limits(250, 4 << 30)
    judged_apart(path, Reading(planar=True), BY, wanted, result, enough, heard)
    content = orjson.loads(result.read_bytes())
    assert content["summary"]["proposals"] == {"findings": 2, "left": 0}
    assert all(f["properties"]["proposals"] for f in content["features"])
    assert orjson.loads(heard.read_bytes())["what"] == "propose"
    # The file of before stands for a report that was there when time was up.
    judged_apart(path, Reading(planar=True), BY, wanted, result, Limits(0.01, 4 << 30))
    assert orjson.loads(result.read_bytes()) == content


@pytest.mark.parametrize("format_", ["gpkg", "geojson", "shp"])
def test_a_copy_has_the_attributes_and_the_system_of_the_file(tmp_path: Path, format_: str) -> None:
    source = tmp_path / "s.geojson"
    samples.sound(source)
    report = judged(source, planar=False)
    path = tmp_path / ("c.zip" if format_ == "shp" else f"c.{format_}")
    write_copy(path, report.layer, format_, None)
    copy = read_layer(path)
    assert copy.codes == report.layer.codes
    assert shapely.equals_identical(
        shapely.normalize(copy.geometries), shapely.normalize(report.layer.geometries)
    ).all()
    write_copy(path, report.layer, format_, "4547")
    projected = read_layer(path)
    assert "4547" in str(projected.declared_crs) or "114E" in str(projected.declared_crs)
    write_copy(path, projected, format_, None)
    assert read_layer(path).declared_crs == projected.declared_crs


def test_a_copy_by_a_child_names_what_it_cannot_accept(tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    wanted = WantedCopy("gpkg", ("0000=snap:A",))
    with pytest.raises(InvalidValue) as refused:
        limits = Limits(250, 4 << 30)
        judged_apart(path, Reading(planar=True), BY, wanted, tmp_path / "r", limits)
    assert refused.value.field == "accept"
    assert Tolerances() == BY.tolerances
