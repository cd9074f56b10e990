"""Readings of generic parts: whoever types a name in pinyin leaves them out."""

from collections.abc import Mapping, Sequence

from gazetteer.records.levels import LEVELS

_GENERICS: Mapping[str, Sequence[str]] = {
    "province": ("sheng", "shi", "zizhiqu", "tebiexingzhengqu"),
    "prefecture": ("shi", "diqu", "zizhizhou", "meng"),
    "county": ("qu", "xian", "shi", "zizhixian", "qi", "zizhiqi", "linqu", "tequ"),
    "township": ("zhen", "xiang", "jiedao", "minzuxiang"),
    "village": ("cun", "cunminweiyuanhui", "juminweiyuanhui", "shequ", "shequjuminweiyuanhui"),
}
GENERIC_SPELLINGS = [frozenset(("", *_GENERICS.get(level, ()))) for level in LEVELS]
GENERIC_INITIALS = [frozenset(word[:1] for word in words) for words in GENERIC_SPELLINGS]
NO_GENERICS = [frozenset(("",)) for _ in LEVELS]
ALL_GENERIC_SPELLINGS = frozenset().union(*GENERIC_SPELLINGS)
ALL_GENERIC_INITIALS = frozenset().union(*GENERIC_INITIALS)
