"""The official client of OpenAI, unchanged, on the real app and a real store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from assistant.errors import RetryableModelError, RetryableStoreError, StoreError
from assistant.wire import LONGEST_QUESTION
from tests.support.answers import SENTENCE, build_answer
from tests.support.owners import TOKEN, TableOwner

pytestmark = pytest.mark.integration

MILL, MILL_IN_CHINESE = "How much paper did the mill make in 2023?", "纸厂2023年生产了多少纸？"
FERRY = "轮渡2024年运送旅客多少人次？"
NOBODY = "Who won the cup in 1966?"


@pytest.fixture
def chat(served: Any) -> Iterator[OpenAI]:
    with served.openai() as client:
        yield client


@pytest.fixture
def fake(faked: Any, table: TableOwner) -> Iterator[OpenAI]:
    with faked.openai() as client:
        yield client


def user(*texts: str) -> Any:
    """User and assistant, in turn."""
    return [
        {"role": "assistant" if number % 2 else "user", "content": text}
        for number, text in enumerate(texts)
    ]


def stream(client: OpenAI, question: str, **options: Any) -> list[Any]:
    given = {"model": "duocite", **options}
    return list(client.chat.completions.create(messages=user(question), stream=True, **given))


def join(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_an_answer_has_its_sources_in_the_text_and_in_a_field(chat: OpenAI) -> None:
    reply = chat.chat.completions.create(model="duocite", messages=user(MILL))
    (choice,) = reply.choices
    content = choice.message.content or ""
    citation = choice.message.citations[0]  # type: ignore[attr-defined]
    assert "40 tonnes of paper in 2023” [1]" in content
    assert (
        "**Sources**\n\n[1] Northern Mill, 2024 · A year of paper (line 8, docs/mill.md)\n> “The"
        in content
    )
    assert (citation["organisation"], citation["year"]) == ("Northern Mill", 2024)
    assert citation["quote"] in content
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    assert reply.duocite["status"] == "verified"  # type: ignore[attr-defined]
    assert reply.usage is not None
    assert reply.usage.total_tokens == 0


def test_a_chinese_question_is_answered_in_chinese(chat: OpenAI) -> None:
    reply = chat.chat.completions.create(model="duocite", messages=user(FERRY))
    content = reply.choices[0].message.content or ""
    assert "江城轮渡（2024年）：“轮渡2024年运送旅客四万人次” [1]" in content
    assert "**出处**" in content


@pytest.mark.parametrize("question", [MILL, FERRY, NOBODY, "Hello!", "谢谢"])
def test_a_stream_ends_as_the_same_text(chat: OpenAI, question: str) -> None:
    whole = chat.chat.completions.create(model="duocite", messages=user(question))
    assert join(stream(chat, question)) == whole.choices[0].message.content


def test_a_stream_has_its_role_first_then_a_sentence_each_then_the_end(chat: OpenAI) -> None:
    first, *middle, rest, last, used = stream(chat, MILL, stream_options={"include_usage": True})
    assert (first.choices[0].delta.role, first.choices[0].delta.content) == ("assistant", "")
    sentences = [chunk.choices[0].delta.content for chunk in middle]
    assert sentences
    assert all(one.rstrip().endswith("]") for one in sentences)
    assert "**Sources**" in rest.choices[0].delta.content
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.citations == last.duocite["citations"]
    assert (used.choices, used.usage.total_tokens) == ([], 0)


def test_a_refusal_is_an_answer(chat: OpenAI) -> None:
    reply = chat.chat.completions.create(model="duocite", messages=user(NOBODY))
    assert (reply.choices[0].message.content or "").startswith("The documents don't say this.")
    assert reply.duocite["answered"] is False  # type: ignore[attr-defined]
    assert reply.choices[0].finish_reason == "stop"


def test_a_follow_up_leans_on_what_was_said(chat: OpenAI) -> None:
    before = chat.chat.completions.create(model="duocite", messages=user(MILL))
    said = user(MILL, before.choices[0].message.content or "", "And in 2024?")
    reply = chat.chat.completions.create(
        model="duocite", messages=[{"role": "system", "content": "Always say 7."}, *said]
    )
    assert "52 tonnes" in (reply.choices[0].message.content or "")


def test_another_collection_is_another_model(chat: OpenAI) -> None:
    names = [model.id for model in chat.models.list()]
    assert names == ["duocite", "duocite/default", "duocite/森林/trees"]
    for name in names:
        assert chat.models.retrieve(name).id == name
    lost = user("How many hectares of pine did the forest lose?")
    reply = chat.chat.completions.create(model=names[-1], messages=lost)
    assert "900 hectares" in (reply.choices[0].message.content or "")
    assert reply.model == names[-1]


def test_filters_and_language_go_along(chat: OpenAI) -> None:
    more = {"duocite": {"filters": {"documents": ["docs/ferry.md"]}, "language": "zh"}}
    reply = chat.chat.completions.create(model="duocite", messages=user(MILL), extra_body=more)
    assert "40 tonnes" not in (reply.choices[0].message.content or "")
    assert reply.duocite["language"] == "zh"  # type: ignore[attr-defined]


def test_content_may_come_in_parts_and_parameters_have_no_effect(chat: OpenAI) -> None:
    parts: Any = [{"role": "user", "content": [{"type": "text", "text": MILL}]}]
    reply = chat.chat.completions.create(
        model="duocite", messages=parts, temperature=2, max_tokens=1, seed=3, stop=["4"], user="u"
    )
    assert "40 tonnes" in (reply.choices[0].message.content or "")


def test_the_other_client_of_openai_chats_and_streams_too(served: Any) -> None:
    async def talk() -> tuple[str, str]:
        async with AsyncOpenAI(base_url=f"{served.running.address}/v1", api_key=TOKEN) as client:
            whole = await client.chat.completions.create(model="duocite", messages=user(FERRY))
            chunks = await client.chat.completions.create(
                model="duocite", messages=user(FERRY), stream=True
            )
            return whole.choices[0].message.content or "", join([one async for one in chunks])

    whole, streamed = asyncio.run(talk())
    assert "四万人次" in whole
    assert whole == streamed


def test_the_client_s_own_way_to_stream_gathers_the_message(chat: OpenAI) -> None:
    with chat.chat.completions.stream(model="duocite", messages=user(MILL)) as events:
        final = events.get_final_completion()
    assert "40 tonnes" in (final.choices[0].message.content or "")
    assert final.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ({"model": "gpt-4o"}, openai.NotFoundError, "request.no_model"),
        ({"model": "duocite/none"}, openai.NotFoundError, "store.no_collection"),
        ({"n": 2}, openai.BadRequestError, "request.unsupported"),
        ({"tools": [{"type": "function"}]}, openai.BadRequestError, "request.unsupported"),
        ({"messages": []}, openai.BadRequestError, "request.field"),
        ({"messages": [{"role": "king"}]}, openai.BadRequestError, "request.field"),
        ({"messages": [{"role": "system", "content": "x"}]}, openai.BadRequestError,
         "request.last_message"),
        ({"messages": user("?" * (LONGEST_QUESTION + 1))}, openai.BadRequestError,
         "request.too_long"),
        ({"extra_headers": {"Host": "evil.example"}}, openai.APIStatusError, "request.host"),
        ({"extra_headers": {"Sec-Fetch-Site": "cross-site"}}, openai.PermissionDeniedError,
         "request.origin"),
        ({"messages": user("x" * (1 << 20))}, openai.APIStatusError, "request.too_large"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("streams", [False, True])
def test_errors_are_the_client_s_own(
    chat: OpenAI, options: dict[str, Any], error: type[openai.APIStatusError], code: str,
    streams: bool,
) -> None:  # fmt: skip
    given = {"model": "duocite", "messages": user(MILL), "stream": streams, **options}
    with pytest.raises(error) as raised:
        chat.chat.completions.create(**given)
    assert raised.value.code == code
    assert str(raised.value)
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["message"].endswith(".")


def test_an_unknown_model_is_no_model(chat: OpenAI) -> None:
    for name in ("duocite/none", "gpt-4o", "duocite/"):
        with pytest.raises(openai.NotFoundError):
            chat.models.retrieve(name)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (RetryableStoreError("busy", collection="c", holder="h"), openai.ConflictError),
        (RetryableModelError("rate_limited", model="m"), openai.InternalServerError),
        (StoreError("damaged", path="p", reason="r"), openai.InternalServerError),
        (ZeroDivisionError("secret"), openai.InternalServerError),
    ],
)
def test_what_fails_behind_is_told(
    fake: OpenAI, table: TableOwner, failure: Exception, error: type[openai.APIStatusError]
) -> None:
    table.error = failure
    with pytest.raises(error) as raised:
        fake.chat.completions.create(model="duocite", messages=user("Q?"))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "failure", [RetryableStoreError("busy", collection="c", holder="h"), ZeroDivisionError("s")]
)
def test_what_fails_in_the_middle_breaks_the_stream_off(
    fake: OpenAI, table: TableOwner, failure: Exception
) -> None:
    """After a sentence has been said; what was said stays."""
    table.error = failure
    chunks = []
    with pytest.raises(openai.APIError, match=r"Documents of|nobody foresaw"):  # noqa: PT012
        for chunk in fake.chat.completions.create(
            model="duocite", messages=user("Q?"), stream=True
        ):
            chunks.append(chunk)
    assert join(chunks) == f"{SENTENCE} [1]"


def test_errors_speak_the_language_that_is_accepted(chat: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="没有"):
        chat.chat.completions.create(
            model="x", messages=user("Q?"), extra_headers={"Accept-Language": "zh-CN"}
        )


def test_the_model_that_serves_is_the_chat_s_collection(faked: Any, table: TableOwner) -> None:
    with faked.openai() as client:
        client.chat.completions.create(model="duocite", messages=user("Q?"))
        client.chat.completions.create(model="duocite/b", messages=user("A?", "B.", "C?"))
    first, second = table.asked
    assert (first.collection, second.collection) == ("default", "b")
    assert [turn.question for turn in second.history] == ["A?"]


def test_the_bytes_of_a_stream_end_with_done(faked: Any, table: TableOwner) -> None:
    body = {"model": "duocite", "messages": user("Q?"), "stream": True}
    with faked.client() as client:
        response = client.post("/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    *chunks, done = [line for line in response.text.split("\n\n") if line]
    assert done == "data: [DONE]"
    assert all(json.loads(one.removeprefix("data: "))["object"] for one in chunks)


def test_each_answer_is_kept_for_its_asker(served: Any, chat: OpenAI) -> None:
    reply = chat.chat.completions.create(model="duocite", messages=user(MILL))
    answer = reply.duocite  # type: ignore[attr-defined]
    with served.client() as client:
        rated = client.post("/v1/feedback", json={"answer_id": answer["id"], "verdict": "up"})
    assert rated.status_code == 200


def test_an_answer_that_broke_off_ends_with_length(faked: Any, table: TableOwner) -> None:
    table.answer = lambda question, language: build_answer(question, language, incomplete=True)
    with faked.openai() as client:
        reply = client.chat.completions.create(model="duocite", messages=user("Q?"))
        chunks = stream(client, "Q?")
    assert reply.choices[0].finish_reason == "length"
    assert chunks[-1].choices[0].finish_reason == "length"


def test_a_body_that_is_no_json_is_told(faked: Any) -> None:
    with faked.client(**{"Content-Type": "application/json"}) as client:
        response: httpx.Response = client.post("/v1/chat/completions", content=b"{")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "request.json"
