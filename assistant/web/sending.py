"""Where files are dropped: its components, and how what was dropped is brought in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from assistant.answer import Language
from assistant.errors import DuociteError
from assistant.prompts import explain, load_messages
from assistant.streaming import Emit, Workers
from assistant.web.components import QUIET, Updates
from assistant.web.holdings import Holdings, check_editor
from assistant.web.labels import show_note
from assistant.web.uploading import Items, answer_asking, fail_open, find_waiting, show_items
from assistant.web.visitor import find_visitor

_STEP = 0.2
"""Seconds between two pictures of an upload."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SendBox:
    """The components; `items` are the visitor's files, which never leave the server as such."""

    drop: gr.File
    words: gr.HTML
    sent: gr.HTML
    replace: gr.Button
    leave: gr.Button
    items: gr.State

    @property
    def changing(self) -> list[Any]:
        return [self.items, self.drop, self.sent, self.replace, self.leave]


def lay_out_sending(holdings: Holdings) -> SendBox:
    with gr.Column(elem_id="upload"):
        drop = _build_drop()
        words = gr.HTML(visible=False, elem_id="drop-words")
    sent = gr.HTML(elem_id="sent")
    with gr.Row(elem_id="asking"):
        replace, leave = _build_choice("replace"), _build_choice("leave")
    nothing: Items = ()
    items = gr.State(nothing, delete_callback=lambda left: holdings.discard(o.path for o in left))
    return SendBox(drop, words, sent, replace, leave, items)


def _build_drop() -> gr.File:
    """Files of any kind: what can't be read is told in the visitor's language, not in Gradio's."""
    return gr.File(
        file_count="multiple",
        show_label=False,
        container=False,
        height=86,
        visible=False,
        elem_id="drop",
    )


def _build_choice(name: str) -> gr.Button:
    return gr.Button(visible=False, elem_id=name, size="sm", scale=0, min_width=0)


class SendEvents:
    """Binds the events. Who may change documents is looked at anew in each of them; `workers` are
    ended with the server."""

    def __init__(self, holdings: Holdings, box: SendBox, workers: Workers) -> None:
        self.holdings = holdings
        self._box = box
        self._workers = workers
        self._tasks: set[asyncio.Task[None]] = set()

    def bind(self, collection: gr.Dropdown, switch: gr.Radio, renewals: Sequence[Any]) -> list[Any]:
        """`renewals` are the events after which all is said anew. Returns those after which the
        documents may be others."""
        box, changing = self._box, self._box.changing
        for renewal in renewals:
            renewal.then(self.label, [box.items, switch], [*changing, box.words], **QUIET)
        given = [collection, box.items, switch]
        # Gradio's own form of a file forgets what its browser called it.
        sent = box.drop.upload(self.send, [box.drop, *given], changing, preprocess=False, **QUIET)
        replaced = box.replace.click(self.replace, given, changing, **QUIET)
        box.leave.click(self.leave, [box.items, switch], changing, **QUIET)
        return [sent, replaced]

    def label(self, items: Items, language: Language, request: gr.Request) -> Updates:
        """What is said in a language; only editors see where files are dropped."""
        labels, editor = load_messages(language), find_visitor(request).editor
        words = show_note(labels.text("ui.upload.drop"), labels.text("ui.upload.limits"))
        return {
            **self._say(items, language),
            self._box.drop: gr.File(visible=editor),
            self._box.words: gr.HTML(words, visible=editor),
        }

    async def send(
        self,
        sent: list[dict[str, Any]] | None,
        collection: str,
        items: Items,
        language: Language,
        request: gr.Request,
    ) -> AsyncGenerator[Updates]:
        """Files that were dropped: those that replace nothing are read at once, the others ask."""
        files = find_files(sent or [])
        try:
            check_editor(find_visitor(request).editor)
            received = await asyncio.to_thread(self.holdings.receive, files, collection)
        except DuociteError as error:
            for _, path in files:
                path.unlink(missing_ok=True)
            yield self._refuse(error, items, language)
            return
        names = {one.name for one in received}
        left = tuple(one for one in items if one.stage == "asks" and one.name not in names)
        self.holdings.discard(one.path for one in items if one.name in names)
        async for updates in self._bring_in((*left, *received), collection, language):
            yield updates

    async def replace(
        self, collection: str, items: Items, language: Language, request: gr.Request
    ) -> AsyncGenerator[Updates]:
        """Files that asked whether they should take the place of a document."""
        try:
            check_editor(find_visitor(request).editor)
        except DuociteError as error:
            yield self._refuse(error, items, language)
            return
        told = answer_asking(items, replaces=True)
        async for updates in self._bring_in(told, collection, language):
            yield updates

    def leave(self, items: Items, language: Language) -> Updates:
        left = answer_asking(items, replaces=False)
        self.holdings.discard(one.path for one in left if one.stage == "left")
        return self._say(left, language)

    async def _bring_in(
        self, items: Items, collection: str, language: Language
    ) -> AsyncGenerator[Updates]:
        upload = Upload(items)
        if find_waiting(items):
            task = asyncio.create_task(self._work(upload, collection))
            self._tasks.add(task)  # or nobody would hold it
            task.add_done_callback(self._tasks.discard)
            async for now in upload.follow():
                yield {**self._say(now, language), self._box.drop: gr.File(None, interactive=False)}
        else:
            self.holdings.discard(one.path for one in items if one.stage != "asks")
        yield {
            **self._say(upload.items, language),
            self._box.drop: gr.File(None, interactive=True),
        }

    async def _work(self, upload: Upload, collection: str) -> None:
        """Outlasts the page: a task of its own, which nobody's leaving ends."""
        sent = upload.items

        def work(emit: Emit[Items]) -> None:
            self.holdings.bring_in(sent, collection, emit)

        try:
            async for items in self._workers.run(work):
                upload.tell(items)
        except Exception:  # noqa: BLE001  a fault that nothing foresaw: the log has it
            _log.exception("an upload failed")
        # Also where the server ends meanwhile: whoever follows is told of the rest.
        upload.tell(fail_open(upload.items, DuociteError("unexpected")), ended=True)

    def _say(self, items: Items, language: Language) -> Updates:
        labels, box = load_messages(language), self._box
        stages = {one.stage for one in items}
        asks = "asks" in stages and not stages & {"waiting", "busy", "reading", "embedding"}
        return {
            box.items: items,
            box.sent: show_items(items, language),
            box.replace: gr.Button(labels.text("ui.upload.replace"), visible=asks),
            box.leave: gr.Button(labels.text("ui.upload.leave"), visible=asks),
        }

    def _refuse(self, error: DuociteError, items: Items, language: Language) -> Updates:
        shown = show_items(items, language) + show_note(explain(error, language))
        said = self._say(items, language)
        return {**said, self._box.sent: shown, self._box.drop: gr.File(None)}


class Upload:
    """Files on their way in, as those who follow them see it."""

    def __init__(self, items: Items) -> None:
        self.items = items
        self._ended = False
        self._changed = asyncio.Event()

    def tell(self, items: Items, *, ended: bool = False) -> None:
        self.items, self._ended = items, ended
        self._changed.set()

    async def follow(self) -> AsyncGenerator[Items]:
        """Each state, or the latest of those that came too quickly."""
        while not self._ended:
            await self._changed.wait()
            self._changed.clear()
            yield self.items
            await asyncio.sleep(_STEP)


def find_files(sent: Sequence[dict[str, Any]]) -> list[tuple[str, Path]]:
    """The files that Gradio put into its folder of uploads, each with the name that its browser
    gave it; any other path that a request names is none of its visitor's."""
    folder = Path(get_upload_folder()).resolve()
    found = []
    for one in sent:
        path = Path(str(one.get("path")))
        if path.resolve().is_relative_to(folder) and path.is_file() and not path.is_symlink():
            found.append((str(one.get("orig_name") or path.name), path))
    return found
