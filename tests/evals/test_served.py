from __future__ import annotations

import os
from pathlib import Path

import pytest

from evals.served import HEADER, build_environment, run, serve


def test_nothing_that_a_user_set_changes_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUOCITE_LLM", "openai:gpt-5")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("LANG", "C.UTF-8")
    found = build_environment(Path("data"), "hash")
    assert "DUOCITE_LLM" not in found
    assert "OPENAI_API_KEY" not in found
    assert found["LANG"] == "C.UTF-8"
    assert found["DUOCITE_EMBEDDING"] == "hash"
    assert found["DUOCITE_AUTH"] == f"header:{HEADER}"
    assert os.environ["OPENAI_API_KEY"] == "sk-secret"


@pytest.mark.integration
def test_a_command_or_a_server_that_fails_says_what_it_said(tmp_path: Path) -> None:
    environment = build_environment(tmp_path / "data", "no such embedding")
    with pytest.raises(RuntimeError, match="duocite ingest ended with"):
        run("ingest", "gone.md", folder=tmp_path, environment=environment)
    with pytest.raises(RuntimeError, match="no server"), serve(tmp_path, environment):
        pass
