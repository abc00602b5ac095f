"""Figures in English and Chinese text: find them, compare them, say them."""

from assistant.figures.asked import AMOUNTS, figure_type
from assistant.figures.compare import same_figure, same_quantity, supports_figure
from assistant.figures.find import find_figures
from assistant.figures.say import say_figure
from assistant.figures.types import Bound, Figure
from assistant.figures.units import base_unit, kind_of

__all__ = [
    "AMOUNTS",
    "Bound",
    "Figure",
    "base_unit",
    "figure_type",
    "find_figures",
    "kind_of",
    "same_figure",
    "same_quantity",
    "say_figure",
    "supports_figure",
]
