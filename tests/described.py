"""Answers held against the service's own description: whatever is not in ``/openapi.json`` fails.

An operation's answer must have the described media type and fit its schema, without members that
the schema does not name; whatever is refused must be a problem as RFC 9457 has it.
"""

import re
from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

Schema = dict[str, Any]


class Description:
    """The operations of an OpenAPI document, with a validator for each answer."""

    def __init__(self, document: Schema) -> None:
        self.document = document
        self.schemas = {
            name: _closed(schema) if name != "ProblemBody" else schema
            for name, schema in document["components"]["schemas"].items()
        }
        self.paths = [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$"), operations)
            for path, operations in document["paths"].items()
        ]
        self.validators: dict[int, Draft202012Validator] = {}

    def operation(self, method: str, path: str) -> Schema | None:
        """The described operation that answers; None for what is not part of the interface."""
        for pattern, operations in self.paths:
            if pattern.match(path):
                found: Schema | None = operations.get(method.lower())
                return found
        return None

    def refuse(self, operation: Schema, response: TestResponse) -> None:
        """Fail where the answer is not the described one."""
        if response.status_code in (204, 304):
            assert response.data == b""
            return
        if response.status_code == 303:
            assert "303" in operation["responses"]
            return
        described = operation["responses"].get(
            str(response.status_code), operation["responses"]["default"]
        )
        content = described["content"]
        assert response.mimetype in content, f"{response.mimetype} is not described"
        schema = content[response.mimetype]["schema"]
        if response.content_encoding:  # the same content is held against it uncompressed
            return
        if response.mimetype.endswith("json") and schema.get("type") != "string":
            self._validator(schema).validate(response.get_json())

    def _validator(self, schema: Schema) -> Draft202012Validator:
        key = id(schema)
        if key not in self.validators:
            whole = {**schema, "components": {"schemas": self.schemas}}
            self.validators[key] = Draft202012Validator(whole)
        return self.validators[key]


def _closed(schema: Any) -> Any:
    """The schema with every object closed to members that it does not name."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


class DescribedClient(FlaskClient):
    """A test client that holds every answer of the interface against its description."""

    @cached_property
    def description(self) -> Description:
        """Read once, from the service itself."""
        response = super().open("/openapi.json")
        return Description(response.get_json())

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, and check the answer before the test sees it."""
        response = super().open(*args, **kwargs)
        assert response.status_code < 500 or response.status_code in (503, 507), response.text
        operation = self.description.operation(response.request.method, response.request.path)
        if operation is not None:
            self.description.refuse(operation, response)
        return response
