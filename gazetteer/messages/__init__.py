"""What the register says to people: ids and parameters in code, words in one file per language."""

from gazetteer.messages.catalogue import DEFAULT_LANG, LANGS, Lang, find_template, has_message
from gazetteer.messages.message import AnyOf, Message, message, read_message

__all__ = [
    "DEFAULT_LANG",
    "LANGS",
    "AnyOf",
    "Lang",
    "Message",
    "find_template",
    "has_message",
    "message",
    "read_message",
]
