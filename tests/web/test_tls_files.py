"""``gazetteer serve`` with a certificate of its own, and with what is none."""

import json
import shutil
import socket
import ssl
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.gazetteer.accounts.community import PASSWORD, person
from tests.web.run_command import in_process
from tests.web.served import served, wait_until_it_answers


def issue_certificate(folder: Path, *, kind: str = "rsa:2048") -> tuple[Path, Path]:
    """A self-signed certificate for this machine, and its key."""
    folder.mkdir(exist_ok=True)
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    request = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", kind]
    curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else []
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*request, *curve, *names, *files], check=True, capture_output=True)
    return certificate, key


def connect(address: str, context: ssl.SSLContext) -> bytes:
    """The certificate that the service shows."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    with (
        socket.create_connection((host or "", port or 0), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return secure.getpeercert(binary_form=True) or b""


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_the_service_speaks_https_with_its_own_certificate(
    database: str, conn: psycopg.Connection, tmp_path: Path
) -> None:
    certificate, key = issue_certificate(tmp_path / "first")
    person(conn, "chief")
    settings = {"TLS_CERT": str(certificate), "TLS_KEY": str(key)}
    with served(database, tmp_path / "home", **settings) as address:
        assert address.startswith("https://")
        context = ssl.create_default_context(cafile=str(certificate))
        wait_until_it_answers(address, context)

        login = urllib.request.Request(
            f"{address}/v1/session",
            json.dumps({"login": "chief", "password": PASSWORD}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(login, timeout=30, context=context) as answer:
            assert "Secure" in answer.headers["Set-Cookie"]

        old = ssl.create_default_context(cafile=str(certificate))
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            connect(address, old)

        before = connect(address, context)
        renewed, renewed_key = issue_certificate(tmp_path / "second", kind="ec")
        shutil.copy(renewed, certificate)
        shutil.copy(renewed_key, key)
        after = connect(address, ssl.create_default_context(cafile=str(certificate)))
        assert after != before, "a renewed certificate needs no restart"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    issue_certificate(folder)
    for kind in ("rsa:2048", "ec"):
        _, other = issue_certificate(folder / "other", kind=kind)
        shutil.copy(other, folder / f"other-{kind[:3]}.pem")
    (folder / "nonsense.pem").write_text("nonsense")
    encrypt = ["openssl", "rsa", "-aes128", "-passout", "pass:x"]
    files = ["-in", str(folder / "key.pem"), "-out", str(folder / "encrypted.pem")]
    subprocess.run([*encrypt, *files], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        ("certificate.pem", "", "GAZETTEER_TLS_KEY is not set"),
        ("", "key.pem", "GAZETTEER_TLS_CERT is not set"),
        ("absent.pem", "key.pem", "absent.pem (No such file or directory)"),
        ("certificate.pem", "other", "other (Is a directory)"),
        ("nonsense.pem", "key.pem", "nonsense.pem is not a certificate"),
        ("key.pem", "certificate.pem", "key.pem is not a certificate"),
        ("certificate.pem", "nonsense.pem", "nonsense.pem is not a private key"),
        ("certificate.pem", "encrypted.pem", "encrypted with a password"),
        ("certificate.pem", "other-rsa.pem", "is not the private key of the certificate"),
        ("certificate.pem", "other-ec.pem", "is not the private key of the certificate"),
    ],
)
def test_a_pair_that_cannot_be_used_is_told_in_words_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    files: Path,
    certificate: str,
    key: str,
    words: str,
) -> None:
    for setting, name in (("CERT", certificate), ("KEY", key)):
        monkeypatch.setenv(f"GAZETTEER_TLS_{setting}", str(files / name) if name else "")
    result = in_process(monkeypatch, capfd, "serve")
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
