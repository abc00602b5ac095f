"""A question taken apart as far as a follow-up to it needs that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.figures import figure_type
from assistant.glossary import Glossary
from assistant.scope import Language
from assistant.slots import Slot, find_slots
from assistant.text.language import detect_language
from assistant.text.terms import expand_word, split_words, stem

# Words of a follow-up that say nothing of what it asks about.
_FILLING = frozenset(
    "say says said tell compare compared exactly precisely precise instead same end beginning year "
    "which one ok okay so but as for be 说 说法 怎么 怎么说 具体 到底 究竟 确切 换成 如果 会 要 又 "
    "同样 数字 数 情况 年底 年初 截至 截止 报告 称 的话 呢 再 说说 那么 那 还有 以及 另外 然后 "
    "怎么样 如何".split()
)
_GENITIVE = re.compile(r"^['’]s?(?=\s)")


@dataclass(frozen=True)
class Asked:
    """A question taken apart as far as a follow-up needs it."""

    text: str
    glossary: Glossary

    @cached_property
    def language(self) -> Language:
        return "zh" if detect_language(self.text) == "zh" else "en"

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return find_slots(self.text, self.glossary)

    @cached_property
    def kinds(self) -> frozenset[str]:
        return figure_type(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words that are no time, place or name, and say something."""
        return [word for word in split_words(self.without_slots()) if word not in _FILLING]

    @cached_property
    def stems(self) -> frozenset[str]:
        own = split_words(self.text)
        forms = [form for word in own for form in expand_word(word)]
        return frozenset([*map(stem, own), *(term for form in forms for term in form)])

    def without_slots(self) -> str:
        text = self.text
        for slot in reversed(self.slots):
            start, end = slot.reach
            text = f"{text[:start].rstrip()} {_GENITIVE.sub('', text[end:]).lstrip()}"
        return text.strip()

    def lacks(self, words: Sequence[str]) -> list[str]:
        """Those of some words that aren't here, in either language."""
        return [word for word in words if not self._holds(word)]

    def _holds(self, word: str) -> bool:
        forms = [*expand_word(word), (stem(word),)]
        if any(self.stems.issuperset(form) for form in forms):
            return True
        # Words are cut at other places in another question: 会缺 holds no more than 缺.
        said = "" if word.isascii() else "".join(char for char in word if char not in _FILLING)
        return bool(said) and said in self.text
