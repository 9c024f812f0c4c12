"""Whether a fact holds: present, absent or possible, by trigger phrases with a scope.

The mechanism is that of NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009): a trigger reaches forward
or backward over the sentence until a termination term, another clause or its window ends it. All phrases are data
in rules/context.yaml; pseudo-triggers there ("no increase", "not only") hide triggers inside them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extract.nlp.cues import Cue
from extract.nlp.model import Sentence

PRESENT, ABSENT, POSSIBLE = "present", "absent", "possible"
_WINDOW = 160  # characters that a trigger reaches
_LONGEST = 2 * _WINDOW + 80  # of a scope: window and trigger
_LONGEST_PHRASE = 60
_STOP_WORDS = re.compile(r";|:\s|\.\s")
_CLAUSE_COMMA = re.compile(
    r",\s(?:and\s|but\s)?(?:he|she|they|we)\s\w+|,\s(?:(?:and|but)\s)?(?:the|a|an|she|he|it|there|which|who"
    r"|this|these|we|her|his|patient|both|all)\s(?:\w+\s){0,5}?"
    r"(?:was|were|is|are|had|has|showed|revealed|demonstrated|did|presented|remained|became|developed|received"
    r"|underwent)\b"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A stretch of text in which facts are ``absent`` or ``possible``."""

    start: int
    end: int
    assertion: str


@dataclass(frozen=True)
class AssertionIndex:
    """The scopes of a Doc in text order."""

    sentence_starts: Sequence[int]
    scopes: Sequence[Sequence[Scope]]

    def at(self, start: int, end: int) -> str:
        """Return whether the fact at ``start:end`` is present, absent or possible."""
        i = bisect_right(self.sentence_starts, start) - 1
        found = PRESENT
        scopes = self.scopes[i] if i >= 0 else ()
        for k in range(bisect_right(scopes, start - _LONGEST, key=_start), len(scopes)):
            scope = scopes[k]
            if scope.start > start:
                break
            if end <= scope.end:
                if scope.assertion == ABSENT:
                    return ABSENT
                found = scope.assertion
        return found


def _start(span: Scope | Cue) -> int:
    return span.start


def find_scopes(text: str, sentence: Sentence, cues: Sequence[Cue]) -> list[Scope]:
    """Return the scopes of a sentence; ``cues`` are its triggers."""
    groups = [c for c in cues if c.group.startswith("assert.")]
    if not groups:
        return []
    hidden = [c for c in groups if c.group == "assert.pseudo"]
    stops = [c for c in cues if c.group in ("assert.end", "clause")]
    scopes = []
    for cue in groups:
        kind = cue.group.removeprefix("assert.")
        if kind in ("end", "pseudo") or _is_hidden(cue, hidden) or _is_remark(text, cue):
            continue
        assertion = ABSENT if kind.startswith("absent") else POSSIBLE
        near = stops[
            bisect_left(stops, cue.start - _WINDOW, key=_start) : bisect_left(stops, cue.end + _WINDOW, key=_start)
        ]
        if kind.endswith("_after"):  # the trigger stands after what it denies
            scopes.append(Scope(_left(text, sentence, cue, near), cue.end, assertion))
            continue
        scopes.append(Scope(cue.start, _right(text, sentence, cue, near), assertion))
        if kind.endswith("_around"):  # "was not evident at": its subject stands before it
            scopes.append(Scope(_left(text, sentence, cue, near), cue.end, assertion))
    return sorted(scopes, key=_start)


def _is_remark(text: str, cue: Cue) -> bool:
    """Tell whether "not shown" stands in brackets of its own and speaks of the article."""
    return text[cue.start - 1 : cue.end + 1].lower() == "(not shown)"


def _is_hidden(cue: Cue, hidden: Sequence[Cue]) -> bool:
    """Tell whether the trigger is a part of a pseudo-trigger ("no change")."""
    first = bisect_left(hidden, cue.start - _LONGEST_PHRASE, key=_start)
    last = bisect_left(hidden, cue.end, key=_start)
    return any(cue.end <= h.end for h in hidden[first:last])


def _right(text: str, sentence: Sentence, cue: Cue, stops: Sequence[Cue]) -> int:
    """Return where the scope of a trigger ends that reaches forward."""
    limit = min(sentence.end, cue.end + _WINDOW)
    for match in _boundaries(text, cue.end, limit):
        limit = match
        break
    for stop in stops:
        if cue.end <= stop.start < limit:
            return stop.start
    return limit


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    places = [m.start() for p in (_STOP_WORDS, _CLAUSE_COMMA) for m in p.finditer(text, start, end)]
    depth = 0
    for i in range(start, end):
        if text[i] == "(":
            depth += 1
        elif text[i] == ")":
            depth -= 1
            if depth < 0:  # the trigger stands in brackets: so does its scope
                places.append(i)
                break
    yield from sorted(places)


def _left(text: str, sentence: Sentence, cue: Cue, stops: Sequence[Cue]) -> int:
    """Return where the scope of a trigger begins that reaches backward."""
    last = None
    for match in _LEFT_BOUNDARY.finditer(text, max(sentence.start, cue.start - _WINDOW), cue.start):
        last = match
    begin = max(sentence.start, cue.start - _WINDOW)
    if re.search(r"\b(?:and|but|or)\s(?:(?:was|were|is|are)\s)?$", text[begin : cue.start]):
        return cue.start  # "seen at T11 and not evident at T12" denies what follows alone
    if last is not None:
        begin = last.end()
    for stop in stops:
        if begin <= stop.start and stop.end <= cue.start:
            begin = stop.end
    return begin


_LEFT_BOUNDARY = re.compile(
    r"[;:]\s|\.\s|\b(?:was|were|is|are|showed|revealed|demonstrated|had|detected"
    r"|disclosed)\b[^,;]{3,}?,\s(?:and\s|but\s)?|,\s(?:but|and)\s(?=\w+\s)(?=[^,]*$)"
)
