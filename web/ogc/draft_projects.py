"""The project file of QGIS for a draft: ``/drafts/{id}/project.qgs``."""

from flask import Response, request
from pydantic import Field

from boundaries.drafts.draft_reading import build_unit_area
from boundaries.drafts.open_draft import OpenDraft
from boundaries.layers.desktop_styles import LayerSymbol
from boundaries.layers.register_styles import BORDER_SYMBOLS, UNIT_LABELS, UNIT_STYLES
from gazetteer.messages import message
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.ogc.desktop_project import Box, ProjectLayer, build_project
from web.ogc.feature_views import REGISTER_ROOT
from web.ogc.items_query import Language
from web.services.draft_service import DraftId, open_visible_draft

api = Api()
QGIS_PROJECT = "application/x-qgis-project"
_FINDING = (
    LayerSymbol({
        "color": "200,30,30,110", "outline_color": "200,30,30,255", "outline_width": "0.8",
    }),
)  # fmt: skip
_PUBLISHED = (
    LayerSymbol({
        "color": "0,0,0,0", "outline_color": "150,150,150,255", "outline_style": "dash",
    }),
)  # fmt: skip


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
        for level, style in UNIT_STYLES.items()
    )
    described = (
        ("findings", "feature.collection.findings", draft, "findings", "fill", _FINDING),
        ("divisions", "feature.collection.divisions", draft, "divisions", "fill", units),
        ("edges", "feature.collection.edges", draft, "edges", "line", BORDER_SYMBOLS),
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
            labels=UNIT_LABELS if symbols is units else (),
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
