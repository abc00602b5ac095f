"""The description of the API: complete, true, in both languages, and of this server alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from assistant.answer import Answer
from assistant.api import examples, schemas
from assistant.api.bodies import AskBody, FeedbackBody, IngestBody
from assistant.api.chat_bodies import ChatBody
from assistant.api.messages import read_chat
from assistant.api.reference import POLICY, build_document
from assistant.server import build_app
from tests.support.answers import build_answer
from tests.support.owners import TOKEN, TableOwner
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

DOCUMENT = build_document(build_app(TableOwner(), TOKEN))
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    f"{method} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
ANSWERS = [
    build_answer("Q?"),
    answer_in_english(),
    answer_in_chinese(),
    refusal("Why?", "en"),
    build_answer("Q?", usage={"prompt_tokens": 1, "completion_tokens": 2, "cost": "0.1",
                              "currency": "USD"}),
]  # fmt: skip


def validate(value: Any, name: str) -> list[str]:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


def find_unnamed(value: Any, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Fields that no schema describes."""
    if "$ref" in schema:
        yield from find_unnamed(value, SCHEMAS[schema["$ref"].rpartition("/")[2]], at)
    elif "anyOf" in schema:
        if value is not None:
            (one,) = [part for part in schema["anyOf"] if part.get("type") != "null"]
            yield from find_unnamed(value, one, at)
    elif isinstance(value, list) and "items" in schema:
        for one in value:
            yield from find_unnamed(one, schema["items"], f"{at}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name, one in value.items():
            if name not in schema["properties"]:
                yield f"{at}.{name}"
            else:
                yield from find_unnamed(one, schema["properties"][name], f"{at}.{name}")


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_are_as_they_are_described(answer: Answer) -> None:
    known = answer.to_json()
    assert validate(known, "Answer") == []
    assert list(find_unnamed(known, SCHEMAS["Answer"])) == []


def test_a_wrong_answer_would_be_noticed() -> None:
    known = build_answer("Q?").to_json()
    assert validate({**known, "status": "sure"}, "Answer")
    assert list(find_unnamed({**known, "more": 1}, SCHEMAS["Answer"])) == [".more"]


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_examples_are_of_the_form_that_they_show(name: str) -> None:
    AskBody.model_validate(examples.QUESTIONS[name]["value"]).to_asked()
    AskBody.model_validate(examples.QUESTIONS[f"{name}-more"]["value"]).to_asked()
    IngestBody.model_validate(examples.INGESTS[name]["value"]).to_order()
    FeedbackBody.model_validate(examples.FEEDBACK[name]["value"])
    read_chat(ChatBody.model_validate(examples.CHATS[name]["value"]), "default")
    assert validate(examples.ANSWERS[name]["value"], "Answer") == []
    completion = examples.COMPLETIONS[name]["value"]
    assert validate(completion, "ChatCompletion") == []
    assert list(find_unnamed(completion, SCHEMAS["ChatCompletion"])) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_described_in_both_languages(name: str) -> None:
    summary = OPERATIONS[name]["summary"]
    assert re.fullmatch(r"[\x20-\x7e]+ · .*[\u4e00-\u9fff].*", summary)
    for response in OPERATIONS[name]["responses"].values():
        assert re.search(r"[a-z].*[\u4e00-\u9fff]", response["description"])


@pytest.mark.parametrize("name", [one for one in OPERATIONS if one.startswith("post")])
def test_each_body_has_examples_in_both_languages(name: str) -> None:
    content = OPERATIONS[name]["requestBody"]["content"]["application/json"]
    assert {"english", "chinese"} <= set(content["examples"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_names_its_failures(name: str) -> None:
    """In our own form, not in FastAPI's."""
    responses = OPERATIONS[name]["responses"]
    assert {"200", "401", "403", "429", "500"} <= set(responses)
    forms = {
        response["content"]["application/json"]["schema"]["$ref"]
        for status, response in responses.items()
        if status != "200"
    }
    assert forms == {"#/components/schemas/Problem"}


def test_all_that_is_referred_to_is_there() -> None:
    wanted = set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT)))
    assert wanted <= set(SCHEMAS)
    assert "HTTPValidationError" not in SCHEMAS


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert "ask" in names


def test_all_routes_below_v1_are_described() -> None:
    app = build_app(TableOwner(), TOKEN)
    paths = set(re.findall(r'"(/v1/[^"{]*)', str([getattr(one, "path", "") for one in app.routes])))
    assert paths <= set(DOCUMENT["paths"])
    assert {f"post {path}" for path in ("/v1/ask", "/v1/chat/completions", "/v1/feedback")} <= set(
        OPERATIONS
    )


def test_events_are_described_with_what_they_carry() -> None:
    stream = OPERATIONS["post /v1/ask"]["responses"]["200"]["content"]["text/event-stream"]
    found = {
        one["properties"]["event"]["const"]: one["properties"]["data"]["contentSchema"]["$ref"]
        for one in stream["schema"]["anyOf"]
    }
    assert {name: ref.rpartition("/")[2] for name, ref in found.items()} == {
        "claim": "Sentence", "answer": "Answer", "error": "Error",
    }  # fmt: skip


def test_what_a_place_may_be_has_its_fields() -> None:
    assert set(SCHEMAS["Location"]["properties"]) == {
        "kind",
        "from",
        "to",
        "sheet",
        "range",
        "path",
    }
    assert schemas.Location(kind="page").from_ is None


@pytest.mark.integration
def test_the_page_loads_only_its_own_files(faked: Any) -> None:
    with httpx.Client(base_url=faked.running.address, trust_env=False) as client:
        page = client.get("/docs")
        assert page.headers["content-security-policy"] == POLICY
        assert "'unsafe-inline'" not in POLICY
        places = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert places
        for place in places:
            assert not re.match(r"[a-z]+:|/", place)
            assert client.get(f"/{place}").status_code == 200
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", page.text)


@pytest.mark.integration
def test_the_document_is_the_same_over_http(faked: Any) -> None:
    with httpx.Client(base_url=faked.running.address, trust_env=False) as client:
        assert client.get("/openapi.json").json() == DOCUMENT


@pytest.mark.integration
@pytest.mark.parametrize("name", ["__init__.py", "..%2fgate.py", "none.js", "reference.py"])
def test_no_other_file_is_given_out(faked: Any, name: str) -> None:
    with httpx.Client(base_url=faked.running.address, trust_env=False) as client:
        assert client.get(f"/docs/{name}").status_code == 404
