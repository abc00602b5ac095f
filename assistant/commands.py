"""What the commands do, once their arguments are read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from assistant import cli_output as output
from assistant.answer import Filters, Language
from assistant.errors import DuociteError, SettingsError
from assistant.logs import log_to
from assistant.prompts import Messages, explain, load_messages
from assistant.settings import Settings, load_settings, locale_language, unknown_settings

if TYPE_CHECKING:
    from assistant.app import Assistant
    from store.report import IngestReport

SAMPLE = "sample"
_log = logging.getLogger(__name__)


def begin() -> tuple[Settings, Messages]:
    """Settings, checked, and the texts in the user's language; strange settings are pointed out."""
    settings = load_settings()
    messages = load_messages(settings.interface_language)
    for name, nearest in unknown_settings().items():
        output.warn(messages.text("cli.unknown_setting", name=name, nearest=nearest))
    if settings.log:
        log_to(_open_log(settings.log))
    return settings, messages


def ingest(
    paths: Sequence[Path], collection: str, catalog: Path | None, *, prune: bool = False
) -> bool:
    """Whether all documents could be read."""
    settings, messages = begin()
    with open_ingest(settings, collection, catalog, messages, prune=prune) as run:
        report = run(paths)
    output.show_ingest(report, collection, messages)
    return not report.failed


def watch(
    paths: Sequence[Path], collection: str, catalog: Path | None, *, prune: bool = False
) -> None:
    """Ingest now and after every change, until Ctrl-C."""
    from store.watch import watch_changes

    settings, messages = begin()
    with open_ingest(settings, collection, catalog, messages, prune=prune) as run:
        output.show_ingest(run(paths), collection, messages)
        output.warn(messages.text("cli.watching"))
        for _ in watch_changes(paths, settings.data):
            report = run(paths)
            if has_news(report):
                output.show_ingest(report, collection, messages)


def ingest_sample() -> bool:
    with as_file(files("evals").joinpath("corpus")) as folder:
        return ingest([folder], SAMPLE, None)


@contextmanager
def open_ingest(
    settings: Settings,
    collection: str,
    catalog: Path | None,
    messages: Messages,
    *,
    prune: bool,
) -> Iterator[Callable[[Sequence[Path]], IngestReport]]:
    """What ingests into a collection, as often as it is called, while this holds the store."""
    from store.cache import cache_embedding
    from store.catalog import load_catalog
    from store.chroma import open_store
    from store.embedding import build_embedding
    from store.formats.limits import Limits
    from store.ingest import ingest as ingest_documents

    limits = Limits(settings.max_file_mb, settings.max_pages)

    def run(paths: Sequence[Path]) -> IngestReport:
        known = load_catalog(catalog) if catalog else None
        with output.ingest_bar(messages) as progress:
            report = ingest_documents(
                target, embedding, paths, known, progress, limits, prune=prune
            )
        for path, error in report.failed:
            _log.warning("not read: %s", path, exc_info=error)
        return report

    if catalog:
        load_catalog(catalog)  # what is wrong with it is said before a store is made
    plain = build_embedding(settings.embedding)
    with (
        open_store(settings.data, plain) as store,
        cache_embedding(plain, settings.data, settings.cache_mb) as embedding,
    ):
        target = store.collection(collection, create=True)
        yield run


def has_news(report: IngestReport) -> bool:
    return bool(report.new or report.changed or report.removed or report.failed)


def ask(
    question: str, collection: str, filters: Filters, language: Language | None, *, as_json: bool
) -> None:
    settings, _ = begin()
    assistant = build_assistant(settings, collection)
    if as_json:
        answer = assistant.ask(question, filters=filters, language=language)
        output.say_json(answer.to_json())
    else:
        output.show_stream(assistant.stream(question, filters=filters, language=language))


def ask_batch(
    questions: Path, out: Path, collection: str, filters: Filters, language: Language | None
) -> bool:
    """Whether every question got an answer; refusals are answers."""
    from assistant.batch import Batch, read_items

    settings, messages = begin()
    items = read_items(questions, filters, language)
    say_error = partial(explain, language=messages.language)
    batch = Batch(build_assistant(settings, collection), out, say_error)
    output.show_batch(batch.run(items), len(items), messages)
    output.warn(messages.text("cli.batch_done", path=out, **batch.report._asdict()))
    return not batch.report.failed


def build_filters(
    documents: Sequence[str] | None,
    organisations: Sequence[str] | None,
    years: Sequence[int] | None,
    languages: Sequence[str] | None,
) -> Filters:
    return Filters(
        tuple(documents or ()),
        tuple(organisations or ()),
        tuple(years or ()),
        tuple(languages or ()),
    )


def serve(collection: str, host: str | None, port: int | None) -> None:
    from assistant import web

    settings, messages = begin()
    assistant = build_assistant(settings, collection)
    page = web.start(assistant, host or settings.host, settings.port if port is None else port)
    output.say(messages.text("cli.listening", address=page.local_url))
    page.block_thread()


def evaluate(
    file: Path | None,
    docs: Path | None,
    catalog: Path | None,
    out: Path | None,
    language: Language | None,
) -> int:
    """The exit code: 0 where every floor is reached."""
    from evals import command

    begin()
    languages = (language,) if language else get_args(Language)
    return command.run(file, docs, catalog, out, languages)


def list_collections() -> None:
    settings, messages = begin()
    found = _read_collections(settings)
    for name, (documents, chunks) in found.items():
        output.say(messages.text("cli.collection", name=name, documents=documents, chunks=chunks))
    if not found:
        output.say(messages.text("cli.no_collections"))


def show_error(error: DuociteError) -> None:
    """One line for the person; the traceback goes to the log, if there is one."""
    _log.error("stopped: %s", error, exc_info=error)
    output.warn(explain(error, _interface_language()))


def build_assistant(settings: Settings, collection: str) -> Assistant:
    from assistant import app

    return app.build_assistant(settings, collection=collection)


def _read_collections(settings: Settings) -> dict[str, tuple[int, int]]:
    """Documents and chunks by name. Looking must not make a folder."""
    from store.chroma import open_store
    from store.embedding import build_embedding

    if not settings.data.exists():
        return {}
    with open_store(settings.data, build_embedding(settings.embedding)) as store:
        records = {name: store.collection(name).documents() for name in store.collections()}
    return {
        name: (len(found), sum(record.chunks for record in found))
        for name, found in records.items()
    }


def _open_log(path: Path) -> logging.Handler:
    try:
        return logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise SettingsError("log", path=path, reason=error.strerror) from error


def _interface_language() -> Language:
    try:
        return load_settings().interface_language
    except SettingsError:
        return locale_language()
