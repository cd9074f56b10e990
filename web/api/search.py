"""Search by name: ``/v1/search``."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from boundaries.areas.labels import label_points
from gazetteer.problems import InvalidValue
from gazetteer.records.levels import Level
from gazetteer.records.reads import unit_of
from gazetteer.search import names
from web.contract import Api
from web.db import connection
from web.moments import CODE_FORM, Moment

api = Api()


class SearchQuery(Moment):
    """What is looked for, and where."""

    q: str = Field(description="A name, its beginning, an alias, a former name or pinyin")
    level: Level | None = Field(None, description="Only places of this level")
    legal_class: str | None = Field(
        None, alias="class", description="Only places of this legal class, such as `division`"
    )
    within: str | None = Field(
        None, description="Only under the unit with this code", pattern=CODE_FORM
    )
    bbox: str | None = Field(None, description="west,south,east,north in degrees (CGCS2000)")
    near: str | None = Field(None, description="lon,lat: nearer places first among equals")
    limit: int = Field(20, ge=1, le=100, description="How many at most")


class Found(BaseModel):
    """GeocodeJSON: the places found, the expected first."""

    type: Literal["FeatureCollection"]
    geocoding: dict[str, Any]
    features: list[dict[str, Any]]


@api.get("/v1/search", Found)
def search(query: SearchQuery) -> dict[str, Any]:
    """Places whose name is or begins with the text, in force or former.

    A name that had ended by the date says so in `via_former_name`, with its period; `matched_by`
    is `later` for one that began after it. An unknown code in `within`: 404 `unknown_code`.
    """
    bbox = _numbers("bbox", query.bbox, 4)
    if bbox and (bbox[0] > bbox[2] or bbox[1] > bbox[3]):
        raise InvalidValue(
            "bbox 须依次为西、南、东、北。", "bbox is west, south, east, north", field="bbox"
        )
    near = _numbers("near", query.near, 2)
    filters = names.Filters(query.level, query.legal_class, query.within, bbox, near)  # type: ignore[arg-type]
    with connection() as conn:
        if query.within is not None:
            unit_of(conn, query.within, query.as_of(), field="within")
        answer = names.search(conn, query.q, query.as_of(), filters, query.limit)
        _give_points(conn, answer["features"], query)
    return answer


def _give_points(conn: Any, features: list[dict[str, Any]], query: Moment) -> None:
    """Units have no point of their own: the label point of their area stands for them."""
    bare = [f for f in features if f["geometry"] is None]
    ids = [f["properties"]["geocoding"]["unit_id"] for f in bare]
    points = label_points(conn, [unit for unit in ids if unit], query.as_of())
    for feature in bare:
        point = points.get(feature["properties"]["geocoding"]["unit_id"])
        if point:
            feature["geometry"] = {"type": "Point", "coordinates": point}


def _numbers(field: str, text: str | None, count: int) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    ranges = ((-180, 180), (-90, 90)) * 2
    inside = all(low <= v <= high for v, (low, high) in zip(values, ranges, strict=False))
    if len(values) != count or not inside:
        raise InvalidValue(
            f"{field} 须为 {count} 个以逗号分隔的经纬度数值（先经度后纬度）。",
            f"{field} takes {count} numbers in degrees, lon before lat",
            field=field,
        )
    return values
