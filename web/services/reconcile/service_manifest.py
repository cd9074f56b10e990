"""The manifest of the reconciliation service."""

from importlib.metadata import version
from typing import Any

from gazetteer.messages import Lang, message
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.reconcile.vocabulary import TYPES, UNIT
from web.services.reconcile.reconcile_models import serialize_term
from web.services.reconcile.reconcile_queries import MAX_QUERIES

PREVIEW_SIZE = (420, 260)
"""Width and height of the small page about a place, in CSS pixels."""


def build_manifest(root: str, lang: Lang) -> dict[str, Any]:
    """The manifest of the service under ``root``, an address that ends in a slash."""
    base = root.rstrip("/")
    width, height = PREVIEW_SIZE
    return {
        "versions": ["0.2"],
        "name": message("product").text(lang),
        "identifierSpace": f"{base}/v1/places/",
        "schemaSpace": f"{base}/docs",
        "documentation": f"{base}/docs",
        "serviceVersion": version("gazetteer"),
        "defaultTypes": [
            serialize_term(TYPES[type_id], lang) for type_id in (UNIT.id, *UNIT_LEVELS)
        ],
        "view": {"url": f"{base}/reconcile/view?id={{{{id}}}}"},
        "preview": {
            "url": f"{base}/reconcile/preview?id={{{{id}}}}",
            "width": width,
            "height": height,
        },
        "suggest": {
            "entity": {
                **_build_service_url(base, "suggest/entity"),
                "flyout_service_path": "/reconcile/flyout?id=${id}",
            },
            "property": _build_service_url(base, "suggest/property"),
            "type": _build_service_url(base, "suggest/type"),
        },
        "extend": {
            "propose_properties": _build_service_url(base, "properties"),
            "property_settings": [_build_day_setting(lang)],
        },
        "batchSize": MAX_QUERIES,
    }


def _build_service_url(base: str, path: str) -> dict[str, str]:
    return {"service_url": base, "service_path": f"/reconcile/{path}"}


def _build_day_setting(lang: Lang) -> dict[str, str]:
    """The option that fetches a property as of a day."""
    return {
        "name": "at",
        "label": message("reconcile.setting.at").text(lang),
        "type": "text",
        "default": "",
        "help_text": message("reconcile.setting.at.help").text(lang),
    }
