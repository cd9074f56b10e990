"""Formats that are not read, recognised all the same: a user has to know how to get on."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from gazetteer.messages import Message, message


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """A format by its name, by what it begins with or contains early on, and by its suffixes."""

    name: str
    begins: tuple[str, ...] = ()
    begins_hex: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    is_archive: bool = False

    def fits_content(self, start: bytes) -> bool:
        """Whether the beginning of a file is one of this format."""
        text = start.lstrip(b"\xef\xbb\xbf \r\n\t")
        signatures = (*(b.encode() for b in self.begins), *map(bytes.fromhex, self.begins_hex))
        return text.startswith(signatures) or any(one.encode() in start for one in self.contains)


@cache
def read_foreign_formats() -> tuple[ForeignFormat, ...]:
    """The formats on record; read once per process."""
    path = Path(__file__).with_name("foreign_formats.toml")
    entries = tomllib.loads(path.read_text("utf-8"))["formats"]
    return tuple(
        ForeignFormat(
            entry["name"],
            tuple(entry.get("begins", ())),
            tuple(entry.get("begins_hex", ())),
            tuple(entry.get("contains", ())),
            tuple(entry.get("suffixes", ())),
            entry.get("is_archive", False),
        )
        for entry in entries
    )


def describe_foreign_file(source: str, start: bytes) -> Message | None:
    """What a file is that is none of ours, by its content, else by its name; None if unknown."""
    for one in read_foreign_formats():
        if one.fits_content(start):
            return _word_format(one)
    return describe_foreign_names([source])


def describe_foreign_names(names: Iterable[str]) -> Message | None:
    """The first format to which a file name belongs, that of a folder or of a file in it."""
    endings = {
        PurePosixPath(part).suffix.lower() for name in names for part in PurePosixPath(name).parts
    }
    return next(
        (_word_format(one) for one in read_foreign_formats() if endings & set(one.suffixes)), None
    )


def _word_format(one: ForeignFormat) -> Message:
    kind = "layer.foreign_archive" if one.is_archive else "layer.foreign_format"
    return message(kind, format=one.name)
