"""Names as they are typed on a Latin keyboard: full pinyin and initials.

The readings are the register's own spellings (番禺 Panyu, 大埔 Dabu); no library guesses here.
"""

import re
from functools import cache

from gazetteer.search.text.folding import to_ascii_key

_SYLLABLE = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|van|ai|ei|ao|ou|an|en|in|un|vn|er"
    "|ia|ie|iu|ua|ue|ui|uo|ve|a|o|e|i|u|v))"
)


@cache
def _compile_syllables(count: int) -> re.Pattern[str]:
    return re.compile(f"({_SYLLABLE})" * count)


def extract_initials(name: str, latin: str) -> str | None:
    """The first letters of the syllables of ``latin``, one for each character of ``name``.

    None where the spelling does not fall into as many syllables.
    """
    syllables = split_syllables(name, latin)
    return "".join(syllable[0] for syllable in syllables) if syllables else None


def split_syllables(name: str, latin: str) -> tuple[str, ...]:
    """The syllables of ``latin``, one for each character of ``name``; none if it has others."""
    if len(name) > 20:
        return ()
    match = _compile_syllables(len(name)).fullmatch(latin)
    return match.groups() if match else ()


def build_romanized_keys(name: str, romanized: str) -> tuple[str, str | None]:
    """The full spelling and the initials of a name, as one types them."""
    latin = to_ascii_key(romanized)
    return latin, extract_initials(name, latin)
