"""Claims without figures: names, lists, speaker, negation, share of words, language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Language
from assistant.glossary import build_glossary
from assistant.grounding import check, check_claim
from assistant.text.citations import split_claims
from assistant.wording import denies_otherwise, is_in_other_language
from tests.support.nodes import build_node, build_sources

NODE = build_node(
    "In 2020 a joint laboratory opened at the Graz University of Technology. It has sites in Graz, "
    "Linz and Hangzhou. The institute does not sell its patents. Kestrel welcomed the plan.",
    organisation="Borealis",
)
SOURCES = list(build_sources(NODE).values())


def reason(question: str, claim: str) -> str | None:
    return check(question, claim, SOURCES).claim.reason


@pytest.mark.parametrize(
    "claim",
    [
        "Graz University of Technology",
        "格拉茨",
        "Graz, Linz and Hangzhou",
        "格拉茨、林茨、杭州",
        "The joint laboratory opened in Graz.",
        "The institute doesn't sell its patents.",
        "Borealis says that a joint laboratory opened.",
        "According to Kestrel the plan is welcome.",
        "According to the Borealis report of 2023 on laboratories, Graz, Linz and Hangzhou",
        "根据Borealis的报告，格拉茨、林茨、杭州",
        "据该机构2023年发布的统计数据，格拉茨",
    ],
)
def test_what_the_source_says_is_proved(claim: str) -> None:
    question = "Where is the laboratory?" if claim.isascii() else "实验室在哪里？"
    assert reason(question, claim) is None


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Vienna University of Technology", "name_not_found:Vienna"),
        ("Graz, Linz and Wuhan", "name_not_found:Wuhan"),
        ("格拉茨、林茨、昆明", "name_not_found:昆明"),
        ("Larkfield says that a joint laboratory opened.", "name_not_found:Larkfield"),
        ("The institute sells its patents.", "negation"),
        ("The laboratory never opened.", "negation"),
        ("Snow fell on the quiet village until morning.", "not_supported"),
    ],
)
def test_swapped_names_speakers_and_denials_are_not(claim: str, expected: str) -> None:
    question = "Where is the laboratory?" if claim.isascii() else "实验室在哪里？"
    assert reason(question, claim) == expected


def test_each_figure_belongs_to_the_speaker_that_is_named_for_it() -> None:
    nodes = [
        build_node("The distance is about 270 km.", "a.md", organisation="Borealis"),
        build_node("The distance is about 340 km.", "b.md", organisation="Kestrel"),
    ]
    sources = list(build_sources(*nodes).values())
    right = check("How far is it?", "Borealis: about 270 km; Kestrel: about 340 km", sources)
    wrong = check("How far is it?", "Borealis: about 340 km; Kestrel: about 270 km", sources)
    assert right.claim.verdict == "proved"
    assert wrong.claim.verdict == "unproved"


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("It sells them.", "It doesn't sell them.", True),
        ("It doesn't sell them.", "It does not sell them.", False),
        ("它出售专利。", "它不出售专利。", True),
        ("不少于三家工厂开工。", "三家工厂开工。", False),
        ("It sells bread.", "It sells bread, although nobody can't live without cake.", False),
    ],
)
def test_a_denial_is_told_in_both_languages(claim: str, quote: str, expected: bool) -> None:
    assert denies_otherwise(claim, quote) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The laboratory was opened in the year before last.", "zh", True),
        ("实验室是前年在格拉茨工业大学开设的。", "en", True),
        ("Graz University of Technology", "zh", False),
        ("实验室", "en", False),
        ("The laboratory was opened.", "en", False),
        ("实验室已经在当地正式开设。", "zh", False),
    ],
)
def test_the_answer_keeps_to_the_language_of_the_question(
    text: str, language: Language, expected: bool
) -> None:
    assert is_in_other_language(text, language) == expected


def test_a_proved_sentence_in_the_other_language_is_reported() -> None:
    (claim,) = split_claims("The joint laboratory has been opened at the university of Graz [1].")
    checked = check_claim(claim, dict(enumerate(SOURCES, 1)), "实验室在哪里？")
    assert checked.claim.reason == "other_language"
    assert check_claim(claim, dict(enumerate(SOURCES, 1)), "实验室在哪里？", "en").problems == ()


@settings(deadline=None, max_examples=60)  # the first text loads the dictionary
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_question_and_no_claim_breaks_the_check(question: str, claim: str) -> None:
    checked = check(question, claim, SOURCES)
    assert checked.claim.verdict in ("proved", "unproved", "computed")
    for citation in checked.citations:
        assert NODE.text[citation.span.start : citation.span.end] == citation.quote


GLOSSARY = build_glossary([("海沃德", "Borealis Ferries"), ("厂", "mill")], [])
FERRY = build_sources(
    build_node("Borealis Ferries opened a laboratory in Bergen.", organisation="Borealis Ferries")
)


@pytest.mark.parametrize("claim", ["海沃德开设了实验室。", "据海沃德的报告，实验室开设于卑尔根。"])
def test_a_name_of_the_glossary_is_the_same_in_both_languages(claim: str) -> None:
    sources = list(FERRY.values())
    question = "谁开设了实验室？"
    assert (
        check(question, claim, sources).claim.reason
        != check(question, claim, sources, GLOSSARY).claim.reason
    )
    assert check(question, claim, sources, GLOSSARY).claim.verdict == "proved"


def test_an_english_claim_of_a_chinese_source_may_use_the_glossarys_name() -> None:
    source = list(build_sources(build_node("海沃德在上海有四十艘船。", organisation="")).values())
    claim = "Borealis Ferries has 40 ships in Shanghai."
    assert check("How many ships?", claim, source).claim.reason == "name_not_found:Borealis"
    assert check("How many ships?", claim, source, GLOSSARY).claim.verdict == "proved"


@pytest.mark.parametrize(
    ("question", "claim", "text"),
    [
        ("How much CO2 was stored?", "40 tonnes", "Ningbo stored 40 tonnes of carbon dioxide."),
        ("How many IoT links are there?", "40", "The internet of things has 40 links in Ningbo."),
        ("What does H2 cost in Ningbo?", "40元", "宁波的氢气售价40元。"),
        (
            "How many ships call at the city on the upper Yangtze?",
            "40",
            "In Chongqing 40 ships call a day.",
        ),
        ("What was signed under the Sino-Singaporean scheme?", "40 deals", "It signed 40 deals."),
    ],
)
def test_a_thing_by_its_formula_its_initials_or_where_it_lies_is_no_strange_name(
    question: str, claim: str, text: str
) -> None:
    sources = list(build_sources(build_node(text)).values())
    assert check(question, claim, sources).claim.reason is None


def test_a_company_that_no_source_names_still_is() -> None:
    sources = list(build_sources(build_node("In Chongqing 40 ships call a day.")).values())
    reason = check("How many ships does Borealis send?", "40", sources).claim.reason
    assert reason == "name_not_found:Borealis"


def test_every_item_of_a_list_has_to_be_there() -> None:
    text = "The port named three fields: supply chains, finance, and science."
    sources = list(build_sources(build_node(text)).values())
    question = "Which fields did the port name?"
    assert check(question, "Supply chains, finance and science", sources).claim.verdict == "proved"
    assert check(question, "Supply chains, finance and tourism", sources).claim.reason is not None
    assert check("港口提出哪些领域？", "金融、旅游和科学", sources).claim.reason == "not_supported"


def test_another_name_isnt_proved_by_the_glossary() -> None:
    claim = "美敦力开设了实验室。"
    checked = check("谁开设了实验室？", claim, list(FERRY.values()), GLOSSARY)
    assert checked.claim.verdict == "unproved"


def test_a_chinese_name_within_english_has_to_stand_in_the_source() -> None:
    node = build_node("The mill made 40 tonnes of paper.", organisation="绿色工业研究小组·纸业组")
    (source,) = build_sources(node).values()
    question = "How much paper did the mill make?"
    for who, fault in (
        ("绿色工业研究小组", None),
        ("绿色工业研究小组·纸业组", None),
        ("车与路", "other_speaker:车与路"),
    ):
        said = f"According to {who}, the mill made 40 tonnes of paper."
        assert check(question, said, [source]).claim.reason == fault


def test_a_chinese_speaker_that_the_glossary_knows_has_to_be_the_source() -> None:
    other = build_glossary([("美敦力", "Kestrel"), ("海沃德", "Borealis Ferries")], [])
    sources = list(FERRY.values())
    wrong, right = (f"据{who}的报告，实验室在卑尔根。" for who in ("美敦力", "海沃德"))
    assert check("实验室在哪里？", right, sources, other).claim.verdict == "proved"
    reason = check("实验室在哪里？", wrong, sources, other).claim.reason
    assert reason is not None
    assert "美敦力" in reason


@pytest.mark.parametrize("frame", ["According to {}", "As reported by {}", "Per {}"])
def test_a_speaker_at_the_beginning_of_a_sentence_has_to_be_the_source(frame: str) -> None:
    # "Covering" is near enough to "Corning" to pass for a misprint of it.
    node = build_node("Covering one metre, the system saves power.", organisation="Hitachi")
    (source,) = build_sources(node).values()
    for who, fault in (("Hitachi", None), ("Corning", "other_speaker:Corning")):
        said = f"{frame.format(who)}, the system saves power."
        assert check("What does the system save?", said, [source]).claim.reason == fault
