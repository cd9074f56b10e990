"""What a person is told about a value that cannot be right, in Chinese and English."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gazetteer.problems import InvalidValue

_Describer = Callable[[str, Any, dict[str, Any]], tuple[str, str]]


def _describe_date(name: str, value: Any, _: dict[str, Any]) -> tuple[str, str]:
    return (
        f"“{value}”不是存在的日期，请写成 YYYY-MM-DD。",
        f"{value!r} is not a date that exists; write it as YYYY-MM-DD",
    )


def _describe_time(name: str, value: Any, _: dict[str, Any]) -> tuple[str, str]:
    return (
        f"“{value}”不是带时区的时间，例如 2024-05-01T00:00:00+08:00。",
        f"{value!r} is not a time with its offset, such as 2024-05-01T00:00:00+08:00",
    )


def _describe_number(name: str, value: Any, _: dict[str, Any]) -> tuple[str, str]:
    return f"“{value}”不是数字。", f"{value!r} is not a number"


def _describe_range(name: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    limit = next(iter(context.values()), "")
    return f"{value} 超出范围（界限 {limit}）。", f"{value} is out of range (limit {limit})"


def _describe_pattern(name: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    if name == "code":
        return (
            f"“{value}”不是区划代码：须为 6、9 或 12 位数字。",
            f"{value!r} is not a division code: 6, 9 or 12 digits",
        )
    return f"“{value}”格式不对。", f"{value!r} does not have the right form"


_DESCRIBERS: dict[str, _Describer] = {
    "missing": lambda name, *_: (f"缺少 {name}。", f"{name} is missing"),
    "extra_forbidden": lambda name, *_: (f"没有名为 {name} 的参数。", f"there is no {name}"),
    "string_pattern_mismatch": _describe_pattern,
    "int_parsing": _describe_number,
    "float_parsing": _describe_number,
    "finite_number": _describe_number,
    "uuid_parsing": lambda name, value, _: (
        f"“{value}”不是编号（UUID）。",
        f"{value!r} is not a UUID",
    ),
    "timezone_aware": _describe_time,
    "enum": lambda name, value, context: (
        f"“{value}”不是可用的值；可用：{context.get('expected')}。",
        f"{value!r} is not one of {context.get('expected')}",
    ),
}
_DESCRIBERS_BY_PREFIX: tuple[tuple[str, _Describer], ...] = (
    ("datetime", _describe_time),
    ("date", _describe_date),
    ("greater_than", _describe_range),
    ("less_than", _describe_range),
)


def build_invalid_value(error: ValidationError) -> InvalidValue:
    """The first mistake as a problem that names its field; all of them in ``errors``."""
    details = error.errors(include_url=False)
    descriptions = [_describe_error(detail) for detail in details]
    field, zh, en = descriptions[0]
    others = [{"field": name, "detail": english} for name, _, english in descriptions]
    return InvalidValue(zh, en, field=field, **({"errors": others} if len(others) > 1 else {}))


def _describe_error(detail: ErrorDetails) -> tuple[str, str, str]:
    names = [str(part) for part in detail["loc"]]
    field = ".".join(names) or "body"
    kind, value = detail["type"], detail.get("input")
    shown = value if not isinstance(value, str) else value[:80]
    describe = _DESCRIBERS.get(kind) or next(
        (t for start, t in _DESCRIBERS_BY_PREFIX if kind.startswith(start)), None
    )
    if describe is None:
        return field, f"{field} 的值无效（{detail['msg']}）。", detail["msg"]
    zh, en = describe(field, shown, detail.get("ctx", {}))
    return field, zh, en
