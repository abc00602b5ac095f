"""The parts of a statement in the other language, as far as tables and dictionaries go.

Names that nothing is known of stay as they are. A phrase with any other word that isn't known for
sure stays whole, in quotation marks: a person has to translate it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import jieba
from llama_index.core.schema import TextNode
from pypinyin import lazy_pinyin

from assistant.answer import Language
from assistant.geography import find_city, load_places
from assistant.glossary import Glossary, build_glossary
from assistant.text.dictionary import (
    is_place,
    is_proper_noun,
    knows,
    translate_chinese,
    translate_english,
)
from assistant.text.names import find_pairs
from assistant.text.terms import is_stop_word
from evals.wording import lower
from evals.words import Said, load_words

_HAN = re.compile(r"[\u4e00-\u9fff]")
_ARTICLE = re.compile(r"\b(?:the|a|an|its)\b\s*", re.IGNORECASE)
_OF = re.compile(r" (?:of|in|from) ")
_OWNED = re.compile(r"(?<=\w)['’]s? (?=\w)")
_WHERE = re.compile(r"(?:in|at|across|from) (?:the )?(?P<place>[A-Z][\w' -]+)\Z")
_WHOLE_WORLD = {"worldwide": "全球", "nationwide": "全国"}
_LONGEST = 10  # characters of a Chinese name or measure
_MOST_WORDS = 5


@dataclass(frozen=True)
class Translator:
    """Names by the glossary, and the texts of a collection, which say which of several words its
    reports use. `english` is lower case."""

    glossary: Glossary
    english: str = ""
    chinese: str = ""

    def translate(self, said: Said, language: Language) -> tuple[Said, bool]:
        """A statement for a question in `language`, and whether all of it could be translated."""
        turn = self._to_chinese if language == "zh" else self._to_english
        subject = lower(said.subject) if language == "zh" else said.subject
        parts = (subject, said.counted, said.whole, said.rest)
        turned = [turn(part) if part else "" for part in parts]
        subject, counted, whole, rest = (
            f"“{part}”" if known is None else known
            for part, known in zip(parts, turned, strict=True)
        )
        who = self._name(said.who) if said.who else ""
        made = replace(said, who=who, subject=subject, counted=counted, whole=whole, rest=rest)
        return made, None not in turned

    def _name(self, name: str) -> str:
        """An organisation by its other name, or as it is."""
        others = self.glossary.pairs.get(name.lower())
        return sorted(others, key=lambda one: (len(one), one))[0] if others else name

    def _to_chinese(self, phrase: str) -> str | None:
        phrase = _WHOLE_WORLD.get(phrase.strip(), phrase.strip())
        if _HAN.search(phrase):
            return phrase
        if where := _WHERE.match(phrase):
            return self._to_chinese(where["place"])
        for pattern, joint in ((_OF, "的"), (_OWNED, "")):
            if found := pattern.search(phrase):
                head, tail = phrase[: found.start()], phrase[found.end() :]
                owner, owned = (tail, head) if joint else (head, tail)
                return _join(self._to_chinese(owner), joint, self._to_chinese(owned))
        return self._words_to_chinese(_ARTICLE.sub("", phrase).split())

    def _words_to_chinese(self, words: list[str]) -> str | None:
        """The longest run of words that is known, and so on."""
        found = ""
        while words:
            for many in range(min(_MOST_WORDS, len(words)), 0, -1):
                known = self._look_up_english(" ".join(words[:many]), alone=many == 1)
                if known is not None:
                    gap = " " if found[-1:].isascii() and found and known[0].isascii() else ""
                    found, words = f"{found}{gap}{known}", words[many:]
                    break
            else:
                return None
        return found or None

    def _look_up_english(self, text: str, *, alone: bool) -> str | None:
        lowered = text.lower()
        if text[:1].isupper() and (names := self.glossary.pairs.get(lowered)):
            return sorted(names, key=lambda one: (len(one), one))[0]
        if text[:1].isupper() and (place := self._place_in_chinese(text)):
            return place
        measures = load_words().measures
        for form in (lowered, lowered.removesuffix("s"), f"{lowered}s"):
            if form in measures:
                return measures[form]
        if alone and text[:1].isupper():
            return text
        return None if is_stop_word(lowered) else self._choose_chinese(tuple(lowered.split()))

    def _place_in_chinese(self, name: str) -> str | None:
        keys = load_places().english.get(name) or find_city(name.lower())
        names = [key for key in keys or () if _HAN.search(key) and "+" not in key]
        best = max(names, key=lambda one: (_often(one), one), default=None)
        return f"{best}区" if best and not knows(best) and knows(f"{best}区") else best

    def _choose_chinese(self, words: tuple[str, ...]) -> str | None:
        known = translate_english(words) or translate_english(
            (*words[:-1], words[-1].removesuffix("s"))
        )
        said = [word for word in known if len(word) > 1 and word in self.chinese]
        fit = [word for word in said if not is_proper_noun(word)]
        return max(fit, key=lambda word: (self.chinese.count(word), _often(word)), default=None)

    def _to_english(self, phrase: str) -> str | None:
        if not _HAN.search(phrase):
            return phrase.strip()
        if phrase in load_words().chinese:
            return _capitalise(load_words().chinese[phrase])
        if phrase.startswith("在"):
            return _join("in ", "", self._to_english(phrase[1:]))
        parts = [part for part in phrase.split("的") if part]
        if len(parts) > 2:
            return None
        if len(parts) == 2:
            owner, owned = (self._words_to_english(part) for part in parts)
            return _join(f"the {owned}" if owned else None, " of ", owner)
        return self._words_to_english(phrase)

    def _words_to_english(self, text: str) -> str | None:
        """Names first, owning what follows: 重庆地区生产总值 is Chongqing's GDP."""
        names: list[str] = []
        words: list[str] = []
        while text:
            found = self._look_up_chinese(text)
            if found is None:
                return None
            length, word, is_name = found
            (names if is_name and not words else words).append(word)
            text = text[length:]
        owner, owned = " ".join(names), " ".join(words)
        return f"{owner}'s {owned}" if owner and owned else owner or owned

    def _look_up_chinese(self, text: str) -> tuple[int, str, bool] | None:
        """The longest word that a text begins with and that is known; whether it is a name."""
        for length in range(min(_LONGEST, len(text)), 1, -1):
            part = text[:length]
            if names := self.glossary.pairs.get(part):
                return length, sorted(names, key=lambda one: (len(one), one))[0], True
            if part in load_words().chinese:
                return length, _capitalise(load_words().chinese[part]), False
            if is_place(part) and is_proper_noun(part) and (name := self._name_place(part)):
                return length, name, True
        latin = re.match(r"[A-Za-z][\w&.-]*", text)
        if latin:
            return latin.end(), latin.group(), True
        word = next(iter(jieba.cut(text)), "")
        english = self._choose_english(word) if len(word) > 1 else None
        return (len(word), english, False) if english else None

    def _name_place(self, word: str) -> str | None:
        known = [" ".join(words) for words in translate_chinese(word) if len(words) <= 2]
        said = [name for name in known if re.search(rf"\b{re.escape(name)}\b", self.english)]
        spoken = "".join(lazy_pinyin(word))
        own = [name for name in known if name == spoken or not spoken.startswith(name)]
        best = min(said or own, key=lambda name: (name == spoken, len(name), name), default="")
        return best.title() or None

    def _choose_english(self, word: str) -> str | None:
        known = sorted({" ".join(words) for words in translate_chinese(word)})
        said = [one for one in known if re.search(rf"\b{re.escape(one)}\b", self.english)]
        best = max(said, key=lambda one: (self.english.count(one), -len(one)), default=None)
        return best.title() if best and is_proper_noun(word) else best and _capitalise(best)


def build_translator(nodes: Iterable[TextNode]) -> Translator:
    """By the names and the texts of a collection's chunks."""
    texts = [node.text for node in nodes]
    shown = {pair for text in texts for pair in find_pairs(text)}
    whole = "\n".join(texts)
    return Translator(build_glossary((), shown), whole.lower(), whole)


def _join(first: str | None, joint: str, last: str | None) -> str | None:
    return None if first is None or last is None else f"{first}{joint}{last}"


def _often(word: str) -> int:
    return int(jieba.get_FREQ(word) or 0)


def _capitalise(measure: str) -> str:
    """Abbreviations in capitals: the table has all words in lower case."""
    return re.sub(r"\b(?:gdp|r&d|ai|it)\b", lambda match: match.group().upper(), measure)
