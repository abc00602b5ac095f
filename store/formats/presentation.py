"""PPTX: slides with their titles, texts, tables, charts and notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pptx

from assistant.text.language import detect_language
from store.formats.about import clean_author, clean_title, confirm_year
from store.formats.damage import reading
from store.formats.extract import Extract, Source, Writer, fold_line
from store.formats.packed import open_packed
from store.formats.tables import write_table
from store.formats.values import show_value
from store.places import Place

if TYPE_CHECKING:
    from pptx.slide import Slide

_NOTES = {"en": "Notes: ", "zh": "备注：", "other": "Notes: "}  # before what the speaker says
_ROW = 100_000  # EMU, a ninth of an inch: shapes at nearly the same height are read from the left


def read_presentation(source: Source) -> Extract:
    """Hidden slides are left out: their numbers stay those of the file. Raises IngestError
    "damaged", "encrypted", "bomb", "too_many_pages"."""
    with reading(source):
        open_packed(source).close()
        shown = pptx.Presentation(io.BytesIO(source.data))
        if len(shown.slides) > source.limits.pages:
            raise source.refuse(
                "too_many_pages", pages=len(shown.slides), limit=source.limits.pages
            )
        writer = Writer()
        for number, slide in enumerate(shown.slides, 1):
            if slide.element.get("show") != "0":
                _read_slide(writer, number, slide)
        known, text = shown.core_properties, writer.text
        return Extract(
            text,
            tuple(writer.marks),
            title=clean_title(known.title, source.path.name) or _first_title(shown.slides),
            author=clean_author(known.author),
            year=confirm_year(known.created.year if known.created else None, text),
        )


def _first_title(slides: Any) -> str | None:
    for slide in slides:
        return clean_title(slide.shapes.title.text_frame.text) if slide.shapes.title else None
    return None


def _read_slide(writer: Writer, number: int, slide: Slide) -> None:
    writer.gap()
    writer.mark(Place("slide", number, number))
    title = slide.shapes.title
    if title is not None:
        writer.heading(2, title.text_frame.text)
    for shape in _find_shapes(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _read_shape(writer, shape)
    if slide.has_notes_slide:
        frame = slide.notes_slide.notes_text_frame
        if frame is not None and fold_line(frame.text):
            writer.paragraph(_NOTES[detect_language(frame.text)] + frame.text)


def _find_shapes(shapes: Any) -> Iterator[Any]:
    """Shapes as they are read, from the top and from the left; those in groups too."""
    waiting = sorted(shapes, key=_position, reverse=True)
    while waiting:
        shape = waiting.pop()
        if hasattr(shape, "shapes"):
            waiting += sorted(shape.shapes, key=_position, reverse=True)
        else:
            yield shape


def _position(shape: Any) -> tuple[int, int]:
    return (int(shape.top or 0) // _ROW, int(shape.left or 0))


def _read_shape(writer: Writer, shape: Any) -> None:
    if getattr(shape, "has_table", False):
        write_table(writer, [[cell.text for cell in row.cells] for row in shape.table.rows])
    elif getattr(shape, "has_chart", False):
        _read_chart(writer, shape.chart)
    elif getattr(shape, "has_text_frame", False):
        _read_frame(writer, shape.text_frame)


def _read_frame(writer: Writer, frame: Any) -> None:
    """Several paragraphs of a frame are the points of a list, even without a bullet."""
    texts = [paragraph.text for paragraph in frame.paragraphs if fold_line(paragraph.text)]
    if len(texts) > 1:
        writer.items(texts)
    else:
        writer.paragraph("".join(texts))


def _read_chart(writer: Writer, chart: Any) -> None:
    """The numbers behind a chart: a row a category, a column a series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        writer.paragraph(chart.chart_title.text_frame.text)
    for plot in chart.plots:
        series = list(plot.series)
        categories = [str(category) for category in plot.categories]
        if not series or not categories:
            continue
        rows = [["", *(one.name for one in series)]]
        values = [list(one.values) for one in series]
        for at, category in enumerate(categories):
            rows.append([category, *(_value(own, at) for own in values)])
        write_table(writer, rows)


def _value(values: list[Any], at: int) -> str:
    return show_value(values[at]) if at < len(values) else ""
