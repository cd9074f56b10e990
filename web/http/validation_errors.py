"""Errors that pydantic found in a request as problems, worded through the message catalogues."""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gazetteer.messages import AnyOf, Message, message
from gazetteer.problems import InvalidValue
from web.http.text_patterns import PATTERN_MESSAGES

FieldKind = Literal["parameter", "field"]
"""A parameter of the path or query, or a field of a body or form."""

_MAX_SHOWN = 80
"""Characters of a wrong value that a problem repeats."""

_MESSAGES: Mapping[str, str] = {
    "missing": "request.missing",
    "extra_forbidden": "request.unknown",
    "string_type": "request.not_text",
    "string_too_short": "request.text_too_short",
    "string_too_long": "request.text_too_long",
    "string_pattern_mismatch": "request.wrong_pattern",
    "int_type": "request.not_an_integer",
    "int_parsing": "request.not_an_integer",
    "int_parsing_size": "request.not_an_integer",
    "int_from_float": "request.not_an_integer",
    "float_type": "request.not_a_number",
    "float_parsing": "request.not_a_number",
    "finite_number": "request.not_a_number",
    "bool_type": "request.not_a_boolean",
    "bool_parsing": "request.not_a_boolean",
    "uuid_type": "request.not_a_uuid",
    "uuid_parsing": "request.not_a_uuid",
    "enum": "request.not_allowed",
    "literal_error": "request.not_allowed",
    "greater_than": "request.not_greater",
    "greater_than_equal": "request.too_small",
    "less_than": "request.not_less",
    "less_than_equal": "request.too_great",
    "list_type": "request.not_a_list",
    "dict_type": "request.not_an_object",
    "model_type": "request.not_an_object",
    "model_attributes_type": "request.not_an_object",
    "too_short": "request.too_few_items",
    "too_long": "request.too_many_items",
    "datetime_range": "request.moment_out_of_range",
}
"""The message for each type of error; :data:`_MESSAGES_BY_PREFIX` has those of dates and times."""

_MESSAGES_BY_PREFIX = (
    ("timezone", "request.not_a_moment"),
    ("datetime", "request.not_a_moment"),
    ("date", "request.not_a_day"),
)
_QUOTED = re.compile(r"'([^']*)'")


def build_invalid_value(error: ValidationError, kind: FieldKind = "parameter") -> InvalidValue:
    """The first error as a problem that names its field; where there are more, all in ``errors``.

    Args:
        error: what pydantic found.
        kind: what the names in the error are names of.
    """
    described = [_describe_error(detail, kind) for detail in error.errors(include_url=False)]
    first_field, first_message = described[0]
    errors = [{"field": field, "detail": words} for field, words in described]
    extras = {"errors": errors} if len(errors) > 1 else {}
    return InvalidValue(first_message, field=first_field, **extras)


def _describe_error(detail: ErrorDetails, kind: FieldKind) -> tuple[str, Message]:
    """The field that is wrong, and what is wrong with it."""
    field = ".".join(str(part) for part in detail["loc"]) or "body"
    words = message(
        _find_message_id(detail),
        kind=message(f"request.{kind}"),
        name=field,
        value=_format_value(detail.get("input")),
        **_read_constraint(detail.get("ctx", {})),
    )
    return field, words


def _find_message_id(detail: ErrorDetails) -> str:
    error_type, context = detail["type"], detail.get("ctx", {})
    if error_type == "string_pattern_mismatch" and context["pattern"] in PATTERN_MESSAGES:
        return PATTERN_MESSAGES[context["pattern"]]
    by_prefix = (id_ for prefix, id_ in _MESSAGES_BY_PREFIX if error_type.startswith(prefix))
    return _MESSAGES.get(error_type) or next(by_prefix, "request.invalid")


def _read_constraint(context: Mapping[str, Any]) -> dict[str, object]:
    """What the value had to satisfy, under the names that the messages use."""
    constraint: dict[str, object] = {}
    for name, value in context.items():
        if name in ("gt", "ge", "lt", "le"):
            constraint["limit"] = f"{value:.0f}" if float(value).is_integer() else f"{value:g}"
        elif name in ("min_length", "max_length"):
            constraint["n"] = value
        elif name == "expected":
            constraint["allowed"] = AnyOf(_QUOTED.findall(value) or [value])
    return constraint


def _format_value(value: Any) -> str:
    """A wrong value as it was sent, cut to a readable length."""
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…"
