"""Files into documents: which files, what text, and what the text says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from langdetect import DetectorFactory, LangDetectException, detect
from llama_index.core.schema import Document

from assistant.errors import IngestError
from assistant.text.language import TextLanguage, detect_language
from store.catalog import CATALOG_NAME
from store.formats.extract import Extract
from store.formats.limits import DEFAULT_LIMITS, Limits
from store.formats.plain import find_front_matter
from store.formats.readers import SUFFIXES, read_file, say_formats
from store.ledger import hash_text

VERSION = 2  # of what is read out of a file: another number makes every document be read again

_SAMPLE = 20_000
_ENOUGH_LETTERS = 200  # fewer, and a statistical detector guesses
_FIRST_LINES = 40
_LONGEST_TITLE = 120
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
    A link that leads out of the folder is no part of it either.
    Failures: IngestError "not_found", "format", "outside" (such a link), "same_id" (two files would
    get the same id).
    """
    files: dict[str, DocumentFile] = {}
    skipped: list[Path] = []
    failed: list[tuple[Path, IngestError]] = []
    for given in paths:
        try:
            met = _expand(given, skipped, failed)
        except IngestError as error:
            failed.append((given, error))
            continue
        for file in met:
            known = files.setdefault(file.id, file)
            if known.path.resolve() != file.path.resolve():
                same = IngestError("same_id", path=str(file.path), document=file.id)
                failed.append((file.path, same))
    return FoundDocuments(tuple(files.values()), tuple(skipped), tuple(failed))


def _expand(
    given: Path, skipped: list[Path], failed: list[tuple[Path, IngestError]]
) -> list[DocumentFile]:
    if given.is_dir():
        met = [path for path in _walk(given) if path.name != CATALOG_NAME]
        skipped += [path for path in met if not _is_document(path)]
        files = [DocumentFile(path, given) for path in met if _is_document(path)]
        strays = [file for file in files if _leads_out(file)]
        failed += [(f.path, IngestError("outside", path=str(f.path))) for f in strays]
        return [file for file in files if file not in strays]
    if not given.exists():
        raise IngestError("not_found", path=str(given))
    if given.suffix.lower() not in SUFFIXES:
        raise IngestError("format", path=str(given), formats=say_formats())
    return [DocumentFile(given, given.parent)]


def _leads_out(file: DocumentFile) -> bool:
    """Whether a link in a folder points at a file elsewhere, which nobody chose to share."""
    return not file.path.resolve().is_relative_to(file.root.resolve())


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.name.lower() != "readme.md"


def read_document(path: Path, root: Path, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A file as a document; its id is its path within `root`.

    The text of a text file is what it decodes to, line ends and all; of another, what its reader
    extracts. Metadata: title, organisation, author, publisher, year, language, sha256 (of the text
    as UTF-8), source, None where the document doesn't say; and of its form: marks (places in the
    file), hidden (spans that aren't searched), notes, layout (a hash of the first two). Raises
    IngestError with the codes of `formats.readers.read_file`.
    """
    extract = read_file(path, limits)
    text = extract.text
    front, below = find_front_matter(text)
    title = front.get("title") or extract.title or _find_title(text[below:]) or path.stem
    stated = _find_year([front.get("year"), front.get("date")])
    metadata = {
        "title": title,
        "organisation": front.get("organisation"),
        "author": front.get("author") or extract.author,
        "publisher": front.get("publisher"),
        "year": stated or _find_year([path.name, title]) or extract.year,
        "language": detect_document_language(text[below:]),
        "sha256": hash_text(text),
        "source": str(path),
        "marks": extract.marks,
        "hidden": extract.hidden,
        "notes": extract.notes,
        "layout": _hash_layout(extract),
    }
    keys = list(metadata)
    return Document(
        id_=DocumentFile(path, root).id,
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=keys,
        excluded_llm_metadata_keys=keys,
    )


def _hash_layout(extract: Extract) -> str:
    """Changes where the same text stands elsewhere in its file."""
    return hash_text(repr((extract.marks, extract.hidden)))


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


def _find_title(text: str) -> str | None:
    """The first heading near the top, else the first line that could be one; no row of a table."""
    lines = [line.strip() for line in text[:_SAMPLE].splitlines()[:_FIRST_LINES]]
    lines = [line for line in lines if not line.startswith("|")]
    headings = (match.group(1) for line in lines if (match := _HEADING.match(line)))
    short = (line for line in lines if len(line) <= _LONGEST_TITLE and _LETTER.search(line))
    return next(headings, None) or next(short, None)


def _find_year(texts: Iterable[str | None]) -> int | None:
    found = (_YEAR.search(text) for text in texts if text)
    return next((int(match.group(1)) for match in found if match), None)
