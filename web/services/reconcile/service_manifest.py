"""What the reconciliation service says of itself."""

from importlib.metadata import version
from typing import Any

from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.search.reconcile.vocabulary import TYPES, UNIT
from web.services.reconcile.reconcile_models import serialize_term
from web.services.reconcile.reconcile_queries import MAX_QUERIES

PREVIEW_SIZE = (420, 260)
"""Width and height of the small page about a place, in CSS pixels."""

_NAMES = ("地名与行政区划名录", "Register of geographic names and divisions")
_AT_LABELS = ("日期", "As of")
_AT_HELP = (
    "例如 1990 或 1990-06-01；空则为现行或最后的情况",
    "such as 1990 or 1990-06-01; empty: as it is or last was",
)


def build_manifest(root: str, lang: str) -> dict[str, Any]:
    """The manifest of the service under ``root``, an address that ends in a slash."""
    base = root.rstrip("/")
    english = lang != "zh"
    width, height = PREVIEW_SIZE

    def service_url(path: str, flyout: bool = False) -> dict[str, str]:
        parts = {"service_url": base, "service_path": f"/reconcile/{path}"}
        if flyout:
            parts["flyout_service_path"] = "/reconcile/flyout?id=${id}"
        return parts

    return {
        "versions": ["0.2"],
        "name": _NAMES[english],
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
            "entity": service_url("suggest/entity", flyout=True),
            "property": service_url("suggest/property"),
            "type": service_url("suggest/type"),
        },
        "extend": {
            "propose_properties": service_url("properties"),
            "property_settings": [
                {
                    "name": "at",
                    "label": _AT_LABELS[english],
                    "type": "text",
                    "default": "",
                    "help_text": _AT_HELP[english],
                }
            ],
        },
        "batchSize": MAX_QUERIES,
    }
