"""The certificate and key with which the service speaks https itself, checked before it starts."""

import ssl
from pathlib import Path
from typing import NoReturn

from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from gazetteer.settings import Settings

_MISMATCHES = ("KEY_VALUES_MISMATCH", "NO_CERTIFICATE_ASSIGNED")  # another kind of key: none for it
CERTIFICATE_SETTING, KEY_SETTING = "GAZETTEER_TLS_CERT", "GAZETTEER_TLS_KEY"


def serves_https(settings: Settings) -> bool:
    """Whether the service speaks https itself."""
    return bool(settings.tls_cert)


def check_tls_files(settings: Settings) -> None:
    """Check that certificate and key can be read and belong together; fine where both are absent.

    Raises:
        InvalidValue: names the setting that is wrong, the file and the reason.
    """
    paths = {CERTIFICATE_SETTING: settings.tls_cert, KEY_SETTING: settings.tls_key}
    if not any(paths.values()):
        return
    for setting, path in paths.items():
        if not path:
            raise InvalidValue(message("cli.tls.setting_missing", setting=setting), field=setting)
        _check_readable(setting, Path(path))
    _check_certificate(settings)
    _check_key(settings)


def create_tls_context(settings: Settings) -> ssl.SSLContext:
    """TLS 1.2 and newer with the files as they are now: renewed ones need no restart."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context


def _check_readable(setting: str, path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        words = message("cli.tls.unreadable", setting=setting, path=str(path), error=error.strerror)
        raise InvalidValue(words, field=setting) from None


def _check_certificate(settings: Settings) -> None:
    """Check the certificate by itself: OpenSSL does not say which of two files is wrong."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(settings.tls_cert)
    except ssl.SSLError:
        words = message("cli.tls.certificate_not_valid", certificate=settings.tls_cert)
        raise InvalidValue(words, field=CERTIFICATE_SETTING) from None


def _check_key(settings: Settings) -> None:
    def refuse_password() -> NoReturn:
        raise InvalidValue(
            message("cli.tls.key_encrypted", key=settings.tls_key), field=KEY_SETTING
        )

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key, refuse_password)
    except ssl.SSLError as error:
        id_ = "cli.tls.mismatch" if error.reason in _MISMATCHES else "cli.tls.key_not_valid"
        words = message(id_, key=settings.tls_key, certificate=settings.tls_cert)
        raise InvalidValue(words, field=KEY_SETTING) from None
