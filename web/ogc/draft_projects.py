"""The project file of QGIS for a draft: ``/drafts/{id}/project.qgs``."""

from flask import Response, request

from boundaries.drafts.draft_reading import build_unit_area
from boundaries.drafts.open_draft import OpenDraft
from gazetteer.messages import message
from web.http.endpoints import Api
from web.http.language import request_language
from web.ogc.desktop_project import Box, ProjectLayer, build_project
from web.ogc.feature_views import REGISTER_ROOT
from web.services.draft_service import DraftId, open_visible_draft

api = Api()
QGIS_PROJECT = "application/x-qgis-project"
_HALF_WIDTH = "0.4"
_STYLES = {
    "findings": {
        "color": "200,30,30,110", "outline_color": "200,30,30,255", "outline_width": "0.8",
    },
    "divisions": {
        "color": "11,107,79,15", "outline_color": "11,107,79,255", "outline_width": _HALF_WIDTH,
    },
    "edges": {"line_color": "60,60,60,255", "line_width": "0.3"},
    "register": {
        "color": "0,0,0,0", "outline_color": "150,150,150,255", "outline_style": "dash",
    },
}  # fmt: skip


@api.get("/drafts/<uuid:draft_id>/project.qgs", QGIS_PROJECT, requires_account=True)
def download_project(draft_id: DraftId) -> Response:
    """Download a project file of QGIS that opens the register, a draft and its findings.

    Topological editing and snapping to vertices are on. QGIS asks for the login and the key.
    """
    with open_visible_draft(draft_id) as (_, opened):
        draft, box = opened.draft, _find_box(opened)
    title = message("feature.draft_title", number=draft.number, title=draft.header.title)
    content = build_project(title.text(request_language()), _list_layers(str(draft_id)), box)
    response = Response(content, content_type=QGIS_PROJECT)
    name = f"attachment; filename=draft-{draft.number}.qgs"
    response.headers["Content-Disposition"] = name
    return response


def _list_layers(draft_id: str) -> list[ProjectLayer]:
    """Findings on top; divisions of the draft are what is edited."""
    base = request.url_root.rstrip("/")
    draft, register = f"{base}/drafts/{draft_id}/ogc/", f"{base}{REGISTER_ROOT}/"
    divisions = ("divisions", "feature.collection.divisions", draft, "divisions", "fill", "name")
    described = (
        ("findings", "feature.collection.findings", draft, "findings", "fill", None),
        divisions,
        ("edges", "feature.collection.edges", draft, "edges", "line", None),
        ("register", "feature.project.register", register, "divisions", "fill", None),
    )
    lang = request_language()
    return [
        ProjectLayer(
            f"{name}_{draft_id.replace('-', '_')}",
            message(title).text(lang),
            landing_page,
            collection,
            geometry,
            _STYLES[name],
            label,
            is_read_only=name != "divisions",
        )
        for name, title, landing_page, collection, geometry, label in described
    ]


def _find_box(opened: OpenDraft) -> Box | None:
    """What the unit of the draft covers."""
    unit = opened.draft.header.unit_id
    if unit is None:
        return None
    area = build_unit_area(opened.drafted_records, unit, opened.draft.first_day)
    return None if area is None else area.bounds
