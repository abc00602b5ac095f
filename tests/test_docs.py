"""What the documents name exists, and what exists is named where it is documented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer

from assistant import errors
from assistant.cli import app
from assistant.errors import DuociteError
from assistant.settings import Settings, known_names

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")]
    if ".venv" not in path.parts
)
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
# A group knows the options of its commands.
OPTIONS = {
    name: {
        option
        for one in (command, *getattr(command, "commands", {}).values())
        for param in one.params
        for option in param.opts
    }
    for name, command in COMMANDS.items()
}
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
ERRORS = sorted(
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, DuociteError)
)
README = (ROOT / "README.md").read_text("utf-8")
SETTINGS = (ROOT / "assistant" / "SETTINGS.md").read_text("utf-8")


def code_of(text: str) -> str:
    """Code blocks and inline code; the rest is prose, where "make sure" is no target."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


def test_the_readme_stays_short() -> None:
    assert README.count("\n") <= 150


@pytest.mark.parametrize("name", known_names())
def test_each_setting_is_described(name: str) -> None:
    assert f"`{name}`" in SETTINGS


@pytest.mark.parametrize("field", ["data", "llm", "embedding", "language", "host", "port"])
def test_the_default_is_stated(field: str) -> None:
    default = Settings.model_fields[field].default
    row = next(line for line in SETTINGS.splitlines() if f"`DUOCITE_{field.upper()}`" in line)
    assert str(default) in row


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_no_document_names_a_setting_that_is_not_there(document: Path) -> None:
    mentioned = set(re.findall(r"DUOCITE_[A-Z_]+", document.read_text("utf-8")))
    assert mentioned - set(known_names()) == set()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"^duocite {command}\b", README, re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_each_command_that_is_shown_exists_with_its_options(document: Path) -> None:
    code = code_of(document.read_text("utf-8"))
    # Slack has a command of this name, too.
    for line in re.findall(r"(?<!/)\bduocite ([a-z]+\b[^`\n|]*)", code):
        command, *words = line.split("#")[0].split()
        assert command in COMMANDS, f"duocite {command}"
        shown = {word.strip("[]") for word in words if word.strip("[]").startswith("--")}
        assert shown - OPTIONS[command] == set(), f"duocite {line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_each_make_target_that_is_shown_exists(document: Path) -> None:
    shown = set(re.findall(r"\bmake ([a-z][a-z-]*)", code_of(document.read_text("utf-8"))))
    assert shown - TARGETS == set()


def test_each_public_target_says_what_it_does() -> None:
    assert {"run", "test", "test-browser", "check", "fix", "eval", "bench", "clean"} <= TARGETS


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_is_in_the_tree_that_is_drawn(name: str) -> None:
    assert name in (errors.__doc__ or "")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", document.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("package", ["assistant", "store", "evals", "prompts", "tests"])
def test_each_folder_has_a_readme(package: str) -> None:
    assert (ROOT / package / "README.md").is_file()


def test_constraints_hold_versions_and_no_addresses() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.match(r"[a-z0-9-]+==[\w.]+( ; .+)?$", line)] == []


def test_constraints_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.match(r"[\w-]+", line)[0].lower() for line in asked}  # type: ignore[index]
    pinned = {
        line.split("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    assert names - pinned == set()
