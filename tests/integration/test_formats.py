"""Files of every format through ingest to an answer, whose citation says where to look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.app import Assistant, build_assistant
from assistant.render import to_plain
from assistant.settings import Settings
from store.chroma import open_store
from store.embedding import build_embedding
from store.ingest import ingest
from store.report import IngestReport
from tests.support.files import (
    add_slide,
    add_table,
    make_docx,
    make_epub,
    make_pdf,
    make_pptx,
    make_xlsx,
)

FILLER = "The quay was swept on most days, and the gulls came back in the evening as ever."
CARGO = [
    ["Terminal", "Cargo (million tonnes)", "Share"],
    ["Eastquay", "41.5", "62%"],
    ["Westquay", "25.4", "38%"],
]
TOLLS = [["项目", "通行费收入（亿元）"], ["云溪高速", "36.8"], ["望江大桥", "5.2"]]


def fill_bridge(document: Any) -> None:
    document.add_heading("Bridge programme", 1)
    document.add_paragraph(FILLER)
    document.add_heading("Costs", 2)
    document.add_paragraph("The Marlow bridge will cost USD 340 million by 2028.")


def fill_talk(shown: Any) -> None:
    add_slide(shown, "风电年会", "欢迎各位")
    add_slide(shown, "装机容量", "青原风电场装机容量达到320万千瓦", "明年继续扩建")


def fill_tolls(document: Any) -> None:
    document.add_heading("收费公路", 1)
    add_table(document, TOLLS)


NAMES = [f"{a}{b}{c}" for a in "青白赤玄金" for b in "石松云泉沙" for c in "岭河湾坡"]
STATIONS = "\n".join(
    ["全部电站,装机容量（万千瓦）", *(f"{name}电站,{n * 3 + 7}" for n, name in enumerate(NAMES))]
)

FILES = {
    "stations.csv": STATIONS.encode("utf-16"),
    "cargo.pdf": make_pdf(
        [[FILLER], [FILLER, "Cargo of the harbour of Selby in 2023", CARGO]], title="Selby cargo"
    ),
    "harbour.pdf": make_pdf([["港口概况。"], ["临海港全年完成货物吞吐量8.6亿吨，同比增长4.2%。"]]),
    "bridge.docx": make_docx(fill_bridge),
    "tolls.docx": make_docx(fill_tolls),
    "talk.pptx": make_pptx(fill_talk),
    "rail.xlsx": make_xlsx(
        {
            "Read me": [["Figures of the railway"]],
            "Lines": [
                ["Line", "Length (km)", "Passengers (million)"],
                ["Coastal line", 182, 14.5],
                ["Hill line", 96, 3.25],
            ],
        }
    ),
    "power.csv": "电站,发电量（亿千瓦时）\n白河水电站,72.4\n石岭水电站,18.9\n".encode("gb18030"),
    "water.html": (
        b"<html><head><title>Waterworks</title></head><body><h1>Waterworks</h1><h2>Losses</h2>"
        b"<p>The Brackwater network lost 9 percent of its water in 2023.</p></body></html>"
    ),
    "grain.epub": make_epub(
        {"a.xhtml": "<h1>粮仓</h1><h2>产量</h2><p>平川县2023年粮食产量达到54万吨。</p>"}
    ),
    "trad.txt": "鐵路投資報告\n\n鐵路公司在臺灣投資了320億元，增長3.5個百分點。\n".encode("big5"),
}


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, IngestReport]:
    folder = tmp_path_factory.mktemp("files") / "docs"
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (folder / "broken.docx").write_bytes(FILES["bridge.docx"][:900])
    settings = Settings(data=tmp_path_factory.mktemp("data"), llm="offline", _env_file=None)
    embedding = build_embedding(settings.embedding)
    with open_store(settings.data, embedding) as store:
        report = ingest(store.collection("default", create=True), embedding, [folder])
    return settings, report


@pytest.fixture(scope="module")
def assistant(ingested: tuple[Settings, IngestReport]) -> Iterator[Assistant]:
    opened = build_assistant(ingested[0])
    yield opened
    opened.close()


def test_all_but_the_broken_file_go_in(ingested: tuple[Settings, IngestReport]) -> None:
    report = ingested[1]
    assert report.new == len(FILES)
    assert [(path.name, error.code) for path, error in report.failed] == [
        ("broken.docx", "damaged")
    ]


QUESTIONS = [
    (
        "How much cargo did Eastquay handle, in million tonnes?",
        "cargo.pdf",
        {"kind": "page", "from": 2, "to": 2},
        "41.5",
    ),
    ("临海港的货物吞吐量是多少？", "harbour.pdf", {"kind": "page", "from": 2, "to": 2}, "8.6亿吨"),
    (
        "How much will the Marlow bridge cost?",
        "bridge.docx",
        {"kind": "heading", "path": "Bridge programme › Costs"},
        "USD 340 million",
    ),
    ("云溪高速的通行费收入是多少？", "tolls.docx", {"kind": "heading", "path": "收费公路"}, "36.8"),
    (
        "青原风电场的装机容量是多少？",
        "talk.pptx",
        {"kind": "slide", "from": 2, "to": 2},
        "320万千瓦",
    ),
    (
        "How many passengers did the Coastal line carry?",
        "rail.xlsx",
        {"kind": "cells", "sheet": "Lines", "range": "A2:C2"},
        "14.5",
    ),
    (
        "白河水电站的发电量是多少？",
        "power.csv",
        {"kind": "cells", "sheet": None, "range": "A2:B2"},
        "72.4",
    ),
    (
        "What share of its water did the Brackwater network lose in 2023?",
        "water.html",
        {"kind": "heading", "path": "Waterworks › Losses"},
        "9 percent",
    ),
    (
        "平川县2023年粮食产量是多少？",
        "grain.epub",
        {"kind": "heading", "path": "粮仓 › 产量"},
        "54万吨",
    ),
    ("铁路公司在台湾投资了多少？", "trad.txt", {"kind": "lines", "from": 3, "to": 3}, "320億元"),
    ("鐵路公司在臺灣投資了多少？", "trad.txt", {"kind": "lines", "from": 3, "to": 3}, "320億元"),
]


@pytest.mark.parametrize(("question", "document", "location", "stated"), QUESTIONS)
def test_an_answer_says_where_in_the_file_it_stands(
    assistant: Assistant, question: str, document: str, location: dict[str, Any], stated: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "verified", answer.text
    # The quoting answerer may add a sentence; the one that answers comes first.
    citation = answer.to_json()["citations"][0]
    found = (citation["document"], citation["location"])
    assert found == (f"docs/{document}", location), answer.text
    assert stated in citation["quote"]
    text = assistant.text(citation["document"])
    assert text[slice(*citation["span"])] == citation["quote"]


def test_a_bare_cell_is_proved_in_the_unit_of_its_column(assistant: Assistant) -> None:
    answer = assistant.ask("白河水电站的发电量是多少？")
    assert any(figure.figure.unit == "Wh" for figure in answer.figures), answer.text


def test_a_row_far_below_its_header_is_proved_in_its_unit(assistant: Assistant) -> None:
    at = NAMES.index("赤泉湾")
    answer = assistant.ask("赤泉湾电站的装机容量是多少？")
    citation = answer.to_json()["citations"][0]
    row = at + 2
    expected = {"kind": "cells", "sheet": None, "range": f"A{row}:B{row}"}
    assert citation["location"] == expected, answer.text
    assert citation["document"] == "docs/stations.csv"
    assert f"{at * 3 + 7}万千瓦" in answer.text
    assert any(figure.figure.unit == "W" for figure in answer.figures)


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("How much cargo did Eastquay handle, in million tonnes?", "p. 2"),
        ("青原风电场的装机容量是多少？", "第2张幻灯片"),
        ("How many passengers did the Coastal line carry?", "sheet “Lines”, A2:C2"),
    ],
)
def test_a_person_reads_the_place_in_their_language(
    assistant: Assistant, question: str, place: str
) -> None:
    assert place in to_plain(assistant.ask(question))


def test_the_stored_text_holds_what_a_file_of_another_encoding_says(assistant: Assistant) -> None:
    assert assistant.text("docs/trad.txt") == FILES["trad.txt"].decode("big5")
