"""Values that cannot be right are explained in the reader's language, without Python's words."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from gazetteer.messages import Message
from gazetteer.problems import InvalidValue
from web.http.as_of_params import Day, Instant
from web.http.text_patterns import CODE_OR_ID_PATTERN, CODE_PATTERN
from web.http.validation_errors import FieldKind, build_invalid_value


class Basis(StrEnum):
    EFFECTIVE = "effective"
    ANNOUNCED = "announced"


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str = Field("440106", pattern=CODE_PATTERN)
    within: str = Field("440106", pattern=CODE_OR_ID_PATTERN)
    rule: str = Field("TOP", pattern="^[A-Z]+$")
    text: str = Field("some", min_length=2, max_length=9)
    limit: int = Field(1, ge=1, le=100)
    share: FiniteFloat = Field(0.5, gt=0, lt=1e7)
    planar: bool = False
    id: UUID | None = None
    basis: Basis = Basis.EFFECTIVE
    format: Literal["gpkg", "shp"] = "gpkg"
    at: Day = date(2024, 1, 1)
    known_at: Instant | None = None
    accept: Annotated[list[str], Field(min_length=1)] = Field(default_factory=lambda: ["x"])


def build_problem(kind: FieldKind = "parameter", **values: Any) -> InvalidValue:
    with pytest.raises(ValidationError) as caught:
        Request.model_validate(values)
    return build_invalid_value(caught.value, kind)


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("lim", "1", "没有名为“lim”的参数。", 'Unknown parameter "lim".'),
        ("code", "44", "“44”不是区划代码：须为 6、9 或 12 位数字。",
         '"44" is not a division code: 6, 9 or 12 digits are required.'),
        ("within", "x", "“x”既不是区划代码（6、9 或 12 位数字），也不是单位编号（UUID）。",
         '"x" is neither a division code (6, 9 or 12 digits) nor the identifier (UUID) of a unit.'),
        ("rule", "top", "“top”不符合“rule”的格式要求。",
         '"top" does not have the format required for "rule".'),
        ("text", "a", "“text”至少须有 2 个字符。", '"text" must have at least 2 characters.'),
        ("text", "a" * 10, "“text”不得超过 9 个字符。",
         '"text" must not be longer than 9 characters.'),
        ("text", None, "“text”须为字符串。", '"text" must be a string.'),
        ("limit", "many", "“limit”须为整数，“many”无效。",
         '"limit" must be an integer, not "many".'),
        ("limit", 0, "“limit”不得小于 1，当前为 0。", '"limit" must be at least 1, not 0.'),
        ("limit", 101, "“limit”不得大于 100，当前为 101。",
         '"limit" must be at most 100, not 101.'),
        ("share", "nan", "“share”须为数值，“nan”无效。", '"share" must be a number, not "nan".'),
        ("share", 0, "“share”须大于 0，当前为 0。", '"share" must be greater than 0, not 0.'),
        ("share", 1e8, "“share”须小于 10000000，当前为 100000000.0。",
         '"share" must be less than 10000000, not 100000000.0.'),
        ("planar", "perhaps", "“planar”须为 true 或 false，“perhaps”无效。",
         '"planar" must be true or false, not "perhaps".'),
        ("id", "7", "“7”不是有效的编号（UUID）。", '"7" is not a valid identifier (UUID).'),
        ("basis", "felt", "“felt”不是“basis”的可用值；可用：effective或announced。",
         '"felt" is not a valid value of "basis"; use effective or announced.'),
        ("format", "dwg", "“dwg”不是“format”的可用值；可用：gpkg或shp。",
         '"dwg" is not a valid value of "format"; use gpkg or shp.'),
        ("at", "2023-02-29", "“2023-02-29”不是有效日期，请写成 YYYY-MM-DD。",
         '"2023-02-29" is not a valid date; write it as YYYY-MM-DD.'),
        ("at", 7, "“7”不是有效日期，请写成 YYYY-MM-DD。",
         '"7" is not a valid date; write it as YYYY-MM-DD.'),
        ("known_at", "2024-01-01T00:00:00",
         "“2024-01-01T00:00:00”不是带时区的时间，写法如 2024-05-01T00:00:00+08:00。",
         '"2024-01-01T00:00:00" is not a time with a UTC offset,'
         " such as 2024-05-01T00:00:00+08:00."),
        ("known_at", "0001-01-01T00:00:00+08:00",
         "时间“0001-01-01T00:00:00+08:00”换算为协调世界时后超出历法范围。",
         '"0001-01-01T00:00:00+08:00" is outside the calendar when converted to UTC.'),
        ("accept", "x", "“accept”须为数组。", '"accept" must be a list.'),
        ("accept", [], "“accept”至少须有 1 项。", '"accept" must have at least 1 item.'),
    ],
)  # fmt: skip
def test_an_error_names_the_field_and_what_it_takes(
    name: str, value: object, zh: str, en: str
) -> None:
    problem = build_problem(**{name: value})
    assert (problem.field, problem.text("zh"), problem.text("en")) == (name, zh, en)
    assert "errors" not in problem.extras


def test_names_in_a_body_are_fields() -> None:
    assert build_problem("field", limt=3).text("en") == 'Unknown field "limt".'
    assert build_problem("field", limt=3).text("zh") == "没有名为“limt”的字段。"


def test_several_errors_are_all_listed() -> None:
    problem = build_problem(limit=0, at="yesterday")
    assert problem.field == "limit"
    first, second = problem.extras["errors"]
    assert (first["field"], second["field"]) == ("limit", "at")
    assert first["detail"] == problem.message
    assert isinstance(second["detail"], Message)
    assert second["detail"].text("zh") == "“yesterday”不是有效日期，请写成 YYYY-MM-DD。"


def test_a_long_value_is_cut_and_structures_are_shown_as_json() -> None:
    assert "x" * 80 + "…" in build_problem(format="x" * 500).text("en")
    assert '"{"a": [null]}" is not a valid date' in build_problem(at={"a": [None]}).text("en")
