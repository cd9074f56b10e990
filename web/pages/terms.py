"""The terms of the field in Chinese and English: code lists of the register, by value."""

from collections.abc import Mapping

TERMS: Mapping[str, tuple[str, str]] = {
    # How well a day is known
    "precision.approved": ("{day}（批准日期）", "{day} (date of approval)"),
    "precision.inferred": ("{day}（据相关文件推定）", "{day} (inferred from related documents)"),
    "precision.year": ("{year}年（日期不详）", "{year} (day not known)"),
    "precision.first_record": ("{year}年或更早（名录起始）", "{year} or earlier (records begin)"),
    "precision.unknown": ("日期不详", "date unknown"),
    # Legal documents
    "act.number": ("文号", "No."),
    "act.authority": ("机关", "By"),
    "act.approved_on": ("批准", "Approved"),
    "act.effective_on": ("生效", "Effective"),
    "act.announced_on": ("公布", "Announced"),
    "act.implemented_on": ("实施", "Implemented"),
    "act.source": ("来源", "Source"),
    "act.none": ("没有收录批准文件。", "No document on record."),
    # Levels
    "level.province": ("省级", "Province"),
    "level.prefecture": ("地级", "Prefecture"),
    "level.county": ("县级", "County"),
    "level.township": ("乡级", "Township"),
    "level.village": ("村级", "Village"),
    "level.natural_settlement": ("自然村", "Settlement"),
    "level.road": ("道路", "Road"),
    "level.estate": ("住宅区", "Estate"),
    "level.building": ("建筑物", "Building"),
    "level.door": ("门牌", "Door plate"),
    "level.poi": ("地点", "Point of interest"),
    "level.natural_feature": ("自然地理实体", "Natural feature"),
    # Kinds of succession
    "kind.same": ("整体延续", "the same unit"),
    "kind.continues": ("承继", "continued"),
    "kind.part_of": ("划转部分区域", "part transferred"),
    "kind.absorbed": ("并入", "absorbed"),
    "kind.split_off": ("析置", "split off"),
}

UNIT_TYPES: Mapping[str, str] = {
    "省": "province",
    "自治区": "autonomous region",
    "直辖市": "municipality under the central government",
    "特别行政区": "special administrative region",
    "地级市": "prefecture-level city",
    "地区": "prefecture",
    "自治州": "autonomous prefecture",
    "市辖区": "district",
    "县级市": "county-level city",
    "县": "county",
    "自治县": "autonomous county",
    "街道": "subdistrict",
    "镇": "town",
    "乡": "township",
    "民族乡": "ethnic township",
    "居民委员会": "residents’ committee",
    "村民委员会": "villagers’ committee",
}
"""The legal unit types (行政建制) in English; in Chinese they speak for themselves."""
