"""``gazetteer geocode``: the rows of the endpoint, by processes and by a Dask cluster."""

import codecs
import json
import sys
from pathlib import Path

import pytest
from distributed import LocalCluster
from flask.testing import FlaskClient
from openpyxl import load_workbook

from gazetteer.settings import get_settings
from tests.web.api.test_geocode_csv import table, write_spreadsheet
from tests.web.csv_tables import rows, sent
from tests.web.run_command import in_process
from web.commands import main

DAY = ("--at", "2026-11-01", "--lang", "zh")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "addresses.csv"
    path.write_bytes(table().encode("gb18030"))
    return path


@pytest.fixture
def configured(
    register: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register)
    monkeypatch.setenv("GAZETTEER_HOME", str(tmp_path))
    return monkeypatch


@pytest.fixture
def expected(client: FlaskClient) -> bytes:
    form = {"columns": "地址", "at": "2026-11-01"}
    return sent(client, "/v1/geocode/csv", table().encode("gb18030"), **form).data


def test_rows_go_to_stdout_and_progress_does_not(
    configured: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    file: Path,
    expected: bytes,
) -> None:
    configured.setattr(sys, "argv", ["gazetteer", "geocode", str(file), "--columns", "地址", *DAY])
    get_settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    get_settings.cache_clear()
    assert not ended.value.code
    out, _ = capfdbinary.readouterr()
    assert out == expected


def test_a_summary_for_programs(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], file: Path, expected: bytes
) -> None:
    output = file.with_name("out.csv")
    options = ["--columns", "地址", "-o", str(output), "--jobs", "1", "--json", *DAY]
    ended = in_process(configured, capfd, "geocode", str(file), *options)
    assert ended.exit_code == 0, ended.stderr
    assert output.read_bytes() == expected
    summary = json.loads(ended.stdout)
    count = len(rows(expected, "gb18030"))
    assert (summary["rows"], summary["encoding"], summary["at"]) == (count, "gb18030", "2026-11-01")
    assert f"解析地址：{count:,} / {count:,}\n" in ended.stderr


def test_a_column_of_addresses_need_not_be_named(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    texts = ("id,address\n1,广州市天河区\n", "编号,地址\n1,广州市天河区\n")
    contents = [texts[0].encode(), texts[1].encode("utf-16"), write_spreadsheet(texts[1])]
    for number, content in enumerate(contents):
        file = tmp_path / f"{number}.table"
        file.write_bytes(content)
        options = ["--result-columns", "result_code", "--jobs", "1", *DAY]
        ended = in_process(configured, capfd, "geocode", str(file), *options)
        assert ended.exit_code == 0, ended.stderr
        assert "1,广州市天河区,440106" in ended.stdout
    file.write_text("甲,乙\n", "utf-8")
    ended = in_process(configured, capfd, "geocode", str(file), *DAY)
    assert (ended.exit_code, "甲" in ended.stderr) == (2, True)


def test_a_spreadsheet_with_decisions_is_written(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, output = tmp_path / "in.csv", tmp_path / "out.xlsx"
    file.write_text("编号,地址\n007,朝阳区\n008,天河区\n", "utf-8")
    options = ["--decision", "1=110105", "--headings", "labels", "-o", str(output), "--jobs", "1"]
    ended = in_process(configured, capfd, "geocode", str(file), *options, *DAY)
    assert ended.exit_code == 0, ended.stderr
    sheet = load_workbook(output).active
    assert sheet is not None
    header, first, second = sheet.iter_rows(values_only=True)
    assert header[2:4] == ("结果状态", "结果代码")
    assert (first[0], first[2], first[3], first[-1]) == ("007", "已匹配", "110105", "人工")
    assert (second[3], second[-1]) == ("440106", None)
    assert not list(tmp_path.glob(".writing-*"))


def test_a_byte_order_mark_is_written_on_request(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], file: Path
) -> None:
    output = file.with_name("out.csv")
    options = ["--columns", "地址", "--bom", "-o", str(output), "--jobs", "1", *DAY]
    assert in_process(configured, capfd, "geocode", str(file), *options).exit_code == 0
    assert output.read_bytes().startswith(codecs.BOM_UTF8)


def test_a_cluster_of_two_workers_gives_the_same_rows(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], file: Path, expected: bytes
) -> None:
    output = file.with_name("out.csv")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        options = ["--columns", "地址", "-o", str(output), *DAY]
        dask = ["--dask", cluster.scheduler_address]
        ended = in_process(configured, capfd, "geocode", str(file), *options, *dask)
    assert ended.exit_code == 0, ended.stderr
    assert output.read_bytes() == expected


def test_a_scheduler_that_is_not_there_is_told(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], file: Path
) -> None:
    configured.setattr("boundaries.batch.dask_executor._PATIENCE", "1s")
    options = ["--columns", "地址", "--dask", "tcp://127.0.0.1:1"]
    ended = in_process(configured, capfd, "geocode", str(file), *options)
    assert ended.exit_code == 1
    assert "127.0.0.1:1" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--columns", "address"], "address"),
        (["--columns", "地址", "--encoding", "latin-1"], "latin-1"),
        (["--columns", "地址", "--result-columns", "result_price"], "result_price"),
        (["--columns", "地址", "--json"], "-o"),
        (["--columns", "地址", "--decision", "x"], "x"),
        (["--columns", "地址", "--headings", "x"], "--headings"),
        (["--columns", "地址", "--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(
    configured: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    file: Path,
    options: list[str],
    word: str,
) -> None:
    ended = in_process(configured, capfd, "geocode", str(file), *options)
    assert ended.exit_code == 2
    assert word in ended.stderr


def test_a_broken_file_is_told_with_its_line_and_leaves_no_output(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, output = tmp_path / "broken.csv", tmp_path / "out.csv"
    path.write_text('地址\n天河区\n"番禺区\n', encoding="utf-8")
    ended = in_process(configured, capfd, "geocode", str(path), "-o", str(output))
    assert ended.exit_code == 1
    assert "line 3" in ended.stderr
    assert not output.exists()


def test_the_only_column_needs_no_name(
    configured: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, output = tmp_path / "one.csv", tmp_path / "out.csv"
    path.write_text("地址\n天河区\n", encoding="utf-8")
    wanted = ["--result-columns", "result_code", "-o", str(output), "--jobs", "1"]
    assert in_process(configured, capfd, "geocode", str(path), *wanted).exit_code == 0
    assert output.read_text(encoding="utf-8") == "地址,result_code\n天河区,440106\n"
