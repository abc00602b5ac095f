"""A language model as judge of answers: LlamaIndex's evaluators, with our own prompts.

Beside the other measures, never in their place: a judge that is a model errs. What it says is read
strictly, and a reply that can't be read, or that never came, is not judged rather than wrong.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from llama_index.core.evaluation import (
    BaseEvaluator,
    CorrectnessEvaluator,
    EvaluationResult,
    FaithfulnessEvaluator,
    RelevancyEvaluator,
)
from llama_index.core.llms import LLM
from llama_index.core.prompts.rich import RichPromptTemplate

from assistant.answer import Language
from assistant.calling import find_openai
from assistant.errors import ModelError, RetryableModelError
from assistant.failures import model_errors
from assistant.fencing import fence
from assistant.prompts import load_prompt
from assistant.text.citations import remove_markers, split_pieces
from evals.cases import LANGUAGES, Ask
from evals.measures import JUDGED_MEASURES
from evals.score import UNSCORED, AnswerJson, Score, Scorer

PASSING = 4.0  # of 5, as LlamaIndex has it
PAUSES_S = (2.0, 10.0)
"""Before a judgment is asked for again whose request failed for a reason that may pass."""
PIECE_BYTES = 1000
"""The evaluators cut texts over 1024 tokens with NLTK, which refuses to read its own files where an
installer has hard-linked them. No token is shorter than a byte."""
_HOPELESS = frozenset({"refused_key", "no_model", "quota"})

_FAITHFUL, _RELEVANT, _CORRECT = JUDGED_MEASURES
# The evaluators' names of variables, and what the template calls them.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "faithful": {"query_str": "answer", "context_str": "passages"},
    "relevant": {"query_str": "answer", "context_str": "passages"},
    "again": {"query_str": "answer", "context_msg": "passages", "existing_answer": "before"},
    "correct": {"query": "question", "generated_answer": "answer", "reference_answer": "known"},
}
_VERDICT = re.compile(
    r"\W*(?:(?:answer|verdict|答案|结论)\W+)?(yes|no|是(?!否)|否|不是)(?![a-z])", re.I
)
_GRADE = re.compile(r"\W*(?:(?:grade|score|分数|评分)\W+)?([1-5](?:\.\d+)?)(?![\d.])", re.I)

Asking = Callable[..., EvaluationResult]


@contextmanager
def open_judge(
    llm: LLM, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Mapping[str, Scorer]]:
    """The scorer of each judged measure, as long as the block lasts; it closes the model.

    They raise ModelError for a refused key, an unknown model, and a quota that is used up; any
    other failure leaves one answer unjudged.
    """
    with asyncio.Runner() as runner:  # the model's connections belong to one event loop

        def evaluate(evaluator: BaseEvaluator, **given: Any) -> EvaluationResult:
            with model_errors(llm.metadata.model_name):
                return runner.run(evaluator.aevaluate(**given))

        ask = partial(_ask_patiently, evaluate, sleep=sleep)
        try:
            yield {
                _FAITHFUL: partial(_score_cited, _by_language(build_faithfulness, llm), ask),
                _RELEVANT: partial(_score_cited, _by_language(build_relevancy, llm), ask),
                _CORRECT: partial(_score_correct, _by_language(build_correctness, llm), ask),
            }
        finally:
            if model := find_openai(llm):
                runner.run(model._get_aclient().close())


def build_faithfulness(llm: LLM, language: Language) -> BaseEvaluator:
    return FaithfulnessEvaluator(
        llm,
        eval_template=load_template("faithful", language),
        refine_template=load_template("again", language),
    )


def build_relevancy(llm: LLM, language: Language) -> BaseEvaluator:
    return RelevancyEvaluator(
        llm,
        eval_template=load_template("relevant", language),
        refine_template=load_template("again", language),
    )


def build_correctness(llm: LLM, language: Language) -> BaseEvaluator:
    return CorrectnessEvaluator(
        llm,
        eval_template=load_template("correct", language),
        score_threshold=PASSING,
        parser_function=read_grade,
    )


def load_template(measure: str, language: Language) -> RichPromptTemplate:
    """The judge's prompt for a measure, taking its variables by the evaluators' names."""
    prompt = load_prompt("judge", language)
    template = RichPromptTemplate(prompt.template_str, template_var_mappings=dict(_NAMES[measure]))
    return template.partial_format(measure=measure)


def read_verdict(reply: str) -> bool | None:
    """What the reply begins with; None if that is neither yes nor no.

    The evaluators take any "yes" within a reply for one, "no, yesterday's" included.
    """
    found = _VERDICT.match(reply)
    return found[1].lower() in ("yes", "是") if found else None


def read_grade(reply: str) -> tuple[float | None, str]:
    """The grade that the reply begins with, None without one, and the reply."""
    found = _GRADE.match(reply)
    grade = float(found[1]) if found else None
    return (grade if grade is not None and grade <= 5 else None), reply.strip()


def list_contexts(answer: AnswerJson) -> list[str]:
    """The cited passages, each once, under a line that says whose and of when they are; in pieces
    that the evaluators leave whole."""
    cited = {_context(citation): None for citation in answer["citations"]}
    return [piece for context in cited for piece in cut_text(context)]


def cut_text(text: str) -> list[str]:
    """Pieces of at most PIECE_BYTES, which end where a sentence does if there is one."""
    pieces = [""]
    for start, end in split_pieces(text):
        for sentence in _cut_sentence(text[start:end]):
            if len(f"{pieces[-1]}{sentence}".encode()) > PIECE_BYTES:
                pieces.append("")
            pieces[-1] += sentence
    return [piece.strip() for piece in pieces if piece.strip()]


def _score_cited(
    evaluators: Mapping[str, BaseEvaluator], ask: Asking, asked: Ask, answer: AnswerJson
) -> Score:
    """1 where the judge says yes to an answer by what it cites; a refusal has nothing to judge."""
    if not answer["answered"] or not answer["citations"]:
        return UNSCORED
    evaluator = evaluators[asked.language]
    return _judge(partial(ask, evaluator, **_describe(asked, answer)), answer, _read_said)


def _score_correct(
    evaluators: Mapping[str, BaseEvaluator], ask: Asking, asked: Ask, answer: AnswerJson
) -> Score:
    """1 where the judge grades the answer 4 or 5 of 5 against the known one; a refusal is wrong if
    there is an answer, and needs no judge."""
    if not answer["answered"]:
        refused = Score(0.0, answer["answer"], f"refused: {answer['reason']}")
        return refused if asked.case.answerable else UNSCORED
    if not asked.expected:
        return UNSCORED
    given = {**_describe(asked, answer), "reference": fence(asked.expected)}
    return _judge(partial(ask, evaluators[asked.language], **given), answer, _read_graded)


def _judge(
    ask: Callable[[], EvaluationResult],
    answer: AnswerJson,
    read: Callable[[EvaluationResult], bool | None],
) -> Score:
    try:
        result = ask()
    except ModelError as error:
        if error.code in _HOPELESS:
            raise
        return Score(None, answer["answer"], f"the judge failed: {error.code}")
    verdict, said = read(result), (result.feedback or "").strip()
    if verdict is None:
        return Score(None, answer["answer"], f"the judge said: {said}")
    return Score(1.0 if verdict else 0.0, answer["answer"], said)


def _ask_patiently(
    evaluate: Asking, evaluator: BaseEvaluator, *, sleep: Callable[[float], None], **given: Any
) -> EvaluationResult:
    for pause in PAUSES_S:
        try:
            return evaluate(evaluator, **given)
        except RetryableModelError:
            sleep(pause)
    return evaluate(evaluator, **given)


def _by_language(
    build: Callable[[LLM, Language], BaseEvaluator], llm: LLM
) -> Mapping[str, BaseEvaluator]:
    return {language: build(llm, language) for language in LANGUAGES}


def _describe(asked: Ask, answer: AnswerJson) -> dict[str, Any]:
    return {
        "query": fence(asked.question),
        "response": fence(remove_markers(answer["answer"])),
        "contexts": list_contexts(answer),
    }


def _cut_sentence(sentence: str) -> list[str]:
    """A sentence that is too long by itself, as a row of a table may be, is cut anywhere."""
    many = PIECE_BYTES // 4  # no character takes more
    whole = len(sentence.encode()) <= PIECE_BYTES
    return [sentence] if whole else [sentence[i : i + many] for i in range(0, len(sentence), many)]


def _context(citation: Mapping[str, Any]) -> str:
    known = (citation[name] for name in ("organisation", "author", "year", "title", "section"))
    source = " · ".join(str(value) for value in known if value)
    return fence(f"{source}\n{citation['passage_shown']}")


def _read_said(result: EvaluationResult) -> bool | None:
    return read_verdict(result.feedback or "")


def _read_graded(result: EvaluationResult) -> bool | None:
    return None if result.score is None else result.score >= PASSING
