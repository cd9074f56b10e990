"""The fields of an account as people type them: normalized and validated."""

import re
import unicodedata

from gazetteer.messages import LANGS, AnyOf, message
from gazetteer.problems import InvalidValue

_LOGIN = re.compile(r"[^\W_][\w.@-]{1,63}")


def normalize_login(login: str) -> str:
    """The canonical form of a login name: width and case do not matter."""
    return unicodedata.normalize("NFKC", login[:512].replace("\0", "")).strip().casefold()[:128]


def parse_login(login: str) -> str:
    """A valid login name in canonical form.

    Raises:
        InvalidValue: it has other characters or another length.
    """
    name = normalize_login(login)
    if not _LOGIN.fullmatch(name):
        raise InvalidValue(message("account.login_not_valid"), field="login")
    return name


def parse_name(name: str, field: str = "display_name") -> str:
    """The name of a person or key, with single spaces.

    Raises:
        InvalidValue: it is empty, too long or has control characters.
    """
    collapsed = " ".join(name.split())
    if not 1 <= len(collapsed) <= 100 or not collapsed.isprintable():
        raise InvalidValue(message("account.name_not_valid"), field=field)
    return collapsed


def check_language(language: str) -> None:
    """Check that messages exist in a language.

    Raises:
        InvalidValue: they do not.
    """
    if language not in LANGS:
        not_available = message("account.language_not_available", languages=AnyOf(LANGS))
        raise InvalidValue(not_available, field="language")
