"""What is read out of a question, in either language."""

from __future__ import annotations

import pytest

from assistant.glossary import Glossary, build_glossary
from assistant.reading import Reader, Reading, find_years
from assistant.text.terms import Alternatives

ORGANISATIONS = ("BASF", "Corning", "Hitachi Energy", "云岭铁路")
READER = Reader(ORGANISATIONS, build_glossary([("绿格", "Greengrid")], [("康宁", "Corning")]))


def read(text: str) -> Reading:
    return READER.read(text)


def holds(words: tuple[Alternatives, ...], *terms: str) -> bool:
    return any(terms in forms for forms in words)


def test_the_language_is_told_by_script() -> None:
    assert read("重庆GDP是多少？").language == "zh"
    assert read("What is the GDP of Chongqing?").language == "en"


def test_a_chinese_word_stands_for_its_translations_and_an_english_one_too() -> None:
    assert holds(read("投资是多少？").cross, "invest")
    assert holds(read("How much investment?").cross, "投资")
    assert holds(read("投资是多少？").own, "投资")


def test_what_both_languages_write_alike_is_kept_for_the_other() -> None:
    assert holds(read("What was the GDP in 2027?").cross, "gdp")
    assert holds(read("What was the GDP in 2027?").cross, "2027")


def test_a_figure_is_the_same_word_in_both_languages() -> None:
    english = read("What was worth CNY 500 billion?")
    chinese = read("什么价值5000亿元？")
    shared = set(english.own) & set(chinese.own)
    assert any(term.startswith("#") for forms in shared for form in forms for term in form)
    assert [f.value for f in english.figures] == [f.value for f in chinese.figures]


@pytest.mark.parametrize("question", ["What did Corning say?", "康宁说了什么？"])
def test_an_organisation_is_known_by_both_its_names(question: str) -> None:
    assert read(question).organisations == {"Corning"}


def test_a_word_within_a_known_name_names_no_other_organisation() -> None:
    reader = Reader(
        ("Energy Desk", "Hitachi"), build_glossary([("日立能源", "Hitachi Energy")], [])
    )
    assert reader.read("How large is Hitachi Energy's backlog?").organisations == {"Hitachi"}
    assert reader.read("What does Energy Desk say?").organisations == {"Energy Desk"}


def test_an_organisation_is_named_by_its_first_word_whole() -> None:
    assert read("What does Hitachi plan?").organisations == {"Hitachi Energy"}
    assert read("What do Corningtons plan?").organisations == frozenset()


def test_a_known_name_is_one_word_for_the_other_language() -> None:
    reader = Reader((), build_glossary([("绿格集团", "Green Grid")], []))
    cross = reader.read("What did Green Grid earn?").cross
    assert holds(cross, "绿格", "集团")
    assert not holds(cross, "green")
    assert not holds(cross, "grid")


def test_a_name_of_the_users_glossary_is_searched_in_the_other_language() -> None:
    assert holds(read("绿格的收入是多少？").cross, "greengrid")
    assert holds(read("What did Greengrid earn?").cross, "绿格")


def test_names_are_capitals_but_not_the_opening_word_nor_a_month() -> None:
    names = read("What did Chongqing build in March?").names
    assert any(("chongq",) in forms or ("chongqing",) in forms for forms in names)
    assert not holds(names, "what")
    assert not holds(names, "march")


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("What was built in 2021 and 1998?", {"2021", "1998"}),
        ("2023年建了什么？", {"2023"}),
        ("What cost 20231 yuan?", set()),
    ],
)
def test_years_are_four_digits_that_stand_alone(text: str, years: set[str]) -> None:
    assert read(text).years == find_years(text) == years


@pytest.mark.parametrize(
    "question",
    [
        "What do the companies recommend on green finance?",
        "What are the recommendations?",
        "各家企业有哪些建议？",
        "公司对绿色金融有什么看法？",
        "How do the companies see investment?",
    ],
)
def test_asking_everyone_for_an_opinion_is_broad(question: str) -> None:
    assert read(question).broad


@pytest.mark.parametrize(
    "question",
    [
        "How much did the company invest?",
        "公司投资了多少亿元？",
        "Who founded the mill?",
        "How many jobs do the companies say they created?",
        "公司认为需要多少亿元？",
    ],
)
def test_asking_for_a_fact_is_not_broad(question: str) -> None:
    assert not read(question).broad


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which three cities grew, and how many people live there?", True),
        ("两个城市的人口分别是多少？", True),
        ("How many people live in the city?", False),
        ("这个城市有多少人口？", False),
    ],
)
def test_questions_for_several_things_are_told(question: str, several: bool) -> None:
    assert read(question).several is several


@pytest.mark.parametrize(
    ("question", "differing"),
    [
        ("In which year did it open? The sources differ.", True),
        ("Which lengths do the conflicting reports give?", True),
        ("关于通车时间，各家说法有何不同？", True),
        ("两份报告给出的里程一致吗？", True),
        ("In which year did it open?", False),
        ("两座城市的里程各是多少？", False),
    ],
)
def test_questions_about_what_sources_say_differently_are_told(
    question: str, differing: bool
) -> None:
    assert read(question).differing is differing


def test_the_kind_of_figure_that_is_asked_for_is_told() -> None:
    assert "money" in read("How much money did it cost, in yuan?").asked
    assert "percent" in read("占百分之多少？").asked
    assert read("Who founded the mill?").asked.isdisjoint({"money", "percent", "name"})


@pytest.mark.parametrize("text", ["", "?", "。", "的", "\n"])
def test_a_question_without_words_is_read_all_the_same(text: str) -> None:
    reading = read(text)
    assert (reading.own, reading.names) == ((), ())


def test_a_known_name_is_one_name_with_its_forms_of_both_languages() -> None:
    for text in ("What did Greengrid earn?", "绿格的收入是多少？"):
        (forms,) = read(text).names
        assert set(forms) == {("greengrid",), ("绿格",)}


def test_an_everyday_word_is_no_organisation() -> None:
    reader = Reader(("Energy Desk",), build_glossary([], []))
    assert reader.read("How many new energy vehicles are there?").organisations == frozenset()
    assert reader.read("What does Energy Desk say?").organisations == {"Energy Desk"}


def test_a_list_of_names_has_a_part_a_name_where_several_things_are_asked() -> None:
    question = "What do Corning and Greengrid each plan?"
    assert read(question).parts == ("What do Corning each plan?", "What do Greengrid each plan?")
    assert read("What did Corning and Greengrid sign?").parts == ()


def test_an_organisation_in_traditional_characters_is_named_in_simplified_ones() -> None:
    reader = Reader(("霧嶼文史社",), Glossary())
    assert reader.read("雾屿文史社怎么说？").speakers == (frozenset({"霧嶼文史社"}),)
