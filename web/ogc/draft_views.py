"""A draft as an OGC API over it sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import shapely

from boundaries.drafts.draft_editing import validate_draft
from boundaries.drafts.draft_findings import DraftFinding
from boundaries.drafts.drafted_features import build_drafted_rows
from boundaries.drafts.open_draft import OpenDraft
from boundaries.features.known_tables import DraftedRows
from boundaries.features.register_collections import DRAFT_COLLECTIONS
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import Lang, message
from web.http.language import request_language
from web.ogc.feature_views import FeatureView
from web.services.draft_service import open_visible_draft


@contextmanager
def open_draft_view(draft_id: UUID, collection: str | None = None) -> Iterator[FeatureView]:
    """A draft that the account of the request may see; with the rows that a collection needs.

    Raises:
        Unauthenticated, NotFound, Forbidden: as
            :func:`web.services.draft_service.open_visible_draft`.
    """
    with open_visible_draft(draft_id) as (_, opened):
        view = build_draft_view(opened, collection)
    yield view


def build_draft_view(opened: OpenDraft, collection: str | None = None) -> FeatureView:
    """A draft with the rows that a collection needs; None: no collection is read."""
    draft = opened.draft
    rows = DraftedRows()
    if collection is not None and collection in DRAFT_COLLECTIONS:
        rows = build_drafted_rows(opened, DRAFT_COLLECTIONS[collection].tables)
    if collection == "findings":
        rows = DraftedRows(findings=_list_findings(opened, request_language()))
    return FeatureView(
        f"/drafts/{draft.draft_id}/ogc",
        message("feature.draft_title", number=draft.number, title=draft.header.title),
        DRAFT_COLLECTIONS,
        AsOf(draft.first_day),
        rows,
        is_draft=True,
    )


def _list_findings(opened: OpenDraft, lang: Lang) -> list[dict[str, Any]]:
    return [_serialize_finding(found, lang) for found in validate_draft(opened).added]


def _serialize_finding(found: DraftFinding, lang: Lang) -> dict[str, Any]:
    place = found.finding.geometry
    return {
        "id": found.finding_id,
        "geom": None if place is None else shapely.to_wkb(place, hex=True),
        "rule": found.finding.rule,
        "severity": found.finding.severity,
        "message": found.finding.message.text(lang),
        "codes": " ".join(found.codes),
        "state": "open" if found.exception is None else "excepted",
        "day": found.day.isoformat(),
    }
