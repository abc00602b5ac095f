"""Late interaction worked out by hand, on vectors of three numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import TextNode

from assistant import late
from assistant.centring import GENERIC_QUESTIONS
from assistant.index import build_index
from assistant.late import LateInteraction, TokenMatch, lowest_mean
from store.embedding import StoreEmbedding
from store.loaded import Loaded
from store.vectors import TokenRows, Vectors, unit_rows
from tests.support.nodes import build_node, build_searcher

NEARNESS = np.array([[0.1, 0.9, 0.3, 0.2], [0.5, 0.2, 0.4, 0.45]], dtype=np.float32)
MATCH = TokenMatch(NEARNESS, np.array([-1, 0, 1, 1]))


def rows_of(vectors: Sequence[Sequence[float]], starts: Sequence[int] | None = None) -> TokenRows:
    places = range(len(vectors)) if starts is None else starts
    rows = np.array(vectors, dtype=np.float32).reshape(-1, 3)
    return TokenRows(unit_rows(rows), np.array(places, dtype=np.int32))


class ByHand(StoreEmbedding):
    """Tokens of questions as they are told; of others, one that tells the language."""

    _told: dict[str, TokenRows] = PrivateAttr(default_factory=dict)
    _asked: list[str] = PrivateAttr(default_factory=list)

    @property
    def identity(self) -> str:
        return "hand/1"

    @property
    def dimension(self) -> int:
        return 3

    @property
    def told(self) -> dict[str, TokenRows]:
        return self._told

    @property
    def asked(self) -> list[str]:
        return self._asked

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("a whole question was embedded")

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("a whole passage was embedded")

    def query_tokens(self, text: str) -> TokenRows:
        self._asked.append(text)
        english = text in GENERIC_QUESTIONS["en"]
        return self._told.get(text, rows_of([[1, 0, 0]] if english else [[0, 1, 0]]))


class Shelf:
    """Token rows of chunks by their texts, and which were asked for."""

    def __init__(self, held: dict[str, TokenRows]) -> None:
        self.held = held
        self.asked: list[str] = []

    def __call__(self, nodes: Sequence[TextNode]) -> list[TokenRows]:
        self.asked += [node.text for node in nodes]
        return [self.held[node.text] for node in nodes]


def build_late(nodes: Sequence[TextNode], shelf: Shelf) -> LateInteraction:
    none = [np.zeros((len(json.loads(n.metadata["sentences"])), 3), "f4") for n in nodes]
    index = build_index(Loaded(list(nodes), np.zeros((len(nodes), 3), "f4"), none))
    return LateInteraction(index, ByHand(), shelf)


def test_a_chunk_counts_with_the_best_of_its_tokens_for_each_of_the_question() -> None:
    assert MATCH.whole == pytest.approx((0.9 + 0.5) / 2)


def test_a_sentence_counts_with_its_own_tokens() -> None:
    assert MATCH.sentence(0) == pytest.approx((0.9 + 0.2) / 2)
    assert MATCH.sentence(1) == pytest.approx((0.3 + 0.45) / 2)


def test_a_row_counts_with_the_tokens_of_its_table_s_head() -> None:
    heads = np.array([False, True, False, False])
    match = TokenMatch(NEARNESS, np.array([-1, -1, 0, 1]), {1: heads})
    alone = TokenMatch(NEARNESS, match.places)
    both = np.maximum(NEARNESS[:, 1], NEARNESS[:, 3]).mean()
    assert match.sentence(1) == pytest.approx(both)
    assert match.sentence(1) > alone.sentence(1)
    assert match.sentence(0) == alone.sentence(0)


def test_the_best_sentence_is_none_of_the_head_line() -> None:
    assert MATCH.best_sentence == pytest.approx(0.55)
    strong = TokenMatch(NEARNESS + np.array([5, 0, 0, 0], "f4"), MATCH.places)
    assert strong.best_sentence == pytest.approx(0.55)


def test_without_sentences_the_whole_stands_in_for_the_best() -> None:
    match = TokenMatch(NEARNESS, np.full(4, -1))
    assert match.best_sentence == match.whole == pytest.approx(0.7)


def test_a_sentence_without_tokens_has_the_worst_of_the_chunk() -> None:
    assert MATCH.sentence(7) == pytest.approx(0.1)


def test_what_stands_before_a_sentence_counts_up_to_it() -> None:
    assert MATCH.up_to(-1) == pytest.approx([0.1, 0.5])
    assert MATCH.up_to(0) == pytest.approx([0.9, 0.5])
    late_one = TokenMatch(NEARNESS, np.array([0, 1, 1, 2]))
    assert late_one.up_to(0) == pytest.approx([0.1, 0.5])
    assert late_one.up_to(2) == pytest.approx([0.9, 0.5])


def test_before_the_first_token_each_of_the_question_has_its_worst() -> None:
    assert TokenMatch(NEARNESS, np.full(4, 3)).up_to(1) == pytest.approx([0.1, 0.2])


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([0.9, 0.1, 0.5, 0.3, 0.7, 0.2], 0.15),
        ([0.9, 0.1, 0.5, 0.3, 0.7], 0.1),
        ([0.4, 0.2], 0.2),
        ([0.4], 0.4),
    ],
)
def test_the_lowest_third_counts(values: list[float], mean: float) -> None:
    assert lowest_mean(np.array(values, "f4")) == pytest.approx(mean)


def test_a_question_is_taken_from_the_mean_of_its_language() -> None:
    found = build_late([], Shelf({}))
    assert isinstance(found.embedding, ByHand)
    found.embedding.told["How?"] = rows_of([[1, 0, 1], [0, 0, 1]])
    english = found.read_question("How?", "en")
    np.testing.assert_allclose(
        english, unit_rows(np.array([[0.5**0.5 - 1, 0, 0.5**0.5], [-1, 0, 1]])), atol=1e-6
    )
    chinese = found.read_question("How?", "zh")
    np.testing.assert_allclose(chinese[1], [0, -(0.5**0.5), 0.5**0.5], atol=1e-6)


def test_the_mean_of_questions_is_over_all_their_tokens_and_taken_once() -> None:
    found = build_late([], Shelf({}))
    assert isinstance(found.embedding, ByHand)
    first, *others = GENERIC_QUESTIONS["en"]
    found.embedding.told.update({text: rows_of([]) for text in others})
    found.embedding.told[first] = rows_of([[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]])
    found.embedding.told["How?"] = rows_of([[0, 0, 1]])
    wanted = np.array([0, 0, 1]) - np.array([0.5, 0.25, 0.25])
    for _ in range(2):
        rows = found.read_question("How?", "en")
        np.testing.assert_allclose(rows[0], wanted / np.linalg.norm(wanted), atol=1e-6)
    assert found.embedding.asked.count(first) == 1


def test_a_question_without_tokens_stays_without() -> None:
    found = build_late([], Shelf({}))
    assert isinstance(found.embedding, ByHand)
    found.embedding.told["?"] = rows_of([])
    assert found.read_question("?", "en").shape == (0, 3)
    assert found.embedding.asked == ["?"]


def test_nearness_is_the_cosine_of_what_is_left_without_the_mean() -> None:
    nodes = [build_node("one two."), build_node("three."), build_node("四。")]
    held = {
        "one two.": rows_of([[1, 0, 0.5], [0, 1, 0]]),
        "three.": rows_of([[0.2, 0.3, 1]]),
        "四。": rows_of([[-5, 0, 1]]),
    }
    found = build_late(nodes, Shelf(held))
    question = unit_rows(np.array([[1, 2, 3], [-1, 0, 1]], "f4"))
    centre = np.concatenate([held["one two."].vectors, held["three."].vectors]).mean(axis=0)
    matches = found.match(question, [1, 0])
    for match, text in zip(matches, ["three.", "one two."], strict=True):
        wanted = question @ unit_rows(held[text].vectors - centre).T
        np.testing.assert_allclose(match.nearness, wanted, atol=1e-5)
        assert match.nearness.dtype == np.float32


def test_the_mean_of_passages_is_taken_evenly_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "SAMPLE", 3)
    english = [build_node(f"Number {n} it is.") for n in range(9)]
    chinese = [build_node(f"第{n}个。") for n in range(2)]
    shelf = Shelf({node.text: rows_of([[1, n, 0]]) for n, node in enumerate([*english, *chinese])})
    found = build_late([*english[:5], *chinese, *english[5:]], shelf)
    for _ in range(2):
        found.match(np.eye(3, dtype=np.float32), [0])
    assert shelf.asked == [english[n].text for n in (0, 0, 4, 8, 0)]
    shelf.asked.clear()
    found.match(np.eye(3, dtype=np.float32), [5])
    assert shelf.asked == [chinese[n].text for n in (0, 0, 1)]


def test_tokens_stand_in_the_last_sentence_that_begins_before_them() -> None:
    head, text = "2023, Plan", "A heading\nFirst one. Second."
    spans = [(10, 20), (21, 28)]
    sentences = json.dumps([[start, end, start, end] for start, end in spans])
    node = build_node(text, head=head, sentences=sentences)
    body = len(head) + 1
    starts = [0, 6, body, body + 9, body + 10, body + 16, body + 20, body + 21, body + 27]
    drawn = np.random.default_rng(5).normal(size=(len(starts), 3)).tolist()
    found = build_late([node], Shelf({text: rows_of(drawn, starts)}))
    (match,) = found.match(np.eye(3, dtype=np.float32), [0])
    assert match.places.tolist() == [-1, -1, -1, -1, 0, 0, 0, 1, 1]


def test_a_chunk_without_tokens_is_neither_near_nor_far() -> None:
    nodes = [build_node("..."), build_node("Some text.")]
    shelf = Shelf({"...": rows_of([]), "Some text.": rows_of([[1, 0, 1], [0, 1, 1]])})
    empty, other = build_late(nodes, shelf).match(np.eye(3, dtype=np.float32), [0, 1])
    assert (empty.whole, empty.best_sentence, empty.sentence(0)) == (0, 0, 0)
    assert empty.up_to(0).tolist() == [0, 0, 0]
    assert other.whole > 0


def test_a_sample_without_tokens_has_no_mean_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late, "SAMPLE", 1)
    nodes = [build_node("One. Two."), build_node("Some text.")]
    shelf = Shelf({"One. Two.": rows_of([]), "Some text.": rows_of([[0, 0, 1]])})
    (match,) = build_late(nodes, shelf).match(np.eye(3, dtype=np.float32), [1])
    assert match.nearness.ravel().tolist() == pytest.approx([0, 0, 1])


def test_a_chunk_of_one_token_that_is_its_own_mean_gives_numbers() -> None:
    found = build_late([build_node("One.")], Shelf({"One.": rows_of([[0, 0, 1]])}))
    (match,) = found.match(np.eye(3, dtype=np.float32), [0])
    assert np.abs(match.nearness).max() < 0.01


def test_no_chunks_are_no_matches() -> None:
    assert build_late([], Shelf({})).match(np.eye(3, dtype=np.float32), []) == []


def test_the_sentence_with_the_words_of_the_question_is_nearest() -> None:
    node = build_node("Rain fell in spring. The ferry carried cyclists. Nobody came.")
    searcher = build_searcher(node, build_node("Quite another text."))
    search = searcher.search("Did the ferry carry cyclists?")
    (match,) = searcher.match(search, [0])
    assert np.argmax([match.sentence(place) for place in range(3)]) == 1
    assert match.best_sentence == match.sentence(1)
