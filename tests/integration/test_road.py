"""The whole road without a language model: files in, checked quotations out, in two languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.answer import Answer, Claim, Filters, Turn
from assistant.app import Assistant, build_assistant
from assistant.errors import StoreError
from assistant.settings import Settings
from store.chroma import open_store
from store.embedding import build_embedding
from store.ingest import ingest

pytestmark = pytest.mark.integration

REFUSALS = {"nothing_relevant", "not_stated"}


@pytest.fixture(scope="module")
def assistant(settings: Settings) -> Iterator[Assistant]:
    opened = build_assistant(settings)
    yield opened
    opened.close()


def documents(answer: Answer) -> set[str]:
    return {citation.passage.document for citation in answer.citations}


ANSWERED = [
    (
        "How many containers did the harbour handle in 2023?",
        "In 2023 the harbour handled 4.6 million containers",
        "4.6 million",
    ),
    (
        "2023年港口处理了多少集装箱？",
        "In 2023 the harbour handled 4.6 million containers",
        "460万",
    ),
    (
        "港口将投资多少建设集装箱码头？",
        "The port will invest CNY 500 billion in new container terminals by 2030",
        "5000亿元",
    ),
    ("高速铁路建设总投资是多少？", "高速铁路建设总投资达到3200亿元", "3200亿元"),
    (
        "How much was invested in building the high-speed railway?",
        "高速铁路建设总投资达到3200亿元",
        "RMB 320 billion",
    ),
    (
        "How many passengers did the railway carry in 2023?",
        "2023年铁路旅客发送量为1.5亿人次",
        "150 million",
    ),
    ("Who is the founder of Helio Grid?", "The founder of Helio Grid is the engineer", "Tanaka"),
]


@pytest.mark.parametrize(("question", "quote", "figure"), ANSWERED)
def test_the_sentence_that_answers_comes_first_its_figure_in_the_askers_writing(
    assistant: Assistant, question: str, quote: str, figure: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "verified"
    first = answer.claims[0]
    cited = answer.citations[first.citations[0] - 1]
    assert cited.quote_shown.startswith(quote)
    assert figure in first.text


@pytest.mark.parametrize(("question", "quote", "figure"), ANSWERED)
def test_each_quotation_stands_in_the_stored_file_where_the_citation_points(
    assistant: Assistant, folder: Path, question: str, quote: str, figure: str
) -> None:
    for citation in assistant.ask(question).citations:
        text = (folder.parent / citation.passage.document).read_text(encoding="utf-8")
        assert assistant.text(citation.passage.document) == text
        span = citation.span
        assert text[span.start : span.end] == citation.quote != ""
        lines = "\n".join(text.split("\n")[span.line_from - 1 : span.line_to])
        assert citation.quote in lines
        assert " ".join(citation.quote.split()) == citation.quote_shown


def test_a_quotation_over_a_line_break_names_both_lines(assistant: Assistant) -> None:
    answer = assistant.ask("How many containers did the harbour handle in 2022?")
    quote = answer.citations[0]
    assert "\n" in quote.quote
    assert quote.span.line_to == quote.span.line_from + 1


def test_every_figure_of_an_answer_is_checked_against_its_citation(assistant: Assistant) -> None:
    answer = assistant.ask("港口将投资多少建设集装箱码头？")
    assert {figure.verdict for figure in answer.figures} == {"checked"}
    sums = [figure for figure in answer.claims[0].figures if figure.figure.unit == "CNY"]
    assert {figure.figure.text for figure in sums} == {"CNY 500 billion", "5000亿元"}
    assert {figure.source_text for figure in sums} == {"CNY 500 billion"}


def test_who_says_it_and_when_stands_before_the_quotation(assistant: Assistant) -> None:
    english = assistant.ask("How many people did Helio Grid employ?")
    chinese = assistant.ask("太阳能公司有多少员工？")
    assert english.text.startswith("Helio Grid (2022): “")
    assert chinese.text.startswith("Helio Grid（2022年）：“")


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is the price of coffee in Brazil?", "en"),
        ("What is the capital of Mongolia?", "en"),
        ("巴西的咖啡价格是多少？", "zh"),
        ("小说《红楼梦》的作者是谁？", "zh"),
    ],
)
def test_what_the_documents_do_not_say_is_refused_in_the_askers_language(
    assistant: Assistant, question: str, language: str
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.answered) == ("refused", False)
    assert answer.reason in REFUSALS
    assert (answer.claims, answer.citations) == ((), ())
    assert ("文档" in answer.text) is (language == "zh")
    assert answer.nearest or answer.reason == "nothing_relevant"


def test_a_year_that_no_document_speaks_of_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask("How many containers did the harbour handle in 2015?")
    assert answer.status == "refused"


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(documents=("docs/en/harbour.md",)), {"docs/en/harbour.md"}),
        (Filters(organisations=("云岭铁路",)), {"docs/zh/railway.md"}),
        (Filters(organisations=("selby PORT",)), {"docs/en/harbour.md"}),
        (Filters(years=(2024,)), {"docs/en/harbour.md", "docs/zh/water.md"}),
        (Filters(languages=("zh",)), {"docs/zh/railway.md", "docs/zh/water.md"}),
        (Filters(languages=("zh",), years=(2024,)), {"docs/zh/water.md"}),
        (Filters(documents=("nowhere.md",)), set()),
    ],
)
def test_filters_hold_for_what_is_found_by_meaning_and_by_words(
    assistant: Assistant, filters: Filters, allowed: set[str]
) -> None:
    # The English question shares its words with the English documents only.
    for question in ("How many containers did the harbour handle in 2023?", "再生水利用率是多少？"):
        passages = assistant.retrieve(question, top_k=50, filters=filters)
        assert {passage.document for passage in passages} == allowed
        assert documents(assistant.ask(question, filters=filters)) <= allowed


def test_a_question_whose_answer_is_filtered_out_is_not_answered_from_it(
    assistant: Assistant,
) -> None:
    question = "How much was invested in building the high-speed railway?"
    answer = assistant.ask(question, filters=Filters(languages=("en",)))
    assert "320 billion" not in answer.text
    assert assistant.ask(question, filters=Filters(documents=("none",))).reason == (
        "nothing_relevant"
    )


@pytest.mark.parametrize("question", ["What do the companies recommend?", "各家企业有哪些建议？"])
def test_a_broad_question_gets_one_quotation_an_organisation(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    speakers = [citation.passage.organisation for citation in answer.citations]
    assert sorted(map(str, speakers)) == ["Helio Grid", "Selby Port", "云岭铁路", "清源水务"]
    note = answer.text.splitlines()[0]
    assert "selection" in note or "选摘" in note
    assert len(answer.text.splitlines()) == 1 + len(speakers)


@pytest.mark.parametrize("question", ["Hello!", "您好", "What can you do?", "你能做什么？"])
def test_small_talk_is_answered_without_documents(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.citations) == ("verified", ())
    assert answer.text


@pytest.mark.parametrize("question", ["What is in here?", "这里有哪些文档？"])
def test_what_is_in_here_is_told_from_the_ledger(assistant: Assistant, question: str) -> None:
    text = assistant.ask(question).text
    assert "4" in text
    assert all(record.title in text for record in assistant.documents())


@pytest.mark.parametrize(
    ("before", "question", "quote"),
    [
        (
            "How many containers did the harbour handle in 2022?",
            "And in 2023?",
            "In 2023 the harbour handled 4.6 million",
        ),
        ("2022年铁路旅客发送量是多少？", "2023年呢？", "2023年铁路旅客发送量为1.5亿人次"),
    ],
)
def test_a_follow_up_takes_its_subject_from_the_question_before(
    assistant: Assistant, before: str, question: str, quote: str
) -> None:
    answer = assistant.ask(question, history=[Turn(before, "…")])
    assert answer.citations[0].quote_shown.startswith(quote)
    assert answer.question == question


def test_the_language_of_an_answer_can_be_pinned(assistant: Assistant) -> None:
    answer = assistant.ask("How much will the port invest in terminals?", language="zh")
    assert answer.language == "zh"
    assert "5000亿元" in answer.text


def test_a_stream_gives_the_claims_of_the_answer_that_ends_it(assistant: Assistant) -> None:
    *claims, answer = assistant.stream("How many people did Helio Grid employ?")
    assert isinstance(answer, Answer)
    assert all(isinstance(claim, Claim) for claim in claims)
    assert tuple(claims) == answer.claims != ()


def test_the_same_question_has_the_same_answer(assistant: Assistant) -> None:
    one, other = (assistant.ask("再生水利用率是多少？").to_json() for _ in range(2))
    assert {**one, "timings_ms": {}} == {**other, "timings_ms": {}}


def test_an_example_question_is_answered(assistant: Assistant) -> None:
    assert 0 < len(assistant.examples("en")) <= 3
    for language in ("en", "zh"):
        for question in assistant.examples(language):
            assert assistant.ask(question).answered, question


FERRY = "# Ferries of Aldmouth\n\nThe ferry carried {number} cyclists in 2023.\n"


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[Assistant, Callable[[Path], object]]]:
    """An assistant to a collection that is empty at first, and what brings files into it."""
    settings = Settings(data=tmp_path / "data", _env_file=None)
    embedding = build_embedding(settings.embedding)
    store = open_store(settings.data, embedding)
    collection = store.collection("default", create=True)
    with closing(Assistant(settings, store, embedding, collection)) as assistant:
        yield assistant, lambda path: ingest(collection, embedding, [path])


CYCLISTS = "How many cyclists did the ferry carry?"


def test_new_documents_are_answered_from_and_removed_ones_are_not(
    growing: tuple[Assistant, Callable[[Path], object]], folder: Path, tmp_path: Path
) -> None:
    assistant, take = growing
    assert assistant.ask(CYCLISTS).reason == "nothing_relevant"
    take(folder)
    file = tmp_path / "ferry.md"
    for number, other in (("31,000", "44,000"), ("44,000", "31,000")):
        file.write_text(FERRY.format(number=number))
        take(file)
        answer = assistant.ask(CYCLISTS)
        assert f"{number} cyclists" in answer.text
        assert f"{number} cyclists" in answer.citations[0].quote
        assert other not in answer.text
    assistant._collection.remove("ferry.md")
    assert "cyclists" not in assistant.ask(CYCLISTS).text


def test_a_single_short_document_is_enough_to_answer_from(
    growing: tuple[Assistant, Callable[[Path], object]], tmp_path: Path
) -> None:
    assistant, take = growing
    file = tmp_path / "ferry.md"
    file.write_text(FERRY.format(number="31,000"))
    take(file)
    assert "31,000 cyclists" in assistant.ask(CYCLISTS).text


def test_a_collection_that_is_not_there_lets_go_of_the_store(settings: Settings) -> None:
    own = settings.model_copy(update={"data": settings.data.parent / "other"})
    for _ in range(2):  # the second one would find the folder locked
        with pytest.raises(StoreError) as caught:
            build_assistant(own, "missing")
        assert caught.value.code == "no_collection"
