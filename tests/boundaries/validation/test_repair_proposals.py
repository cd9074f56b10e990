"""Repair proposals for the findings of a file, and a copy of it with the chosen ones applied."""

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
    ProposalSet,
    apply_choices,
    build_empty_proposal_set,
    parse_choice,
    propose_for_findings,
)
from boundaries.validation.report_formats import write_report
from boundaries.validation.sandbox import (
    CopyOptions,
    ReportOptions,
    validate_in_subprocess,
)
from boundaries.validation.validation_report import (
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    validate_file,
)
from gazetteer.limited_process import ProcessLimits
from gazetteer.problems import InvalidValue
from tests.boundaries.validation import samples

OPTIONS = ValidationOptions()
ENOUGH = ProcessLimits(250, 4 << 30)
FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"


def ignore_progress(*_: object) -> None:
    """Nobody waits."""


def validate(path: Path, *, planar: bool = True) -> ValidationReport:
    return validate_file(path, ReadOptions(planar=planar), OPTIONS, ignore_progress)


def propose(report: ValidationReport, request: ProposalRequest) -> ProposalSet:
    engine = ProposalEngine(report.layer, OPTIONS)
    return propose_for_findings(report, request, engine, ignore_progress)


@pytest.fixture
def report(tmp_path: Path) -> ValidationReport:
    return validate(samples.planar(tmp_path / "p.geojson"))


def first_of_rule(report: ValidationReport, rule: str) -> str:
    return next(finding.id for finding in report.findings if finding.rule == rule)


def test_each_finding_has_proposals_with_names_distances_and_gains(
    report: ValidationReport,
) -> None:
    proposals = propose(report, ProposalRequest())
    assert set(proposals.by_finding) == {finding.id for finding in report.findings}
    assert proposals.skipped_count == 0
    trims = [
        serialize_proposal(p, report.layer.names, "en")
        for p in proposals.by_finding[first_of_rule(report, "TOP-COV-01")]
    ]
    assert {(row["way"], row["feature"]) for row in trims} == {("trim", "B"), ("trim", "E")}
    b = next(row for row in trims if row["feature"] == "B")
    assert {g["feature"]: round(g["gain_m2"]) for g in b["gains"]} == {"B": -120_000, "E": 0}
    assert b["furthest_m"] == b["moves"][0]["distance_m"] == pytest.approx(300)
    assert b["moved"] == len(b["moves"])
    assert b["message"] == (
        f"Remove the overlap from B; {b['moved']} vertices change, by up to 300.000 m;"
        " change in area: B -120000.00 m², E +0.00 m²."
    )


def test_only_the_chosen_proposal_is_applied(report: ValidationReport) -> None:
    overlap = first_of_rule(report, "TOP-COV-01")
    before = report.layer.geometries.copy()
    choices = [ProposalChoice(overlap, "trim", "B")]
    correction = apply_choices(report, choices, ProposalEngine(report.layer, OPTIONS))
    assert [step.way for step in correction.steps] == ["trim"]
    corrected = correction.layer
    changed = {corrected.names[i] for i in range(len(corrected))
               if corrected.geometries[i] is not before[i]}  # fmt: skip
    assert changed <= {"B", "E"} and "B" in changed
    assert all(a is b for a, b in zip(report.layer.geometries, before, strict=True))
    area = dict(zip(corrected.names, shapely.area(corrected.geometries), strict=True))
    whole = dict(zip(report.layer.names, shapely.area(before), strict=True))
    assert area["B"] == pytest.approx(whole["B"] - 120_000) and area["E"] == whole["E"]


def test_choices_are_applied_in_turn_and_their_findings_are_gone(
    report: ValidationReport, tmp_path: Path
) -> None:
    choices = [
        parse_choice(f"{first_of_rule(report, 'TOP-COV-01')}=trim:B"),
        *(
            parse_choice(f"{finding.id}=fill:{'A' if 'A' in names else 'B'}")
            for finding in report.findings
            if finding.rule == "TOP-COV-02"
            for names in [[report.layer.names[f] for f in finding.features]]
        ),
    ]
    correction = apply_choices(report, choices, ProposalEngine(report.layer, OPTIONS))
    assert len(correction.steps) == len(choices)
    copy = tmp_path / "copy.gpkg"
    write_corrected_layer(copy, correction.layer, "gpkg", None)
    assert {f.rule for f in validate(copy).findings} == {f.rule for f in report.findings} - {
        "TOP-COV-01",
        "TOP-COV-02",
    }


def test_fixed_vertices_do_not_move(report: ValidationReport) -> None:
    overlap = next(f for f in report.findings if f.rule == "TOP-COV-01")
    free = ProposalEngine(report.layer, OPTIONS).find_proposals(overlap)
    corner = np.array([[1200.0, 2000.4]])  # no vertex of B before the repair
    assert len(ProposalEngine(report.layer, OPTIONS, corner).find_proposals(overlap)) == len(free)
    marker = np.array([[1200.0, 1700.4]])  # of E
    allowed = ProposalEngine(report.layer, OPTIONS, marker).find_proposals(overlap)
    assert [p.feature for p in allowed] == [1]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["0000=snap:A"], "no_such_finding"),
        (["{overlap}=snap:B"], "not_offered"),
        (["{overlap}=trim:X"], "not_offered"),
        (["{overlap}=trim:B", "{overlap}=trim:E"], "not_offered"),
    ],
)
def test_impossible_choices_are_refused_by_their_id(
    report: ValidationReport, texts: list[str], reason: str
) -> None:
    overlap = first_of_rule(report, "TOP-COV-01")
    choices = [parse_choice(text.format(overlap=overlap)) for text in texts]
    engine = ProposalEngine(report.layer, OPTIONS)
    with pytest.raises(InvalidValue) as refused:
        apply_choices(report, choices, engine)
    assert refused.value.field == "accept"
    assert refused.value.message.id == f"proposal.{reason}"
    assert refused.value.text("zh").startswith(f"{choices[-1]}：")


@pytest.mark.parametrize("text", ["", "0a1b", "=snap:A", "0a1b=:A"])
def test_a_choice_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="ID=WAY:UNIT") as refused:
        parse_choice(text)
    assert refused.value.field == "accept"


def test_a_choice_is_written_as_it_is_parsed() -> None:
    for text in ("0a1b=snap:440106", "0a1b=clean"):
        assert str(parse_choice(text)) == text


def test_number_and_time_are_limited_and_skipped_findings_are_counted(
    report: ValidationReport,
) -> None:
    assert build_empty_proposal_set(report, ProposalRequest()).skipped_count == 2
    assert len(propose(report, ProposalRequest(max_findings=1)).by_finding) == 1
    assert propose(report, ProposalRequest(seconds=0)).skipped_count == 2
    one = first_of_rule(report, "TOP-COV-02")
    assert set(propose(report, ProposalRequest((one,))).by_finding) == {one}


def test_real_borders_that_differ_by_millimetres_can_be_repaired() -> None:
    report = validate(FIXTURE, planar=False)
    found = propose(report, ProposalRequest())
    ways = [[(p.way, report.layer.names[p.feature]) for p in ps if p.feature is not None]
            for ps in found.by_finding.values()]  # fmt: skip
    assert [("snap", "440403"), ("snap", "440705")] in ways
    assert all(p.furthest_m < 0.005 for ps in found.by_finding.values() for p in ps)


def test_tables_have_proposals_in_words(report: ValidationReport, tmp_path: Path) -> None:
    found = propose(report, ProposalRequest())
    write_report(report, tmp_path / "f.csv", "csv", "zh", found)
    text = (tmp_path / "f.csv").read_text("utf-8-sig")
    assert "proposals" in text and "从 B 中扣除重叠部分；" in text and "B -120000.00 平方米" in text


def test_a_child_reports_progress_and_keeps_the_findings_when_proposals_take_too_long(
    tmp_path: Path,
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    progress, result = tmp_path / "progress.json", tmp_path / "result"
    output, reading = ReportOptions("geojson", "en", proposals=ProposalRequest()), ReadOptions(True)
    validate_in_subprocess(path, reading, OPTIONS, output, result, ENOUGH, progress)
    content = orjson.loads(result.read_bytes())
    assert content["summary"]["proposals"] == {"findings": 2, "left": 0}
    assert all(f["properties"]["proposals"] for f in content["features"])
    assert orjson.loads(progress.read_bytes())["what"] == "propose"
    # The result of the first run takes the part of a report that was complete in time.
    too_short = ProcessLimits(0.01, 4 << 30)
    validate_in_subprocess(path, reading, OPTIONS, output, result, too_short)
    assert orjson.loads(result.read_bytes()) == content


@pytest.mark.parametrize("format_", ["gpkg", "geojson", "shp"])
def test_a_copy_has_the_attributes_and_the_system_of_the_file(tmp_path: Path, format_: str) -> None:
    source = tmp_path / "s.geojson"
    samples.sound(source)
    report = validate(source, planar=False)
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


def test_a_copy_by_a_child_is_refused_with_the_impossible_choice(tmp_path: Path) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    output, reading = CopyOptions("gpkg", ("0000=snap:A",)), ReadOptions(planar=True)
    with pytest.raises(InvalidValue) as refused:
        validate_in_subprocess(path, reading, OPTIONS, output, tmp_path / "copy", ENOUGH)
    assert refused.value.field == "accept"
    assert "0000=snap:A" in refused.value.text("zh")
    assert Tolerances() == OPTIONS.tolerances
