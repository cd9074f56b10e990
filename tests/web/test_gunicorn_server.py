"""``gazetteer serve`` as a process: a first login, answers, and faults reported in words."""

import signal
import socket
import subprocess
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from gazetteer.database.cluster import Cluster
from tests.web.run_command import command, environment, gazetteer, in_process
from tests.web.served import free_port


def get(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=30) as response:
        return response.status, response.read().decode()


def test_the_service_answers_over_http(live_server: str) -> None:
    status, text = get(f"{live_server}/v1/divisions/440106")
    assert (status, "天河区" in text) == (200, True)
    assert get(f"{live_server}/metrics")[1].count("gazetteer_requests_total{")
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{live_server}/v1/divisions/44010")
    with closing(refused.value):
        assert refused.value.code == 400
        assert refused.value.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("target", "status", "word"),
    [
        ("/v1/search?q=天河&limit=1".encode(), 200, "天河区"),
        ("/v1/suggest?q=%E5%A4%A9河".encode(), 200, "天河区"),
        ("/geocode?address=广州市天河区".encode(), 200, "天河区"),
        ("/v1/geocode?address=天河".encode("gbk"), 200, "not_found"),
        ("/v1/divisions/天河".encode(), 400, "application/problem+json"),
        (b"/v1/search?q=\xff\xfe", 200, '"features":[]'),
    ],
)
def test_a_target_may_be_sent_as_it_is_typed(
    live_server: str, target: bytes, status: int, word: str
) -> None:
    host, port = live_server.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=30)) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.0\r\nHost: x\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.startswith(f"HTTP/1.0 {status} ")
    assert word in answer


@pytest.mark.parametrize(
    "line", [b"GET /\x01 HTTP/1.1", "GÉT / HTTP/1.1".encode(), "GET / HTTP/１.1".encode()]
)
def test_only_the_target_may_have_such_bytes(live_server: str, line: bytes) -> None:
    host, port = live_server.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=30)) as connection:
        connection.sendall(line + b"\r\nHost: x\r\n\r\n")
        assert b" 400 " in connection.recv(65536)


def test_the_first_login_is_told_once_and_a_later_start_loads_nothing(
    register_copy: str, tmp_path: Path
) -> None:
    outputs = [started(register_copy, tmp_path) for _ in range(2)]
    assert [text.count("First login:") for text in outputs] == [1, 0]
    assert all("loading" not in text for text in outputs)


def started(database: str, home: Path) -> str:
    """Start the service, stop it when it says where it is, and return what it said."""
    process = subprocess.Popen(
        command("serve"),
        env=environment(database, home, PORT=str(free_port()), PROCESSES="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Register: http"):
            break
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    return said + rest


def test_an_occupied_port_is_told_with_the_setting_that_chooses_another(
    database: str, tmp_path: Path
) -> None:
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        result = gazetteer(database, tmp_path, "serve", PORT=port)
    assert result.returncode == 1
    assert port in result.stderr and "GAZETTEER_PORT=" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_does_not_answer_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"postgresql://127.0.0.1:{free_port()}/gazetteer"
    monkeypatch.setenv("GAZETTEER_DATABASE_URL", nowhere)
    result = in_process(monkeypatch, capfd, "check")
    assert result.exit_code == 1
    assert "GAZETTEER_DATABASE_URL" in result.stderr


def test_a_database_without_postgis_is_told_with_the_command_to_run(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An account that may not switch it on: to it, PostGIS is missing."""
    with psycopg.connect(cluster.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE without_postgis TEMPLATE template0 ENCODING 'UTF8'")
        admin.execute("CREATE ROLE clerk LOGIN")
        try:
            conninfo = cluster.get_conninfo("without_postgis").replace(
                "user=gazetteer", "user=clerk"
            )
            monkeypatch.setenv("GAZETTEER_DATABASE_URL", conninfo)
            result = in_process(monkeypatch, capfd, "check")
        finally:
            admin.execute("DROP DATABASE without_postgis WITH (FORCE)")
            admin.execute("DROP ROLE clerk")
    assert result.exit_code == 1
    assert "CREATE EXTENSION" in result.stderr and "Traceback" not in result.stderr
