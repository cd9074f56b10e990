"""The catalogue of rules as documents; ``python -m boundaries.validation.rule_documents`` writes them."""

from itertools import groupby
from pathlib import Path

from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.rule_registry import Rule, read_catalogue

DOCS = Path(__file__).parents[2] / "docs"
FILES = {"en": DOCS / "rules.md", "zh": DOCS / "rules.zh.md"}

_LIMITS = Tolerances()
_WORDS = {
    "en": {
        "title": "Catalogue of topology rules",
        "lead": (
            "Made from `boundaries/rules/catalogue.toml` by `make documents`; do not edit it by"
            " hand. A rule reports and never repairs. Error: legal data must not have it. Warning:"
            " somebody should look. Note: said for completeness. The limits are those of"
            " `gazetteer/defaults.env`."
        ),
        "trap": "Beware",
        "origin": "Origin",
        "scope": "Judged on",
        "limits": "Limits",
        "seen_to": "Not judged by code",
        "error": "error",
        "warning": "warning",
        "info": "note",
        "layer": "any polygon layer",
        "register": "the register with its history",
        "inspection": "a joint inspection",
        "FIL": "Files",
        "CRS": "Coordinate systems",
        "GEO": "Geometry",
        "COV": "Coverage",
        "HIE": "Hierarchy",
        "LIN": "Boundary lines",
        "NOD": "Junctions",
        "VER": "Versions and time",
        "ATT": "Attributes",
        "stop": ". ",
        "colon": ": ",
    },
    "zh": {
        "title": "拓扑规则目录",
        "lead": (
            "由 `make documents` 从 `boundaries/rules/catalogue.toml` 生成，请勿手改。规则只报告，"
            "从不改动数据。错误：法定数据不得如此；警告：应有人查看；说明：仅供了解。限值为"
            " `gazetteer/defaults.env` 中的默认值。"
        ),
        "trap": "须知",
        "origin": "出处",
        "scope": "判断对象",
        "limits": "限值",
        "seen_to": "不由程序判断",
        "error": "错误",
        "warning": "警告",
        "info": "说明",
        "layer": "任何面图层",
        "register": "登记的数据及其历史",
        "inspection": "联合检查",
        "FIL": "文件",
        "CRS": "坐标系",
        "GEO": "几何",
        "COV": "覆盖",
        "HIE": "上下级",
        "LIN": "界线",
        "NOD": "交会点",
        "VER": "版本与时间",
        "ATT": "属性",
        "stop": "。",
        "colon": "：",
    },
}


def format_rule_catalogue(lang: str) -> str:
    """The whole catalogue as Markdown in ``en`` or ``zh``."""
    words = _WORDS[lang]
    lines = [f"# {words['title']}", "", words["lead"], ""]
    for group, rules in groupby(read_catalogue().values(), key=lambda rule: rule.group):
        lines += [f"## {words.get(group, group)}", ""]
        for rule in rules:
            lines += _format_rule(rule, lang)
    return "\n".join(lines)


def _format_rule(rule: Rule, lang: str) -> list[str]:
    words, colon = _WORDS[lang], _WORDS[lang]["colon"]
    facts = [
        f"{words[rule.severity]}",
        f"{words['scope']}{colon}{words[rule.scope]}",
        f"{words['origin']}{colon}{rule.origin}",
    ]
    if rule.tolerance:
        limits = ", ".join(f"`{name}` {getattr(_LIMITS, name):g}" for name in rule.tolerance)
        facts.append(f"{words['limits']}{colon}{limits}")
    if rule.checked_by:
        facts.append(f"{words['seen_to']}{colon}{rule.checked_by[lang].rstrip('。.')}")
    return [
        f"### {rule.id} {rule.title[lang]}",
        "",
        rule.explanation[lang],
        "",
        f"**{words['trap']}**{colon}{rule.trap[lang]}",
        "",
        f"*{words['stop'].join(facts)}*",
        "",
    ]


if __name__ == "__main__":
    for _lang, _file in FILES.items():
        _file.write_text(format_rule_catalogue(_lang), encoding="utf-8")
