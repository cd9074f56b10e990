"""Proposals for the findings of a file, and a copy of it in which chosen ones are done."""

from pathlib import Path

import numpy as np
import orjson
import pytest
import shapely

from boundaries.layers.layer_reader import read_layer
from boundaries.rules.common.tolerances import Tolerances
from boundaries.validation.corrected_layer import write_corrected_layer
from boundaries.validation.proposal_rows import serialize_proposal
from boundaries.validation.repair_proposals import (
    ProposalChoice,
    ProposalEngine,
    ProposalRequest,
    apply_choices,
    build_empty_proposal_set,
    parse_choice,
    propose_for_findings,
)
from boundaries.validation.report_formats import write_report
from boundaries.validation.sandbox import (
    CopyOptions,
    ReportOptions,
    SandboxLimits,
    validate_in_subprocess,
)
from boundaries.validation.validation_report import (
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    validate_file,
)
from gazetteer.problems import InvalidValue
from tests.boundaries.validation import samples

BY = ValidationOptions()
FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"


def nothing(*_: object) -> None:
    """Nobody listens."""


def judged(path: Path, *, planar: bool = True) -> ValidationReport:
    return validate_file(path, ReadOptions(planar=planar), BY, nothing)


@pytest.fixture
def report(tmp_path: Path) -> ValidationReport:
    return judged(samples.planar(tmp_path / "p.geojson"))


def of_rule(report: ValidationReport, rule: str) -> str:
    return next(finding.id for finding in report.findings if finding.rule == rule)


def test_each_finding_has_its_own_with_names_distances_and_gains(report: ValidationReport) -> None:
    found = propose_for_findings(
        report, ProposalRequest(), ProposalEngine(report.layer, BY), nothing
    )
    assert (
        set(found.by_finding) == {finding.id for finding in report.findings}
        and found.skipped_count == 0
    )
    trims = [
        serialize_proposal(p, report.layer.names, "en")
        for p in found.by_finding[of_rule(report, "TOP-COV-01")]
    ]
    assert {(row["way"], row["feature"]) for row in trims} == {("trim", "B"), ("trim", "E")}
    b = next(row for row in trims if row["feature"] == "B")
    assert {g["feature"]: round(g["gain_m2"]) for g in b["gains"]} == {"B": -120_000, "E": 0}
    assert b["furthest_m"] == b["moves"][0]["distance_m"] == pytest.approx(300)
    assert b["moved"] == len(b["moves"])
    assert "B gives up what overlaps" in b["message"] and "B -120000.00 m²" in b["message"]


def test_what_is_chosen_is_done_and_nothing_else(report: ValidationReport) -> None:
    overlap = of_rule(report, "TOP-COV-01")
    before = report.layer.geometries.copy()
    done = apply_choices(
        report, [ProposalChoice(overlap, "trim", "B")], ProposalEngine(report.layer, BY)
    )
    assert [step.way for step in done.steps] == ["trim"]
    changed = {done.layer.names[i] for i in range(len(done.layer))
               if done.layer.geometries[i] is not before[i]}  # fmt: skip
    assert changed <= {"B", "E"} and "B" in changed
    assert all(a is b for a, b in zip(report.layer.geometries, before, strict=True))
    area = dict(zip(done.layer.names, shapely.area(done.layer.geometries), strict=True))
    whole = dict(zip(report.layer.names, shapely.area(before), strict=True))
    assert area["B"] == pytest.approx(whole["B"] - 120_000) and area["E"] == whole["E"]


def test_several_are_done_one_after_the_other_and_the_copy_has_no_finding(
    report: ValidationReport, tmp_path: Path
) -> None:
    chosen = [
        parse_choice(f"{of_rule(report, 'TOP-COV-01')}=trim:B"),
        *(
            parse_choice(f"{finding.id}=fill:{'A' if 'A' in names else 'B'}")
            for finding in report.findings
            if finding.rule == "TOP-COV-02"
            for names in [[report.layer.names[f] for f in finding.features]]
        ),
    ]
    done = apply_choices(report, chosen, ProposalEngine(report.layer, BY))
    assert len(done.steps) == len(chosen)
    copy = tmp_path / "copy.gpkg"
    write_corrected_layer(copy, done.layer, "gpkg", None)
    assert {f.rule for f in judged(copy).findings} == {f.rule for f in report.findings} - {
        "TOP-COV-01",
        "TOP-COV-02",
    }


def test_a_vertex_that_is_fixed_stays(report: ValidationReport) -> None:
    overlap = next(f for f in report.findings if f.rule == "TOP-COV-01")
    free = ProposalEngine(report.layer, BY).find_proposals(overlap)
    corner = np.array([[1200.0, 2000.4]])  # no vertex of B, which gets it by the way
    assert len(ProposalEngine(report.layer, BY, corner).find_proposals(overlap)) == len(free)
    marker = np.array([[1200.0, 1700.4]])  # of E
    kept = ProposalEngine(report.layer, BY, marker).find_proposals(overlap)
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
    report: ValidationReport, texts: list[str], words: str
) -> None:
    overlap = of_rule(report, "TOP-COV-01")
    with pytest.raises(InvalidValue, match=words) as refused:
        chosen = [parse_choice(text.format(overlap=overlap)) for text in texts]
        apply_choices(report, chosen, ProposalEngine(report.layer, BY))
    assert refused.value.field == "accept"


def test_number_and_time_are_bounded_and_what_was_left_is_counted(report: ValidationReport) -> None:
    proposing = ProposalEngine(report.layer, BY)
    assert build_empty_proposal_set(report, ProposalRequest()).skipped_count == 2
    assert (
        len(
            propose_for_findings(
                report, ProposalRequest(max_findings=1), proposing, nothing
            ).by_finding
        )
        == 1
    )
    assert (
        propose_for_findings(report, ProposalRequest(seconds=0), proposing, nothing).skipped_count
        == 2
    )
    one = of_rule(report, "TOP-COV-02")
    assert set(
        propose_for_findings(report, ProposalRequest((one,)), proposing, nothing).by_finding
    ) == {one}


def test_real_borders_that_differ_by_millimetres_can_be_settled() -> None:
    report = judged(FIXTURE, planar=False)
    found = propose_for_findings(
        report, ProposalRequest(), ProposalEngine(report.layer, BY), nothing
    )
    ways = [[(p.way, report.layer.names[p.feature]) for p in ps if p.feature is not None]
            for ps in found.by_finding.values()]  # fmt: skip
    assert [("snap", "440403"), ("snap", "440705")] in ways
    assert all(p.furthest_m < 0.005 for ps in found.by_finding.values() for p in ps)


def test_tables_tell_proposals_in_words(report: ValidationReport, tmp_path: Path) -> None:
    found = propose_for_findings(
        report, ProposalRequest(), ProposalEngine(report.layer, BY), nothing
    )
    write_report(report, tmp_path / "f.csv", "csv", "zh", found)
    text = (tmp_path / "f.csv").read_text("utf-8-sig")
    assert "proposals" in text and "B 让出重叠部分" in text


def test_a_child_tells_how_far_it_is_and_keeps_the_findings_when_proposals_take_too_long(
    tmp_path: Path,
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    heard, result = tmp_path / "heard.json", tmp_path / "result"
    wanted = ReportOptions("geojson", "en", proposals=ProposalRequest())
    enough = SandboxLimits(250, 4 << 30)
    validate_in_subprocess(path, ReadOptions(planar=True), BY, wanted, result, enough, heard)
    content = orjson.loads(result.read_bytes())
    assert content["summary"]["proposals"] == {"findings": 2, "left": 0}
    assert all(f["properties"]["proposals"] for f in content["features"])
    assert orjson.loads(heard.read_bytes())["what"] == "propose"
    # The file of before stands for a report that was there when time was up.
    validate_in_subprocess(
        path, ReadOptions(planar=True), BY, wanted, result, SandboxLimits(0.01, 4 << 30)
    )
    assert orjson.loads(result.read_bytes()) == content


@pytest.mark.parametrize("format_", ["gpkg", "geojson", "shp"])
def test_a_copy_has_the_attributes_and_the_system_of_the_file(tmp_path: Path, format_: str) -> None:
    source = tmp_path / "s.geojson"
    samples.sound(source)
    report = judged(source, planar=False)
    path = tmp_path / ("c.zip" if format_ == "shp" else f"c.{format_}")
    write_corrected_layer(path, report.layer, format_, None)
    copy = read_layer(path)
    assert copy.codes == report.layer.codes
    assert shapely.equals_identical(
        shapely.normalize(copy.geometries), shapely.normalize(report.layer.geometries)
    ).all()
    write_corrected_layer(path, report.layer, format_, "4547")
    projected = read_layer(path)
    assert "4547" in str(projected.declared_crs) or "114E" in str(projected.declared_crs)
    write_corrected_layer(path, projected, format_, None)
    assert read_layer(path).declared_crs == projected.declared_crs


def test_a_copy_by_a_child_names_what_it_cannot_accept(tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    wanted = CopyOptions("gpkg", ("0000=snap:A",))
    with pytest.raises(InvalidValue) as refused:
        limits = SandboxLimits(250, 4 << 30)
        validate_in_subprocess(path, ReadOptions(planar=True), BY, wanted, tmp_path / "r", limits)
    assert refused.value.field == "accept"
    assert Tolerances() == BY.tolerances
