"""What HTTP says of an error."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from assistant.errors import (
    CatalogError,
    DuociteError,
    IngestError,
    ModelError,
    RequestError,
    RetryableModelError,
    RetryableRequestError,
    RetryableStoreError,
    StoreError,
    read_error,
)
from assistant.statuses import error_body, headers_of, refuse, status_of

RATE = RetryableRequestError("rate", limit=60, seconds=7)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreError("no_collection"), 404),
        (RetryableStoreError("busy"), 409),
        (RetryableStoreError("unreachable"), 503),
        (StoreError("failed"), 500),
        (CatalogError("twice"), 422),
        (IngestError("not_found"), 422),
        (RequestError("field"), 422),
        (ModelError("refused_key"), 502),
        (RetryableModelError("rate_limited"), 503),
        (RetryableModelError("timeout"), 504),
        (DuociteError("unexpected"), 500),
        (RequestError("key"), 401),
        (RequestError("no_scope"), 403),
        (RequestError("no_chat"), 403),
        (RATE, 429),
        (RetryableRequestError("wrong_keys"), 429),
        (RetryableRequestError("full"), 503),
        (RetryableStoreError("state_busy"), 503),
    ],
)
def test_a_status_says_whose_fault_it_is(error: DuociteError, status: int) -> None:
    assert status_of(error) == status


def test_who_comes_too_soon_is_told_when_to_come_back() -> None:
    headers = headers_of(RATE)
    assert headers == {
        "Retry-After": "7",
        "RateLimit-Limit": "60",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "7",
    }
    assert headers_of(RetryableRequestError("full", seconds=5)) == {"Retry-After": "5"}


def test_what_would_not_help_by_waiting_says_nothing_of_it() -> None:
    assert headers_of(ModelError("failed", seconds=5)) == {}
    assert headers_of(RequestError("too_large", limit=5)) == {}


@pytest.mark.parametrize(
    ("code", "challenge"),
    [
        ("token", "Bearer"),
        ("key", 'Bearer error="invalid_token"'),
        ("no_scope", 'Bearer error="insufficient_scope"'),
        ("sign_in", None),
    ],
)
def test_a_missing_key_is_asked_for_as_the_standard_has_it(
    code: str, challenge: str | None
) -> None:
    response = refuse(RequestError(code, scope="ask"), Headers({}))
    assert response.headers.get("www-authenticate") == challenge


def test_an_error_travels_whole_and_in_the_language_that_is_accepted() -> None:
    body = error_body(RATE, Headers({"accept-language": "zh"}))
    assert (body["code"], body["retryable"]) == ("request.rate", True)
    assert "7 秒后" in body["message"]
    arrived = read_error(body)
    assert (type(arrived), arrived.details) == (RetryableRequestError, RATE.details)
