"""Where the details behind an error go. Libraries stay at INFO: below it, some print keys."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from assistant.keyform import hide_keys

OWN = ("assistant", "store", "evals")
# They note each address that they ask, and an address may hold a key.
_CHATTY = ("httpx", "httpcore")
_hidden: set[str] = set()


class _Formatter(logging.Formatter):
    """Without the secrets that were named, and without whatever has the form of a key of ours: a
    traceback may quote what a server said of a key, or what a program sent."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in sorted(_hidden, key=len, reverse=True):
            text = text.replace(secret, "…")
        return hide_keys(text)


def log_to(handler: logging.Handler) -> None:
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide_in_logs(secrets: Iterable[str]) -> None:
    """From now on, for the whole process."""
    _hidden.update(filter(None, secrets))


def log_to_nowhere() -> None:
    """Without any handler, Python prints warnings of libraries between the lines of an answer."""
    logging.getLogger().addHandler(logging.NullHandler())
