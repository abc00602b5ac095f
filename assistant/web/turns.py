"""One question in work at a time for each page."""

from __future__ import annotations

import gradio as gr

from assistant.streaming import Workers


class Turns:
    """What each open page is waiting for, by Gradio's name for it."""

    def __init__(self) -> None:
        self._waiting: dict[str, Workers] = {}

    def take(self, request: gr.Request) -> Workers:
        """The next question, from whichever button, ends the one before."""
        self.end(request)
        return self._waiting.setdefault(request.session_hash or "", Workers())

    def end(self, request: gr.Request) -> None:
        """What a closed page was still waiting for is not worked on."""
        if workers := self._waiting.pop(request.session_hash or "", None):
            workers.close(wait=0.0)
