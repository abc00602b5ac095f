"""How finely the encoder tells its inputs apart: makes the file that its whole-number graph needs.

`python -m evals.calibrate [--out FILE]`, `store/e5_steps.npz` by default. The shipped documents,
whole paragraphs and lines of them, and their questions are read in full precision. For each input
of a product the range of each channel is noted; then outliers are moved into the weights to the
degree (SmoothQuant's alpha) that changes the products least, in squares, on a sample of the tokens.

Wanted again only for another model: whoever changes the file changes every vector, and the
embedding's identity with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant.errors import DuociteError
from assistant.prompts import explain
from assistant.settings import locale_language
from evals.cases import read_cases
from evals.suite import read_suites
from store.e5 import E5Encoder, open_session
from store.e5_file import E5File, Floats
from store.e5_graph import TWICE, build_watched_graph, round_weights
from store.e5_steps import FILE, Step, Steps, find_sites, save_steps
from store.embedding import PASSAGE_PREFIX, QUERY_PREFIX, find_bundled_model

_ALPHAS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0)
_COARSEST = 63  # the largest weight, beside one as large
_SAMPLE = 3000  # tokens on which products are compared
_EVERY = 6  # of the tokens of a text is kept for it
_TINY = 1e-6


@dataclass
class Seen:
    """Of a site: the lowest and highest value of each channel, and some of its rows."""

    low: Floats
    high: Floats
    rows: list[Floats] = field(default_factory=list)

    def add(self, rows: Floats) -> None:
        self.low = np.minimum(self.low, rows.min(axis=0))
        self.high = np.maximum(self.high, rows.max(axis=0))
        self.rows.append(rows[::_EVERY])

    @property
    def sample(self) -> Floats:
        rows = np.concatenate(self.rows)
        chosen = np.random.default_rng(0).permutation(len(rows))[:_SAMPLE]
        return rows[chosen]


@dataclass(frozen=True, slots=True)
class Choice:
    """A step, and the share of its products' variance that it loses."""

    step: Step
    loss: float


def read_texts() -> list[str]:
    """Paragraphs, lines and questions of the shipped suites, each with its prefix."""
    found: dict[str, None] = {}
    for suite in read_suites():
        for path in sorted(suite.documents.glob("*.[tm][xd]*")):
            text = path.read_text(encoding="utf-8")
            pieces = [*text.split("\n\n"), *text.splitlines()]
            found.update(dict.fromkeys(PASSAGE_PREFIX + one for one in pieces if one.strip()))
        for case in read_cases(suite.file):
            found.update(
                dict.fromkeys(QUERY_PREFIX + one for one in (case.question_en, case.question_zh))
            )
    return list(found)


def watch(path: Path, texts: Sequence[str]) -> dict[str, Seen]:
    """What goes into each site while `texts` are read in full precision."""
    file, encoder = E5File(path), E5Encoder(path)
    session = open_session(build_watched_graph(file), 0)
    shape = file.shape
    seen = {name: Seen(np.zeros(n, "f4"), np.zeros(n, "f4")) for name, n in find_sites(shape)}
    for text in texts:
        ids = encoder.split(text).ids[: shape.positions - 2]
        words = encoder.sum_words([[file.first, *ids, file.last]])
        for name, rows in zip(seen, session.run(list(seen), {"words": words}), strict=True):
            seen[name].add(rows[0])
    return seen


def choose(file: E5File, seen: dict[str, Seen]) -> dict[str, Choice]:
    """The best step of each site."""
    return {name: _choose_step(file, name, own) for name, own in seen.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; an error is one line on stderr."""
    parser = argparse.ArgumentParser(prog="evals.calibrate", description="Make the steps.")
    parser.add_argument("--out", type=Path, default=FILE, help="the file that is written")
    given = parser.parse_args(arguments)
    try:
        path, texts = find_bundled_model(), read_texts()
        choices = choose(E5File(path), watch(path, texts))
    except DuociteError as error:
        print(explain(error, locale_language()), file=sys.stderr)
        return error.exit_code
    steps: Steps = {name: choice.step for name, choice in choices.items()}
    save_steps(steps, given.out)
    losses = [choice.loss for choice in choices.values()]
    print(f"{len(texts)} texts; share of products lost {np.mean(losses):.5f}, {max(losses):.5f}")
    return 0


def _name_products(site: str) -> list[str]:
    layer, name = site.split(".")
    return [f"{layer}.{part}" for part in (name if name == "qkv" else [name])]


def _choose_step(file: E5File, site: str, seen: Seen) -> Choice:
    width = len(seen.low)
    weights = np.concatenate([file.matrix(f"{name}.w", width) for name in _name_products(site)])
    rows = seen.sample
    products = rows @ weights.T
    spread = float(np.square(products - products.mean(axis=0)).mean())
    choices = []
    for alpha in _ALPHAS:
        step = _find_step(seen, np.abs(weights).max(axis=0), alpha)
        lost = float(
            np.square(_multiply(rows, weights, step, site.endswith(TWICE)) - products).mean()
        )
        choices.append(Choice(step, lost / spread))
    return min(choices, key=lambda choice: choice.loss)


def _find_step(seen: Seen, weights: Floats, alpha: float) -> Step:
    """Steps by the channels' ranges to the power of alpha and their weights to what is left of 1;
    all that was seen fits a byte."""
    ranges = np.maximum(-seen.low, seen.high) + _TINY
    shares = ranges**alpha / (weights + _TINY) ** (1 - alpha)
    low, high = min(0.0, float((seen.low / shares).min())), float((seen.high / shares).max())
    size = (high - low) / 255
    return Step((shares * size).astype(np.float32), round(-low / size))


def _multiply(rows: Floats, weights: Floats, step: Step, twice: bool) -> Floats:
    """As the whole-number graph does it; `twice`, where it reads what rounding left as well.

    There the weights are rounded as they will be, elsewhere as coarsely as they ever are.
    """
    steps = rows / step.sizes
    given = np.clip(np.round(steps) + step.zero, 0, 255) - step.zero
    if twice:
        given += np.clip(np.round((steps - given) * 255), -128, 127) / 255
        whole, scales = round_weights(weights * step.sizes)
    else:
        whole, scales = round_weights(weights * step.sizes, alone=_COARSEST)
    products: Floats = given.astype(np.float32) @ whole.T.astype(np.float32) * scales
    return products


if __name__ == "__main__":
    sys.exit(main())
