"""Look-ups in the form of the national place name database: ``/compat/mca/``.

Programs that ask ``https://dmfw.mca.gov.cn/9095`` work with this register when its address is
changed to that of ``/compat/mca``. Paths, parameters and fields are those of the public interface
(xzqh/getList, stname/listPub); where it says nothing the answer is our own choice, see the guide.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from psycopg import Connection
from pydantic import BaseModel, BeforeValidator, Field

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import message
from gazetteer.problems import NotFound
from gazetteer.records.division_queries import check_day_recorded
from gazetteer.records.division_tree import DivisionNode, load_division_tree
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.records.standard_name_list import NameRequest, list_standard_names
from web.http.connections import lookup_connection
from web.http.endpoints import Api, Parameters

api = Api()
_ALL_CHINA = "0"
_LEVEL_NUMBERS = {level: number for number, level in enumerate(UNIT_LEVELS, 1)}
_DIGITS = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12}
"""Digits of a code that say something, by level."""


def _empty_to_none(value: Any) -> Any:
    return None if value == "" else value


Year = Annotated[
    int | None,
    BeforeValidator(_empty_to_none),
    Field(
        ge=0,
        le=2200,
        description="Year, at whose last day (today, if that is to come) the register is read;"
        " default, or 0: today",
    ),
]
DivisionCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{0,12}$",
        description="Division code with 2, 4, 6, 9 or 12 digits; empty or `0`: all China",
    ),
]


class DivisionListQuery(Parameters):
    """Which unit, and how deep."""

    year: Year = None
    code: DivisionCode = ""
    max_level: int = Field(
        1, alias="maxLevel", ge=0, le=3, description="Levels below it that are listed, 0 to 3"
    )
    trim_code: Literal["true", "false"] = Field(
        "false", alias="trimCode", description="`true`: codes without the zeros at their end"
    )


class MinistryDivisionModel(BaseModel):
    """A unit with the units below it."""

    code: str
    name: str
    level: int
    type: str
    children: list["MinistryDivisionModel"]


class DivisionListModel(BaseModel):
    """The unit that was asked for; `status` is 200, `total` the number of units."""

    data: MinistryDivisionModel
    message: str
    status: int
    total: int
    tag: str


@api.get("/compat/mca/xzqh/getList", DivisionListModel)
def get_ministry_division_list(query: DivisionListQuery) -> dict[str, Any]:
    """List a unit and the units below it, in the form of the ministry's `xzqh/getList`."""
    code = _read_code(query.code)
    is_trimmed = query.trim_code == "true"
    depth = query.max_level if code else query.max_level - 1
    with lookup_connection() as conn:
        as_of = _read_year(conn, query.year)
        nodes = [] if depth < 0 else load_division_tree(conn, code, depth, as_of)
    if code is None:
        name = message("ministry.all_china").text("zh")
        children = [_serialize_node(node, is_trimmed=is_trimmed) for node in nodes]
        top = {"code": _ALL_CHINA, "name": name, "level": 0, "type": "", "children": children}
    elif nodes:
        top = _serialize_node(nodes[0], is_trimmed=is_trimmed)
    else:
        raise NotFound(message("ministry.no_division", code=query.code), field="code")
    total = _count_nodes(top)
    return {"data": top, "message": "", "status": 200, "total": total, "tag": ""}


class NameListQuery(Parameters):
    """Which names."""

    name: str = Field(
        alias="stName", min_length=1, max_length=100, description="Name, or a part of it"
    )
    class_code: str = Field(
        "", alias="placeTypeCode", pattern=r"^[0-9]{0,5}$", description="Class of the places"
    )
    old_class_code: str = Field(
        "", alias="PlaceTypeCode", pattern=r"^[0-9]{0,5}$", description="The same"
    )
    year: Year = None
    match: Literal["精确", "模糊", ""] = Field(
        "模糊", alias="searchType", description="`精确`: the whole name; `模糊` (default): a part"
    )
    code: DivisionCode = ""
    page: int = Field(1, ge=1, le=1_000_000, description="Page, from 1")
    size: int = Field(10, ge=1, le=1000, description="Names on a page, at most 1000")


class MinistryNameModel(BaseModel):
    """A place with a standard name; what is not known is an empty text, a position null."""

    id: str
    place_code: str
    standard_name: str
    roman_alphabet_spelling: str
    ethnic_minorities_writing: str
    place_type: str
    place_type_code: str
    province_name: str
    city_name: str
    area_name: str
    province: str
    city: str
    area: str
    gdm: dict[str, Any] | None


class NameListModel(BaseModel):
    """A page of places, and how many there are."""

    records: list[MinistryNameModel]
    total: int


@api.get("/compat/mca/stname/listPub", NameListModel)
def list_ministry_names(query: NameListQuery) -> dict[str, Any]:
    """List the places whose standard name is or contains a text, as the ministry's `listPub`."""
    return _list_names(query)


@api.write("POST", "/compat/mca/stname/listPub", NameListModel, requires_account=False)
def post_ministry_names(fields: NameListQuery) -> dict[str, Any]:
    """List the same for programs that send a form."""
    return _list_names(fields)


def _list_names(query: NameListQuery) -> dict[str, Any]:
    wanted = NameRequest(
        query.name.strip(),
        query.match == "精确",
        _find_code_prefix(_read_code(query.code)),
        query.class_code or query.old_class_code or None,
        query.page,
        query.size,
    )
    with lookup_connection() as conn:
        rows, total = list_standard_names(conn, wanted, _read_year(conn, query.year))
    return {"records": [_serialize_name(row) for row in rows], "total": total}


def _read_year(conn: Connection[Any], year: int | None) -> AsOf:
    day = min(date(year, 12, 31), today()) if year else today()
    check_day_recorded(conn, day, field="year")
    return AsOf(day)


def _read_code(text: str) -> str | None:
    """The code as the register has it: 6, 9 or 12 digits; None for all China."""
    digits = text.rstrip("0")
    if not digits:
        return None
    length = next(length for length in (6, 9, 12) if len(digits) <= length)
    return digits.ljust(length, "0")


def _find_code_prefix(code: str | None) -> str:
    """How the codes of a unit and of all units below it begin."""
    if code is None:
        return ""
    return code[: next(n for n in (2, 4, 6, 9, 12) if set(code[n:]) <= {"0"})]


def _serialize_node(node: DivisionNode, *, is_trimmed: bool) -> dict[str, Any]:
    level = node["level"]
    code = node["code"].ljust(12, "0")
    return {
        "code": code[: _DIGITS[level]] if is_trimmed else code,
        "name": node["name"],
        "level": _LEVEL_NUMBERS[level],
        "type": node["unit_type"] or "",
        "children": [_serialize_node(child, is_trimmed=is_trimmed) for child in node["children"]],
    }


def _count_nodes(node: Mapping[str, Any]) -> int:
    own = int(node["code"] != _ALL_CHINA)
    below: int = sum(map(_count_nodes, node["children"]))
    return own + below


def _serialize_name(row: Mapping[str, Any]) -> dict[str, Any]:
    units = {
        level: row["units"].get(level, ("", "")) for level in ("province", "prefecture", "county")
    }
    is_known = row["lon"] is not None
    position = {"type": "multipoint", "coordinates": [[row["lon"], row["lat"]]]}
    return {
        "id": str(row["place_id"]),
        "place_code": "",
        "standard_name": row["name"],
        "roman_alphabet_spelling": row["romanized_name"] or "",
        "ethnic_minorities_writing": "",
        "place_type": row["unit_type"] or message(f"level.{row['level']}").text("zh"),
        "place_type_code": row["class_code"] or "",
        "province_name": units["province"][1],
        "city_name": units["prefecture"][1],
        "area_name": units["county"][1],
        "province": units["province"][0],
        "city": units["prefecture"][0],
        "area": units["county"][0],
        "gdm": position if is_known else None,
    }
