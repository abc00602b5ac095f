"""A series of an answer as a chart: the offer under the answer, the plot, and its points as a table
whose numbers open the sources."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Any

from assistant.answer import Answer, Language
from assistant.figures.say import say_figure
from assistant.figures.units import kind_of, load_speech
from assistant.hypertext import to_csv
from assistant.prompts import Messages, load_messages
from assistant.series import Point, Series, find_series
from assistant.web.panel import show_bar

LABEL, VALUE, FIGURE = "label", "value", "figure"
"""The columns of a plot's data; the last is what a point says when the pointer rests on it."""

_MOST_YEARS = 40
_SIZES: dict[Language, tuple[int, ...]] = {"en": (12, 9, 6), "zh": (12, 8, 4)}


def show_offers(answer: Answer, language: Language) -> str:
    """A button a series; nothing where there is none."""
    labels = load_messages(language)
    buttons = "".join(
        f'<button class="chart{number}">{escape(_say_offer(series, labels))}</button>'
        for number, series in enumerate(find_series(answer))
    )
    return f'<div class="charts answer-{escape(answer.id)}">{buttons}</div>' if buttons else ""


def show_points(answer: Answer, number: int, series: Series, language: Language) -> str:
    """The panel under the plot: what is drawn, point by point."""
    labels = load_messages(language)
    head = show_bar(labels.text("ui.chart.name"), labels)
    title = f"<h2>{escape(answer.question)}</h2>"
    return (
        f'<div class="panel chart{number} answer-{escape(answer.id)}">{head}{title}'
        f'<p class="told">{escape(_say_offer(series, labels))}</p>'
        f"{_show_table(series, labels)}{_show_copy(answer, series, labels)}</div>"
    )


def draw(series: Series, language: Language) -> dict[str, Any]:
    """The data of Gradio's plots, which take this form as it is, without pandas.

    Years that follow each other are joined by a line. Where some are missing, bars stand at their
    places: a line would state what nobody did.
    """
    power = _find_power(series, language)
    said = {point.label: point for point in series.points}
    labels = _fill_years(list(said)) if series.kind == "years" else list(said)
    whole = series.kind == "years" and len(labels) == len(said) and _follow(labels)
    return {
        "columns": [LABEL, VALUE, FIGURE],
        "data": [_row(label, said.get(label), power, language) for label in labels],
        "datatypes": {LABEL: "nominal", VALUE: "quantitative", FIGURE: "nominal"},
        "mark": "line" if whole else "bar",
    }


def name_value(series: Series, language: Language) -> str:
    """The name of the value axis: billion CNY, 亿元."""
    power = _find_power(series, language)
    size = load_messages(language).text(f"ui.chart.power_{power}") if power else ""
    speech = load_speech().get(series.unit)
    sizes = (speech.english if language == "en" else speech.chinese) if speech else ()
    word = next((words.strip() for words, base in sizes if base == 1), series.unit)
    if kind_of(series.unit) == "money" and language == "en":
        word = series.unit
    return f"{size}{word}" if language == "zh" else " ".join(filter(None, (size, word)))


def _row(label: str, point: Point | None, power: int, language: Language) -> list[Any]:
    if point is None:
        return [label, None, ""]
    value = float(point.figure.value.scaleb(-power))
    return [label, value, say_figure(point.figure, language)]


def _find_power(series: Series, language: Language) -> int:
    """The power of ten that the values are shown in: the largest that most of them reach."""
    values = sorted(abs(point.figure.value) for point in series.points)
    middle = values[len(values) // 2]
    return next((power for power in _SIZES[language] if middle >= Decimal(10) ** power), 0)


def _fill_years(years: list[str]) -> list[str]:
    """With the years between that nothing is said of, unless they are many."""
    first, last = int(years[0]), int(years[-1])
    return [str(year) for year in range(first, last + 1)] if last - first < _MOST_YEARS else years


def _follow(years: list[str]) -> bool:
    return int(years[-1]) - int(years[0]) == len(years) - 1


def _say_offer(series: Series, labels: Messages) -> str:
    count = len(series.points)
    if series.kind == "years":
        first, last = series.points[0].label, series.points[-1].label
        return labels.text("ui.chart.years", first=first, last=last, count=count)
    names = labels.text("ui.source.joint").join(point.label for point in series.points)
    if series.year:
        return labels.text("ui.chart.names_in", names=names, year=series.year)
    return labels.text("ui.chart.names", names=names)


def _show_table(series: Series, labels: Messages) -> str:
    keys = ("when" if series.kind == "years" else "who", "figure", "source")
    heads = "".join(f"<th>{escape(labels.text(f'ui.conflict.{key}'))}</th>" for key in keys)
    rows = "".join(_show_row(point, labels) for point in series.points)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _show_row(point: Point, labels: Messages) -> str:
    cites = "".join(_show_cite(number, labels) for number in point.citations)
    figure = escape(say_figure(point.figure, labels.language))
    return f"<tr><td>{escape(point.label)}</td><td>{figure}</td><td>{cites}</td></tr>"


def _show_cite(number: int, labels: Messages) -> str:
    hint = escape(labels.text("ui.answer.open", number=number))
    return f'<button class="cite cite-{number}" title="{hint}">{number}</button>'


def _show_copy(answer: Answer, series: Series, labels: Messages) -> str:
    titles = {one.number: one.passage.title for one in answer.citations}
    key = "when" if series.kind == "years" else "who"
    heads = [labels.text(f"ui.conflict.{key}"), labels.text("ui.conflict.figure")]
    heads += [labels.text("ui.chart.unit"), labels.text("ui.conflict.source")]
    rows = [
        [
            point.label,
            format(point.figure.value.normalize(), "f"),
            point.figure.unit,
            "; ".join(titles.get(number, str(number)) for number in point.citations),
        ]
        for point in series.points
    ]
    return to_csv([heads, *rows], labels)
