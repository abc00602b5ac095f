"""How finely each input of the encoder's products is told apart when it is made a byte.

Made once by `python -m evals.calibrate` from texts; the same for every text from then on, so that
a text's vector doesn't depend on what is read beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

from assistant.errors import SettingsError
from store.e5_file import Floats, Shape

_ZERO = ".zero"
FILE = Path(__file__).with_name("e5_steps.npz")
SITES = ("qkv", "ao", "fi", "fo")
"""The inputs of a layer: of attention, of its result's product, and of the two wide products."""


class Step(NamedTuple):
    """`sizes` [width]: what one more is worth in each channel; `zero`: the byte for nought."""

    sizes: Floats
    zero: int


Steps = Mapping[str, Step]
"""By layer and site, as `l0.qkv`."""


def load_steps(path: Path = FILE) -> Steps:
    """Raises SettingsError "unknown_model_file" for a file that isn't one of steps."""
    try:
        # Opened here, for NumPy leaves a file open that it can't make sense of.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            names = [name for name in kept.files if not name.endswith(_ZERO)]
            return {name: Step(kept[name], int(kept[name + _ZERO])) for name in names}
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise SettingsError("unknown_model_file", path=str(path)) from error


def save_steps(steps: Steps, path: Path) -> None:
    kept = {name: step.sizes.astype(np.float32) for name, step in steps.items()}
    zeros = {name + _ZERO: np.uint8(step.zero) for name, step in steps.items()}
    np.savez_compressed(path, **kept, **zeros)  # type: ignore[arg-type]


def find_sites(shape: Shape) -> Iterator[tuple[str, int]]:
    """Each site of a network, with its width."""
    for layer in range(shape.layers):
        for site in SITES:
            yield f"l{layer}.{site}", shape.inner if site == "fo" else shape.width


def check_steps(steps: Steps, shape: Shape) -> None:
    """Raises SettingsError "unknown_model_file" for those of another network."""
    widths = {name: len(step.sizes) for name, step in steps.items()}
    if widths != dict(find_sites(shape)):
        raise SettingsError("unknown_model_file", path=str(FILE))
