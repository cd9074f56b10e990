"""The shapes that the specification of the Reconciliation API 0.2 requires, as JSON schemas."""

from typing import Any

from jsonschema import Draft202012Validator

TERM = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string", "minLength": 1}, "name": {"type": "string"}},
}
SERVICE = {
    "type": "object",
    "required": ["service_url", "service_path"],
    "properties": {
        "service_url": {"type": "string", "pattern": "^https?://.*[^/]$"},
        "service_path": {"type": "string", "pattern": "^/"},
        "flyout_service_path": {"type": "string", "pattern": r"\$\{id\}"},
    },
}
WITH_ID = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}
SETTING = {
    "type": "object",
    "required": ["name", "label", "type"],
    "properties": {"type": {"enum": ["number", "text", "checkbox"]}},
}
MANIFEST = {
    "type": "object",
    "required": ["versions", "name", "identifierSpace", "schemaSpace", "defaultTypes"],
    "properties": {
        "versions": {"type": "array", "contains": {"const": "0.2"}},
        "identifierSpace": {"type": "string", "pattern": "^https?://"},
        "schemaSpace": {"type": "string", "pattern": "^https?://"},
        "defaultTypes": {"type": "array", "items": TERM, "uniqueItems": True},
        "view": {"required": ["url"], "properties": {"url": WITH_ID}},
        "preview": {
            "required": ["url", "width", "height"],
            "properties": {
                "url": WITH_ID,
                "width": {"type": "integer"},
                "height": {"type": "integer"},
            },
        },
        "suggest": {
            "type": "object",
            "additionalProperties": SERVICE,
            "required": ["entity", "property", "type"],
        },
        "extend": {
            "properties": {
                "propose_properties": SERVICE,
                "property_settings": {"type": "array", "items": SETTING},
            }
        },
    },
}
CANDIDATE = {
    "type": "object",
    "required": ["id", "name", "score"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "description": {"type": "string"},
        "score": {"type": "number"},
        "match": {"type": "boolean"},
        "type": {"type": "array", "items": TERM},
        "features": {
            "type": "array",
            "items": {
                "required": ["id", "value"],
                "properties": {"id": {"type": "string"}, "value": {"type": ["number", "boolean"]}},
            },
        },
    },
}
RESULTS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["result"],
        "properties": {"result": {"type": "array", "items": CANDIDATE}},
    },
}
SUGGESTIONS = {
    "type": "object",
    "required": ["result"],
    "properties": {"result": {"type": "array", "items": TERM}},
}
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"


def _only(**members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": [name for name in members if name != "description"],
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
EXTENSION = {
    "type": "object",
    "required": ["meta", "rows"],
    "properties": {
        "meta": {"type": "array", "items": {**TERM, "properties": {"type": TERM}}},
        "rows": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {
                    "type": "array",
                    "items": {
                        "oneOf": [
                            _only(id=TEXT, name=TEXT, description=TEXT),
                            _only(str=TEXT),
                            _only(float={"type": "number"}),
                            _only(date={"type": "string", "pattern": MOMENT}),
                        ]
                    },
                },
            },
        },
    },
}


def fits(content: Any, shape: dict[str, Any]) -> bool:
    """Whether the content has the shape; raises with what is wrong."""
    Draft202012Validator(shape).validate(content)
    return True
