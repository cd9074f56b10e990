"""``gazetteer validate`` as an operator or a program runs it."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest

from tests.boundaries.validation import samples
from tests.web.run_command import command, in_process

MonkeyPatch, Capture = pytest.MonkeyPatch, pytest.CaptureFixture[str]


def test_a_process_judges_without_a_database_and_tells_programs_and_people_apart(
    tmp_path: Path,
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    nowhere = {"GAZETTEER_HOME": str(tmp_path / "home"), "GAZETTEER_DATABASE_URL": "postgresql:///"}
    ended = subprocess.run(
        command("validate", str(path), "--planar", "--lang", "en"),
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert ended.returncode == 1
    content = json.loads(ended.stdout)
    assert content["summary"]["blocking"]
    assert {f["properties"]["rule"] for f in content["features"]} == {"TOP-COV-01", "TOP-COV-02"}
    assert "p.geojson: 6 features; 2 errors, 0 warnings, 0 notes\n" in ended.stderr
    assert "1 hole wider than 1 m not treated as a gap\n" in ended.stderr
    assert not (tmp_path / "home").exists()


def test_a_sound_layer_ends_with_0(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    path = samples.sound(tmp_path / "s.geojson")
    ended = in_process(monkeypatch, capfd, "validate", str(path), "--json")
    assert ended.exit_code == 0
    assert json.loads(ended.stdout)["features"] == []


def test_findings_go_to_the_file_whose_ending_tells_the_format(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    path, output = samples.planar(tmp_path / "p.geojson"), tmp_path / "f.gpkg"
    ended = in_process(monkeypatch, capfd, "validate", str(path), "--planar", "-o", str(output))
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert pyogrio.read_info(output)["features"] == 3


def test_width_and_level_are_those_that_are_asked_for(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    arguments = ("validate", str(path), "--planar", "--gap-width", "400", "--level", "county")
    content = json.loads(in_process(monkeypatch, capfd, *arguments).stdout)
    assert content["summary"]["tolerances"]["gap_width_m"] == 400
    assert content["summary"]["open_holes"] == []


@pytest.mark.parametrize("name", samples.FINDINGS)
def test_a_flawed_feature_is_a_finding(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture, name: str
) -> None:
    rule, write = samples.FINDINGS[name]
    ended = in_process(
        monkeypatch, capfd, "validate", str(samples.made(tmp_path, name, write)), "--lang", "en"
    )
    assert ended.exit_code == 1
    assert rule in {f["properties"]["rule"] for f in json.loads(ended.stdout)["features"]}


@pytest.mark.parametrize("name", samples.JUDGED)
def test_an_odd_file_is_judged(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture, name: str
) -> None:
    path = samples.made(tmp_path, name, samples.JUDGED[name])
    ended = in_process(monkeypatch, capfd, "validate", str(path))
    assert ended.exit_code in (0, 1)
    assert json.loads(ended.stdout)["type"] == "FeatureCollection"


@pytest.mark.parametrize(("name", "write"), samples.REFUSED.items())
def test_what_is_no_layer_is_refused_in_one_line(
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    capfd: Capture,
    name: str,
    write: Callable[[Path], None],
) -> None:
    path = samples.made(tmp_path, name, write)
    ended = in_process(monkeypatch, capfd, "validate", str(path), "--lang", "en")
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"gazetteer: {name.removesuffix('.gz')}")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.geojson"], "nowhere.geojson"),
        (["."], "folder"),
        (["{layer}", "-o", "findings.doc"], ".xlsx"),
        (["{layer}", "-o", "{home}/no/such/f.csv"], "f.csv"),
        (["{layer}", "--gap-width", "-1"], "gap-width"),
        (["{layer}", "--gap-width", "nan"], "gap_width_m"),
        (["{layer}", "--columns", "code"], "code=XZQDM"),
        (["{layer}", "--columns", "code=NONE"], "NONE"),
        (["{layer}", "--crs", "Middle-earth"], "Middle-earth"),
        (["{layer}", "--layer", "other"], "other"),
        (["{layer}", "--level", "street"], "level"),
        ([], "FILE"),
    ],
)
def test_wrong_usage_names_what_is_wrong(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture, arguments: list[str], words: str
) -> None:
    layer = samples.sound(tmp_path / "s.geojson")
    given = [argument.format(layer=layer, home=tmp_path) for argument in arguments]
    ended = in_process(monkeypatch, capfd, "validate", *given)
    assert ended.exit_code == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_proposal_is_told_and_done_only_in_a_copy_and_only_when_it_is_accepted(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    path, copy = samples.planar(tmp_path / "p.geojson"), tmp_path / "copy.gpkg"
    before = path.read_bytes()
    how = ("validate", str(path), "--planar", "--json", "--lang", "en")
    report = json.loads(in_process(monkeypatch, capfd, *how, "--proposals").stdout)
    overlap = next(f for f in report["features"] if f["properties"]["rule"] == "TOP-COV-01")
    trims = {p["feature"] for p in overlap["properties"]["proposals"]}
    assert trims == {"B", "E"} and not copy.exists()
    accept = ("--accept", f"{overlap['id']}=trim:B", "--corrected", str(copy))
    done = in_process(monkeypatch, capfd, *how, *accept)
    assert done.exit_code == 1 and "Remove the overlap from B; 6 vertices change" in done.stderr
    assert path.read_bytes() == before
    again = in_process(monkeypatch, capfd, "validate", str(copy), "--planar", "--json")
    rules = [f["properties"]["rule"] for f in json.loads(again.stdout)["features"]]
    assert rules == ["TOP-COV-02"]


def test_a_proposal_that_would_move_a_marker_is_not_made(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    path, markers = samples.planar(tmp_path / "p.geojson"), tmp_path / "markers.geojson"
    markers.write_text('{"type": "Point", "coordinates": [1200.0, 1700.4, 7.5]}')
    how = ("validate", str(path), "--planar", "--json", "--proposals", "--fixed", str(markers))
    report = json.loads(in_process(monkeypatch, capfd, *how).stdout)
    overlap = next(f for f in report["features"] if f["properties"]["rule"] == "TOP-COV-01")
    assert [p["feature"] for p in overlap["properties"]["proposals"]] == ["B"]
    markers.write_text('{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}')
    refused = in_process(monkeypatch, capfd, *how, "--lang", "en")
    assert refused.exit_code == 2 and "The file must contain points only." in refused.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--accept", "1=clean"), "go together"),
        (("--corrected", "c.gpkg"), "go together"),
        (
            ("--accept", "1=clean", "--corrected", "c.gpkg"),
            "1=clean: There is no finding with this ID.",
        ),
        (("--accept", "1", "--corrected", "c.gpkg"), "ID=WAY:UNIT"),
        (("--accept", "1=clean", "--corrected", "c.shp"), "write it as .zip"),
    ],
)
def test_what_cannot_be_accepted_is_wrong_usage(
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    capfd: Capture,
    options: tuple[str, ...],
    words: str,
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    ended = in_process(
        monkeypatch, capfd, "validate", str(path), "--planar", "--lang", "en", *options
    )
    assert ended.exit_code == 2 and words in ended.stderr


@pytest.mark.parametrize("way", ["same", "relative", "link", "hard link"])
@pytest.mark.parametrize("option", ["-o", "--corrected"])
def test_no_output_replaces_the_layer_whatever_way_it_is_named(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture, way: str, option: str
) -> None:
    path = samples.planar(tmp_path / "p.geojson")
    output = tmp_path / "o.geojson"
    match way:
        case "same":
            output = path
        case "relative":
            (tmp_path / "sub").mkdir()
            output = tmp_path / "sub" / ".." / path.name
        case "link":
            output.symlink_to(path)
        case _:
            output.hardlink_to(path)
    before = path.read_bytes()
    more = ["--accept", "x=snap:1"] if option == "--corrected" else []
    ended = in_process(
        monkeypatch, capfd, "validate", str(path), "--planar", option, str(output), *more
    )
    assert (ended.exit_code, path.read_bytes()) == (2, before)
    assert path.name in ended.stderr or output.name in ended.stderr


def test_no_output_replaces_another_one_or_an_open_database(
    tmp_path: Path, monkeypatch: MonkeyPatch, capfd: Capture
) -> None:
    path, output = samples.planar(tmp_path / "p.geojson"), tmp_path / "o.gpkg"
    both = ("-o", str(output), "--corrected", str(output), "--accept", "x=snap:1")
    assert in_process(monkeypatch, capfd, "validate", str(path), *both).exit_code == 2
    output.with_name("o.gpkg-wal").write_bytes(b"log")
    ended = in_process(monkeypatch, capfd, "validate", str(path), "--planar", *both[:2])
    assert (ended.exit_code, output.exists()) == (2, False)
