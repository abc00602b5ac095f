"""Requests that a machine makes up from the OpenAPI document: nothing breaks, and every response is
one that the document describes."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.api.reference import build_document
from assistant.server import build_app
from tests.support.owners import TOKEN, TableOwner

pytestmark = pytest.mark.integration

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
BOUNDED = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


schema = schemathesis.openapi.from_dict(build_document(build_app(TableOwner(), TOKEN)))


def check(case: Case[Any], server: Any) -> None:
    case.call_and_validate(
        base_url=server.running.address,
        headers=server.running.headers,
        checks=CHECKS,
        timeout=60,
    )


# An ingest by path would read whatever folder of this machine is made up.
@schema.exclude(path="/v1/documents", method="POST").parametrize()
@BOUNDED
def test_the_real_store_answers_as_described(case: Case[Any], served: Any) -> None:
    check(case, served)


@schema.include(path="/v1/documents", method="POST").parametrize()
@BOUNDED
def test_documents_are_taken_as_described(case: Case[Any], faked: Any) -> None:
    check(case, faked)
