"""The texts of an OpenAPI document that describe something, and their translation."""

from collections.abc import Iterator
from typing import Any

from gazetteer.messages import Lang, find_template, has_message

_DESCRIBING = ("summary", "description")


def iter_descriptions(value: Any) -> Iterator[str]:
    """The describing texts in a document, in their order."""
    if isinstance(value, list):
        for part in value:
            yield from iter_descriptions(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key in _DESCRIBING and isinstance(part, str):
                yield part
            else:
                yield from iter_descriptions(part)


def translate_descriptions(value: Any, lang: Lang) -> Any:
    """A document with its describing texts in another language; what has no words yet stays."""
    if isinstance(value, list):
        return [translate_descriptions(part, lang) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _translate_text(part, lang)
        if key in _DESCRIBING and isinstance(part, str)
        else translate_descriptions(part, lang)
        for key, part in value.items()
    }


def _translate_text(text: str, lang: Lang) -> str:
    id_ = f"api:{text}"
    return find_template(id_, lang) if has_message(id_, lang) else text
