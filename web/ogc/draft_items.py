"""The collections of a draft: ``/drafts/{id}/ogc/collections``."""

from typing import Annotated, Any, Literal

import shapely
from flask import Response
from pydantic import BaseModel, Field

from boundaries.drafts.draft_reading import build_unit_area, list_edges_in_box
from boundaries.network.commands.day_edges import DayEdge
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, NoAreaKnown
from gazetteer.records.commands.unit_lookup import find_code, find_name, find_unit_id
from web.http.endpoints import Api, Parameters, json_response
from web.http.text_patterns import CODE_OR_ID_PATTERN
from web.services.draft_service import DraftId, open_visible_draft

api = Api()
GEOJSON = "application/geo+json"
_BOX_PATTERN = r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$"
UnitRef = Annotated[
    str, Field(pattern=CODE_OR_ID_PATTERN, description="Unit: its code in the draft, or its id")
]


class BoxQuery(Parameters):
    """Which part of the map."""

    bbox: str = Field(
        pattern=_BOX_PATTERN, description="West, south, east, north in degrees (CGCS2000)"
    )


class DraftFeature(BaseModel):
    """A feature of a draft on its day, as GeoJSON."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]


class DraftFeatures(BaseModel):
    """Features of a draft; `revision` is that of the draft."""

    type: Literal["FeatureCollection"]
    features: list[DraftFeature]
    revision: int


@api.get(
    "/drafts/<uuid:draft_id>/ogc/collections/edges/items",
    DraftFeatures,
    media=GEOJSON,
    requires_account=True,
)
def list_draft_edges(draft_id: DraftId, query: BoxQuery) -> Response:
    """List the edges of a draft near a box, as they are on its day."""
    west, south, east, north = (float(part) for part in query.bbox.split(","))
    if west > east or south > north:
        raise InvalidValue(message("search.bbox_order"), field="bbox")
    with open_visible_draft(draft_id) as (_, opened):
        day = opened.draft.first_day
        edges = list_edges_in_box(opened.drafted_records, (west, south, east, north), day)
        records = DayRecords(opened.drafted_records, day)
        features = [_build_edge_feature(edge, records) for edge in edges]
    body = {
        "type": "FeatureCollection",
        "features": features,
        "revision": opened.draft.revision,
    }
    return json_response(body, media=GEOJSON)


@api.get(
    "/drafts/<uuid:draft_id>/ogc/collections/divisions/items/<unit>",
    DraftFeature,
    media=GEOJSON,
    requires_account=True,
)
def get_draft_division(draft_id: DraftId, unit: UnitRef) -> Response:
    """Get a unit with its territory as the draft has it on its day."""
    with open_visible_draft(draft_id) as (_, opened):
        day = opened.draft.first_day
        records = DayRecords(opened.drafted_records, day)
        unit_id = find_unit_id(records, unit, "unit")
        area = build_unit_area(opened.drafted_records, unit_id, day)
        if area is None:
            raise NoAreaKnown(message("command.no_own_territory", unit=unit, day=day), field="unit")
        feature = {
            "type": "Feature",
            "id": str(unit_id),
            "geometry": shapely.geometry.mapping(area),
            "properties": {
                "code": find_code(records, unit_id) or None,
                "name": find_name(records, unit_id),
                "revision": opened.draft.revision,
            },
        }
    return json_response(feature, media=GEOJSON)


def _build_edge_feature(edge: DayEdge, records: DayRecords) -> dict[str, Any]:
    attributes = edge.attributes
    sides = {
        f"{side}_code": find_code(records, unit) if (unit := attributes[f"{side}_unit"]) else None
        for side in ("left", "right")
    }
    return {
        "type": "Feature",
        "id": str(edge.edge),
        "geometry": {"type": "LineString", "coordinates": edge.line.tolist()},
        "properties": {
            **sides,
            "beyond": attributes["beyond"],
            "start_node": str(attributes["start_node"]),
            "end_node": str(attributes["end_node"]),
            "accuracy_m": attributes["accuracy_m"],
            "source": attributes["source"],
        },
    }
