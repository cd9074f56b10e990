"""The private cluster, with the real server and real kills."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from gazetteer.database.cluster import Cluster
from gazetteer.database.cluster_binaries import find_binaries
from gazetteer.database.cluster_layout import prepare_layout
from gazetteer.database.cluster_server import server_failure_error
from gazetteer.database.errors import (
    ClusterDirectoryInUse,
    ClusterFailed,
    DatabaseNotInstalled,
    DiskFull,
    PostGISMissing,
)

AS_ROOT = os.geteuid() == 0
NOBODY = 65534


@pytest.fixture
def home() -> Iterator[Path]:
    """A short directory that everybody can enter, unlike pytest's own."""
    directory = Path(mkdtemp(prefix="gz-"))
    directory.chmod(0o755)
    yield directory
    Cluster(directory).remove()
    subprocess.run(["rm", "-rf", str(directory)], check=True)


def query(cluster: Cluster, statement: str) -> object:
    with psycopg.connect(cluster.get_conninfo("postgres")) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def kill_postmaster(cluster: Cluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def in_child(work: Callable[[], None]) -> int:
    """Run in a forked process, and end it there as abruptly as a kill; its exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_it_starts_stops_and_starts_again_with_its_data(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    query(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
    assert cluster.stop()
    assert not cluster.status().running
    cluster.start()
    assert query(cluster, "SELECT n FROM kept") == 7
    assert cluster.stop()


def test_it_speaks_utf8_keeps_checksums_and_listens_on_no_network(home: Path) -> None:
    with Cluster(home):
        cluster = Cluster(home)
        assert query(cluster, "SHOW server_encoding") == "UTF8"
        assert query(cluster, "SHOW lc_collate") == "C.UTF-8"
        assert query(cluster, "SHOW data_checksums") == "on"
        assert query(cluster, "SHOW listen_addresses") == ""
        assert query(cluster, "SHOW fsync") == "on"
        assert query(cluster, "SHOW jit") == "off"


def test_only_its_user_can_enter_the_directories_of_data_and_socket(home: Path) -> None:
    with Cluster(home, durable=False):
        layout = prepare_layout(home)
        for directory in (layout.server_directory, layout.data_directory, layout.socket_directory):
            assert directory.stat().st_mode & 0o077 == 0
            assert directory.stat().st_uid == layout.account.uid != 0


def test_data_survive_the_kill_of_the_postmaster(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    query(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
    killed = kill_postmaster(cluster)
    cluster.start()
    assert cluster.status().pid != killed
    assert query(cluster, "SELECT n FROM kept") == 7


def test_a_statement_that_outlives_a_killed_postmaster_does_not_block_the_next(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    busy = "SELECT count(*) FROM generate_series(1, 10^12::bigint) a"
    client = psycopg.connect(cluster.get_conninfo("postgres"))
    client.pgconn.send_query(busy.encode())
    wait_until(lambda: query(cluster, f"{COUNT_ACTIVE} WHERE query = $${busy}$$") == 1)
    kill_postmaster(cluster)
    cluster.start()
    assert query(cluster, "SELECT 1") == 1
    client.close()


COUNT_ACTIVE = "SELECT count(*) FROM pg_stat_activity"


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited a minute in vain"
        time.sleep(0.05)


def test_a_stale_pid_file_with_the_id_of_another_program_is_no_server(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    note = cluster.status().data / "postmaster.pid"
    text = note.read_text()
    cluster.stop()
    account = prepare_layout(home).account
    other = start_as(account.uid, ["sleep", "600"])  # alive, and of the same user as the server
    try:
        account.replace_file(note, "\n".join([str(other.pid), *text.splitlines()[1:]]) + "\n")
        assert not cluster.status().running
        cluster.start()
        assert query(cluster, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def start_as(uid: int, command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, user=uid if AS_ROOT else None, cwd="/")


def test_an_empty_pid_file_after_a_power_cut_is_no_server(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    cluster.stop()
    prepare_layout(home).account.replace_file(cluster.status().data / "postmaster.pid", "")
    cluster.start()
    assert query(cluster, "SELECT 1") == 1


def test_a_half_made_data_directory_is_made_again(home: Path) -> None:
    layout = prepare_layout(home)
    layout.account.run_command(["mkdir", str(layout.unfinished_data)])
    layout.account.replace_file(layout.unfinished_data / "PG_VERSION", "15\n")
    with Cluster(home, durable=False):
        assert query(Cluster(home), "SELECT 1") == 1
    assert not layout.unfinished_data.exists()


def test_a_directory_that_is_no_cluster_is_told_and_left_alone(home: Path) -> None:
    layout = prepare_layout(home)
    layout.data_directory.mkdir()
    (layout.data_directory / "letters.txt").write_text("dear")
    with pytest.raises(ClusterDirectoryInUse, match="not a database cluster"):
        Cluster(home).start()
    assert (layout.data_directory / "letters.txt").read_text() == "dear"


def test_a_home_that_the_servers_user_cannot_enter_keeps_its_data_elsewhere(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "var", durable=False)
    try:
        cluster.start()
        query(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
        cluster.stop()
        cluster.start()
        assert query(cluster, "SELECT n FROM kept") == 7
        note = closed / "var" / "cluster" / "LOCATION"
        assert note.exists() == AS_ROOT  # an ordinary user's server can enter what the user can
        if AS_ROOT:
            assert str(cluster.status().data.parent) == note.read_text().splitlines()[0]
    finally:
        cluster.remove()


def test_data_that_stood_elsewhere_and_are_gone_are_not_silently_replaced(home: Path) -> None:
    (home / "cluster").mkdir()
    (home / "cluster" / "LOCATION").write_text(f"{home}/gone\n")
    with pytest.raises(ClusterFailed, match="which is gone"):
        Cluster(home).start()
    (home / "cluster" / "LOCATION").unlink()


def test_a_deep_home_gets_a_socket_with_a_short_path(home: Path) -> None:
    deep = home.joinpath(*["very-deep-directory"] * 6)
    cluster = Cluster(deep, durable=False)
    try:
        cluster.start()
        status = cluster.status()
        assert deep in status.data.parents
        assert deep not in status.sockets.parents
        assert query(cluster, "SELECT 1") == 1
    finally:
        cluster.remove()


def test_many_programs_that_start_at_once_share_one_server(home: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from gazetteer.database.cluster import Cluster\n"
        "c = Cluster(Path(sys.argv[1]), durable=False); c.start()\n"
        "print(c.status().pid, flush=True); sys.stdin.read(); c.stop()"
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    pids = {program.stdout.readline() for program in programs if program.stdout}
    assert len(pids) == 1
    cluster = Cluster(home)
    for program in programs:
        assert cluster.status().running
        program.communicate(b"")
        assert program.returncode == 0
    assert not cluster.status().running  # the last one out stopped it


def test_the_user_of_a_server_whose_starter_was_killed_stops_it_in_the_end(home: Path) -> None:
    assert in_child(lambda: void(Cluster(home, durable=False).start())) == 0
    cluster = Cluster(home, durable=False)
    assert cluster.status().running
    cluster.start()
    assert cluster.stop()


def void(_: object) -> None:
    """Drop a value."""


def test_a_server_started_to_stay_outlives_its_users(home: Path) -> None:
    Cluster(home, durable=False).start(stay_up=True)
    with Cluster(home, durable=False):
        pass
    status = Cluster(home).status()
    assert status.running
    assert status.stays_up
    assert Cluster(home).stop(force=True)
    assert not Cluster(home).status().stays_up


def test_a_server_that_lost_its_socket_is_started_again(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    prepare_layout(home).socket_file.unlink()
    cluster.start()
    assert query(cluster, "SELECT 1") == 1


def test_a_server_in_another_container_is_not_disturbed(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    cluster.stop()
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(prepare_layout(home).socket_file))
        stranger.listen()
        with pytest.raises(ClusterDirectoryInUse, match="container"):
            cluster.start()


def test_an_ordinary_user_runs_the_server_as_itself(home: Path) -> None:
    own = home / "own"
    own.mkdir()
    uid = NOBODY if AS_ROOT else os.geteuid()
    os.chown(own, uid, -1)

    def work() -> None:
        if AS_ROOT:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        cluster = Cluster(own, durable=False)
        cluster.start()
        data = cluster.status().data
        assert data.stat().st_uid == uid
        assert cluster.stop()

    assert in_child(work) == 0
    with Cluster(own, durable=False):  # root goes on as that user
        assert Cluster(own).status().data.stat().st_uid == uid
    Cluster(own).remove()


def test_the_directory_of_another_user_is_refused_and_not_touched(home: Path) -> None:
    (home / "cluster" / "server").mkdir(parents=True)
    blocked = home / "cluster" / "server" / "socket"
    blocked.symlink_to("/")
    with pytest.raises(ClusterDirectoryInUse, match="belongs to another user"):
        Cluster(home).start()
    blocked.unlink()


def test_a_full_disk_is_called_a_full_disk(home: Path) -> None:
    output = 'FATAL: could not write to file "pg_wal/xlogtemp.9": No space left on device'
    fault = server_failure_error("database.server_not_started", output, prepare_layout(home))
    assert isinstance(fault, DiskFull)


def test_a_server_that_refuses_its_settings_says_which(home: Path) -> None:
    cluster = Cluster(home, durable=False)
    cluster.start()
    cluster.stop()
    local = cluster.status().data / "local.conf"
    prepare_layout(home).account.replace_file(local, "shared_buffers = 'a lot'\n")
    with pytest.raises(ClusterFailed, match="shared_buffers"):
        cluster.start()
    local.unlink()


def test_a_machine_without_postgresql_gets_the_command_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotInstalled, match="apt-get install postgresql-postgis"):
        find_binaries(search=(tmp_path,))


def test_data_of_a_release_that_is_not_installed_name_that_release(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotInstalled, match="postgresql-14-postgis-3"):
        find_binaries(14, search=(tmp_path,))


def test_postgresql_without_postgis_is_told(tmp_path: Path) -> None:
    real = find_binaries()
    for program in ("initdb", "pg_ctl", "postgres"):
        (tmp_path / program).symlink_to(real.program_path(program))
    config = tmp_path / "pg_config"
    config.write_text("#!/bin/sh\necho /nowhere\n")
    config.chmod(0o755)
    with pytest.raises(PostGISMissing, match=f"postgresql-{real.major}-postgis-3"):
        find_binaries(search=(tmp_path,))
