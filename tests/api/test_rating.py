"""What askers think of answers that they were given, by the ids of these."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assistant.answers import Answers
from assistant.auth import LOCAL
from assistant.feedback import LONGEST_REASON, Feedback
from tests.support.answers import build_answer

pytestmark = pytest.mark.integration


@pytest.fixture
def answer(client: httpx.Client) -> dict[str, Any]:
    given: dict[str, Any] = client.post(
        "/v1/ask", json={"question": "How much paper did the mill make in 2023?"}
    ).json()
    return given


def rate(client: httpx.Client, answer_id: str, verdict: str, **more: Any) -> httpx.Response:
    body = {"answer_id": answer_id, "verdict": verdict, **more}
    return client.post("/v1/feedback", json=body)


def opinions(served: Any) -> list[tuple[str, str, str]]:
    found = Feedback(served.state).opinions()
    return [(one.verdict, one.reason, one.answer["id"]) for one in found]


def test_an_answer_is_rated_rated_again_and_taken_back(
    client: httpx.Client, served: Any, answer: dict[str, Any]
) -> None:
    known = answer["id"]
    assert rate(client, known, "down", reason="年份不对").json() == {
        "answer_id": known, "verdict": "down",
    }  # fmt: skip
    assert opinions(served) == [("down", "年份不对", known)]
    assert rate(client, known, "up").status_code == 200
    assert opinions(served) == [("up", "", known)]
    assert rate(client, known, "none").status_code == 200
    assert rate(client, known, "none").status_code == 200
    assert opinions(served) == []


def test_an_opinion_has_the_whole_answer(
    client: httpx.Client, served: Any, answer: dict[str, Any]
) -> None:
    rate(client, answer["id"], "up")
    (opinion,) = Feedback(served.state).opinions()
    assert opinion.answer == answer
    assert opinion.user == LOCAL
    rate(client, answer["id"], "none")


@pytest.mark.parametrize("verdict", ["up", "down", "none"])
def test_somebody_else_s_answer_is_as_one_that_is_not_there(
    client: httpx.Client, served: Any, verdict: str
) -> None:
    other = build_answer("Somebody else's question?").to_json()
    Answers(served.state).keep("key:other", other)
    for answer_id in (other["id"], "0123456789abcdef", ""):
        response = rate(client, answer_id, verdict)
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "store.no_answer"
    assert opinions(served) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"verdict": "up"}, "answer_id"),
        ({"answer_id": "x"}, "verdict"),
        ({"answer_id": "x", "verdict": "meh"}, "verdict"),
        ({"answer_id": "x", "verdict": "up", "why": ""}, "why"),
        ({"answer_id": "x", "verdict": "up", "reason": "长" * (LONGEST_REASON + 1)}, "reason"),
        ({"answer_id": 7, "verdict": "up"}, "answer_id"),
    ],
)
def test_what_is_wrong_with_it_is_named(
    client: httpx.Client, body: dict[str, Any], field: str
) -> None:
    response = client.post("/v1/feedback", json=body)
    assert response.status_code == 422
    assert response.json()["error"]["param"] == field


def test_what_was_streamed_and_refused_can_be_rated_too(client: httpx.Client, served: Any) -> None:
    body = {"question": "Who won the cup in 1966?", "stream": True}
    told = client.post("/v1/ask", json=body).text
    found = Answers(served.state)
    known = told.split('"id": "')[1].split('"')[0]
    kept = found.find(known, LOCAL)
    assert kept is not None
    assert kept["answered"] is False
    assert rate(client, known, "down").status_code == 200
    rate(client, known, "none")
