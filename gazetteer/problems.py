"""Everything that can be wrong with what a person or a program asks, without any HTTP.

A problem has a stable ``code``, a text in Chinese and English, the ``field`` that was wrong and
``extras`` which a program can use. The web layer maps ``kind`` to a status in one table.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Problem(Exception):
    """A request that cannot be answered as asked; nothing was changed by it."""

    kind: ClassVar[str] = "invalid"  # invalid | missing | conflict | forbidden | unauthenticated |
    # too_large | too_many | unavailable
    code: ClassVar[str] = "invalid_request"
    title_zh: ClassVar[str] = "请求有误"
    title_en: ClassVar[str] = "Invalid request"

    def __init__(self, zh: str, en: str, *, field: str | None = None, **extras: Any) -> None:
        super().__init__(en)
        self.zh, self.en, self.field = zh, en, field
        self.extras: Mapping[str, Any] = extras

    def text(self, lang: str) -> str:
        """The explanation in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en

    def title(self, lang: str) -> str:
        """The short name of the kind of problem in ``zh`` or ``en``."""
        return self.title_zh if lang == "zh" else self.title_en


class InvalidValue(Problem):
    """A parameter or field has a value that cannot be right."""

    code = "invalid_value"
    title_zh, title_en = "参数值无效", "Invalid value"


class UnknownCode(Problem):
    """No unit has ever carried the code."""

    kind, code = "missing", "unknown_code"
    title_zh, title_en = "未知的代码", "Unknown code"


class CodeNotInForce(Problem):
    """The code is known, but no unit carried it on the date; ``periods`` says when one did."""

    kind, code = "missing", "code_not_in_force"
    title_zh, title_en = "该日期代码未启用", "Code not in force on that date"


class NoDataBefore(Problem):
    """The date lies before the first record; ``since`` says where the records begin."""

    kind, code = "missing", "no_data_before"
    title_zh, title_en = "该日期早于最早记录", "No data before the first record"


class NotFound(Problem):
    """The thing asked for does not exist in the register at the asked moment."""

    kind, code = "missing", "not_found"
    title_zh, title_en = "未找到", "Not found"


class NoAreaKnown(Problem):
    """The unit existed, but no polygon of it is known on the date."""

    kind, code = "missing", "no_area_known"
    title_zh, title_en = "该日期无已知边界面", "No area known on that date"


class Conflict(Problem):
    """The state underneath moved, or a rule of the ledger would be broken; nothing was changed."""

    kind, code = "conflict", "conflict"
    title_zh, title_en = "冲突", "Conflict"


class Unauthenticated(Problem):
    """Nobody is logged in, or the login or key is not valid."""

    kind, code = "unauthenticated", "unauthenticated"
    title_zh, title_en = "未登录或凭证无效", "Not authenticated"


class Forbidden(Problem):
    """The person or key has no role for this over this unit."""

    kind, code = "forbidden", "forbidden"
    title_zh, title_en = "没有权限", "Forbidden"


class TooLarge(Problem):
    """More was sent than is taken."""

    kind, code = "too_large", "too_large"
    title_zh, title_en = "内容过大", "Too large"


class Unavailable(Problem):
    """The register cannot answer now (database away, disk full); trying later may help."""

    kind, code = "unavailable", "unavailable"
    title_zh, title_en = "暂时无法服务", "Temporarily unavailable"
