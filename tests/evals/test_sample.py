"""The sample documents and their questions keep what their READMEs promise."""

import json
import re
import tomllib
from collections import Counter
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.figures import find_figures
from evals.cases import KnownFigure
from evals.known import holds_figure
from tests.evals.written import (
    HAN,
    begins_at,
    cells,
    date_said,
    find_column,
    fold,
    number_said,
    read_sources,
    said_with_scale,
    work_out,
)

Case = dict[str, Any]

EVALS = Path(__file__).resolve().parents[2] / "evals"
CORPUS = EVALS / "corpus"
NEGATIVE = {"unanswerable", "near_miss"}
DOCUMENTS = read_sources(CORPUS)
CASES: list[Case] = [
    json.loads(line)
    for line in (EVALS / "suites" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERABLE = [case for case in CASES if case["kind"] not in NEGATIVE]
NEAR_MISSES = [case for case in CASES if case["kind"] == "near_miss"]
PARAPHRASES = [case for case in CASES if case.get("paraphrase")]
TAGGED = {
    "core": 95, "conflict": 10, "series": 6, "computed": 7, "several": 12, "table": 15, "pdf": 15,
    "broad": 4, "chinese_only": 30, "english_only": 30,
}  # fmt: skip

CATALOG = yaml.safe_load((CORPUS / "catalog.yaml").read_text(encoding="utf-8"))

# Function words, and words that frame a question without naming its subject.
ENGLISH_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an according and any are as at be been by can could did do does each every for from
        had has have how if in into is it its long many more most much no not of off on one only
        or other out over own per put says shall should than that the their them there these they
        this those to two under up was were what when where which who with would year years""",
    )
)
# Pairs of characters that say no more than those words do.
CHINESE_STOP = frozenset({"多少", "年的", "到了", "达到", "超过", "一年"})


def places(case: Case) -> list[tuple[str, int, str]]:
    if case["kind"] == "multi":
        return list(zip(case["sources"], case["lines"], case["quotes"], strict=True))
    return [(case["source"], case["line"], case["quote"])]


def line_of(source: str, number: int) -> str:
    return DOCUMENTS[source].splitlines()[number - 1]


def sentence_around(source: str, number: int, quote: str) -> str:
    text = line_of(source, number)
    if source.endswith(".pdf") and not text.startswith("|"):
        text = " ".join(DOCUMENTS[source].splitlines()[number - 2 : number + 5])
    parts = re.split(r"(?<=[。！？；])|(?<=[.!?]) (?=[A-Z“\"])", text)
    return next((part for part in parts if fold(quote) in fold(part)), quote)


def without_sources(text: str) -> str:
    lines = text.splitlines()
    marks = ("Facts: ", "资料来源：", "|---", "| ---")
    return "\n".join(line for line in lines if not line.startswith(marks))


def stem(word: str) -> str:
    for ending in ("ies", "es", "s", "ed", "ing"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def english_words(text: str) -> set[str]:
    words = re.findall(r"[a-z][a-z&'-]+", text.lower().replace("'s", ""))
    return {stem(word) for word in words if word not in ENGLISH_STOP}


def chinese_words(text: str) -> set[str]:
    """Return pairs of neighbouring characters: stricter than words, and no segmenter can err."""
    pairs = {a + b for a, b in pairwise(text) if HAN.match(a) and HAN.match(b)}
    return (pairs - CHINESE_STOP) | {word.lower() for word in re.findall(r"[A-Za-z]+", text)}


def runs(items: list[str] | str, length: int) -> set[str]:
    return {"\x1f".join(items[i : i + length]) for i in range(len(items) - length + 1)}


def ids(cases: list[Case]) -> list[str]:
    return [case["id"] for case in cases]


WORKED_OUT = [case for case in ANSWERABLE if "computed" in case["tags"]]
SAID = {name: find_figures(text) for name, text in DOCUMENTS.items()}


def test_half_of_the_documents_are_chinese() -> None:
    languages = Counter("zh" if HAN.search(text[:40]) else "en" for text in DOCUMENTS.values())
    assert languages.total() >= 18
    assert abs(languages["en"] - languages["zh"]) <= 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_short_and_names_its_sources(name: str) -> None:
    text = DOCUMENTS[name].strip()
    if name.startswith("zh"):
        assert 600 <= len(fold(text)) <= 1500
    else:
        assert 350 <= len(text.split()) <= 900
    assert text.splitlines()[-1].startswith(("Facts: ", "资料来源："))


def test_no_two_documents_share_a_long_run_of_words() -> None:
    bodies = {name: without_sources(text) for name, text in DOCUMENTS.items()}
    english = {
        name: runs(re.findall(r"[a-z0-9]+", body.lower()), 8)
        for name, body in bodies.items()
        if name.startswith("en")
    }
    chinese = {n: runs(fold(b), 20) for n, b in bodies.items() if n.startswith("zh")}
    for group in (english, chinese):
        shared = {(a, b): group[a] & group[b] for a, b in combinations(group, 2)}
        assert not {pair: common for pair, common in shared.items() if common}


def test_two_documents_are_left_out_of_the_catalog() -> None:
    listed = [entry["file"] for entry in CATALOG]
    assert len(listed) == len(set(listed))
    assert set(DOCUMENTS) - set(listed) == {"en-healthcare-note.txt", "zh-policy-digest.txt"}
    assert set(listed) <= set(DOCUMENTS)


def test_catalog_sections_lie_inside_their_document_and_do_not_overlap() -> None:
    for entry in CATALOG:
        ranges = [tuple(section["lines"]) for section in entry.get("sections", [])]
        size = len(DOCUMENTS[entry["file"]].splitlines())
        assert all(1 <= first <= last <= size for first, last in ranges), entry["file"]
        assert all(left[1] < right[0] for left, right in pairwise(ranges)), entry["file"]


def test_suite_file_points_at_these_documents_and_has_floors() -> None:
    suite = tomllib.loads((EVALS / "suites" / "suite.toml").read_text("utf-8"))["sample"]
    assert (EVALS / "suites" / suite["documents"]).resolve() == CORPUS
    assert (EVALS / "suites" / suite["catalog"]).is_file()
    assert (EVALS / "suites" / suite["file"]).is_file()
    assert suite["floors"].keys() >= {"citation_recall", "conflict", "quotation_found", "refusals"}
    core = suite["tags"]["core"]
    reached = {"figures": 0.90, "quotation_found": 1.0, "refusals": 0.70}
    assert {name: floor for name, floor in reached.items() if core[name] < floor} == {}


def test_ids_and_questions_are_unique() -> None:
    for field in ("id", "question_en", "question_zh"):
        assert len({case[field] for case in CASES}) == len(CASES), field


def test_mix_of_cases_stays_within_its_bounds() -> None:
    assert len(CASES) >= 120
    assert 0.25 <= (len(CASES) - len(ANSWERABLE)) / len(CASES) <= 0.35
    assert len(PARAPHRASES) / len(CASES) >= 1 / 3
    english = sum(case["source"].startswith("en") for case in ANSWERABLE) / len(ANSWERABLE)
    assert 0.45 <= english <= 0.55
    kinds = Counter(case["kind"] for case in CASES)
    assert set(kinds) == NEGATIVE | {"figure", "date", "name", "list", "multi"}
    assert kinds["near_miss"] > kinds["unanswerable"]


def test_every_document_is_asked_about() -> None:
    assert {source for case in ANSWERABLE for source, _, _ in places(case)} == set(DOCUMENTS)


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_question_and_answer_are_in_their_script(case: Case) -> None:
    assert not HAN.search(case["question_en"] + case["answer_en"])
    assert len(HAN.findall(case["question_zh"])) >= 5
    assert HAN.search(case["answer_zh"]) or case["names"] or case["figures"]


@pytest.mark.parametrize("case", ANSWERABLE, ids=ids(ANSWERABLE))
def test_quote_is_found_at_its_line(case: Case) -> None:
    for source, number, quote in places(case):
        assert quote
        assert begins_at(DOCUMENTS[source], number, quote)
    assert places(case)[0] == (case["source"], case["line"], case["quote"])


@pytest.mark.parametrize("case", ANSWERABLE, ids=ids(ANSWERABLE))
def test_figures_and_names_stand_in_the_quote(case: Case) -> None:
    quotes = fold(" ".join(quote for _, _, quote in places(case))).lower()
    assert case["figures"] or case["names"]
    for figure in case["figures"]:
        assert "computed" in figure or (figure["text"] and fold(figure["text"]).lower() in quotes)
    for name in case["names"]:
        assert any(fold(spelling).lower() in quotes for spelling in name.split("|")), name


@pytest.mark.parametrize("case", ANSWERABLE, ids=ids(ANSWERABLE))
def test_value_of_a_figure_is_what_its_text_says(case: Case) -> None:
    for figure in [figure for figure in case["figures"] if "computed" not in figure]:
        if figure["unit"] == "date":
            assert str(figure["value"]) == date_said(figure["text"], figure["value"])
        else:
            assert number_said(said_with_scale(figure)) == Decimal(str(figure["value"])), figure


def test_figure_of_a_cell_stands_under_the_header_that_it_names() -> None:
    named = [(case, figure) for case in ANSWERABLE for figure in case["figures"]]
    named = [(case, figure) for case, figure in named if "header" in figure]
    assert len(named) >= 3
    for case, figure in named:
        rows = [at for at in places(case) if f"| {figure['text']} |" in at[2]]
        heads = {find_column(DOCUMENTS[name], at, figure["text"]) for name, at, _ in rows}
        assert figure["header"] in heads, case["id"]


@pytest.mark.parametrize("case", WORKED_OUT, ids=ids(WORKED_OUT))
def test_computed_figure_follows_from_numbers_of_its_quotes(case: Case) -> None:
    quotes = " ".join(quote for _, _, quote in places(case)).replace(",", "")
    for figure in case["figures"]:
        value, numbers = work_out(figure["computed"])
        assert value == Decimal(str(figure["value"]))
        assert [number for number in numbers if number not in quotes] == []


def test_each_tag_has_its_number_of_cases_and_there_is_no_other() -> None:
    tags = Counter(tag for case in CASES for tag in case["tags"])
    assert tags.keys() == TAGGED.keys()
    assert {tag: tags[tag] for tag, least in TAGGED.items() if tags[tag] < least} == {}


@pytest.mark.parametrize("case", ANSWERABLE, ids=ids(ANSWERABLE))
def test_tags_say_what_the_places_of_the_answer_are(case: Case) -> None:
    found, tags = places(case), set(case["tags"])
    sources = {source for source, _, _ in found}
    rows = any(quote.startswith("|") and quote.endswith("|") for _, _, quote in found)
    assert ("several" in tags) == (len(sources) > 1)
    assert ("pdf" in tags) == any(source.endswith(".pdf") for source in sources)
    assert ("computed" in tags) == any("computed" in figure for figure in case["figures"])
    assert ("table" in tags) == rows
    assert "chinese_only" not in tags or all(source.startswith("zh") for source in sources)
    assert "english_only" not in tags or all(source.startswith("en") for source in sources)


@pytest.mark.parametrize("case", ANSWERABLE, ids=ids(ANSWERABLE))
def test_figures_of_one_language_stand_in_no_document_of_the_other(case: Case) -> None:
    tags = set(case["tags"]) & {"chinese_only", "english_only"}
    other = {"chinese_only": "en", "english_only": "zh"}
    for tag in tags:
        known = [KnownFigure(Decimal(str(f["value"])), f["unit"]) for f in case["figures"]]
        held = [
            name
            for name, said in SAID.items()
            if name.startswith(other[tag]) and all(holds_figure(one, said) for one in known)
        ]
        assert not known or held == []


@pytest.mark.parametrize("name", ["conflict", "series", "broad"])
def test_what_needs_several_figures_or_names_knows_several(name: str) -> None:
    for case in [case for case in CASES if name in case["tags"]]:
        assert len(case["figures"]) + len(case["names"]) >= 2, case["id"]


def test_negatives_are_a_quarter_of_the_new_ones_too() -> None:
    new = [case for case in CASES if "core" not in case["tags"]]
    assert len(new) >= 25
    assert sum(case["kind"] in NEGATIVE for case in new) / len(new) >= 0.2


def test_no_sentence_begins_with_a_word_that_points_back() -> None:
    english = re.compile(r"(?:^|[.!?:] |- )(?:It|Its|They|Their|These|Those|That|He|She) ", re.M)
    chinese = re.compile(r"(?:^|[。；：！？]|- )(?:它|其|该|此|同期|同年|全市)", re.M)
    pointing = {name: (english.findall(t), chinese.findall(t)) for name, t in DOCUMENTS.items()}
    assert {name: found for name, found in pointing.items() if any(found)} == {}


def test_table_has_a_caption_and_each_row_begins_with_its_subject() -> None:
    for name, text in DOCUMENTS.items():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            if line.startswith("|---"):
                assert lines[number - 3].startswith(("Table: ", "表：")), name
                assert lines[number - 2] == "", name
            if line.startswith("|"):
                assert cells(line)[0], name


@pytest.mark.parametrize("case", PARAPHRASES, ids=ids(PARAPHRASES))
def test_paraphrase_shares_no_content_word_with_its_source_sentence(case: Case) -> None:
    ((source, number, quote),) = places(case)
    sentence = sentence_around(source, number, quote)
    sentence += " ".join(figure.get("header", "") for figure in case["figures"])
    if source.startswith("en"):
        assert not english_words(case["question_en"]) & english_words(sentence)
    else:
        assert not chinese_words(case["question_zh"]) & chinese_words(sentence)


@pytest.mark.parametrize("case", NEAR_MISSES, ids=ids(NEAR_MISSES))
def test_trap_of_a_near_miss_stands_in_its_document(case: Case) -> None:
    assert begins_at(DOCUMENTS[case["source"]], case["trap_line"], case["trap_quote"])


def test_cases_without_an_answer_hold_none_and_say_why() -> None:
    for case in CASES:
        if case["kind"] in NEGATIVE:
            assert (case["figures"], case["names"], case["quote"]) == ([], [], ""), case["id"]
            assert case["line"] == 0
            assert case["why"]
