"""Whether a source says what a claim says in words: its names, its speaker, its yes or no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.answer import Language
from assistant.figures import find_figures
from assistant.glossary import NO_NAMES, Glossary
from assistant.naming import (
    Lexicon,
    Name,
    build_lexicon,
    find_chinese_words,
    find_latin_names,
    find_names,
    holds_name,
    holds_speaker,
    share_held,
    spell_names,
)
from assistant.text.dictionary import knows
from assistant.text.language import detect_language
from assistant.text.script import simplify
from assistant.text.terms import is_stop_word

CLAIM_FLOOR = 0.5
"""Share of a claim's words that a source has to hold where no figure ties the two."""

_META = ("organisation", "author", "publisher", "title", "document_title", "head")
_ITEM_END = re.compile(r"[,，、;；\n]|\band\b|和|与|以及")
_ALIAS = re.compile(r"[()（）]")
_LIES_ON = re.compile(
    r"\b(?:on|along|by|near|beside)\sthe\s(?:(?:upper|lower|middle)(?:\sreaches of the|\sriver)?"
    r"|river|banks of the)\s\Z",
    re.IGNORECASE,
)
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Who says so is looked for apart: its frame, "according to …'s report of 2021", states nothing.
_FRAME = re.compile(
    r"^\s*(?:according to|per|as (?:stated|reported|cited|quoted) (?:by|in))\s"
    r"[^,:，：;；\n]{1,60}[,:，：]"
    r"|^\s*(?:据|根据|按照)[^,:，：;；\n]{1,40}[,:，：]",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not(?! only)|never|no(?! (?:more|less|fewer|later) than|\.)|without|cannot|neither|nor"
    r"|fail(?:s|ed)? to|refus(?:es|ed) to)\b|n['’]t\b"
    r"|(?<![并])不(?![少超到足仅断同过但错久锈])|没有|未(?![来])|并非|无法|从未|毫无",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLAIN_WORD = re.compile(r"(?<![\w])[a-z]{2,}(?!\w)")
_SENTENCE_WORDS, _SENTENCE_HAN, _FEW_WORDS = 5, 8, 3  # what is longer is no name or unit
_CLAUSE = re.compile(r"[,;:，；：。.!?]\s|[，；：。]")
_SPEAKER = re.compile(
    r"(?i:\baccording to|\bper|\bas (?:stated|reported|cited|quoted) by)\s+([A-Z][\w&'’. -]{1,40})"
    r"|\b(?i:according to|as (?:stated|reported) by)\s+([\u4e00-\u9fff][\u4e00-\u9fff·]{1,30})"
    r"|^\s*([A-Z][\w&'’. -]{1,40}?)\s*(?:\((?:19|20)\d\d\))?\s*"
    r"(?:[:：]|\b(?:says|said|states|stated|reports|reported|writes|wrote|notes|noted|argues|claims"
    r"|estimates|puts|gives)\b)"
    r"|(?:据|根据|按照)\s*([A-Za-z&\u4e00-\u9fff ]{2,16}?)(?:的)?(?:报告|数据|称|说|，)"
    r"|^\s*([A-Za-z&\u4e00-\u9fff ]{2,16}?)(?:的报告)?(?:称|说|表示|指出|认为|写道|[:：])",
    re.MULTILINE,
)


def build_context(text: str, metadata: Mapping[str, Any], glossary: Glossary = NO_NAMES) -> Lexicon:
    """The words of a passage, and of what is known about it; its names in both languages where a
    glossary has them."""
    known = " . ".join(str(metadata.get(key) or "") for key in _META)
    return build_lexicon(spell_names(f"{known} . {text}", glossary))


def find_missing_item(claim: str, lexicon: Lexicon) -> str | None:
    """The first item of a claim (a name, an entry of a list) that a source doesn't hold."""
    said = without_figures(_FRAME.sub("", claim, count=1) or claim)
    items = [item.strip() for item in _ITEM_END.split(said)]
    shares = [(item, _share(item, lexicon)) for item in items if _words(item)]
    if not shares:
        return None
    mean = sum(share for _, share in shares) / len(shares)
    item, _ = min(shares, key=lambda pair: pair[1])
    if mean < CLAIM_FLOOR:
        return item
    return next((one for one, share in shares if not share and _is_tellable(one, lexicon)), None)


def _is_tellable(item: str, lexicon: Lexicon) -> bool:
    """Whether a source in another language could be seen to hold an item: nobody knows how a
    foreign name is written in characters that no dictionary has."""
    same = bool(_HAN.search(lexicon.text))
    return same or all(word.latin or knows(word.text) for word in _words(item))


def without_figures(claim: str) -> str:
    for figure in reversed(find_figures(claim)):
        claim = claim[: figure.span[0]] + " " + claim[figure.span[1] :]
    return claim


def _share(item: str, lexicon: Lexicon) -> float:
    """Of an item with an alias in brackets, the better of the two counts."""
    aliases = [alias for alias in _ALIAS.split(item) if _words(alias)]
    return max((share_held(_words(alias), lexicon) for alias in aliases), default=0.0)


def _words(item: str) -> list[Name]:
    latin = [Name(match.group(), match.span(), True) for match in _LATIN_WORD.finditer(item)]
    kept = [name for name in latin if not is_stop_word(name.text.lower())]
    return [*kept, *find_chinese_words(item)]


def find_strange_name(
    claim: str, question: str, lexicons: Sequence[Lexicon], *, voiced: bool = True
) -> str | None:
    """A name of the claim that no source has; one of the question's only if none of its names is
    there, for a source may call a thing otherwise; of one whose voice isn't known, none."""
    for item in _ITEM_END.split(without_figures(claim)):
        if strange := _strange_in(item, simplify(question.lower()), lexicons):
            return strange
    asked = [name for name in find_latin_names(question) if not _locates(question, name)]
    if voiced and asked and not any(_held(name, lexicons) for name in asked):
        latin = any(detect_language(lexicon.text) == "en" for lexicon in lexicons)
        return asked[0].text if latin else None
    return None


def _locates(question: str, name: Name) -> bool:
    """Whether a name only says where something lies: "the city on the upper Rhine"."""
    return bool(_LIES_ON.search(question[: name.span[0]]))


def _strange_in(item: str, question: str, lexicons: Sequence[Lexicon]) -> str | None:
    """Of names of both scripts that explain each other in brackets one is enough."""
    lost: list[Name] = []
    kept: list[Name] = []
    for name in (name for alias in _ALIAS.split(item) for name in find_names(alias)):
        if name.text.lower() not in question:
            (kept if _held(name, lexicons) else lost).append(name)
    explained = _ALIAS.search(item) and {name.latin for name in kept}
    strange = [name.text for name in lost if not explained or explained == {name.latin}]
    return strange[0] if strange else None


def _held(name: Name, lexicons: Sequence[Lexicon]) -> bool:
    plain = name._replace(text=name.text.rstrip("0123456789") or name.text)
    return any(holds_name(name, one) or holds_name(plain, one) for one in lexicons)


def denies_otherwise(claim: str, quote: str) -> bool:
    """Whether one of the two denies what the other affirms."""
    claim, quote = simplify(claim), simplify(quote)
    denied, denial = _NOT.search(claim), _NOT.search(quote)
    if bool(denied) == bool(denial):
        return False
    if denied:
        return True
    lexicon = build_lexicon(claim)
    clauses = [part for part in _CLAUSE.split(quote) if part and _NOT.search(part)]
    return any(share_held(_words(part), lexicon) >= CLAIM_FLOOR for part in clauses)


def find_other_speaker(
    claim: str,
    metadata: Sequence[Mapping[str, Any]],
    texts: Sequence[str],
    glossary: Glossary = NO_NAMES,
) -> str | None:
    """Whom a claim says to say it, where that is neither the source's organisation or author nor
    named in its text."""
    known = [str(one.get(key) or "") for one in metadata for key in _META]
    lexicon = build_lexicon(spell_names(" . ".join([*known, *texts]), glossary))
    for match in _SPEAKER.finditer(simplify(claim)):
        speaker = str(next(filter(None, match.groups()))).strip()
        if _HAN.match(speaker) and _copies(match) and speaker not in lexicon.text:
            return speaker
        known_names = [Name(name, (0, 0), False) for name in glossary.find(speaker)]
        names = [*find_latin_names(f"x {speaker}"), *filter(_is_chinese, known_names)]
        if names and not any(holds_speaker(name, lexicon) for name in names):
            return speaker
    return None


def _copies(match: re.Match[str]) -> bool:
    """Whether a speaker is named in Chinese within English: as its source has it, then."""
    return bool(_LATIN_WORD.match(match.group()))


def _is_chinese(name: Name) -> bool:
    return bool(_HAN.search(name.text))


def names_owner(owner: str, said: Lexicon) -> bool:
    """Whether words name an organisation, by its first word that tells it apart."""
    names = find_latin_names(f"x {owner}") or [Name(owner, (0, len(owner)), False)]
    return holds_name(names[0], said)


def is_in_other_language(own: str, language: Language | None) -> bool:
    """Whether the claim's own words, figures and names aside, are in the other language."""
    han, words = len(_HAN.findall(own)), len(_PLAIN_WORD.findall(own))
    if language == "zh":
        return not han and words >= _SENTENCE_WORDS
    return language == "en" and han >= _SENTENCE_HAN and words < _FEW_WORDS
