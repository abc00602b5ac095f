"""The routes of an app by their templates, so that what is counted doesn't grow with paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, compile_path

UNKNOWN = "unknown"


class Routes:
    """Those of an app and of what is mounted in it; looked at once, when first asked about."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def find(self, path: str) -> str:
        """The template that a path fits, as in "/v1/jobs/{id}"; "unknown" for any other."""
        fitting = (template for pattern, template in self._patterns if pattern.match(path))
        return next(fitting, UNKNOWN)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        templates = dict.fromkeys(_list_templates(getattr(self._app, "routes", ())))
        return [(compile_path(template)[0], template) for template in templates]


def _list_templates(routes: Sequence[BaseRoute], above: str = "") -> Iterator[str]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, Mount):
            inside = getattr(route.original_route.app, "routes", ())
            yield from _list_templates(inside, above + route.original_route.path)
        elif route.path is not None:
            yield above + route.path
