"""Passwords: which are acceptable, and how they are stored (Argon2id, RFC 9106).

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
from gazetteer.messages import Message, message

SHORTEST, LONGEST = 12, 256
# 19 MiB each (OWASP): with many threads at once a serving process still stays small.
_HASHER = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
_CONCURRENT_HASHES = BoundedSemaphore(2)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without look-alikes, as people copy it by eye
_PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_RUNS = ("0123456789" * 2, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def check_password(password: str, *known_names: str) -> None:
    """Check that a password is not easily guessed.

    Args:
        password: as typed.
        *known_names: what is publicly known of the account: login name, display name.

    Raises:
        WeakPassword: it is; the message states the reason.
    """
    text = _normalize_password(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise _weak_password_error(
            message("account.password_length", shortest=SHORTEST, longest=LONGEST)
        )
    plain = text.casefold()
    stem = _PADDING.sub("", plain)
    if (
        plain in COMMON_PASSWORDS
        or stem in COMMON_STEMS
        or len(set(plain)) < 5
        or _is_keyboard_run(plain)
    ):
        raise _weak_password_error(message("account.password_common"))
    names = (_normalize_password(name).casefold() for name in known_names)
    if any(name in plain for name in names if len(name) >= 3) or "gazetteer" in plain:
        raise _weak_password_error(message("account.password_contains_names"))


def hash_password(password: str) -> str:
    """The Argon2id hash, with its parameters and salt."""
    with _CONCURRENT_HASHES:
        return _HASHER.hash(_normalize_password(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password matches the hash; for None False, after the same amount of work."""
    text = _normalize_password(password[: 4 * LONGEST])
    with _CONCURRENT_HASHES:
        try:
            return _HASHER.verify(stored or _dummy_hash(), text) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_hash_outdated(stored: str) -> bool:
    """Whether the hash was computed with other parameters than the present ones."""
    return _HASHER.check_needs_rehash(stored)


def generate_password() -> str:
    """A random password for a first login: 99 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def _normalize_password(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_keyboard_run(plain: str) -> bool:
    """Whether it is a run along the alphabet, digits or keyboard, or one part repeated."""
    if any(plain in run * 2 or plain[::-1] in run * 2 for run in _RUNS):
        return True
    return any(
        plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 2 + 1)
    )


def _weak_password_error(reason: Message) -> WeakPassword:
    return WeakPassword(reason, field="password")
