"""Every error that the code can raise has its line in both languages, and no line is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import assistant.errors
from assistant.answer import Language
from assistant.errors import DuociteError
from assistant.prompts import explain, load_messages

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "store", "evals")
LANGUAGES: tuple[Language, ...] = ("en", "zh")

CLASSES = {
    name: cls
    for name, cls in vars(assistant.errors).items()
    if isinstance(cls, type) and issubclass(cls, DuociteError)
}

# Where a code is handed on before it is raised: the call, the class, the details added there.
FORWARDED = {
    "_error": ("CatalogError", {"path", "entry"}),
    "refuse": ("IngestError", {"path"}),
    "_wrong": ("SettingsError", {"path", "line"}),
}
MODEL_FAULT = ("Fault", {"model", "setting"})


class Site(NamedTuple):
    """One place that raises; `details` are None where they can't be read off the code."""

    where: str
    name: str
    code: str
    details: frozenset[str] | None

    @property
    def key(self) -> str:
        return f"errors.{self.name}.{self.code}"


def find_sites() -> list[Site]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [site for path in files for site in sites_of(path)]


def sites_of(path: Path) -> Iterator[Site]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            site = read_call(node, f"{path.relative_to(ROOT)}:{node.lineno}")
            if site:
                yield site


def read_call(call: ast.Call, where: str) -> Site | None:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else name_of(call.func)
    arguments = list(call.args)
    given = read_details(call)
    if called in FORWARDED:
        cls, added = FORWARDED[called]
    elif called == MODEL_FAULT[0] and arguments:
        cls, added = name_of(arguments.pop(0)), MODEL_FAULT[1]
    else:
        cls, added = called, set()
    if cls not in CLASSES or not arguments or not isinstance(arguments[0], ast.Constant):
        return None
    details = None if given is None else frozenset(given | added)
    return Site(where, CLASSES[cls]("").name, str(arguments[0].value), details)


def read_details(call: ast.Call) -> set[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else {name for name in names if name}


def name_of(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


SITES = find_sites()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("site", SITES, ids=lambda site: f"{site.key} {site.where}")
def test_an_error_has_its_line(site: Site, language: Language) -> None:
    messages = load_messages(language)
    assert site.key in messages, f"{site.where}: no text in messages.{language}.toml"
    if site.details is not None:
        missing = messages.variables(site.key) - site.details
        assert not missing, f"{site.where}: the text names {missing}, which the error lacks"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_left_over(language: Language) -> None:
    raised = {site.key for site in SITES} | {"errors.duocite.other"}
    written = {f"errors.{key}" for key in load_messages(language).under("errors")}
    assert written - raised == set()


def test_the_search_finds_what_it_should() -> None:
    keys = {site.key for site in SITES}
    assert {"errors.settings.llm", "errors.store.locked", "errors.catalog.overlap"} <= keys
    assert {"errors.model.timeout", "errors.ingest.encoding", "errors.batch.missing"} <= keys


@pytest.mark.parametrize("site", SITES, ids=lambda site: f"{site.key} {site.where}")
def test_an_error_is_one_line_that_names_its_details(site: Site) -> None:
    for language in LANGUAGES:
        names = load_messages(language).variables(site.key)
        error = CLASSES[f"{site.name.title()}Error"](site.code, **dict.fromkeys(names, "QX7"))
        line = explain(error, language)
        assert "\n" not in line
        assert "{" not in line.replace('{"id": "…", "question": "…"}', "")
        assert ("QX7" in line) is bool(names)


@pytest.mark.parametrize("key", sorted(load_messages("zh").under("errors")))
def test_a_chinese_line_is_chinese(key: str) -> None:
    text = load_messages("zh").texts[f"errors.{key}"]
    assert text.endswith(("。", "}"))
    assert any("一" <= character <= "鿿" for character in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_note_of_a_reader_has_its_line(language: Language) -> None:
    source = "".join(path.read_text("utf-8") for path in sorted(ROOT.glob("store/formats/*.py")))
    codes = set(re.findall(r'Note\("(\w+)"', source))
    assert codes == set(load_messages(language).under("notes"))
