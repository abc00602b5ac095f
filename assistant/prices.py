"""What an answer cost: tokens as the server counted them, times a table that users keep."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from assistant.errors import SettingsError

FILE = "prices.toml"
PER = 1_000_000
"""Tokens that a price is for."""

Used = Mapping[str, Any]
_KEYS = frozenset({"currency", "input", "output", "source"})


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, those that are sent and those that are written."""

    input: Decimal
    output: Decimal
    currency: str

    def cost(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        return (self.input * prompt_tokens + self.output * completion_tokens) / PER


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by the name of the model."""

    by_model: Mapping[str, Price] = field(default_factory=dict)

    def add_cost(self, model: str, usage: Used) -> dict[str, Any]:
        """The counts with `cost` and `currency`, where they and the model's price are known.

        A cost is a decimal number as text, of at most eight places: it may be far below a cent.
        """
        price = self.by_model.get(model)
        counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
        if price is None or not any(counts):
            return dict(usage)
        cost = price.cost(*(count or 0 for count in counts))
        return {**usage, "cost": _write(cost), "currency": price.currency}


def find_prices(file: Path | None, folder: Path) -> Prices:
    """The table in `file`, else in the data folder, else an empty one."""
    if file is None and not (folder / FILE).exists():
        return Prices()
    return read_prices(file or folder / FILE)


def read_prices(file: Path) -> Prices:
    """Raises SettingsError "prices": unreadable, no TOML, or a price that isn't one."""
    try:
        known = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        return Prices({name: _read_price(name, row) for name, row in _find_models(known).items()})
    except OSError as error:
        raise SettingsError("prices", path=file, problem=error.strerror) from error
    except ValueError as error:  # no UTF-8 and no TOML are also of this kind
        raise SettingsError("prices", path=file, problem=str(error)) from error


def _find_models(known: Mapping[str, Any]) -> Mapping[str, Any]:
    models = known.get("models", {})
    if known.keys() - {"models"} or not isinstance(models, dict):
        raise ValueError('[models."…"]')
    return models


def _read_price(model: str, row: Any) -> Price:
    if not isinstance(row, dict) or row.keys() - _KEYS or not isinstance(row.get("currency"), str):
        raise ValueError(f'[models."{model}"]: input, output, currency')
    given, written = (_read_amount(model, row, name) for name in ("input", "output"))
    return Price(given, written, row["currency"])


def _read_amount(model: str, row: Mapping[str, Any], name: str) -> Decimal:
    amount = row.get(name)
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        raise ValueError(f'[models."{model}"]: {name}')
    if not (Decimal(amount).is_finite() and amount >= 0):
        raise ValueError(f'[models."{model}"]: {name}')
    return Decimal(amount)


def _write(cost: Decimal) -> str:
    return format(cost.quantize(Decimal("1e-8")).normalize(), "f")
