"""The API key that a request carries: ``Authorization: Bearer``, or as the password of ``Basic``.

GIS programs and spreadsheets speak Basic only. The password of an account is never accepted there:
they store it, and send it with every request.
"""

import binascii
from base64 import b64decode
from dataclasses import dataclass

from flask import request

from gazetteer.accounts.account_fields import normalize_login
from gazetteer.accounts.account_store import Account
from gazetteer.messages import message
from gazetteer.problems import Unauthenticated
from web.http.api_paths import is_api_path


@dataclass(frozen=True, slots=True)
class KeyCredentials:
    """The text of a key, not yet verified; ``login`` is the account that Basic names for it."""

    key: str
    login: str = ""

    def check_login(self, account: Account) -> None:
        """Refuse a user name that is not the one of the key's account; none is needed.

        Raises:
            Unauthenticated: the key is valid, but belongs to another account.
        """
        if self.login and normalize_login(self.login) != account.login:
            raise _build_refusal("account.key_of_other")


def find_key_scheme() -> str | None:
    """``bearer`` or ``basic`` where the request carries a key, or what is to be one.

    Pages take no Basic: a proxy may use it to guard them with passwords of its own.
    """
    sent = request.environ.get("HTTP_AUTHORIZATION")
    if not sent:
        return None
    scheme = str(sent).partition(" ")[0].lower()
    if scheme == "bearer" or (scheme == "basic" and is_api_path(request.path)):
        return scheme
    return None


def read_key_credentials() -> KeyCredentials | None:
    """The key of the request; None if it carries none.

    Raises:
        Unauthenticated: the header cannot be decoded, or has no password.
    """
    scheme = find_key_scheme()
    if scheme is None:
        return None
    credentials = request.environ["HTTP_AUTHORIZATION"].partition(" ")[2].strip()
    return KeyCredentials(credentials) if scheme == "bearer" else _decode_basic(credentials)


def _decode_basic(credentials: str) -> KeyCredentials:
    try:
        decoded = b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _build_refusal("account.basic_malformed") from None
    login, colon, key = decoded.partition(":")
    if not colon:
        raise _build_refusal("account.basic_malformed")
    if not key.startswith("gz_"):
        raise _build_refusal("account.basic_needs_key")
    return KeyCredentials(key, login)


def _build_refusal(id_: str) -> Unauthenticated:
    return Unauthenticated(message(id_), field="Authorization")
