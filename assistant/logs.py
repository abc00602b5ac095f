"""Where the details behind an error go. Libraries stay at INFO: below it, some print keys."""

from __future__ import annotations

import logging

OWN = ("assistant", "store", "evals")


def log_to(handler: logging.Handler) -> None:
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in OWN:
        logging.getLogger(name).setLevel(logging.DEBUG)


def log_to_nowhere() -> None:
    """Without any handler, Python prints warnings of libraries between the lines of an answer."""
    logging.getLogger().addHandler(logging.NullHandler())
