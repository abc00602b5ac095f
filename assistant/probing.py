"""Which programs on this machine serve language models: looked for only when somebody asks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

PORTS: Mapping[str, int] = {
    "Ollama": 11434,
    "LM Studio": 1234,
    "vLLM": 8000,
    "llama.cpp": 8080,
}
"""Where these programs listen unless they are told otherwise."""

TIMEOUT_S = 0.4
LARGEST_REPLY = 1 << 20
MOST_MODELS = 5
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server found at `url`, by the program that is usually there, and models that it has."""

    program: str
    url: str
    models: tuple[str, ...]


def find_servers(ports: Mapping[str, int] = PORTS) -> list[LocalServer]:
    """Those that answer at once with a list of models; anything else that listens is passed over.

    Only loopback is asked, and all ports at the same time.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        found = pool.map(_look, ports, ports.values())
        return [server for server in found if server is not None]


def _look(program: str, port: int) -> LocalServer | None:
    url = f"http://127.0.0.1:{port}/v1"
    try:
        # A proxy of the environment has no say on loopback.
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            models = _read_models(_get(client, f"{url}/models"))
    except (httpx.HTTPError, ValueError):
        return None
    return LocalServer(program, url, models) if models else None


def _get(client: httpx.Client, url: str) -> bytes:
    body = b""
    with client.stream("GET", url) as response:
        response.raise_for_status()
        for part in response.iter_bytes():
            body += part
            if len(body) > LARGEST_REPLY:
                raise ValueError("too long for a list of models")
    return body


def _read_models(body: bytes) -> tuple[str, ...]:
    """Names of models that may write answers; ValueError if the body is no list of models."""
    known = json.loads(body)
    rows = known.get("data") if isinstance(known, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no list of models")
    return tuple(_find_names(rows))[:MOST_MODELS]


def _find_names(rows: Sequence[Any]) -> list[str]:
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    return [name for name in names if isinstance(name, str) and _can_write(name)]


def _can_write(name: str) -> bool:
    usual = name.isprintable() and 0 < len(name) <= _LONGEST_NAME
    return usual and not any(part in name.lower() for part in ("embed", "rerank", "whisper"))
