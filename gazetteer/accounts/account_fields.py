"""The fields of an account as people type them, brought to one form and checked."""

import re
import unicodedata

from gazetteer.problems import InvalidValue

_LOGIN = re.compile(r"[^\W_][\w.@-]{1,63}")


def normalize_login(login: str) -> str:
    """The one form of a login name: width and case do not matter."""
    return unicodedata.normalize("NFKC", login[:512].replace("\0", "")).strip().casefold()[:128]


def parse_login(login: str) -> str:
    """A login name that may be taken.

    Raises:
        InvalidValue: it has other characters or another length.
    """
    name = normalize_login(login)
    if not _LOGIN.fullmatch(name):
        raise InvalidValue(
            "登录名须为 2 至 64 个字母、汉字、数字或 . _ @ -，且以字母、汉字或数字开头。",
            "a login name has 2 to 64 letters, digits or . _ @ -; the first is a letter or digit",
            field="login",
        )
    return name


def parse_name(name: str, field: str = "display_name") -> str:
    """The name of a person or key, with single spaces.

    Raises:
        InvalidValue: it is empty, too long or has control characters.
    """
    collapsed = " ".join(name.split())
    if not 1 <= len(collapsed) <= 100 or not collapsed.isprintable():
        raise InvalidValue(
            "名称须为 1 至 100 个可见字符。", "a name has 1 to 100 visible characters", field=field
        )
    return collapsed


def check_language(language: str) -> None:
    """Chinese or English.

    Raises:
        InvalidValue: another one.
    """
    if language not in ("zh", "en"):
        raise InvalidValue("语言须为 zh 或 en。", "the language is zh or en", field="language")
