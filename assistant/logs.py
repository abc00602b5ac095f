"""Where the details behind an error go. Libraries stay at INFO: below it, some print keys.

A line of a log is one event: what somebody sent can't begin another. `extra={"fields": {…}}` of a
record goes along, as `name=value` in text and as fields in JSON.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from assistant.asker import find_asker
from assistant.errors import SettingsError
from assistant.keyform import hide_keys

Form = Literal["text", "json"]

OWN = ("assistant", "store", "evals")
STDERR = Path("-")
"""Stands for the standard error in place of a file."""

# They note each address that they ask, and an address may hold a key.
_CHATTY = ("httpx", "httpcore")
# Controls, what ends a line for some readers, and what turns the direction of writing.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r"[^\s\"=\\]+")
_hidden: set[str] = set()


class _Formatter(logging.Formatter):
    """Without the secrets that were named, and without whatever has the form of a key of ours: a
    traceback may quote what a server said of a key, or what a program sent."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} {record.levelname} {record.name}:"
        said = [_escape(_hide(record.getMessage()))]
        said += [f"{name}={_quote(value)}" for name, value in _fields(record).items()]
        details = [_escape(line) for line in self._details(record).split("\n") if line]
        return "\n    ".join([" ".join([head, *said]), *details])

    def _details(self, record: logging.LogRecord) -> str:
        """The traceback, and where the record was made if that was wanted."""
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return _hide("\n".join(filter(None, [trace, record.stack_info])))


class _JsonFormatter(_Formatter):
    """One object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC)
        known = {
            "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _hide(record.getMessage()),
            **_fields(record),
        }
        if details := self._details(record):
            known["traceback"] = details
        return json.dumps(known)


def log_to(handler: logging.Handler, form: Form = "text") -> None:
    handler.setFormatter(_JsonFormatter() if form == "json" else _Formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def open_log(path: Path) -> logging.Handler:
    """A file, or the standard error for "-"; SettingsError "log"."""
    if path == STDERR:
        return logging.StreamHandler(sys.stderr)
    try:
        return logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise SettingsError("log", path=path, reason=error.strerror) from error


def hide_in_logs(secrets: Iterable[str]) -> None:
    """From now on, for the whole process."""
    _hidden.update(filter(None, secrets))


def log_to_nowhere() -> None:
    """Without any handler, Python prints warnings of libraries between the lines of an answer."""
    logging.getLogger().addHandler(logging.NullHandler())


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What goes along, and the request that it was in; the log is written in its thread."""
    asker = find_asker()
    given: Mapping[str, Any] = getattr(record, "fields", {})
    found = {"request": asker.request} if asker else {}
    return {_hide(name): _hide_inside(value) for name, value in {**found, **given}.items()}


def _hide(text: str) -> str:
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, "…")
    return hide_keys(text)


def _hide_inside(value: Any) -> Any:
    if isinstance(value, str):
        return _hide(value)
    if isinstance(value, Mapping):
        return {_hide(str(key)): _hide_inside(inside) for key, inside in value.items()}
    return value


def _quote(value: Any) -> str:
    """A value as one word: in quotation marks where it isn't one."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    safe = _escape(text)
    return safe if _PLAIN.fullmatch(safe) else json.dumps(safe, ensure_ascii=False)


def _escape(text: str) -> str:
    return _UNSEEN.sub(lambda found: _spell(found.group()), text)


def _spell(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")
