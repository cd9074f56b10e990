"""Names as they are typed on a Latin keyboard: whole pinyin and initials.

The readings are the register's own spellings (番禺 Panyu, 大埔 Dabu); no library guesses here.
"""

import re
from functools import cache

from gazetteer.search.text import latin_key

_SYLLABLE = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|van|ai|ei|ao|ou|an|en|in|un|vn|er"
    "|ia|ie|iu|ua|ue|ui|uo|ve|a|o|e|i|u|v))"
)


@cache
def _split(count: int) -> re.Pattern[str]:
    return re.compile(f"({_SYLLABLE})" * count)


def initials(name: str, latin: str) -> str | None:
    """The first letters of the syllables of ``latin``, one for each character of ``name``.

    None where the spelling does not fall into as many syllables.
    """
    if len(name) > 20:
        return None
    found = _split(len(name)).fullmatch(latin)
    return "".join(syllable[0] for syllable in found.groups()) if found else None


def typed(name: str, romanized: str) -> tuple[str, str | None]:
    """The whole spelling and the initials of a name, as one types them."""
    latin = latin_key(romanized)
    return latin, initials(name, latin)
