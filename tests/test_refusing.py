"""When nothing is said rather than something wrong."""

from __future__ import annotations

import numpy as np

from assistant import refusing
from assistant.features import FEATURES
from assistant.ranking import rank_sentences
from assistant.refusing import REFUSAL_FEATURES, answerability, describe_decision, find_refusal
from tests.support.nodes import build_hits, build_node, build_searcher

HARBOUR = build_node(
    "In 2022 the harbour of Selby handled 41,000 containers. In 2023 the harbour of Selby "
    "handled 46,000 containers. We recommend a second rail line to the docks."
)
SEARCHER = build_searcher(HARBOUR)
HITS = build_hits(HARBOUR)


# As many sentences as a question brings up in most collections.
MILLS = build_node(" ".join(f"The mill on bank {n} grinds barley for bread." for n in range(60)))
LARGER = build_searcher(HARBOUR, MILLS)


def log_odds(question: str) -> float:
    search = LARGER.search(question)
    return answerability(search, rank_sentences(LARGER, search, build_hits(HARBOUR, MILLS)))


def test_without_passages_nothing_is_relevant() -> None:
    assert find_refusal(SEARCHER.search("How many?"), []) == "nothing_relevant"


def test_what_is_far_from_every_sentence_is_not_relevant() -> None:
    search = SEARCHER.search("How many containers did the harbour of Selby handle in 2022?")
    best = rank_sentences(SEARCHER, search, HITS)[0]
    features = best.features.copy()
    features[FEATURES.index("centred")] = -1.0
    assert find_refusal(search, [best._replace(features=features)]) == "nothing_relevant"


def test_a_year_that_is_not_there_makes_an_answer_less_likely() -> None:
    right = log_odds("How many containers did the harbour of Selby handle in 2022?")
    assert log_odds("How many containers did the harbour of Selby handle in 1998?") < right


def test_another_place_makes_an_answer_less_likely() -> None:
    right = log_odds("How many containers did the harbour of Selby handle in 2022?")
    assert log_odds("How many containers did the harbour of Berlin handle in 2022?") < right


def test_another_subject_makes_an_answer_less_likely() -> None:
    right = log_odds("How many containers did the harbour of Selby handle in 2022?")
    assert log_odds("How tall is the highest giraffe in Kenya?") < right


def test_a_decision_is_described_by_finite_numbers_even_for_one_sentence() -> None:
    search = SEARCHER.search("What do the companies recommend?")
    ranked = rank_sentences(SEARCHER, search, HITS)
    for given in (ranked, ranked[:1]):
        found = describe_decision(search, given)
        assert found.shape == (len(REFUSAL_FEATURES),)
        assert np.isfinite(found).all()


def test_a_broad_question_is_answered_with_what_there_is() -> None:
    search = SEARCHER.search("What do the companies recommend?")
    ranked = rank_sentences(SEARCHER, search, HITS)
    assert search.reading.broad
    assert find_refusal(search, ranked) in (None, "nothing_relevant")


def refusal_of(question: str) -> str | None:
    search = SEARCHER.search(question)
    return find_refusal(search, rank_sentences(SEARCHER, search, HITS))


def test_among_a_handful_of_sentences_one_that_says_it_answers() -> None:
    assert refusal_of("How many containers did the harbour of Selby handle in 2022?") is None


def test_among_a_handful_of_sentences_a_missing_year_or_subject_is_refused() -> None:
    assert refusal_of("How many containers did the harbour of Selby handle in 1998?")
    assert refusal_of("How tall is the highest giraffe in Kenya?")


def test_a_small_collection_is_told_from_a_large_one() -> None:
    few = REFUSAL_FEATURES.index("few")
    search = SEARCHER.search("How many containers did the harbour of Selby handle in 2022?")
    ranked = rank_sentences(SEARCHER, search, HITS)
    small = describe_decision(search, ranked)[few]
    large = describe_decision(search, ranked * refusing.SPARSE)[few]
    assert small == 1 - len(ranked) / refusing.SPARSE
    assert large == 0


def test_a_row_far_from_the_question_is_relevant_where_its_passage_is_near() -> None:
    search = SEARCHER.search("How many containers did the harbour of Selby handle in 2022?")
    ranked = rank_sentences(SEARCHER, search, HITS)
    features = ranked[0].features.copy()
    features[FEATURES.index("centred")] = -1.0
    far = [ranked[0]._replace(features=features), *ranked[1:]]
    assert find_refusal(search, far) != "nothing_relevant"
    elsewhere = [far[0], *(one._replace(number=2) for one in ranked[1:])]
    assert find_refusal(search, elsewhere) == "nothing_relevant"
