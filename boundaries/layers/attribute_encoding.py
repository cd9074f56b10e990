"""The encoding of attributes in bytes: as declared, unless the bytes say otherwise.

Programs cut texts in the middle of a character and declare what they did not write. So the encoding
that the most texts are in is taken, and a text that is not in it concerns only its own feature.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from boundaries.layers.polygon_layer import Remark
from boundaries.layers.problems import unreadable_error
from gazetteer.messages import message
from gazetteer.rules.finding import Severity

_GB18030, _UTF8, _BIG5 = "gb18030", "utf-8", "cp950"
_LABELS = {_GB18030: "GBK", _UTF8: "UTF-8", _BIG5: "Big5"}
_ALIASES = {
    **dict.fromkeys(("936", "gbk", "gb2312", "gb18030", "54936", "euccn"), _GB18030),
    **dict.fromkeys(("65001", "utf8"), _UTF8),
    **dict.fromkeys(("950", "big5"), _BIG5),
}
"""What encodings are called in ``.cpg`` files, in lower case and without signs."""
_CODE_PAGES = {0x4D: "936", 0x7A: "936", 0x4F: "950", 0x78: "950"}
"""The code pages in the header of a ``.dbf`` that stand for Chinese."""
_ASCII = bytes(range(32, 127))
_HAN = re.compile("[\u4e00-\u9fff]")
_MIN_LEGIBLE_SHARE = 0.5
_MAX_STRAY_SHARE = 0.1
"""Where most texts are in no encoding, but these are so few of all, they are damaged."""


@dataclass(frozen=True, slots=True)
class AttributeText:
    """A text in bytes, with its column and the feature that has it; None for a column's name."""

    raw: bytes
    column: bytes
    feature: int | None


@dataclass(frozen=True, slots=True)
class _Declaration:
    """What the file says about its encoding: its own word, and the codec if there is one."""

    label: str
    codec: str | None


def detect_encoding(
    parts: Mapping[str, Path],
    source: str,
    requested: str | None,
    texts: Sequence[AttributeText],
) -> tuple[str, tuple[Remark, ...]]:
    """The encoding of ``texts``, with remarks on what it was taken from and on damaged texts.

    Raises:
        UnreadableFile: The requested encoding, or every known one, does not fit most texts.
    """
    foreign = [text for text in texts if not text.raw.isascii()]
    if requested is not None:
        codec = _find_codec(requested)
        if codec is None or not _is_legible(codec, foreign, len(texts)):
            detail = message("layer.attributes_other_encoding", encoding=requested)
            raise unreadable_error(source, detail, field="encoding")
        return codec, _report_damaged(codec, foreign)
    declared = _read_declaration(parts)
    codec = _choose_codec(declared.codec if declared else None, foreign)
    if not _is_legible(codec, foreign, len(texts)):
        detail = message("layer.attributes_encoding_unknown")
        raise unreadable_error(source, detail, field="encoding")
    remarks = _report_choice(codec, declared, bool(foreign))
    return codec, (*remarks, *_report_damaged(codec, foreign))


def _read_declaration(parts: Mapping[str, Path]) -> _Declaration | None:
    """The encoding that the ``.cpg`` names, else the code page in the ``.dbf``."""
    if ".cpg" in parts:
        label = parts[".cpg"].read_bytes()[:40].decode("ascii", "ignore").strip("\0 \t\r\n")
        if label:
            return _Declaration(label, _find_codec(label))
    if ".dbf" in parts:
        with parts[".dbf"].open("rb") as file:
            page = _CODE_PAGES.get(file.read(30)[29])
        if page:
            return _Declaration(page, _ALIASES[page])
    return None


def _find_codec(label: str) -> str | None:
    """The codec of a name such as ``936``, ``Big-5`` or ``ANSI 1252``; None without one.

    Only those in which ASCII stays ASCII can be the encoding of a ``.dbf``: not UTF-16.
    """
    bare = re.sub(r"[\s_\-]", "", label.lower())
    bare = re.sub(r"^(ansi|oem|cp|windows)(?=\d)", "", bare)
    known = _ALIASES.get(bare)
    names = [known] if known else [f"cp{bare}" if bare.isdigit() else label.strip(), bare]
    return next(filter(_keeps_ascii, names), None)


def _keeps_ascii(name: str) -> bool:
    try:
        return _ASCII.decode(name).encode(name) == _ASCII == _ASCII.decode(name).encode("ascii")
    except (LookupError, ValueError):
        return False


def _choose_codec(declared: str | None, foreign: Sequence[AttributeText]) -> str:
    """The codec with the fewest texts that are not in it; the declared one if that is as good.

    Western codecs take any bytes for letters, and GBK takes many. Texts that are UTF-8 throughout,
    and then Chinese, are UTF-8.
    """
    candidates = [codec for codec in dict.fromkeys((declared, _UTF8, _GB18030)) if codec]
    if not foreign:
        return candidates[0]
    damaged = {codec: sum(not _can_decode(codec, t.raw) for t in foreign) for codec in candidates}
    if not damaged[_UTF8] and all(_is_chinese(_UTF8, text.raw) for text in foreign):
        return _UTF8
    if declared is not None and _is_single_byte(declared):
        for codec in (_UTF8, _GB18030):
            legible = [text for text in foreign if _can_decode(codec, text.raw)]
            is_chinese = [_is_chinese(codec, text.raw) for text in legible]
            if len(legible) > len(foreign) / 2 and sum(is_chinese) > len(foreign) / 2:
                return codec
    return min(candidates, key=lambda codec: damaged[codec])


def _is_single_byte(codec: str) -> bool:
    """Whether nearly every byte is a character: then it cannot be told what does not fit."""
    return sum(_can_decode(codec, bytes([byte, 32])) for byte in range(128, 256)) > 100


def _is_chinese(codec: str, raw: bytes) -> bool:
    """Whether most characters of a text that are not ASCII are common Han characters."""
    letters = [letter for letter in raw.decode(codec, "ignore") if not letter.isascii()]
    return 2 * sum(bool(_HAN.match(letter)) for letter in letters) > len(letters)


def _can_decode(codec: str, raw: bytes) -> bool:
    """Whether a text is in an encoding; its last character may be incomplete."""
    try:
        codecs.getincrementaldecoder(codec)().decode(raw, final=False)
    except (LookupError, ValueError):
        return False
    return True


def _is_legible(codec: str, foreign: Sequence[AttributeText], count: int) -> bool:
    """Whether most texts are in an encoding, or those that are not are few among ``count``."""
    damaged = sum(not _can_decode(codec, text.raw) for text in foreign)
    return damaged <= max((1 - _MIN_LEGIBLE_SHARE) * len(foreign), _MAX_STRAY_SHARE * count)


def _report_choice(
    codec: str, declared: _Declaration | None, has_foreign: bool
) -> Iterator[Remark]:
    label = _LABELS.get(codec, codec)
    if declared is not None and declared.codec != codec:
        severity: Severity = "warning" if declared.codec else "info"
        detail = message("layer.encoding_contradicts_cpg", encoding=label, declared=declared.label)
        yield Remark("TOP-FIL-01", severity, detail)
    elif has_foreign and declared is None:
        detail = message("layer.encoding_detected", encoding=label)
        yield Remark("TOP-FIL-01", "info", detail)
    elif has_foreign and codec not in (_UTF8, _GB18030):
        detail = message("layer.encoding_declared", encoding=label)
        yield Remark("TOP-FIL-01", "info", detail)


def _report_damaged(codec: str, foreign: Sequence[AttributeText]) -> tuple[Remark, ...]:
    """One remark on each feature with a damaged text, and one on the names of columns."""
    label = _LABELS.get(codec, codec)
    damaged = [text for text in foreign if not _can_decode(codec, text.raw)]
    remarks: dict[int | None, Remark] = {}
    names = [text.raw.decode(codec, "replace") for text in damaged if text.feature is None]
    if names:
        detail = message("layer.column_name_broken", n=len(names), encoding=label, column=names[0])
        remarks[None] = Remark("TOP-FIL-01", "warning", detail)
    for text in damaged:
        if text.feature is not None and text.feature not in remarks:
            detail = message(
                "layer.text_broken",
                encoding=label,
                text=text.raw.decode(codec, "replace")[:60],
                column=text.column.decode(codec, "replace"),
            )
            remarks[text.feature] = Remark("TOP-FIL-01", "warning", detail, text.feature)
    return tuple(remarks.values())
