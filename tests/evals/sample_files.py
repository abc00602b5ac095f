"""Makes the two documents of suites that aren't plain text: the PDF yearbook and the XLSX ledger.

`python -m tests.evals.sample_files` writes them to their places. Everything in them is invented.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from openpyxl import Workbook
from reportlab.lib import colors
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

EVALS: Final = Path(__file__).resolve().parents[2] / "evals"
YEARBOOK: Final = EVALS / "corpus" / "en-harbour-yearbook.pdf"
LEDGER: Final = EVALS / "suites" / "ledger" / "zh-tea-ledger.xlsx"

Rows = list[list[str]]

TRAFFIC: Final[Rows] = [
    ["Year", "Containers (thousand TEU)", "Ship calls", "Revenue (US$ million)"],
    ["2019", "1,420", "3,110", "212.4"],
    ["2020", "1,265", "2,744", "187.9"],
    ["2021", "1,488", "2,960", "224.6"],
    ["2022", "1,612", "3,058", "251.3"],
    ["2023", "1,740", "3,205", "268.0"],
    ["2024", "1,860", "3,341", "290.7"],
]

PAGES: Final[list[list[str | Rows]]] = [
    [
        "# Selmouth Harbour Yearbook 2024",
        "Published by Duocite sample: Selmouth Harbour Trust, March 2025.",
        "The port of Selmouth lies where the river Sel meets the sea. Container ships, ferries and "
        "a fishing fleet share three basins, and the Selmouth Harbour Trust keeps the accounts of "
        "all three. The yearbook counts calendar years; the accounts of the Selmouth Harbour Trust "
        "are kept in US dollars.",
        "# Cargo",
        "Table: container traffic, ship calls and revenue of the Selmouth Harbour Trust by year.",
        TRAFFIC,
        "The year 2020 was the only one since 2015 in which container traffic at Selmouth shrank. "
        "Nearly every second container that left Selmouth in 2024 was empty: 46 % of outbound "
        "boxes, after 41 % in 2023.",
        "By the Harbour Trust's forecast, Selmouth will handle 2.4 million TEU in 2030.",
    ],
    [
        "# Ferries",
        "Ferries at Selmouth carried 2.31 million passengers in 2024, which is 7.4 % more than in "
        "2023. The crossing from Selmouth to the island of Ostrel took 61 % of all ferry "
        "passengers of Selmouth in 2024.",
        "On 14 May 2024 the ferry Curlew crossed from Selmouth to Ostrel on batteries alone, in 48 "
        "minutes, the first vessel of the Selmouth fleet to do so. Two sisters of the Curlew, the "
        "Dunlin and the Knot, are to follow in 2026.",
        "A return ticket from Selmouth to Ostrel for a foot passenger cost US$18.50 in 2024.",
        "# Fishing",
        "Boats of the Selmouth fleet landed 31,400 tonnes of fish in 2024, of which 12,900 tonnes "
        "were mackerel and 9,700 tonnes were hake. The fish market of Selmouth sold its catch for "
        "US$96 million in 2024.",
    ],
    [
        "# The Outer Basin",
        "The Selmouth Harbour Trust will spend US$640 million on a new Outer Basin between 2025 "
        "and 2029. Bonds are to bring US$410 million of the cost of the Outer Basin; the Harbour "
        "Trust pays the rest out of its reserves.",
        "The Outer Basin gets a breakwater of 1.8 km and a quay of 900 metres, with 16.5 metres "
        "of water alongside. The contract for the breakwater went to Brannock Marine on 3 October "
        "2024. Local fishermen had asked for a shorter breakwater and lost their case in court in "
        "June 2024.",
        "Hanne Voss has led the Selmouth Harbour Trust as chief executive since 2021. The chair "
        "of the board of the Harbour Trust is Edmund Achterberg.",
    ],
    [
        "# People and environment",
        "The Selmouth Harbour Trust employed 1,264 people at the end of 2024, of whom 31 % were "
        "women. In 2024 the port of Selmouth counted 23 accidents with lost working time, against "
        "34 in 2023.",
        "Shore power at Selmouth supplied 38 GWh to ships at berth in 2024, twice as much as in "
        "2022. Emissions of carbon dioxide from the cranes and vehicles of the port fell to 21,600 "
        "tonnes in 2024, from 27,000 tonnes in 2022.",
        "Dredgers took 412,000 cubic metres of silt out of the fairway of Selmouth in 2024. The "
        "silt of the Sel is clean enough for farmland, and a quarter of the silt dredged in 2024 "
        "was given to farmers free of charge.",
        "Facts: invented, as is everybody named. Wording: our own.",
    ],
]

SHEETS: Final[dict[str, list[list[str | int | float]]]] = {
    "产量": [
        ["年份", "青梧县茶叶产量（吨）", "青梧县茶叶产值（万元）", "青梧县茶园面积（亩）"],
        ["2019年", 6120, 48960, 98000],
        ["2020年", 6450, 50310, 101000],
        ["2021年", 7080, 58760, 106500],
        ["2022年", 7300, 62780, 110200],
        ["2023年", 8010, 72890, 113000],
        ["2024年", 8640, 81220, 117500],
    ],
    "乡镇": [
        ["乡镇", "2024年茶叶产量（吨）", "2024年茶叶加工厂（家）", "2024年采茶工（人）"],
        ["云盘镇", 3120, 14, 5200],
        ["石瓢乡", 2260, 9, 3850],
        ["柳溪镇", 1790, 11, 2900],
        ["白崖乡", 1470, 4, 2480],
    ],
    "说明": [
        ["项目", "内容"],
        ["发布", "Duocite示例：青梧县（Qingwu County）茶业办公室，2025年2月"],
        ["口径", "青梧县茶叶产量按干茶计算，不含鲜叶外销。"],
        ["目标", "青梧县计划到2027年让茶叶产值达到12亿元。"],
        ["品牌", "“青梧云针”2021年11月获得国家地理标志登记。"],
        ["资料来源", "资料来源：均为虚构，青梧县及其乡镇也是虚构的。文字为本刊自撰。"],
    ],
}  # fmt: skip


def build_yearbook(path: Path) -> None:
    """A page in A5 for each part, two for the first; `invariant` leaves out the hour, so that the
    file is the same each time."""
    story: list[Flowable] = []
    for number, page in enumerate(PAGES):
        story += [PageBreak()] if number else []
        story += [part for block in page for part in (_build_block(block), Spacer(1, 6))]
    SimpleDocTemplate(
        str(path),
        pagesize=A5,
        invariant=1,
        title="Selmouth Harbour Yearbook 2024",
        author="Selmouth Harbour Trust",
    ).build(story)


def build_ledger(path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.properties.title = "青梧县茶业台账"
    book.properties.creator = "青梧县茶业办公室"
    book.save(path)


def _build_block(block: str | Rows) -> Flowable:
    styles = getSampleStyleSheet()
    if isinstance(block, list):
        grid = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)
        return Table(block, style=[grid, ("FONTSIZE", (0, 0), (-1, -1), 7)])
    if block.startswith("# "):
        return Paragraph(block.removeprefix("# "), styles["Heading2"])
    return Paragraph(block, styles["BodyText"])


if __name__ == "__main__":
    build_yearbook(YEARBOOK)
    build_ledger(LEDGER)
