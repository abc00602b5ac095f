"""HTTP for programs: Duocite's own routes, those of OpenAI's form, and the page about them."""

from __future__ import annotations

from fastapi import FastAPI

from assistant.api import asking, chat, documents, failures, models, rating, reference
from assistant.api.service import Service

ROUTERS = (asking, chat, models, documents, rating)


def add_api(app: FastAPI, service: Service) -> None:
    """All routes below /v1/, the document that describes them, and what is said of failures."""
    failures.add_handlers(app)
    for module in ROUTERS:
        app.include_router(module.build_router(service))
    reference.add_reference(app)
    # Below /v1/ nothing falls through to the chat's own page.
    app.include_router(failures.build_router())
