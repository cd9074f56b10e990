"""The project file of QGIS for a draft: ``/drafts/{id}/project.qgs``."""

from flask import Response, request
from pydantic import Field

from boundaries.drafts.draft_reading import build_unit_area
from boundaries.drafts.open_draft import OpenDraft
from gazetteer.messages import message
from gazetteer.records.levels import Level
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.ogc.desktop_project import Box, ProjectLayer, build_project
from web.ogc.desktop_styles import LabelRule, LayerSymbol
from web.ogc.feature_views import REGISTER_ROOT
from web.ogc.items_query import Language
from web.services.draft_service import DraftId, open_visible_draft

api = Api()
QGIS_PROJECT = "application/x-qgis-project"
_GREEN = "11,107,79"
_FILL = f"{_GREEN},15"
_UNIT_STYLES = {
    Level.PROVINCE: {"outline_color": f"{_GREEN},70", "outline_width": "1.8", "style": "no"},
    Level.PREFECTURE: {"outline_color": f"{_GREEN},70", "outline_width": "1.1", "color": _FILL},
    Level.COUNTY: {"outline_color": f"{_GREEN},255", "outline_width": "0.4", "color": _FILL},
    Level.TOWNSHIP: {"outline_color": f"{_GREEN},255", "outline_width": "0.2", "color": _FILL},
    Level.VILLAGE: {"outline_color": f"{_GREEN},255", "outline_width": "0.1", "color": _FILL},
}
"""How units are drawn, the finest on top: broad and pale bands for the levels above counties."""
_FINDING = (
    LayerSymbol({
        "color": "200,30,30,110", "outline_color": "200,30,30,255", "outline_width": "0.8",
    }),
)  # fmt: skip
_EDGE = (LayerSymbol({"line_color": "60,60,60,255", "line_width": "0.3"}),)
_PUBLISHED = (
    LayerSymbol({
        "color": "0,0,0,0", "outline_color": "150,150,150,255", "outline_style": "dash",
    }),
)  # fmt: skip
_LABELS = (
    LabelRule(
        "\"level\" = 'province'",
        "name",
        {"fontSize": "13", "textColor": "110,110,110,255"},
        largest_scale=2_000_000,
    ),
    LabelRule(
        "\"level\" = 'prefecture'",
        "name",
        {"fontSize": "12", "fontWeight": "75", "textColor": "95,120,108,255"},
    ),
    LabelRule(
        # Not ELSE: that is also for a unit whose rule is for other scales.
        "\"level\" NOT IN ('province', 'prefecture')",
        "name",
        {"fontSize": "9", "textColor": "30,60,50,255"},
    ),
)


class ProjectQuery(Parameters):
    """How the project is opened."""

    authcfg: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]{7}$",
        description="Id of the authentication configuration of QGIS that has the login name and the"
        " key; default: none, QGIS asks for both",
    )
    lang: Language = None


@api.get("/drafts/<uuid:draft_id>/project.qgs", QGIS_PROJECT, requires_account=True)
def download_project(draft_id: DraftId, query: ProjectQuery) -> Response:
    """Download a project file of QGIS that opens the register, a draft and its findings.

    Topological editing and snapping to vertices are on. QGIS asks for the login and the key.
    """
    with open_visible_draft(draft_id) as (_, opened):
        draft, box = opened.draft, _find_box(opened)
    title = message("feature.draft_title", number=draft.number, title=draft.header.title)
    layers = _list_layers(str(draft_id), query.authcfg)
    content = build_project(title.text(request_language()), layers, box)
    response = Response(content, content_type=QGIS_PROJECT)
    name = f"attachment; filename=draft-{draft.number}.qgs"
    response.headers["Content-Disposition"] = name
    return response


def _list_layers(draft_id: str, credentials: str | None) -> list[ProjectLayer]:
    """Findings on top; divisions of the draft are what is edited."""
    base = request.url_root.rstrip("/")
    draft, register = f"{base}/drafts/{draft_id}/ogc/", f"{base}{REGISTER_ROOT}/"
    lang = request_language()
    units = tuple(
        LayerSymbol(style, level, message(f"level.{level}").text(lang))
        for level, style in _UNIT_STYLES.items()
    )
    described = (
        ("findings", "feature.collection.findings", draft, "findings", "fill", _FINDING),
        ("divisions", "feature.collection.divisions", draft, "divisions", "fill", units),
        ("edges", "feature.collection.edges", draft, "edges", "line", _EDGE),
        ("register", "feature.project.register", register, "divisions", "fill", _PUBLISHED),
    )
    return [
        ProjectLayer(
            f"{name}_{draft_id.replace('-', '_')}",
            message(title).text(lang),
            landing_page,
            collection,
            geometry,
            symbols,
            decided_by="level" if symbols is units else None,
            labels=_LABELS if symbols is units else (),
            is_read_only=symbols is not units,
            credentials=credentials if landing_page is draft else None,
        )
        for name, title, landing_page, collection, geometry, symbols in described
    ]


def _find_box(opened: OpenDraft) -> Box | None:
    """What the unit of the draft covers."""
    unit = opened.draft.header.unit_id
    if unit is None:
        return None
    area = build_unit_area(opened.drafted_records, unit, opened.draft.first_day)
    return None if area is None else area.bounds
