"""What all questions of a language have in common, as a vector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.centring import GENERIC_QUESTIONS, centre_of
from assistant.text.language import detect_language
from store.embedding import HashEmbedding
from store.vectors import Vectors


class TaggedEmbedding(HashEmbedding):
    """Questions only, and each with a part that tells its language."""

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        rows = HashEmbedding().query_vectors(texts)
        rows[:, 0] = [1.0 if detect_language(text) == "zh" else -1.0 for text in texts]
        return rows

    def passage_vectors(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("a question was embedded as a passage")


def test_generic_questions_are_of_their_language_and_differ() -> None:
    for language, questions in GENERIC_QUESTIONS.items():
        assert len(set(questions)) == len(questions) >= 20
        assert {detect_language(question) for question in questions} == {language}
        assert all(question.endswith(("?", "？")) for question in questions)


def test_both_languages_have_as_many() -> None:
    assert set(GENERIC_QUESTIONS) == {"en", "zh"}
    assert len({len(questions) for questions in GENERIC_QUESTIONS.values()}) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_centre_is_the_mean_of_the_questions(language: str) -> None:
    embedding = HashEmbedding()
    centre = centre_of(embedding, language)
    rows = embedding.query_vectors(GENERIC_QUESTIONS[language])
    assert centre.shape == (embedding.dimension,)
    assert centre.dtype == np.float32
    assert centre == pytest.approx(rows.sum(axis=0) / len(rows), abs=1e-6)


def test_subtracting_the_centre_takes_the_language_out() -> None:
    embedding = TaggedEmbedding()
    for language, question in (("en", "Where is the salt?"), ("zh", "盐在哪里？")):
        vector = embedding.query_vectors([question])[0]
        assert abs(vector[0]) == 1.0
        assert vector[0] - centre_of(embedding, language)[0] == pytest.approx(0.0)
