"""What the commands do, once their arguments are read."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import cli_output as output
from assistant.access import Access
from assistant.errors import DuociteError, SettingsError
from assistant.hosts import is_loopback
from assistant.logs import hide_in_logs, log_to, open_log
from assistant.prompts import Messages, explain, load_messages
from assistant.running import announce, make_token
from assistant.scope import Filters, Language
from assistant.settings import Settings, load_settings, locale_language, unknown_settings
from assistant.state import State
from assistant.tracing import begin_tracing
from assistant.wire import Asked, IngestOrder, Json, Owns, Said, Told
from store.catalog import load_catalog
from store.report import IngestReport

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.owner import Owner
    from assistant.slack.posting import Posting

SAMPLE = "sample"
_log = logging.getLogger(__name__)


def begin() -> tuple[Settings, Messages]:
    """Settings, checked, and the texts in the user's language; strange settings are pointed out."""
    settings = load_settings()
    hide_in_logs(settings.secrets())
    messages = load_messages(settings.interface_language)
    for name, nearest in unknown_settings().items():
        output.warn(messages.text("cli.unknown_setting", name=name, nearest=nearest))
    if settings.log:
        log_to(open_log(settings.log), settings.log_format)
    begin_tracing()
    return settings, messages


def ingest(
    paths: Sequence[Path],
    collection: str,
    catalog: Path | None,
    *,
    prune: bool = False,
    wait: bool = True,
    out: Path | None = None,
    notify: bool = False,
) -> bool:
    """Whether all documents could be read. `out` is a JSON file for what came of it, which
    `notify` posts to Slack."""
    settings, messages = begin()
    posting = open_posting(settings) if notify else None
    order = build_order(paths, collection, catalog, prune=prune)
    report = run_ingest(Access(settings, messages, wait=wait), order, messages)
    output.show_ingest(report, collection, messages)
    known = {"collection": collection, **report.to_json()}
    if out:
        write_ingest(known, out)
    if posting:
        posting.tell_ingest(known)
    return not report.failed


def watch(
    paths: Sequence[Path],
    collection: str,
    catalog: Path | None,
    *,
    prune: bool = False,
    wait: bool = True,
) -> None:
    """Ingest now and after every change, until Ctrl-C. In between, others have the store."""
    from store.watch import watch_changes

    settings, messages = begin()
    order = build_order(paths, collection, catalog, prune=prune)
    report = run_ingest(Access(settings, messages, wait=wait), order, messages)
    output.show_ingest(report, collection, messages)
    output.warn(messages.text("cli.watching"))
    for _ in watch_changes(paths, settings.data):
        # From the first run on it waits: who watches doesn't want to be told to come back.
        report = run_ingest(Access(settings, messages), order, messages)
        if has_news(report):
            output.show_ingest(report, collection, messages)


def ingest_sample(*, wait: bool = True, out: Path | None = None, notify: bool = False) -> bool:
    with as_file(files("evals").joinpath("corpus")) as folder:
        return ingest([folder], SAMPLE, None, wait=wait, out=out, notify=notify)


def write_ingest(known: Json, path: Path) -> None:
    """SettingsError "unwritable" where it can't be."""
    text = json.dumps(known, ensure_ascii=False, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError("unwritable", path=path, reason=error.strerror) from error


def open_posting(settings: Settings) -> Posting:
    """Where news go, checked before there are any: SettingsError "no_webhook", "slack_webhook"."""
    from assistant.slack.posting import open_posting

    return open_posting(settings)


def build_order(
    paths: Sequence[Path], collection: str, catalog: Path | None, *, prune: bool
) -> IngestOrder:
    """What to ingest, said so that another process understands it; the catalog can be read."""
    if catalog:
        load_catalog(catalog)  # what is wrong with it is said before a store is made
    absolute = tuple(Path(os.path.abspath(path)) for path in paths)
    return IngestOrder(
        absolute, collection, Path(os.path.abspath(catalog)) if catalog else None, prune
    )


def run_ingest(access: Access, order: IngestOrder, messages: Messages) -> IngestReport:
    def work(owner: Owns) -> IngestReport:
        with output.ingest_bar(messages) as progress:
            return owner.ingest(order, progress)

    return access.run(work, create=True)


def has_news(report: IngestReport) -> bool:
    return bool(report.new or report.changed or report.removed or report.failed)


def ask(
    question: str,
    collection: str,
    filters: Filters,
    language: Language | None,
    *,
    as_json: bool,
    wait: bool = True,
) -> None:
    settings, messages = begin()
    asked = Asked(question, collection, filters, language, form=None if as_json else "plain")

    def work(owner: Owns) -> None:
        if as_json:
            output.say_json(find_answer(owner.ask(asked)).to_json())
        else:
            output.show_stream(owner.ask(asked))

    Access(settings, messages, wait=wait).run(work)


def ask_batch(
    questions: Path,
    out: Path,
    collection: str,
    filters: Filters,
    language: Language | None,
    *,
    wait: bool = True,
) -> bool:
    """Whether every question got an answer; refusals are answers."""
    from assistant.batch import Batch, BatchReport, read_items

    settings, messages = begin()
    items = read_items(questions, filters, language)
    say_error = partial(explain, language=messages.language)

    def work(owner: Owns) -> BatchReport:
        owner.documents(collection)  # without a collection there is nothing to ask, not even once
        batch = Batch(_Asking(owner, collection), out, say_error)
        output.show_batch(batch.run(items), len(items), messages)
        return batch.report

    report = Access(settings, messages, wait=wait).run(work)
    output.warn(messages.text("cli.batch_done", path=out, **report._asdict()))
    return not report.failed


class _Asking:
    """An owner as a batch asks it."""

    def __init__(self, owner: Owns, collection: str) -> None:
        self._owner = owner
        self._collection = collection

    def ask(self, question: str, *, filters: Filters, language: Language | None) -> Told:
        return find_answer(self._owner.ask(Asked(question, self._collection, filters, language)))


def find_answer(events: Iterable[Said | Told]) -> Told:
    """The answer at the end of a stream."""
    *_, last = events
    if not isinstance(last, Told):
        raise RuntimeError("a stream ended without its answer")
    return last


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


def serve(collection: str, host: str | None, port: int | None, *, wait: bool = True) -> None:
    """The chat, and the same store for other programs, until Ctrl-C or SIGTERM."""
    from assistant.site import build_site

    settings, messages = begin()
    place = (host or settings.host, settings.port if port is None else port)
    with (
        closing(build_site(settings, place[0])) as site,
        Access(settings, messages, wait=wait).own() as owner,
        closing(State(settings.data)) as state,
    ):
        from assistant import web
        from assistant.ending import wait_for_end
        from assistant.operations import build_operations
        from assistant.server import build_app
        from assistant.serving import Serving
        from assistant.status import build_status
        from evals.acceptance import open_drafts
        from evals.latest import Latest

        token = make_token()
        app = build_app(owner, token, site, state=state, collection=collection)
        slack = _add_slack(app, owner, state, settings)
        operations = build_operations(settings, owner)
        operations.add(app)
        status = partial(build_status, settings, owner.collections)
        if site.has_chat:
            web.mount(
                app,
                owner.assistant(collection),
                state=state,
                library=owner,
                site=site,
                status=status,
                evals=Latest(settings.data),
                drafts=open_drafts(settings.data),
            )
        with (
            closing(app.state.workers),
            slack,
            Serving(operations.around(app), *place, beyond=site.guarded) as serving,
            announce(settings.data, serving.local, token),
        ):
            listening = "cli.listening" if site.has_chat else "cli.listening_api"
            output.say(messages.text(listening, address=serving.address))
            if site.auth.mode in ("password", "keys") and not is_loopback(place[0]):
                output.warn(messages.text("cli.plain_http"))
            wait_for_end(serving, owner.questions, settings.grace)


def _add_slack(
    app: FastAPI, owner: Owner, state: State, settings: Settings
) -> AbstractContextManager[object]:
    """Slack beside the chat, where it is set up."""
    if not settings.has_slack:
        return nullcontext()
    from assistant.slack.mount import add_slack

    return add_slack(app, owner, state, settings)


def list_collections(*, wait: bool = True) -> None:
    settings, messages = begin()
    found = Access(settings, messages, wait=wait).run(lambda owner: owner.collections())
    for row in found:
        output.say(messages.text("cli.collection", **row.to_json()))
    if not found:
        output.say(messages.text("cli.no_collections"))


def show_error(error: DuociteError) -> None:
    """One line for the person; the traceback goes to the log, if there is one."""
    _log.error("stopped: %s", error, exc_info=error)
    output.warn(output.say_error(error, _interface_language()))


def _interface_language() -> Language:
    try:
        return load_settings().interface_language
    except SettingsError:
        return locale_language()
