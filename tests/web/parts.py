"""Components of the page that are their own names, so that tests can read updates."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from dataclasses import is_dataclass
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints


def _name(name: str, hint: Any) -> str | None:
    """A part that a page may be without is not there."""
    return None if type(None) in get_args(hint) else name


def name_parts(kind: Any) -> Any:
    hints = get_type_hints(kind)
    return kind(
        **{
            name: name_parts(hint) if is_dataclass(hint) else _name(name, hint)
            for name, hint in hints.items()
        }
    )


def with_loop(make: Callable[[], Any]) -> Any:
    """What `make` returns. Outside a running loop, Gradio opens loops that it never closes.

    Gradio and what it imports warn of each other; that is theirs to mend.
    """

    async def run() -> Any:
        return make()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return asyncio.run(run())


REQUEST: Any = SimpleNamespace(request=None, session_hash="v1", query_params={}, headers={})
