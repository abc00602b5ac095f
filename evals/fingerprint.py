"""What a run was made of: two runs with the same fingerprint give the same answers, but for models
that aren't the same twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from assistant import __version__
from assistant.prompts import hash_prompts
from assistant.settings import Settings
from evals.collections import Prepared
from evals.suite import Suite

_CODE = ("assistant", "store", "evals")
_READ = frozenset({".py", ".toml", ".npz"})
_WEIGHED = (
    "llm",
    "llm_context",
    "embedding",
    "expand",
    "fallback",
    "repair",
    "unproved",
    "glossary",
)
"""The settings that answers depend on. Addresses may hold a key: they are only hashed."""


def build_fingerprint(suite: Suite, prepared: Prepared) -> dict[str, str]:
    """By part: the version, and hashes (16 hexadecimal digits) of code, questions, documents with
    their catalog as they are stored, settings and prompts; the model by its name."""
    settings = prepared.settings
    return {
        "duocite": __version__,
        "code": _hash_code(),
        "questions": _hash([suite.file.read_bytes()]),
        "documents": _hash([prepared.version.encode()]),
        "model": settings.llm_choice.name,
        "settings": _hash_settings(settings),
        "prompts": hash_prompts()[:16],
    }


def hash_fingerprint(fingerprint: Mapping[str, str]) -> str:
    return _hash(f"{name}={value}".encode() for name, value in sorted(fingerprint.items()))


def _hash_settings(settings: Settings) -> str:
    glossary = settings.glossary
    words = [glossary.read_bytes()] if glossary and glossary.is_file() else []
    return _hash([*(f"{name}={getattr(settings, name)}".encode() for name in _WEIGHED), *words])


@cache
def _hash_code() -> str:
    root = Path(__file__).parent.parent
    files = [path for name in _CODE for path in (root / name).rglob("*") if path.suffix in _READ]
    return _hash(path.read_bytes() for path in sorted(files))


def _hash(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:16]
