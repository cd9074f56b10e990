"""``/v1/files``: who may send and read what, what comes back, and what no browser may run."""

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from gazetteer.accounts import api_keys
from gazetteer.accounts.roles import Grant, Role
from gazetteer.database.pool import open_pool
from gazetteer.settings import get_settings
from tests.described import DescribedClient
from tests.gazetteer.accounts.community import person
from tests.gazetteer.files.file_samples import encode_image, pdf, photo
from tests.small_disk import mount_small_disk
from web.app import create_app

FILES = "/v1/files"
LIMIT_MB = 2.0
Send = Callable[..., TestResponse]


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    ours = get_settings().model_copy(
        update={"rate_limit": "off", "home": tmp_path, "file_limit_mb": LIMIT_MB, "threads": 16}
    )
    with open_pool(database, 8) as pool:
        yield create_app(ours, pool)


@pytest.fixture
def plain(app: Flask) -> FlaskClient:
    return FlaskClient(app)


@pytest.fixture
def described(app: Flask) -> FlaskClient:
    app.test_client_class = DescribedClient
    return app.test_client()


class Keys(dict[str, dict[str, str]]):
    """The headers of a key for each role, whose account is made when first asked for.

    ``nobody`` has an account without a role, ``stranger`` none.
    """

    def __init__(self, conn: psycopg.Connection) -> None:
        super().__init__(stranger={})
        self.conn = conn

    def __missing__(self, role: str) -> dict[str, str]:
        grants = [] if role == "nobody" else [Grant(Role(role))]
        account = person(self.conn, role, *grants)
        _, secret = api_keys.create_key(
            self.conn, account, by="test", name="test", requested=grants
        )
        self[role] = {"Authorization": f"Bearer {secret}"}
        return self[role]


@pytest.fixture
def keys(conn: psycopg.Connection) -> Keys:
    return Keys(conn)


@pytest.fixture
def send(described: FlaskClient, keys: Keys) -> Send:
    """Send a file as the holder of a role."""

    def send_file(
        content: bytes, name: str = "批复.pdf", role: str = "mapping_staff", **fields: str
    ) -> TestResponse:
        form: dict[str, Any] = {"data": (io.BytesIO(content), name), **fields}
        return described.post(FILES, data=form, headers=keys[role])

    return send_file


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = response.get_json()
    assert (response.status_code, body["code"]) == (status, code), body
    return body


def list_stored(home: Path) -> list[Path]:
    return [path for path in (home / "files").rglob("*") if path.is_file()]


def test_a_file_comes_back_bit_by_bit(send: Send, described: FlaskClient, keys: Keys) -> None:
    content = pdf(2)
    sha256 = hashlib.sha256(content).hexdigest()
    created = send(content, "关于撤县设区的批复.pdf")
    assert created.status_code == 201
    assert created.headers["Location"] == f"{FILES}/{sha256}"
    answer = created.get_json()
    assert answer.pop("uploaded_at").endswith("Z")
    assert answer == {
        "file_id": sha256,
        "media_type": "application/pdf",
        "size": len(content),
        "name": "关于撤县设区的批复.pdf",
        "audience": "internal",
    }
    got = described.get(f"{FILES}/{sha256}", headers=keys["viewer"])
    assert (got.data, got.mimetype) == (content, "application/pdf")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "%E6%89%B9%E5%A4%8D.pdf" in got.headers["Content-Disposition"]


def test_the_same_file_again_is_the_same_file(send: Send) -> None:
    content = pdf()
    first, again = send(content), send(content, "scan.pdf", role="inspector")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("mapping_staff", 201),
        ("naming_officer", 201),
        ("inspector", 201),
        ("administrator", 201),
        ("reviewer", 403),
        ("viewer", 403),
        ("nobody", 403),
        ("stranger", 401),
    ],
)
def test_who_works_on_the_register_may_send_files(send: Send, role: str, status: int) -> None:
    assert send(photo(), "现场.jpg", role).status_code == status


def test_only_reviewers_release_a_file_to_the_public(send: Send, described: FlaskClient) -> None:
    content = photo()
    sent = send(content, "现场.jpg").get_json()
    path = f"{FILES}/{sent['file_id']}"
    refused(send(content, audience="public"), 403, "forbidden")
    refused(described.get(path), 401, "unauthenticated")
    released = send(content, role="reviewer", audience="public")
    assert (released.status_code, released.get_json()["audience"]) == (200, "public")
    got = described.get(path)
    assert got.data == content
    assert "public" in got.headers["Cache-Control"]


def test_strangers_cannot_tell_an_internal_file_from_none(
    send: Send, described: FlaskClient, keys: Keys
) -> None:
    sha256 = send(pdf()).get_json()["file_id"]
    for end in ("", "/preview"):
        kept, unknown = (described.get(f"{FILES}/{id_}{end}") for id_ in (sha256, "0" * 64))
        assert refused(kept, 401, "unauthenticated") == refused(unknown, 401, "unauthenticated")
        refused(described.get(f"{FILES}/{sha256}{end}", headers=keys["nobody"]), 403, "forbidden")
    unknown = described.get(f"{FILES}/{'0' * 64}", headers=keys["viewer"])
    assert refused(unknown, 404, "not_found")["field"] == "sha256"


@pytest.mark.parametrize("id_", ["A" * 64, "0" * 63, "..", "0" * 64 + "x"])
def test_what_is_no_hash_is_refused(described: FlaskClient, id_: str) -> None:
    if id_ == "..":
        assert described.get(f"{FILES}/%2e%2e/%2e%2e/etc/passwd").status_code == 404
        return
    assert refused(described.get(f"{FILES}/{id_}"), 400, "invalid_value")["field"] == "sha256"


def test_no_browser_runs_or_guesses_what_a_file_contains(
    send: Send, described: FlaskClient, keys: Keys
) -> None:
    sha256 = send(photo() + b"<script>alert(1)</script>", "a.html").get_json()["file_id"]
    for end in ("", "/preview"):
        got = described.get(f"{FILES}/{sha256}{end}", headers=keys["viewer"])
        assert got.mimetype == "image/jpeg"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert got.headers["Cache-Control"] == "private, no-store"
    original = described.get(f"{FILES}/{sha256}", headers=keys["viewer"])
    assert original.headers["Content-Disposition"] == "attachment; filename=a.html.jpg"


def test_what_a_client_has_is_not_sent_again(send: Send, plain: FlaskClient, keys: Keys) -> None:
    sha256 = send(photo(), "现场.jpg").get_json()["file_id"]
    for end in ("", "/preview"):
        got = plain.get(f"{FILES}/{sha256}{end}", headers=keys["viewer"])
        tag = {"If-None-Match": got.headers["ETag"]}
        again = plain.get(f"{FILES}/{sha256}{end}", headers={**keys["viewer"], **tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"] == "private, no-store"
    assert plain.get(f"{FILES}/{sha256}", headers=keys["viewer"]).headers["ETag"] == f'"{sha256}"'


def test_a_part_of_a_file_is_sent_to_who_asks_for_it(
    send: Send, plain: FlaskClient, keys: Keys
) -> None:
    content = pdf(3)
    sha256 = send(content).get_json()["file_id"]
    part = plain.get(f"{FILES}/{sha256}", headers={**keys["viewer"], "Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, content[10:20])


def test_a_preview_is_a_small_upright_picture(
    send: Send, described: FlaskClient, keys: Keys
) -> None:
    sha256 = send(encode_image("PNG", size=(3200, 800)), "附图.png").get_json()["file_id"]
    got = described.get(f"{FILES}/{sha256}/preview", headers=keys["viewer"])
    assert got.mimetype == "image/jpeg"
    assert Image.open(io.BytesIO(got.data)).size == (1600, 400)
    document = send(pdf()).get_json()["file_id"]
    refused(described.get(f"{FILES}/{document}/preview", headers=keys["viewer"]), 404, "not_found")


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"<html><script>alert(1)</script>", "批复.pdf", 415, "unsupported_file"),
        (b"MZ" + bytes(100), "现场.jpg", 415, "unsupported_file"),
        (b"", "empty.pdf", 400, "damaged_file"),
        (photo()[:-100], "现场.jpg", 400, "damaged_file"),
    ],
)
def test_what_is_not_what_it_says_is_refused_by_name_and_leaves_nothing(
    send: Send, tmp_path: Path, content: bytes, name: str, status: int, code: str
) -> None:
    body = refused(send(content, name), status, code)
    assert body["field"] == "data"
    assert list_stored(tmp_path) == []


def test_a_form_without_a_file_is_refused(described: FlaskClient, keys: Keys) -> None:
    sent = described.post(
        FILES, data={"audience": "internal"}, content_type="multipart/form-data",
        headers=keys["inspector"],
    )  # fmt: skip
    assert refused(sent, 400, "invalid_value")["field"] == "data"


def test_an_unknown_audience_is_refused(send: Send) -> None:
    assert refused(send(pdf(), audience="secret"), 400, "invalid_value")["field"] == "audience"


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    send: Send, described: FlaskClient, keys: Keys, tmp_path: Path
) -> None:
    body = refused(send(bytes(4 << 20)), 413, "too_large")
    assert (body["field"], body["limit_mb"]) == ("data", LIMIT_MB)
    announced = described.post(
        FILES,
        input_stream=io.BytesIO(b""),
        content_type="multipart/form-data; boundary=x",
        headers=keys["mapping_staff"],
        environ_overrides={"CONTENT_LENGTH": str(1 << 40)},
    )
    refused(announced, 413, "too_large")
    little_more = send(encode_image("PNG") + bytes(int(2.5 * (1 << 20))), "附图.png")
    assert refused(little_more, 413, "too_large")["field"] == "data"
    assert list_stored(tmp_path) == []


def test_a_lost_file_is_unavailable_and_not_a_fault(
    send: Send, described: FlaskClient, keys: Keys, tmp_path: Path
) -> None:
    sha256 = send(photo(), "现场.jpg").get_json()["file_id"]
    (tmp_path / "files" / sha256[:2] / sha256[2:]).unlink()
    for end in ("", "/preview"):
        got = described.get(f"{FILES}/{sha256}{end}", headers=keys["viewer"])
        refused(got, 503, "storage_unavailable")


def test_a_share_that_is_not_mounted_is_unavailable(app: Flask, send: Send, tmp_path: Path) -> None:
    missing = str(tmp_path / "share")
    app.config["GAZETTEER"] = app.config["GAZETTEER"].model_copy(update={"files_dir": missing})
    refused(send(pdf()), 503, "storage_unavailable")


def test_many_who_send_the_same_file_at_once_get_one(
    app: Flask, keys: Keys, tmp_path: Path
) -> None:
    content, headers = photo(), keys["inspector"]

    def send_once(_: int) -> int:
        form = {"data": (io.BytesIO(content), "现场.jpg")}
        return app.test_client().post(FILES, data=form, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(send_once, range(6))) == [200] * 5 + [201]
    assert len(list_stored(tmp_path)) == 1


def test_a_client_that_breaks_off_leaves_nothing(
    plain: FlaskClient, keys: Keys, tmp_path: Path
) -> None:
    begun = b'--b\r\nContent-Disposition: form-data; name="data"; filename="a.jpg"\r\n\r\n'
    sent = plain.post(
        FILES,
        input_stream=io.BytesIO(begun + photo()[:300]),
        content_type="multipart/form-data; boundary=b",
        headers=keys["inspector"],
        environ_overrides={"CONTENT_LENGTH": "100000"},
    )
    assert sent.status_code == 400
    assert list_stored(tmp_path) == []


def test_a_full_disk_is_told_to_who_sends(app: Flask, send: Send, tmp_path: Path) -> None:
    written = io.BytesIO()
    Image.effect_noise((1200, 1200), 90).save(written, "PNG")
    settings = app.config["GAZETTEER"]
    with mount_small_disk(tmp_path / "disk") as disk:
        app.config["GAZETTEER"] = settings.model_copy(update={"files_dir": str(disk)})
        refused(send(written.getvalue(), "附图.png"), 507, "storage_full")
        assert [path for path in disk.rglob("*") if path.is_file()] == []
        assert send(photo(), "现场.jpg").status_code == 201
