"""What belongs to a figure: years, places, clause and row."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evidence import Statement, read_statements


def state(text: str, figure: str) -> Statement:
    (found,) = [one for one in read_statements(text) if one.figure.text == figure]
    return found


def test_each_figure_takes_the_place_beside_it() -> None:
    text = "The rate is 0.8 in Chongqing and 1.4 in Chengdu, while it is 3.6 in Beijing."
    assert [one.places() for one in read_statements(text)] == [{"重庆"}, {"成都"}, {"北京"}]


def test_a_year_that_opens_the_sentence_leads_all_its_figures() -> None:
    text = "In 2020, the institute earned $114 million with 847 licences and 12 patents."
    assert {
        frozenset(one.years()) for one in read_statements(text) if one.figure.unit != "year"
    } == {frozenset({"2020"})}


def test_a_year_to_compare_with_is_a_reference() -> None:
    found = state("By 2030 emissions fall by 90% compared with 2019.", "90%")
    assert found.years() == {"2030"}
    assert [set(one.keys) for one in found.references] == [{"2019"}]


def test_a_year_of_another_figure_is_not_inherited() -> None:
    text = "Capacity will rise to 11 million kW, up from 5.5 million kW in 2019."
    assert state(text, "11 million kW").years() == frozenset()
    assert state(text, "5.5 million kW").years() == {"2019"}


def test_what_a_figure_rose_from_knows_what_it_rose_to() -> None:
    english = "The share rose from 69 % in 2020 to 73 % in 2025."
    chinese = "占比从69%提高到73%，就业人数200万。"
    assert [one.toward and one.toward.text for one in read_statements(english)] == [
        "73 %",
        None,
        None,
        None,
    ]
    assert [one.toward and one.toward.text for one in read_statements(chinese)] == [
        "73%",
        None,
        None,
    ]
    apart = "It came from 5 towns. The share grew to 8."
    assert all(one.toward is None for one in read_statements(apart))


def test_the_whole_of_a_share_is_no_place_of_the_amount_before_it() -> None:
    text = "Sales were RMB 40 billion, 6.72 % of the country."
    assert state(text, "RMB 40 billion").places() == frozenset()
    assert state(text, "6.72 %").places() == {"*nation"}


def test_the_measure_of_another_figure_is_marked() -> None:
    text = "There are 187 robots per 10,000 workers."
    assert [(one.figure.text, one.per) for one in read_statements(text)][1:] == [("10,000", True)]


def test_a_cell_is_about_its_row_and_its_column() -> None:
    text = "| City | Output 2023 (RMB million) |\n|---|---|\n| Dalian | 410 |\n| Xiamen | 365 |"
    first, _ = [one for one in read_statements(text) if one.figure.unit == "CNY"]
    assert first.years() == {"2023"}
    assert first.places() == {"大连"}
    assert first.row.startswith("Dalian · Output 2023")


def test_a_year_that_fills_a_cell_holds_for_its_row_and_not_the_caption_s() -> None:
    text = "Table: sales, from reports of 2021 and 2024\n"
    text += "| Firm | Year | Sales (RMB million) | Source |\n"
    text += "| Acme | 2019 | 410 | report of 2021 |\n| Acme | 2023年 | 365 | report of 2024 |"
    sales = [one.years() for one in read_statements(text) if one.figure.unit == "CNY"]
    assert sales == [{"2019"}, {"2023"}]


def test_without_such_a_cell_the_caption_s_year_holds() -> None:
    text = "Table: sales of 2022\n| Firm | Sales (RMB million) |\n| Acme | 410 |\n| Zeta | 365 |"
    sales = [one.years() for one in read_statements(text) if one.figure.unit == "CNY"]
    assert sales == [{"2022"}, {"2022"}]


def test_a_row_about_a_region_is_about_none_of_its_cities() -> None:
    text = "| Area | Output (RMB million) |\n| Chengdu-Chongqing | 365 |\n| Chengdu | 110 |"
    region, city = [one for one in read_statements(text) if one.figure.unit == "CNY"]
    assert city.places() == {"成都"}
    assert region.places()
    assert not region.places() & city.places()


def test_prose_further_above_a_table_says_nothing_of_its_rows() -> None:
    text = "Output grew in Dalian in 2021.\nTable: output\n| City | Output (RMB million) |\n"
    text += "| Xiamen | 365 |\n| Ningbo | 410 |"
    output = [one for one in read_statements(text) if one.figure.unit == "CNY"]
    assert [one.places() for one in output] == [{"厦门"}, {"宁波"}]
    assert not any(one.led for one in output)


def test_figures_stand_where_their_spans_say_in_every_sentence() -> None:
    text = "It began in 1997. It has 300 members. 会员有300家。"
    for one in read_statements(text):
        assert text[slice(*one.figure.span)] == one.figure.text
        assert one.sentence[0] <= one.segment[0] <= one.figure.span[0]
        assert one.figure.span[1] <= one.segment[1] <= one.sentence[1]


@settings(deadline=None)  # the first text loads the dictionary
@given(st.text(alphabet="ab 北京年月亿元20194,.;，；%()|\n", max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    for one in read_statements(text):
        assert text[slice(*one.figure.span)] == one.figure.text
