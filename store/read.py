"""Files into documents: which files, what text, and what the text says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from langdetect import DetectorFactory, LangDetectException, detect
from llama_index.core.schema import Document

from assistant.errors import IngestError
from assistant.text.language import TextLanguage, detect_language
from store.catalog import CATALOG_NAME
from store.ledger import hash_text

VERSION = 1  # of what is read out of a file: another number makes every document be read again
SUFFIXES = (".txt", ".md")

_SAMPLE = 20_000
_ENOUGH_LETTERS = 200  # fewer, and a statistical detector guesses
_FIRST_LINES = 40
_LONGEST_TITLE = 120
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)
_HEADING = re.compile(r"#{1,6}[ \t]+(.+?)[ \t#]*$")
_LETTER = re.compile(r"[^\W\d_]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")

# The detector draws random numbers; without a seed the same text may be two languages.
DetectorFactory.seed = 0


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file to read. `root` is the folder that was given, or the folder of a file given alone."""

    path: Path
    root: Path

    @property
    def id(self) -> str:
        return self.path.relative_to(self.root).as_posix()


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """`skipped` were met in a folder and are no documents; `failed` were asked for in vain."""

    files: tuple[DocumentFile, ...]
    skipped: tuple[Path, ...]
    failed: tuple[tuple[Path, IngestError], ...]


def find_documents(paths: Sequence[Path]) -> FoundDocuments:
    """Files to ingest, in a stable order, each once.

    In a folder everything with a suffix of SUFFIXES counts, except hidden files and README.md,
    which speaks about a folder and isn't part of it; a file given by name is always taken.
    Failures: IngestError "not_found", "format", "same_id" (two files would get the same id).
    """
    files: dict[str, DocumentFile] = {}
    skipped: list[Path] = []
    failed: list[tuple[Path, IngestError]] = []
    for given in paths:
        try:
            met = _expand(given, skipped)
        except IngestError as error:
            failed.append((given, error))
            continue
        for file in met:
            known = files.setdefault(file.id, file)
            if known.path.resolve() != file.path.resolve():
                same = IngestError("same_id", path=str(file.path), document=file.id)
                failed.append((file.path, same))
    return FoundDocuments(tuple(files.values()), tuple(skipped), tuple(failed))


def _expand(given: Path, skipped: list[Path]) -> list[DocumentFile]:
    if given.is_dir():
        met = [path for path in _walk(given) if path.name != CATALOG_NAME]
        skipped += [path for path in met if not _is_document(path)]
        return [DocumentFile(path, given) for path in met if _is_document(path)]
    if not given.exists():
        raise IngestError("not_found", path=str(given))
    if given.suffix.lower() not in SUFFIXES:
        raise IngestError("format", path=str(given))
    return [DocumentFile(given, given.parent)]


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.name.lower() != "readme.md"


def read_document(path: Path, root: Path) -> Document:
    """A file as a document; its id is its path within `root`.

    The text is what the file decodes to, line ends and all. Metadata: title, organisation, author,
    publisher, year, language, sha256 (of the text as UTF-8), source; None where the document
    doesn't say. Raises IngestError "unreadable", "encoding" (not UTF-8, or binary), "empty".
    """
    text = _read_text(path)
    front = _read_front_matter(text)
    title = front.get("title") or _find_title(_below_front_matter(text, front)) or path.stem
    metadata = {
        "title": title,
        "organisation": front.get("organisation"),
        "author": front.get("author"),
        "publisher": front.get("publisher"),
        "year": _find_year([front.get("year"), front.get("date"), path.name, title]),
        "language": detect_document_language(text),
        "sha256": hash_text(text),
        "source": str(path),
    }
    keys = list(metadata)
    return Document(
        id_=DocumentFile(path, root).id,
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=keys,
        excluded_llm_metadata_keys=keys,
    )


def _read_text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise IngestError("encoding", path=str(path)) from error
    except OSError as error:
        raise IngestError("unreadable", path=str(path), reason=error.strerror) from error
    if "\0" in text:
        # UTF-16 without a mark, or no text at all.
        raise IngestError("encoding", path=str(path))
    if not text.strip():
        raise IngestError("empty", path=str(path))
    return text


def detect_document_language(text: str) -> TextLanguage:
    """The language of a whole document: by script, and between Latin scripts by statistics."""
    sample = text[:_SAMPLE]
    by_script = detect_language(sample)
    if by_script != "en" or len(_LETTER.findall(sample)) < _ENOUGH_LETTERS:
        return by_script
    try:
        return "en" if detect(sample) == "en" else "other"
    except LangDetectException:
        return by_script


def _read_front_matter(text: str) -> dict[str, str]:
    """The values of YAML between two lines of "---" at the top; none if it isn't that."""
    match = _FRONT_MATTER.match(text)
    try:
        content: Any = yaml.safe_load(match.group(1)) if match else None
    except yaml.YAMLError:
        return {}  # three dashes may also just be a rule above a text
    if not isinstance(content, dict):
        return {}
    return {str(key): str(value) for key, value in content.items() if _is_scalar(value)}


def _below_front_matter(text: str, front: dict[str, str]) -> str:
    match = _FRONT_MATTER.match(text) if front else None
    return text[match.end() :] if match else text


def _is_scalar(value: object) -> bool:
    return value is not None and not isinstance(value, list | dict)


def _find_title(text: str) -> str | None:
    """The first heading near the top, else the first line that could be one."""
    lines = [line.strip() for line in text[:_SAMPLE].splitlines()[:_FIRST_LINES]]
    headings = (match.group(1) for line in lines if (match := _HEADING.match(line)))
    short = (line for line in lines if len(line) <= _LONGEST_TITLE and _LETTER.search(line))
    return next(headings, None) or next(short, None)


def _find_year(texts: Iterable[str | None]) -> int | None:
    found = (_YEAR.search(text) for text in texts if text)
    return next((int(match.group(1)) for match in found if match), None)
