"""``/v1/jobs`` with real workers: progress, results, a kill, a cancellation, clean ends."""

import io
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pyogrio
import pytest
from distributed import LocalCluster
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from tests.web.api.test_geocode_csv import table
from tests.web.csv_tables import rows, sent
from tests.web.run_command import command, environment, gazetteer
from web.app import create_app
from web.http.connections import BACKGROUND_CONNECTIONS

JOBS = "/v1/jobs"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def desk(register: str, home: Path) -> Iterator[Flask]:
    """The service over the shipped register, with a directory of its own for jobs."""
    ours = get_settings().model_copy(update={"rate_limit": "off", "home": home})
    with open_pool(register, 1 + BACKGROUND_CONNECTIONS) as pool:
        app = create_app(ours, pool)
        app.test_client_class = DescribedClient
        yield app


@pytest.fixture
def asker(desk: Flask) -> FlaskClient:
    return desk.test_client()


def put(asker: FlaskClient, content: bytes, **fields: str) -> str:
    response = sent(asker, JOBS, content, **{"kind": "geocode_csv", "columns": "地址", **fields})
    assert response.status_code == 202, response.text
    job = response.get_json()
    assert (job["state"], job["rows_done"], job["result"]) == ("queued", 0, None)
    assert job["progress"] == {"done": 0, "total": job["rows_total"], "unit": "rows"}
    assert response.headers["Location"] == f"{JOBS}/{job['id']}"
    identity: str = job["id"]
    return identity


def job(asker: FlaskClient, identity: str) -> dict[str, object]:
    found: dict[str, object] = asker.get(f"{JOBS}/{identity}").get_json()
    return found


def result(asker: FlaskClient, identity: str, form: str = "csv") -> bytes:
    response = asker.get(f"{JOBS}/{identity}/result", query_string={"format": form})
    assert response.status_code == 200, response.text
    return response.data


def work_all(register: str, home: Path, **more: str) -> None:
    options = ("--queue", "files", "--until-idle")
    ended = gazetteer(register, home, "worker", *options, WORKER_PROCESSES="1", **more)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_endpoint_command_and_job_give_the_same_bytes(
    asker: FlaskClient, register: str, home: Path, tmp_path: Path, encoding: str
) -> None:
    content = table().encode(encoding)
    at_once = sent(asker, "/v1/geocode/csv", content, columns="地址", at="2026-11-01").data
    identity = put(asker, content, at="2026-11-01")
    work_all(register, home)
    found = job(asker, identity)
    assert (found["state"], found["encoding"]) == ("finished", encoding)
    assert found["rows_done"] == found["rows_total"] == len(rows(content, encoding))
    assert result(asker, identity) == at_once
    if encoding == "utf-8":
        file, output = tmp_path / "in.csv", tmp_path / "out.csv"
        file.write_bytes(content)
        ended = gazetteer(
            register, home, "geocode", str(file), "--columns", "地址", "-o", str(output),
            "--at", "2026-11-01", "--jobs", "2", "--lang", "zh",
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        assert output.read_bytes() == at_once


def test_a_result_is_also_a_geopackage_of_points(
    asker: FlaskClient, register: str, home: Path, tmp_path: Path
) -> None:
    content = "FID,地址\n1,广州市天河区\n2,我喜欢猫\n".encode()
    identity = put(asker, content)
    work_all(register, home)
    path = tmp_path / "result.gpkg"
    path.write_bytes(result(asker, identity, "gpkg"))
    info = pyogrio.read_info(path)
    assert (info["features"], info["crs"], info["geometry_type"]) == (2, "EPSG:4490", "Point")
    meta, _, points, columns = pyogrio.raw.read(path)
    named = dict(zip(meta["fields"], columns, strict=True))
    assert list(named["result_code"]) == ["440106", ""]
    assert list(named["FID_"]) == ["1", "2"]
    assert [point is None for point in points] == [False, True]


def test_a_result_is_a_spreadsheet_with_decisions_on_request(
    asker: FlaskClient, register: str, home: Path
) -> None:
    content = "编号,地址\n007,朝阳区\n008,朝阳区\n".encode()
    options = {"headings": "labels", "format": "xlsx", "bom": "true", "decisions": "2=none"}
    identity = put(asker, content, **options)
    work_all(register, home)
    found = job(asker, identity)
    assert found["result"] == {
        name: f"{JOBS}/{identity}/result?format={name}" for name in ("csv", "gpkg", "xlsx")
    }
    sheet = load_workbook(io.BytesIO(result(asker, identity, "xlsx"))).active
    assert sheet is not None
    _, first, second = sheet.iter_rows(values_only=True)
    assert first[:3] == ("007", "朝阳区", "有歧义")
    assert (second[2], second[-1]) == ("未找到", "人工")
    text = result(asker, identity).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("编号,地址,结果状态,")
    assert result(asker, identity) == sent(asker, "/v1/geocode/csv", content, **{
        **options, "format": "csv",
    }).data  # fmt: skip


def test_a_spreadsheet_of_a_coverage_is_refused_by_its_field(asker: FlaskClient) -> None:
    form = {"kind": "coverage", "level": "township", "within": "440106", "format": "xlsx"}
    response = sent(asker, JOBS, "地址\n天河区\n".encode(), columns="地址", **form)
    assert (response.status_code, response.get_json()["field"]) == (400, "format")


def test_positions_and_coverage_are_jobs_too(asker: FlaskClient, register: str, home: Path) -> None:
    points = b"lon,lat\n113.36,23.13\n0,0\nx,1\n"
    reverse = put(asker, points, kind="reverse_csv", columns="lon,lat")
    facilities = "地址\n广州市天河区五山街道\n广州市天河区\n".encode()
    coverage = put(asker, facilities, kind="coverage", level="township", within="440106")
    work_all(register, home)
    form = {"columns": "lon,lat"}
    assert result(asker, reverse) == sent(asker, "/v1/reverse/csv", points, **form).data
    form = {"columns": "地址", "level": "township", "within": "440106"}
    assert result(asker, coverage) == sent(asker, "/v1/coverage/csv", facilities, **form).data


@pytest.fixture(scope="module")
def finished(desk: Flask, register: str, home: Path) -> str:
    """The id of a finished job."""
    identity = put(desk.test_client(), "地址\n天河区\n".encode())
    work_all(register, home)
    return identity


def worker(register: str, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command("worker", "--queue", "files"),
        env=environment(register, home, WORKER_PROCESSES="1"),
    )


def wait_for_state(asker: FlaskClient, identity: str, until: str) -> dict[str, object]:
    """The job, once it has answered some rows or is in the state."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = job(asker, identity)
        if found["state"] == until or (until == "begun" and found["rows_done"]):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the job does not come to {until}: {found}")


def many_points(count: int) -> bytes:
    """Rows that take a while, each at a place of its own."""
    lines = [f"{n},{113 + n % 97 / 100:.2f},{22.5 + n % 89 / 100:.2f}" for n in range(count)]
    return "\n".join(["编号,lon,lat", *lines, ""]).encode()


MANY = 50_000
"""Points that a worker reads for some seconds, so that there is time to stop it."""
POINTS = {"kind": "reverse_csv", "columns": "lon,lat", "result_columns": "result_code,result_label"}


def test_a_job_goes_on_after_its_worker_is_killed_and_no_row_is_there_twice(
    asker: FlaskClient, register: str, home: Path
) -> None:
    content = many_points(MANY)
    identity = put(asker, content, **POINTS)
    first = worker(register, home)
    before = wait_for_state(asker, identity, "begun")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert before["state"] == "running"
    part = home / "jobs" / identity / "result.part"
    with part.open("ab") as torn:
        torn.write("一半的行".encode())  # what a kill may leave behind the last checkpoint
    inode = part.stat().st_ino
    second = worker(register, home)
    try:
        found = wait_for_state(asker, identity, "finished")
    finally:
        second.terminate()
        assert second.wait(30) == 0
    assert found["rows_done"] == MANY
    assert (home / "jobs" / identity / "result.csv").stat().st_ino == inode  # not begun anew
    fields = {name: value for name, value in POINTS.items() if name != "kind"}
    at_once = sent(asker, "/v1/reverse/csv", content, **fields).data
    assert result(asker, identity) == at_once
    assert [row["编号"] for row in rows(at_once)] == [str(n) for n in range(MANY)]


def test_a_running_job_is_cancelled_and_its_files_go(
    asker: FlaskClient, register: str, home: Path
) -> None:
    identity = put(asker, many_points(MANY), **POINTS)
    process = worker(register, home)
    try:
        wait_for_state(asker, identity, "begun")
        found = asker.delete(f"{JOBS}/{identity}").get_json()
        assert found["state"] == "cancelled"
        directory = home / "jobs" / identity
        deadline = time.monotonic() + 30
        while directory.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not directory.exists()
    finally:
        process.terminate()
        assert process.wait(30) == 0
    assert asker.get(f"{JOBS}/{identity}/result").status_code == 409
    assert asker.delete(f"{JOBS}/{identity}").status_code == 200
    assert asker.get(f"{JOBS}/{identity}").status_code == 404


def test_a_worker_that_is_told_to_stop_leaves_the_job_to_the_next_one(
    asker: FlaskClient, register: str, home: Path
) -> None:
    identity = put(asker, many_points(MANY), **POINTS)
    first = worker(register, home)
    wait_for_state(asker, identity, "begun")
    first.terminate()
    assert first.wait(30) == 0
    assert job(asker, identity)["state"] == "running"
    second = worker(register, home)
    try:
        wait_for_state(asker, identity, "finished")
    finally:
        second.terminate()
        assert second.wait(30) == 0
    assert len(rows(result(asker, identity))) == MANY


def test_a_cancelled_job_that_waits_is_never_begun(
    asker: FlaskClient, register: str, home: Path
) -> None:
    identity = put(asker, "地址\n天河区\n".encode())
    assert asker.delete(f"{JOBS}/{identity}").get_json()["state"] == "cancelled"
    assert not (home / "jobs" / identity).exists()
    work_all(register, home)
    assert job(asker, identity)["state"] == "cancelled"


def test_there_is_no_result_before_the_end(asker: FlaskClient) -> None:
    identity = put(asker, "地址\n天河区\n".encode())
    response = asker.get(f"{JOBS}/{identity}/result")
    assert (response.status_code, response.get_json()["state"]) == (409, "queued")
    asker.delete(f"{JOBS}/{identity}")


def test_results_are_files_by_name(asker: FlaskClient, register: str, home: Path) -> None:
    identity = put(asker, "地址\n天河区\n".encode("gb18030"))
    url = f"{JOBS}/{identity}/files"
    assert asker.get(f"{JOBS}/{identity}").get_json()["files"] == url
    assert asker.get(url).get_json() == {"files": []}
    refused = asker.get(f"{url}/result.csv")
    assert (refused.status_code, refused.get_json()["state"]) == (409, "queued")
    work_all(register, home)
    files = asker.get(url).get_json()["files"]
    assert [(file["name"], file["media_type"]) for file in files] == [
        ("result.csv", "text/csv; charset=gb18030"),
        ("result.gpkg", "application/geopackage+sqlite3"),
    ]
    for file, form in zip(files, ("csv", "gpkg"), strict=True):
        response = asker.get(file["href"])
        assert response.data == result(asker, identity, form)
        assert len(response.data) == file["bytes"]
        assert response.headers["Content-Type"] == file["media_type"]
        assert response.headers["Content-Disposition"] == f"attachment; filename={file['name']}"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("other.csv", 404),
        ("data.csv", 404),
        ("result.part", 404),
        ("..", 400),
        ("%2e%2e", 400),
        (".result.csv", 400),
        ("..%2fdata.csv", 404),
        ("%2fetc%2fpasswd", 404),
        ("result.csv%00", 400),
        ("result.csv%0a", 400),
        ("报表.csv", 400),
        ("x" * 100, 400),
    ],
)
def test_no_other_file_can_be_downloaded(
    asker: FlaskClient, finished: str, name: str, status: int
) -> None:
    response = asker.get(f"{JOBS}/{finished}/files/{name}")
    assert response.status_code == status, response.text
    if "%2f" not in name:
        assert response.get_json()["field"] == "name"


def test_a_file_that_is_gone_from_the_directory_is_missed_by_name(
    asker: FlaskClient, finished: str, home: Path
) -> None:
    url, path = f"{JOBS}/{finished}/files", home / "jobs" / finished / "result.gpkg"
    aside = path.rename(path.with_name("aside"))
    for response in (asker.get(url), asker.get(f"{url}/result.gpkg")):
        assert (response.status_code, response.get_json()["code"]) == (503, "unavailable")
        assert "result.gpkg" in response.get_json()["detail"]
    aside.rename(path)
    assert asker.get(f"{url}/result.gpkg").status_code == 200


@pytest.mark.parametrize(
    ("content", "fields", "field"),
    [
        ("地址\n天河区\n".encode(), {"kind": "sort"}, "kind"),
        ("地址\n天河区\n".encode(), {"columns": "address"}, "columns"),
        ("地址\n天河区\n".encode(), {"level": "township"}, "level"),
        ("地址\n天河区\n".encode(), {"kind": "coverage", "within": "440106"}, "level"),
        (
            "地址\n天河区\n".encode(),
            {"kind": "coverage", "level": "township", "within": "999999"},
            "within",
        ),
        ("经度,纬度\n1,2\n".encode(), {"kind": "reverse_csv", "columns": "经度"}, "columns"),
        ('地址\n"天河区\n'.encode(), {}, "data"),
        (b"", {}, "data"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once_by_its_field(
    asker: FlaskClient, home: Path, content: bytes, fields: dict[str, str], field: str
) -> None:
    before = set((home / "jobs").iterdir()) if (home / "jobs").exists() else set()
    response = sent(asker, JOBS, content, **{"kind": "geocode_csv", "columns": "地址", **fields})
    assert response.status_code in (400, 404), response.text
    assert response.get_json()["field"] == field
    after = set((home / "jobs").iterdir()) if (home / "jobs").exists() else set()
    assert after == before


def test_an_unknown_job_is_not_found(asker: FlaskClient) -> None:
    for response in (
        asker.get(f"{JOBS}/{uuid4()}"),
        asker.get(f"{JOBS}/{uuid4()}/result"),
        asker.get(f"{JOBS}/{uuid4()}/files"),
        asker.get(f"{JOBS}/{uuid4()}/files/result.csv"),
        asker.delete(f"{JOBS}/{uuid4()}"),
    ):
        assert response.status_code == 404


def test_one_address_may_ask_for_so_many_jobs_only(register: str, tmp_path: Path) -> None:
    ours = get_settings().model_copy(update={"job_rate_limit": "2/hour", "home": tmp_path})
    with open_pool(register, 1) as pool:
        few = create_app(ours, pool).test_client()
        form = {"kind": "geocode_csv", "columns": "地址"}
        statuses = [sent(few, JOBS, "地址\n".encode(), **form).status_code for _ in range(3)]
    assert statuses == [202, 202, 429]


def test_one_connection_is_enough_for_any_request(register: str, tmp_path: Path) -> None:
    """Else the threads of a process might wait for each other, each holding what another needs."""
    ours = get_settings().model_copy(update={"rate_limit": "off", "home": tmp_path})
    with open_pool(register, 1) as pool:
        lone = create_app(ours, pool).test_client()
        identity = put(lone, "地址\n天河区\n".encode())
        states = [lone.delete(f"{JOBS}/{identity}").get_json()["state"] for _ in range(2)]
        assert states == ["cancelled", "cancelled"]
        assert lone.get(f"{JOBS}/{identity}").status_code == 404


def test_the_worker_may_leave_the_rows_to_a_cluster(
    asker: FlaskClient, register: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", register)
    content = table().encode()
    at_once = sent(asker, "/v1/geocode/csv", content, columns="地址").data
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        identity = put(asker, content)
        work_all(register, home, DASK_SCHEDULER=cluster.scheduler_address)
    assert result(asker, identity) == at_once
