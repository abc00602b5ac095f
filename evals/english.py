"""English statements of a figure, taken apart.

Only what can be taken apart without doubt is read: a subject, a verb of words.toml, the figure. A
sentence with more to it is left to somebody who can write.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from assistant.figures import Figure, find_figures, kind_of
from assistant.subjects import years_of
from evals.words import Said, Verb, Way, is_level, load_words

_NAME = r"(?:the )?[A-Z][\w&.'’-]*(?: (?:of |the |for |and |& )*[A-Z][\w&.'’-]*){0,5}"
_SAYS = (
    r"(?:says|said|writes|wrote|reports|reported|adds|added|notes|noted|estimates|estimated|finds"
    r"|found|states|stated|expects|expected|announced)"
)
_ACCORDING = re.compile(
    rf"(?:According to|By|In) (?P<who>{_NAME}?)(?:['’]s?)?(?: (?:own |advisory )?"
    r"(?:count|estimates?|figures|papers?|reports?|survey|brief))?(?: (?:of|in) \d{4})?"
    r"(?: \d{4} (?:papers?|reports?|count|survey|brief))?(?: of \d{4})?, "
)
_SAID = re.compile(
    rf"(?P<who>{_NAME}?)(?:['’]s?)?(?: \d{{4}}| own)?(?: (?:papers?|reports?|brief|bulletin))?"
    rf"(?: (?:of|in|from) (?:\w+ )?\d{{4}})? {_SAYS}(?: in (?:\w+ )?\d{{4}})?(?: that|:) "
)
_OPENER = re.compile(
    r"(?P<since>In|By|Since|Until|During|At the end of|By the end of|As of) (?:the )?(?:year )?\Z"
)
_MARK = re.compile(r"(?:[-*•]|\(?\d{1,2}[.)])\s+")
_ADVERB = (
    r"(?:(?:further|again|also|already|only|still|then|alone|together|already|now|even|just) )?"
)
_BOUND = (
    r"(?:(?:a total of|an? (?:estimated|total)|about|around|approximately|roughly|some|nearly"
    r"|almost|close to|more than|over|at least|up to|less than|fewer than|no less than|just"
    r"|as much as|as many as|only|a mere|another|an additional|well over|above)\s)*"
)
_INTEND = r"(?:plan|want|hope|aim|intend|expect|promise)"
_AUX = (
    rf"(?:(?P<aux>has|have|had|will|would|can|could|(?:is|are|was|were)(?: expected| set| due"
    rf"| planned| forecast)? to|(?P<intend>{_INTEND})(?P<third>s)? to) )?"
)
_PRONOUN = re.compile(
    r"(?:it|this|that|these|those|they|their|its|his|her|our|we|i|you|he|she|both|another|such|which"
    r"|there|each|one|some|here|what|and|but|so|or|then|while|as|if|of|another|half|most|many"
    r"|in|by|between|since|during|from|at|on|for|with|after|until|among"
    r"|the (?:company|firm|group|paper|report|plan|other|same|latter|former|rest|first|second))\b",
    re.IGNORECASE,
)
_TANGLED = re.compile(
    r"[,;:()“”\"|]|\b(?:that|which|who|whose|where|when|while|whereas|but|than|because|if|says?"
    r"|said|shall|not|cannot|never|wants?|wrote|is|are|was|were|has|have|had|will|would|can"
    r"|to be)\b",
    re.IGNORECASE,
)
_MEASURE_OF = re.compile(r"^(?P<subject>.+?) (?:had|has|recorded|posted) an? (?P<measure>.+) of$")
_COUNTED = re.compile(
    r"\s(?P<noun>(?!(?:in|at|by|from|of|to|for|with|on|across|over|and|or|a|an|the|per|each|every"
    r"|more|less|higher|lower|above|below|long|wide|high|deep|away|ago|as|against)\b)"
    r"[a-z][a-z-]*(?: (?!(?:in|at|by|from|of|to|for|with|on|across|over|and|or|which|that|between"
    r"|under|during|per|since|until|a|an|the|every|each|this|last|more|worldwide|nationwide|as)\b)"
    r"[a-z][a-z-]*){0,3})"
)
_ENDS = re.compile(
    r"[,;:.!?()“”\"|]|\s[-–—]\s|\s(?:while|whereas|but|which|that|as|against|compared|up|down"
    r"|when|where|because|so|who|making|accounting|including|than)\b"
)
_CLAUSE = re.compile(r"[,;:.!?()“”\"|](?!\d)|\s[-–—]\s|\s(?:while|whereas|but)\b")
_VERBAL = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|own|live|come|came|use[sd]?|work"
    r"|took|take|made|make|went|go|saw|\w{3,}ed)\b"
)
_OF = re.compile(r"\s?of (?P<whole>.+?)(?=(?: (?:in|by|at|since|during|until|across)\b|$))")
_REST = re.compile(
    r"^(?:$|(?:in|at|by|across|on|for|from|with|to|since|until|during|worldwide|abroad)\b)"
)
_BAD_REST = re.compile(r"\b(?:its|their|his|her|this|these|those|it|them|there|same)\b")
_LONGEST_SUBJECT = 14  # words


def read_english(sentence: str, figure: Figure) -> Said | None:
    """The statement of its first figure of a measure; None where it isn't a plain one."""
    start, end = figure.span
    before, after = _MARK.sub("", sentence[:start], count=1), sentence[end:]
    who, before = _cut_speaker(before)
    since, when, before = _cut_opener(before)
    before = re.sub(rf"{_BOUND}\Z", "", before, flags=re.IGNORECASE).rstrip()
    if not before:
        return _read_first(Said("", who=who, when=when, since=since), figure, after)
    said = _read_verb(before)
    if said is None or _PRONOUN.match(said.subject) or _TANGLED.search(said.subject):
        return None
    if not 0 < len(said.subject.split()) <= _LONGEST_SUBJECT or " The " in said.subject:
        return None
    if "respectively" in sentence:
        return None
    said = _read_behind(replace(said, who=who, when=when, since=since), figure, after)
    return said if said is None or _is_whole(said) else None


def _cut_speaker(before: str) -> tuple[str, str]:
    for pattern in (_ACCORDING, _SAID):
        match = pattern.match(before)
        if match and not find_figures(match["who"]):
            return match["who"].removesuffix("'s").removesuffix("’s"), before[match.end() :]
    return "", before


def _cut_opener(before: str) -> tuple[str, Figure | None, str]:
    periods = [one for one in find_figures(before) if years_of(one)]
    match = _OPENER.fullmatch(before[: periods[0].span[0]]) if periods else None
    if match is None:
        return "in", None, before
    return match["since"].lower(), periods[0], before[periods[0].span[1] :].lstrip(" ,")


def _read_first(said: Said, figure: Figure, after: str) -> Said | None:
    """What a clause says of the figure that it begins with: "35 % of households own a car"."""
    stop = _CLAUSE.search(after)
    behind = (after[: stop.start()] if stop else after).strip()
    if figure.unit != "%" and kind_of(figure.unit) != "count":
        return None
    if (stop and stop.group() in '(“"') or behind.endswith(("such", "as")):
        return None
    if not _VERBAL.search(behind) or _BAD_REST.search(behind) or not behind[:1].islower():
        return None
    taken = _take_when(replace(said, verb="", rest=behind))
    return taken if taken and not [f for f in find_figures(taken.rest) if not years_of(f)] else None


def _read_verb(before: str) -> Said | None:
    """Subject and verb of what stands before the figure."""
    if match := _MEASURE_OF.match(before):
        return Said(f"the {match['measure']} of {match['subject']}")
    match = _verb_pattern().match(before)
    if match is None:
        return None
    verb = _forms()[match["verb"]]
    way = _read_way(match["way"] or "", verb)
    if way is None or (way and verb.kind != "moves") or (not way and verb.kind == "moves"):
        return None
    aux = match["aux"] or ""
    if match["intend"]:
        base, aux = f"{match['intend']} to {verb.base}", "does" if match["third"] else "do"
        return Said(match["subject"], base, way, aux=aux)
    if not aux and match["verb"] == verb.base and verb.past != verb.base:
        aux = "do"
    if not aux and match["verb"] not in (verb.past, verb.base, "were"):
        aux = "does"
    if verb.kind == "level" and verb.base == "be" and match["verb"] in ("is", "are"):
        aux = match["verb"]
    return Said(match["subject"], verb.base, way, aux=aux)


@cache
def _verb_pattern() -> re.Pattern[str]:
    forms = sorted(_forms(), key=lambda form: (-len(form), form))
    return re.compile(
        rf"(?P<subject>.+?) {_AUX}{_ADVERB}(?P<verb>{'|'.join(forms)})"
        r"(?: (?P<way>by|to|at|for|up|up to))?\Z"
    )


@cache
def _forms() -> dict[str, Verb]:
    found: dict[str, Verb] = {}
    for verb in load_words().verbs.values():
        third = f"{verb.base}es" if re.search(r"(?:s|ch|sh|x)\Z", verb.base) else f"{verb.base}s"
        third = re.sub(r"(?<=[^aeiou])ys\Z", "ies", third)
        found |= dict.fromkeys((verb.base, third, verb.past, verb.done), verb)
    be = load_words().verbs["be"]
    level = (
        "is",
        "are",
        "was",
        "were",
        "stood",
        "stands",
        "amounted",
        "came",
        "amounts",
        "totaled",
    )
    return found | dict.fromkeys(level, be)


def _read_way(word: str, verb: Verb) -> Way | None:
    """How the figure hangs on its verb; "at" and "for" belong to "stood" and "accounted"."""
    ways: dict[str, Way] = {"": "", "by": "by", "to": "to"}
    if (word == "at" and verb.kind == "level") or (word == "for" and verb.kind == "share"):
        return ""
    if word == "to" and verb.kind == "level":  # amounted to
        return ""
    return ways.get(word)


def _read_behind(said: Said, figure: Figure, after: str) -> Said | None:
    """With what is counted, of what a share is, and where: up to the clause's end."""
    stop = _ENDS.search(after)
    behind = after[: stop.start()] if stop else after
    if stop and stop.group() in '“"|':
        return None
    if kind_of(figure.unit) == "count":
        noun = _COUNTED.match(behind)
        if noun is None and not is_level(said):
            return None
        if noun:
            said, behind = replace(said, counted=noun["noun"]), behind[noun.end() :]
    behind = behind.strip()
    if figure.unit == "%" and (of := _OF.match(behind)):
        said, behind = replace(said, whole=of["whole"].strip()), behind[of.end() :].strip()
    elif of := _OF.match(behind):
        counted = f"{said.counted} of {of['whole']}" if said.counted else of["whole"]
        said, behind = replace(said, counted=counted.strip()), behind[of.end() :].strip()
    return _take_when(replace(said, rest=behind))


def _take_when(said: Said) -> Said | None:
    """The time out of what stands behind the figure."""
    said = replace(said, rest=said.rest.removeprefix("in total").strip())
    periods = [one for one in find_figures(said.rest) if years_of(one)]
    if len(periods) > 1 or (periods and said.when):
        return None
    if not periods:
        return said
    (period,) = periods
    left = said.rest[: period.span[0]]
    match = re.search(r"(?P<since>\w+(?: the end of)?)(?: the)?(?: year)? ?\Z", left)
    since = match["since"] if match else "in"
    rest = f"{left[: match.start()] if match else left} {said.rest[period.span[1] :]}"
    return replace(said, rest=" ".join(rest.split()), when=period, since=since.lower())


def _is_whole(said: Said) -> bool:
    """Whether nothing is left over that hangs in the air."""
    loose = " ".join((said.rest, said.whole, said.counted))
    if _BAD_REST.search(loose) or not _REST.match(said.rest):
        return False
    measures = [one for one in find_figures(f"{said.subject} {loose}") if not years_of(one)]
    return not measures and not (said.counted and is_level(said))
