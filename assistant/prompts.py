"""Texts for people (TOML) and for models (Jinja), read from the package `prompts`.

Every file exists once a language. A text and its variables are checked when it is used (messages)
or loaded (prompts): a name too many or too few is a PromptError, never a hole in a sentence.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any

from assistant.errors import DuociteError, PromptError
from assistant.scope import Language

if TYPE_CHECKING:
    from llama_index.core.prompts.rich import RichPromptTemplate

PACKAGE = "prompts"

# A prompt and what it must be given; the template's own variables are compared with these.
VARIABLES: Mapping[str, frozenset[str]] = {
    "answer": frozenset({"passages", "numbers", "question", "refusal"}),
    "repair": frozenset({"passages", "numbers", "question", "sentence", "problems", "refusal"}),
    "condense": frozenset({"history", "question"}),
    "expand": frozenset({"question"}),
    "draft_case": frozenset({"passage"}),
    "judge": frozenset({"measure", "passages", "question", "answer", "known", "before"}),
}


@dataclass(frozen=True, slots=True)
class Messages:
    """The texts of one language by dotted key, e.g. `errors.store.locked`."""

    language: Language
    texts: Mapping[str, str]

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    def variables(self, key: str) -> frozenset[str]:
        """The names in braces that the text of `key` must be given."""
        parts = Formatter().parse(self._raw(key))
        return frozenset(name for _, name, _, _ in parts if name is not None)

    def text(self, key: str, /, **variables: object) -> str:
        """The text of `key`; PromptError unless exactly its variables are given."""
        expected = self.variables(key)
        if expected != variables.keys():
            raise PromptError("variables", name=key, **_difference(expected, set(variables)))
        return self._raw(key).format_map(variables)

    def under(self, prefix: str) -> dict[str, str]:
        """All texts below `prefix`, keyed by the rest of their key."""
        start = prefix + "."
        return {
            k.removeprefix(start): text for k, text in self.texts.items() if k.startswith(start)
        }

    def _raw(self, key: str) -> str:
        if key not in self.texts:
            raise PromptError("no_message", name=key, language=self.language)
        return self.texts[key]


@cache
def load_messages(language: Language) -> Messages:
    """All TOML files of `language`; PromptError if there is none or if two define one key."""
    texts: dict[str, str] = {}
    for name, content in _read_all(f".{language}.toml"):
        for key, text in _flatten(_parse_toml(name, content)):
            if key in texts:
                raise PromptError("twice", name=name, key=key)
            texts[key] = text
    if not texts:
        raise PromptError("missing", name=f"messages.{language}.toml")
    return Messages(language, texts)


@cache
def load_prompt(name: str, language: Language) -> RichPromptTemplate:
    """The prompt `name` in `language`; PromptError if missing or if its variables are wrong."""
    file = f"{name}.{language}.md"
    template = _parse_prompt(file, _read(file))
    found = set(template.template_vars)
    if found != VARIABLES[name]:
        raise PromptError("variables", name=file, **_difference(VARIABLES[name], found))
    return template


@cache
def hash_prompts() -> str:
    """Names the texts of all prompts and messages: an answer can be traced to them."""
    texts = (
        f"{entry.name}\x1f{entry.read_text('utf-8')}"
        for entry in files(PACKAGE).iterdir()
        if entry.name.endswith((".md", ".toml"))
    )
    return hashlib.sha256("\x1e".join(sorted(texts)).encode()).hexdigest()


def explain(error: DuociteError, language: Language) -> str:
    """The one line that a person reads about `error`: what happened and what to do.

    Looks for `errors.<class>.<code>`, then for `errors.<class>.other` (given `code`), for the class
    and then its bases, and at last names class and code. Never raises for want of a text.
    """
    messages = load_messages(language)
    details = {"code": error.code, **error.details}
    for key in _error_keys(error):
        if key in messages and messages.variables(key) <= details.keys():
            return messages.text(key, **{name: details[name] for name in messages.variables(key)})
    return f"{type(error).__name__}: {error}"


def _error_keys(error: DuociteError) -> Iterator[str]:
    bases = [cls for cls in type(error).__mro__ if issubclass(cls, DuociteError)]
    names = [cls.__name__.removesuffix("Error").lower() for cls in bases]
    yield from (f"errors.{name}.{error.code}" for name in names)
    yield from (f"errors.{name}.other" for name in names)


def _difference(expected: frozenset[str], given: set[str]) -> dict[str, str]:
    """What is missing and what is too much, as a message shows it."""
    missing, unexpected = sorted(expected - given), sorted(given - expected)
    return {"missing": ", ".join(missing) or "-", "unexpected": ", ".join(unexpected) or "-"}


def _read(file: str) -> str:
    try:
        return files(PACKAGE).joinpath(file).read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError("missing", name=file) from error


def _read_all(suffix: str) -> list[tuple[str, str]]:
    names = sorted(entry.name for entry in files(PACKAGE).iterdir())
    return [(name, _read(name)) for name in names if name.endswith(suffix)]


def _parse_toml(name: str, content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise PromptError("syntax", name=name, problem=str(error)) from error


def _parse_prompt(file: str, content: str) -> RichPromptTemplate:
    # Takes a second, and most of those who want a message want no prompt.
    from jinja2 import TemplateSyntaxError
    from llama_index.core.prompts.rich import RichPromptTemplate

    try:
        return RichPromptTemplate(content)
    except TemplateSyntaxError as error:
        raise PromptError("syntax", name=file, problem=str(error)) from error


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{key}.")
        elif isinstance(value, str):
            yield key, value
        else:
            raise PromptError("not_text", name=key)
