"""Random requests made from the service's own description: never a fault, always as described."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as bounds
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

Operation = APIOperation[Any, Any, Any, Any]
EXAMPLES = 10
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
# It reads the whole register, which other tests do once.
HEAVY = {"/v1/snapshot"}


@pytest.fixture(scope="module")
def operations(service: Flask) -> list[Operation]:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", service)
    found = list(schema.get_all_operations())
    assert all(isinstance(result, Ok) for result in found)
    described = [result.ok() for result in found if isinstance(result, Ok)]
    return [operation for operation in described if operation.path not in HEAVY]


def test_random_requests_are_answered_as_described(operations: list[Operation]) -> None:
    assert len(operations) > 20
    for operation in operations:
        ask_at_random(operation)


def ask_at_random(operation: Operation) -> None:
    """Send some requests that the description allows; each response must be one it declares."""

    @seed(7)
    @bounds(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Case[Any]) -> None:
        # Nothing decompresses what is answered without a server.
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    ask()
