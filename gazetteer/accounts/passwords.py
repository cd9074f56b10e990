"""Passwords: which are good enough, and how they are kept (Argon2id, RFC 9106).

The rules follow NIST SP 800-63B: length and a block list count, mixtures of character classes do
not; nothing expires by itself. Text is normalised (NFKC), so that a password typed on another
keyboard or input method stays the same.
"""

import re
import secrets
import unicodedata
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gazetteer.accounts.common_passwords import COMMON_PASSWORDS, COMMON_STEMS
from gazetteer.accounts.problems import WeakPassword

SHORTEST, LONGEST = 12, 256
# 19 MiB each (OWASP): many threads serve at once, and a serving process stays small.
_HASHER = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
_CONCURRENT_HASHES = BoundedSemaphore(2)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without look-alikes: read from a terminal once
_PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_RUNS = ("0123456789" * 2, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def check_password(password: str, *known_names: str) -> None:
    """Refuse a password that would be guessed soon.

    Args:
        password: as typed.
        own: what everybody knows of the account: login name, display name.

    Raises:
        WeakPassword: with the reason.
    """
    text = _normalize_password(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise _weak_password_error(
            f"密码长度须为 {SHORTEST} 至 {LONGEST} 个字符。",
            f"a password has {SHORTEST} to {LONGEST} characters",
        )
    plain = text.casefold()
    stem = _PADDING.sub("", plain)
    if (
        plain in COMMON_PASSWORDS
        or stem in COMMON_STEMS
        or len(set(plain)) < 5
        or _is_keyboard_run(plain)
    ):
        raise _weak_password_error(
            "该密码过于常见。", "this password is among the first to be guessed"
        )
    names = (_normalize_password(name).casefold() for name in known_names)
    if any(name in plain for name in names if len(name) >= 3) or "gazetteer" in plain:
        raise _weak_password_error(
            "密码不得包含登录名、姓名或系统名称。",
            "a password must not contain the login name, the person's name or the product's",
        )


def hash_password(password: str) -> str:
    """The Argon2id hash, with its parameters and salt."""
    with _CONCURRENT_HASHES:
        return _HASHER.hash(_normalize_password(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one kept; with ``stored`` None the same work, and False."""
    text = _normalize_password(password[: 4 * LONGEST])
    with _CONCURRENT_HASHES:
        try:
            return _HASHER.verify(stored or _dummy_hash(), text) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_hash_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def generate_password() -> str:
    """A password for a first login: 99 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _normalize_password(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_keyboard_run(plain: str) -> bool:
    """Two or fewer walks along the alphabet, the digits or the keyboard, or one piece repeated."""
    if any(plain in run * 2 or plain[::-1] in run * 2 for run in _RUNS):
        return True
    return any(
        plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1)
    )


def _weak_password_error(zh: str, en: str) -> WeakPassword:
    return WeakPassword(zh, en, field="password")
