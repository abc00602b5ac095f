"""Examples of the OpenAPI document, in both languages: an invented mill and its report."""

from __future__ import annotations

import json
from typing import Any

from assistant.answer import Language
from assistant.wire import Json

Examples = dict[str, Any]

_TEXT = {"en": "The mill made 40 tonnes of paper in 2023.", "zh": "该厂2023年生产纸张40吨。"}
_ASKED = {"en": "How much paper did the mill make in 2023?", "zh": "纸厂2023年生产了多少纸？"}
_NEXT = {"en": "And in 2024?", "zh": "那2024年呢？"}
_WHO = {"en": "Northern Mill", "zh": "北方纸厂"}
_TITLE = {"en": "A year of paper", "zh": "纸业年报"}
_FIGURE = {"en": "40 tonnes", "zh": "40吨"}
_SAID = {
    "en": "Northern Mill (2024): “The mill made 40 tonnes of paper in 2023.”",
    "zh": "北方纸厂（2024年）：“该厂2023年生产纸张40吨。”",
}
_SUMMARY = {"en": "In English", "zh": "中文"}
_REASON = {"en": "The year is wrong.", "zh": "年份不对。"}


def _both(build: Any) -> Examples:
    return {
        name: {"summary": _SUMMARY[language], "value": build(language)}
        for name, language in (("english", "en"), ("chinese", "zh"))
    }


def _write(data: Json) -> str:
    return json.dumps(data, ensure_ascii=False)


def _build_passage(language: Language) -> Json:
    text = _TEXT[language]
    return {
        "number": 1,
        "document": "mill.md",
        "title": _TITLE[language],
        "organisation": _WHO[language],
        "author": None,
        "year": 2024,
        "language": language,
        "section": None,
        "passage": text,
        "passage_shown": text,
        "passage_span": [12, 12 + len(text)],
        "passage_lines": [2, 2],
        "score": 0.9,
    }


def _build_citation(language: Language) -> Json:
    passage = _build_passage(language)
    return {
        **passage,
        "rank": 1,
        "location": {"kind": "lines", "from": 2, "to": 2},
        "span": passage["passage_span"],
        "lines": [2, 2],
        "quote": _TEXT[language],
        "quote_shown": _TEXT[language],
    }


def _build_figure(language: Language) -> Json:
    start = _SAID[language].index(_FIGURE[language])
    return {
        "text": _FIGURE[language],
        "value": "40",
        "unit": "t",
        "bound": "exact",
        "step": "1",
        "span": [start, start + len(_FIGURE[language])],
        "verdict": "checked",
        "citations": [1],
        "source": _FIGURE[language],
        "operands": [],
        "claim": 0,
    }


def _build_sentence(language: Language) -> Json:
    return {"text": _SAID[language], "citations": [1], "verdict": "proved", "reason": None}


def build_answer(language: Language) -> Json:
    """A whole answer, as `POST /v1/ask` gives it."""
    return {
        "id": "3f0c9d2e41b7a865",
        "question": _ASKED[language],
        "language": language,
        "collection": "default",
        "status": "verified",
        "answered": True,
        "reason": None,
        "incomplete": False,
        "fallback": False,
        "failure": None,
        "answer": f"{_SAID[language]} [1]",
        "model": "offline",
        "claims": [{**_build_sentence(language), "repaired": False}],
        "citations": [_build_citation(language)],
        "figures": [_build_figure(language)],
        "conflicts": [],
        "problems": [],
        "nearest": [],
        "timings_ms": {"retrieve": 21, "answer": 3, "check": 1, "total": 26},
        "usage": {},
        "fingerprint": "b1946ac92492d234",
    }


def _build_question(language: Language) -> Json:
    return {
        "question": _NEXT[language],
        "collection": "default",
        "filters": {"years": [2024, 2025]},
        "history": [{"question": _ASKED[language], "answer": f"{_SAID[language]} [1]"}],
    }


def _build_chat(language: Language) -> Json:
    said = [
        {"role": "user", "content": _ASKED[language]},
        {"role": "assistant", "content": f"{_SAID[language]} [1]"},
        {"role": "user", "content": _NEXT[language]},
    ]
    return {"model": "duocite", "messages": said}


def _build_feedback(language: Language) -> Json:
    return {"answer_id": "3f0c9d2e41b7a865", "verdict": "down", "reason": _REASON[language]}


def build_content(language: Language) -> str:
    """An answer as the text of a message, its source at the end."""
    words = {
        "en": ("Verified: Every sentence and figure was found again in its source.", "Sources"),
        "zh": ("已核实: 每句话、每个数字都已在原文中重新找到。", "出处"),
    }
    line = {"en": "line 2", "zh": "第 2 行"}[language]
    checked, sources = words[language]
    head = f"[1] {_WHO[language]}, 2024 · {_TITLE[language]} ({line}, mill.md)"
    return f"{_SAID[language]} [1]\n\n*{checked}*\n\n**{sources}**\n\n{head}\n> “{_TEXT[language]}”"


def _build_completion(language: Language) -> Json:
    answer = build_answer(language)
    message = {
        "role": "assistant",
        "content": build_content(language),
        "refusal": None,
        "citations": answer["citations"],
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {
        "id": "chatcmpl-6a4d2f",
        "object": "chat.completion",
        "created": 1735689600,
        "model": "duocite",
        "choices": [choice],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        "system_fingerprint": answer["fingerprint"],
        "duocite": answer,
    }


def _build_chunk(language: Language) -> Json:
    delta = {"content": f"{_SAID[language]} [1]"}
    chunk = {
        "id": "chatcmpl-6a4d2f",
        "object": "chat.completion.chunk",
        "created": 1735689600,
        "model": "duocite",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}],
    }
    return {"data": _write(chunk)}


QUESTIONS = _both(
    lambda language: {"question": _ASKED[language], "language": language, "form": "markdown"}
)
QUESTIONS |= {
    f"{name}-more": {**one, "summary": f"{one['summary']} · history, filters"}
    for name, one in _both(_build_question).items()
}
ANSWERS = _both(build_answer)
STREAMS = _both(lambda language: {"event": "claim", "data": _write(_build_sentence(language))})
CHATS = _both(_build_chat)
CHUNKS = _both(_build_chunk)
COMPLETIONS = _both(_build_completion)
FEEDBACK = _both(_build_feedback)
INGESTS = {
    "english": {
        "summary": "In English",
        "value": {"paths": ["/srv/reports"], "collection": "energy"},
    },
    "chinese": {"summary": "中文", "value": {"paths": ["/srv/报告/2024"], "collection": "能源"}},
}
