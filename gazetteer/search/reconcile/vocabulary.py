"""The types and properties by which tables are reconciled, with their names in both languages."""

from dataclasses import dataclass

from gazetteer.records.levels import LEVELS, UNIT_LEVELS


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """Something with a stable id and a name for people."""

    id: str
    zh: str
    en: str

    def get_name(self, lang: str) -> str:
        """The name in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class PropertyTerm(VocabularyTerm):
    """An attribute: ``asked``: a query may give it; ``told``: it can be fetched."""

    can_query: bool = False
    can_fetch: bool = True


UNIT = VocabularyTerm("unit", "行政区划", "Administrative division")
PLACE = VocabularyTerm("place", "其他地名", "Place that is no division")

_LEVEL_NAMES = (
    ("省级", "Province"),
    ("地级", "Prefecture"),
    ("县级", "County"),
    ("乡级", "Township"),
    ("村级", "Village"),
    ("自然村", "Settlement"),
    ("道路", "Road"),
    ("住宅区", "Estate"),
    ("建筑物", "Building"),
    ("门牌", "Door plate"),
    ("地点", "Point of interest"),
    ("自然地理实体", "Natural feature"),
)
LEVEL_TYPES = {
    level: VocabularyTerm(level, *names) for level, names in zip(LEVELS, _LEVEL_NAMES, strict=True)
}
TYPES = {term.id: term for term in (UNIT, *LEVEL_TYPES.values(), PLACE)}


def find_broader_type(level: str) -> VocabularyTerm:
    """What all places of a level are."""
    return UNIT if level in UNIT_LEVELS else PLACE


def find_type_levels(type_id: str) -> frozenset[str]:
    """The levels that a type of :data:`TYPES` takes in."""
    return frozenset(
        level for level in LEVELS if level == type_id or find_broader_type(level).id == type_id
    )


PROPERTIES = {
    term.id: term
    for term in (
        PropertyTerm(
            "at",
            "日期（在此日现行）",
            "Date (in force on this day)",
            can_query=True,
            can_fetch=False,
        ),
        PropertyTerm("within", "所在单位", "Inside", can_query=True),
        *(
            PropertyTerm(level, *_LEVEL_NAMES[LEVELS.index(level)], can_query=True)
            for level in UNIT_LEVELS
        ),
        PropertyTerm("level", "层级", "Level", can_query=True),
        PropertyTerm("code", "区划代码", "Division code", can_query=True),
        PropertyTerm("unit_type", "建制", "Type of division"),
        PropertyTerm("romanized_name", "汉语拼音", "Romanized name"),
        PropertyTerm("former_name", "曾用名", "Former names"),
        PropertyTerm("lon", "经度", "Longitude"),
        PropertyTerm("lat", "纬度", "Latitude"),
        PropertyTerm("valid_from", "起始日期", "In force from"),
        PropertyTerm("valid_from_precision", "起始日期的依据", "How the first day is known"),
        PropertyTerm("valid_to", "终止日期", "In force until"),
        PropertyTerm("valid_to_precision", "终止日期的依据", "How the last day is known"),
        PropertyTerm("predecessor", "前身", "Came from"),
        PropertyTerm("successor", "去向", "Went to"),
        PropertyTerm("unit_id", "单位永久标识", "Identifier of the unit"),
    )
}
UNIT_PROPERTIES = frozenset(
    {"code", "unit_type", "romanized_name", "predecessor", "successor", "unit_id"}
)
"""Properties that only units have."""
