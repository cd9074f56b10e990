"""What a person is told about a value that cannot be right, in Chinese and English."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gazetteer.problems import InvalidValue

_Text = Callable[[str, Any, dict[str, Any]], tuple[str, str]]


def _date(name: str, value: Any, _: dict[str, Any]) -> tuple[str, str]:
    return (
        f"“{value}”不是存在的日期，请写成 YYYY-MM-DD。",
        f"{value!r} is not a date that exists; write it as YYYY-MM-DD",
    )


def _time(name: str, value: Any, _: dict[str, Any]) -> tuple[str, str]:
    return (
        f"“{value}”不是带时区的时间，例如 2024-05-01T00:00:00+08:00。",
        f"{value!r} is not a time with its offset, such as 2024-05-01T00:00:00+08:00",
    )


def _number(name: str, value: Any, _: dict[str, Any]) -> tuple[str, str]:
    return f"“{value}”不是数字。", f"{value!r} is not a number"


def _bounds(name: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    limit = next(iter(context.values()), "")
    return f"{value} 超出范围（界限 {limit}）。", f"{value} is out of range (limit {limit})"


def _pattern(name: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    if name == "code":
        return (
            f"“{value}”不是区划代码：须为 6、9 或 12 位数字。",
            f"{value!r} is not a division code: 6, 9 or 12 digits",
        )
    return f"“{value}”格式不对。", f"{value!r} does not have the right form"


_TEXTS: dict[str, _Text] = {
    "missing": lambda name, *_: (f"缺少 {name}。", f"{name} is missing"),
    "extra_forbidden": lambda name, *_: (f"没有名为 {name} 的参数。", f"there is no {name}"),
    "string_pattern_mismatch": _pattern,
    "int_parsing": _number,
    "float_parsing": _number,
    "finite_number": _number,
    "uuid_parsing": lambda name, value, _: (
        f"“{value}”不是编号（UUID）。",
        f"{value!r} is not a UUID",
    ),
    "timezone_aware": _time,
    "enum": lambda name, value, context: (
        f"“{value}”不是可用的值；可用：{context.get('expected')}。",
        f"{value!r} is not one of {context.get('expected')}",
    ),
}
_FAMILIES: tuple[tuple[str, _Text], ...] = (
    ("datetime", _time),
    ("date", _date),
    ("greater_than", _bounds),
    ("less_than", _bounds),
)


def invalid_value(error: ValidationError) -> InvalidValue:
    """The first mistake as a problem that names its field; all of them in ``errors``."""
    details = error.errors(include_url=False)
    mistakes = [_mistake(detail) for detail in details]
    field, zh, en = mistakes[0]
    others = [{"field": name, "detail": english} for name, _, english in mistakes]
    return InvalidValue(zh, en, field=field, **({"errors": others} if len(others) > 1 else {}))


def _mistake(detail: ErrorDetails) -> tuple[str, str, str]:
    names = [str(part) for part in detail["loc"]]
    field = ".".join(names) or "body"
    kind, value = detail["type"], detail.get("input")
    shown = value if not isinstance(value, str) else value[:80]
    text = _TEXTS.get(kind) or next((t for start, t in _FAMILIES if kind.startswith(start)), None)
    if text is None:
        return field, f"{field} 的值无效（{detail['msg']}）。", detail["msg"]
    zh, en = text(field, shown, detail.get("ctx", {}))
    return field, zh, en
