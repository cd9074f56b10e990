"""The checks of the staged load by their stable ids: severity, sentence in both languages."""

from dataclasses import dataclass, field

from gazetteer.ingest.staged_batch import LoadFinding, Severity

REJECT, WARNING, INFO = Severity.REJECT, Severity.WARNING, Severity.INFO

LOAD_RULES: dict[str, tuple[Severity, str, str]] = {
    "cell_count": (REJECT, "列数与表头不符", "number of cells differs from the header"),
    "malformed_code": (
        REJECT,
        "代码应为 6、9 或 12 位数字,且与级别相符",
        "a code has 6, 9 or 12 digits that fit the level",
    ),
    "tianditu_code": (
        REJECT,
        "这是天地图的 156 前缀代码,不是行政区划代码",
        "a Tianditu code (156 + six digits), not a division code",
    ),
    "unknown_level": (REJECT, "未知的级别", "unknown level"),
    "missing_name": (REJECT, "名称为空", "no name"),
    "duplicate_code": (REJECT, "代码重复", "the code occurs twice"),
    "unknown_parent": (REJECT, "上级代码不存在", "the parent is not known"),
    "parent_not_in_force": (
        WARNING,
        "上级在此期间未存续,未采用",
        "the parent is not in force in the period: not applied",
    ),
    "bad_year": (REJECT, "年份无效", "not a year"),
    "bad_date": (REJECT, "日期不存在,应为 年-月-日", "not a date of the form YYYY-MM-DD"),
    "date_order": (REJECT, "终止年份不晚于起始年份", "the end is not later than the start"),
    "overlapping_period": (
        REJECT,
        "同一代码的期间重叠",
        "the period overlaps another one of the same code",
    ),
    "unknown_record": (REJECT, "没有对应的区划记录", "no record of a division fits"),
    "bad_coordinate": (REJECT, "坐标不是数值", "not a number"),
    "coordinate_range": (REJECT, "坐标超出范围", "coordinate out of range"),
    "swapped_coordinates": (REJECT, "经纬度疑似颠倒", "longitude and latitude look swapped"),
    "bad_geometry": (REJECT, "几何不是有效的面", "not a valid polygon"),
    "not_a_unit": (
        WARNING,
        "统计用区域,不是行政区划:记为功能区",
        "a statistical area, not a division: kept as a functional area",
    ),
    "begins_here": (
        INFO,
        "沿革记录中没有,自本表时点起",
        "not in the records known: begins with the day of this list",
    ),
    "text_for_code": (
        WARNING,
        "代码栏是文字,按无代码处理",
        "a text where a code should be: taken as no code",
    ),
    "summary_row": (INFO, "汇总行,不是行政区划", "a summary row, not a division"),
    "outside_unit": (
        WARNING,
        "上级是统计用区域,改挂其上一级",
        "the parent is a statistical area; attached to the unit above it",
    ),
    "approved_in_other_year": (
        WARNING,
        "批准日期与变更年份不同年,按年份处理",
        "approved in another year than the change: only the year is taken",
    ),
    "several_dates": (
        WARNING,
        "同一变更有多个批准日期,取最晚者",
        "several approval dates for one change: the latest is taken",
    ),
    "moved_to_parent": (
        WARNING,
        "批准日期与上级的起止不符,改取上级的日期",
        "the approval date does not fit the parent's period: the parent's day is taken",
    ),
    "source_disagrees": (
        WARNING,
        "与区划沿革记录不一致",
        "differs from the records of divisions",
    ),
    "later_than_state": (
        WARNING,
        "变更晚于区划表的时点或与其矛盾,未采用",
        "later than the state of the divisions file, or contradicts it: not applied",
    ),
    "code_used_otherwise": (
        WARNING,
        "该代码在区划表中属于另一单位,未采用",
        "the divisions file gives the code to another unit: not applied",
    ),
    "not_applied": (
        WARNING,
        "无法与已知单位对应,未采用",
        "does not fit any known unit: not applied",
    ),
    "unknown_kind": (
        WARNING,
        "该种类不作为地名实体载入",
        "nothing of this kind is loaded as a place",
    ),
    "within_unknown": (
        INFO,
        "所在单位未知或未在册",
        "the unit it lies in is unknown or not in the register",
    ),
    "later_than_area": (
        WARNING,
        "边界面时点之后辖区又有变更,面可能已过时",
        "the territory changed after the state of the polygons: the area may be out of date",
    ),
    "no_unit_for_area": (
        WARNING,
        "代码在该时点没有对应的单位,未采用",
        "no unit carried the code on the day of the polygons: not loaded",
    ),
}


@dataclass
class LoadFindingCollector:
    """Collects what is found about one file."""

    file: str
    entries: list[LoadFinding] = field(default_factory=list)

    def add_finding(
        self, rule: str, line: int, column: str, value: object, detail: str = ""
    ) -> None:
        """Note a finding; ``more`` (codes, dates) is added to both sentences."""
        severity, zh, en = LOAD_RULES[rule]
        suffix = f" ({detail})" if detail else ""
        self.entries.append(
            LoadFinding(
                self.file, line, column, str(value), rule, severity, zh + suffix, en + suffix
            )
        )
