"""Clusters that tests and benchmarks use once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from gazetteer.database.cluster import Cluster
from gazetteer.database.cluster_scratch import scratch_cluster


@pytest.fixture(autouse=True)
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def start_and_die(home: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from gazetteer.database.cluster import Cluster\n"
        "Cluster(Path(sys.argv[1]), durable=False).start(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(home)], check=True)


def test_a_scratch_cluster_answers_and_leaves_nothing_behind(temporary_files: Path) -> None:
    with (
        scratch_cluster() as cluster,
        psycopg.connect(cluster.get_conninfo("postgres")) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert list(temporary_files.iterdir()) == []


def test_what_a_killed_program_left_is_cleared_but_not_what_a_living_one_uses(
    temporary_files: Path,
) -> None:
    abandoned = temporary_files / "gazetteer-scratch-abandoned"
    in_use = temporary_files / "gazetteer-scratch-in-use"
    long_ago = time.time() - 7200
    for home in (abandoned, in_use):
        home.mkdir()
        start_and_die(home)
        os.utime(home, (long_ago, long_ago))
    user = Cluster(in_use, durable=False)
    user.start()
    try:
        with scratch_cluster():
            assert not abandoned.exists()
            assert Cluster(in_use).status().running
    finally:
        user.remove()
