"""Steps are read as they were written; the shipped ones are those of the bundled model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import SettingsError
from store.e5_file import E5File
from store.e5_steps import FILE, Step, check_steps, find_sites, load_steps, save_steps


def test_steps_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "steps.npz"
    sizes = np.array([0.5, 0.25, 3e-5], np.float32)
    save_steps({"l0.qkv": Step(sizes, 255), "l3.fo": Step(sizes[:2], 0)}, path)
    read = load_steps(path)
    assert set(read) == {"l0.qkv", "l3.fo"}
    np.testing.assert_array_equal(read["l0.qkv"].sizes, sizes)
    assert (read["l0.qkv"].zero, read["l3.fo"].zero) == (255, 0)


def test_the_shipped_steps_are_those_of_the_bundled_model(bundled: Path) -> None:
    shape = E5File(bundled).shape
    check_steps(load_steps(), shape)
    assert len(load_steps()) == 4 * shape.layers


def test_every_shipped_step_is_worth_something() -> None:
    for step in load_steps().values():
        assert step.sizes.min() > 0
        assert 0 <= step.zero <= 255


def test_each_layer_has_four_sites_of_its_widths(bundled: Path) -> None:
    shape = E5File(bundled).shape
    sites = dict(find_sites(shape))
    assert sites["l0.qkv"] == sites["l11.fi"] == shape.width
    assert sites["l11.fo"] == shape.inner
    assert len(sites) == 4 * shape.layers


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "steps.npz"
    whole = FILE.read_bytes()
    if damage != "missing":
        path.write_bytes({"empty": b"", "text": b"steps", "cut": whole[: len(whole) // 2]}[damage])
    with pytest.raises(SettingsError) as caught:
        load_steps(path)
    assert caught.value.code == "unknown_model_file"
    assert str(path) in str(caught.value.details["path"])
