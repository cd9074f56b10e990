"""``gazetteer file``, ``db backup`` and ``check`` as an operator types them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.gazetteer.files.file_samples import pdf, photo
from tests.web.run_command import Outcome, environment, in_process

Run = Callable[..., Outcome]


@pytest.fixture
def run(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    for name, value in environment(database, tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: in_process(monkeypatch, capfd, *arguments)


@pytest.fixture
def approval(tmp_path: Path) -> Path:
    path = tmp_path / "批复.pdf"
    path.write_bytes(pdf())
    return path


def test_files_are_stored_and_their_ids_printed(run: Run, approval: Path, tmp_path: Path) -> None:
    picture = tmp_path / "现场"
    picture.write_bytes(photo())
    outcome = run("file", "add", str(approval), str(picture))
    assert outcome.exit_code == 0, outcome.stderr
    ids = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (approval, picture)]
    assert outcome.stdout == f"{ids[0]}  批复.pdf\n{ids[1]}  现场.jpg\n"
    stored = tmp_path / "home" / "files" / ids[0][:2] / ids[0][2:]
    assert stored.read_bytes() == approval.read_bytes()


def test_programs_read_one_object_for_each_file(run: Run, approval: Path) -> None:
    outcome = run("file", "add", "--json", "--audience", "public", str(approval))
    stored = json.loads(outcome.stdout)
    assert (stored["name"], stored["audience"]) == ("批复.pdf", "public")
    assert stored["uploaded_by"].startswith("operator:")


def test_a_file_of_another_type_is_refused_in_the_language_of_the_terminal(
    run: Run, tmp_path: Path
) -> None:
    page = tmp_path / "批复.pdf"
    page.write_text("<html>")
    outcome = run("--lang", "zh", "file", "add", str(page))
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert "HTML" in outcome.stderr and "文件内容" in outcome.stderr


def test_check_finds_a_lost_file_and_a_backup_refuses_to_lose_it_again(
    run: Run, approval: Path, tmp_path: Path
) -> None:
    (id_, _) = run("file", "add", str(approval)).stdout.split()
    assert run("check").exit_code == 0
    target = tmp_path / "register.backup"
    backed_up = run("db", "backup", str(target))
    assert (backed_up.exit_code, backed_up.stdout) == (
        0,
        f"{target}: {target.stat().st_size:,} bytes, files: 1\n",
    )
    (tmp_path / "home" / "files" / id_[:2] / id_[2:]).unlink()
    checked = run("check")
    assert checked.exit_code == 1
    assert f'File "批复.pdf" ({id_}) is missing.' in checked.stdout
    refused = run("db", "backup", str(target))
    assert refused.exit_code == 1 and id_ in refused.stderr
    left_out = run("db", "backup", "--allow-missing", str(tmp_path / "other.backup"))
    assert left_out.exit_code == 0 and "lacks 1 file" in left_out.stderr
    restored = run("db", "restore", "--replace", str(target))
    assert restored.stdout == "Restored the database and 1 file.\n"
    assert run("check").exit_code == 0


def test_a_restore_that_fails_says_what_to_do(
    run: Run, approval: Path, tmp_path: Path, conn: psycopg.Connection
) -> None:
    target = tmp_path / "register.backup"
    run("db", "backup", str(target))
    refused = run("db", "restore", str(target))
    assert (refused.exit_code, "--replace" in refused.stderr) == (1, True)
    other = run("db", "restore", "--replace", str(approval))
    assert other.exit_code == 1 and "not a backup" in other.stderr
