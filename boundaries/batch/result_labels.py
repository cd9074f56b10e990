"""Result columns in words: their headings and those of their values that are names for programs."""

from collections.abc import Callable
from functools import lru_cache

from gazetteer.messages import Lang, has_message, message

_PREFIX = "result_"
_CACHE_SIZE = 10_000


@lru_cache(_CACHE_SIZE)
def word_heading(name: str, lang: Lang) -> str:
    """The heading of a result column for people."""
    return message(f"result_column.{name.removeprefix(_PREFIX)}").text(lang)


@lru_cache(_CACHE_SIZE)
def word_value(name: str, value: str, lang: Lang) -> str:
    """A value of a result column for people; as it is where the register has no words for it."""
    wording = _WORDING.get(name)
    return wording(value, lang) if wording and value else value


def _word_status(value: str, lang: Lang) -> str:
    """The status of a row, or the problem that stands in its place."""
    return _find_words((f"status.{value}", f"problem.{value}"), value, lang)


def _word_level(value: str, lang: Lang) -> str:
    return _find_words((f"level.{value}",), value, lang)


def _word_kind(value: str, lang: Lang) -> str:
    return _find_words((f"kind.{value}",), value, lang)


def _word_constant(value: str, lang: Lang) -> str:
    return _find_words((f"result_value.{value}",), value, lang)


def _word_faults(value: str, lang: Lang) -> str:
    """Faults as ``kind:level:text``, separated by semicolons."""
    return ";".join(_word_fault(fault, lang) for fault in value.split(";"))


def _word_fault(fault: str, lang: Lang) -> str:
    kind, _, rest = fault.partition(":")
    level, _, text = rest.partition(":")
    words = (_find_words((f"fault.{kind}",), kind, lang), _word_level(level, lang), text)
    return " ".join(filter(None, words))


def _find_words(ids: tuple[str, ...], value: str, lang: Lang) -> str:
    return next((message(id_).text(lang) for id_ in ids if has_message(id_)), value)


_WORDING: dict[str, Callable[[str, Lang], str]] = {
    "result_status": _word_status,
    "result_level": _word_level,
    "result_match_level": _word_level,
    "result_coordinate_level": _word_level,
    "result_deciding_field": _word_level,
    "result_kind": _word_kind,
    "result_decided_by": _word_constant,
    "result_via_former_name": _word_constant,
    "result_on_boundary": _word_constant,
    "result_near_boundary": _word_constant,
    "result_faults": _word_faults,
}
