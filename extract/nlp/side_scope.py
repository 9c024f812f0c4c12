"""The side of a muscle where none is said with it: what governs it in the sentence, the paragraph, the article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from extract.nlp.extensions import within
from extract.nlp.model import Sentence
from extract.nlp.movements import Target
from extract.nlp.sides import SideCue, side_before, side_cues
from extract.nlp.targets import limb_of
from extract.rules.lexicon import Mention

_PLURAL_LIMB = re.compile(r"(?:limbs|legs|arms|extremities|hands|feet)$", re.I)
_ON_THE = re.compile(r"\b(?:on|of) (?:the|his|her)\s$", re.I)
_SIDED = re.compile(
    r"(?:[- ]sided?)?\s(?:\w+\s){0,2}(?:weakness|strength|power|\w+plegia|\w+paresis|paralysis)|\ssides?\b|(?: side)?:",
    re.I,
)
_ALIKE = re.compile(r"\b(?:symmetric(?:al|ally)?|equal(?:ly)?)\b", re.I)
_BOTH_SIDES = (
    "all limbs",  "whole body", "proximal muscles", "distal muscles",
    "proximal and distal muscles", "limb girdle muscles", "paraparesis", "tetraparesis",
)  # fmt: skip
_WHOLE = ("upper limb", "lower limb")
_PIECE = 4000  # characters; a longer sentence is a list without full stops, read piece by piece
_BACK = 3  # sentences of the same paragraph in which a side or region said before still governs
_SURE = 0.85  # share of an article's mentions of a side above which it speaks of that side alone


def bounded(text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences, overlong ones cut at a comma or blank, so that work per sentence is bounded."""
    found: list[Sentence] = []
    for sentence in sentences:
        start = sentence.start
        while sentence.end - start > _PIECE:
            cut = max(text.rfind(", ", start, start + _PIECE), text.rfind("; ", start, start + _PIECE))
            cut = cut if cut > start else start + _PIECE
            found.append(replace(sentence, start=start, end=cut))
            start = cut
        found.append(sentence if start == sentence.start else replace(sentence, start=start))
    return found


@dataclass(frozen=True, slots=True)
class _Linked:
    """A side said of a limb (``upper`` or ``lower``; empty for any); ``whole``: of the limb, not of a part of it."""

    place: int
    side: str
    limb: str
    whole: bool = False

    def fits(self, limb: str) -> bool:
        """Tell whether it may govern a muscle of ``limb``: "left hand" does not tell the side of a hip."""
        return not limb or not self.limb or self.limb == limb


class SideScope:
    """Answers for one text which side governs a target that has none of its own."""

    def __init__(self, text: str, sentences: list[Sentence], mentions: list[Mention]) -> None:
        self.sentences = sentences
        self._text = text
        self._mentions = mentions
        self._seen: dict[int, list[_Linked]] = {}

    def side(self, target: Target, index: int, here: int) -> str:
        """Return the side of ``target`` of sentence ``index``, whose fact begins at ``here``."""
        if target.axial:
            return "unspecified"
        if target.plural or target.name in _BOTH_SIDES:
            return "bilateral"
        sentence = self.sentences[index]
        limb = limb_of(target.group)
        before = [one.side for one in self._linked(index) if one.place < here and one.fits(limb)]
        return (
            (before[-1] if before else "")
            or ("bilateral" if target.group in _WHOLE and self._alike(sentence, here) else "")
            or self._only(index, *self._clause(sentence, here), target)
            or self._both_follow(index, here)
            or self._only(index, sentence.start, sentence.end, target)
            or self._earlier(index, limb)
            or (self._paretic if target.kind == "region" else "")
            or self._of_article
            or "unspecified"
        )

    def unnamed(self, index: int) -> str:
        """Return the side of a strength of which sentence ``index`` names no muscle."""
        sentence = self.sentences[index]
        return (
            self._only(index, sentence.start, sentence.end)
            or self._earlier(index, "")
            or self._of_article
            or "unspecified"
        )

    def just_before(self, index: int, here: int) -> SideCue | None:
        """Return the one side that the clause before ``here`` names: "on the left, it was 5/5"."""
        start, _ = self._clause(self.sentences[index], here)
        cues = [c for c in side_cues(self._text, start, here) if _tells_side(self._text, start, c)]
        return cues[0] if len(cues) == 1 else None

    def _linked(self, index: int) -> list[_Linked]:
        """Return the sides that a sentence says of muscles or limbs, and its "on the left", in text order."""
        if index not in self._seen:
            text, start, end = self._text, self.sentences[index].start, self.sentences[index].end
            found = []
            for mention in within(self._mentions, start, end):
                limb = limb_of(mention.entry["group"])
                cue = side_before(text, start, mention.start)
                if cue is not None:
                    found.append(_Linked(cue.start, cue.side, limb, mention.entry["group"] in _WHOLE))
                elif _PLURAL_LIMB.search(mention.text) or mention.name in ("paraparesis", "tetraparesis"):
                    found.append(_Linked(mention.start, "bilateral", limb))
            taken = {one.place for one in found}
            found += [
                _Linked(cue.start, cue.side, "")
                for cue in side_cues(text, start, end)
                if cue.start not in taken and _tells_side(text, start, cue)
            ]
            self._seen[index] = sorted(found, key=lambda one: one.place)
        return self._seen[index]

    def _alike(self, sentence: Sentence, here: int) -> bool:
        """Tell whether the clause around ``here`` says that both sides are alike."""
        return _ALIKE.search(self._text, *self._clause(sentence, here)) is not None

    def _clause(self, sentence: Sentence, here: int) -> tuple[int, int]:
        """Return the part of a sentence between semicolons in which ``here`` lies."""
        start = self._text.rfind(";", sentence.start, here) + 1 or sentence.start
        end = self._text.find(";", here, sentence.end)
        return start, end if end >= 0 else sentence.end

    def _only(self, index: int, start: int, end: int, target: Target | None = None) -> str:
        """Return the one side that a stretch names; that of a hand says nothing of a hip, that of an arm of a leg."""
        found = [one for one in self._linked(index) if start <= one.place < end]
        sides = {one.side for one in found}
        if len(sides) != 1:
            return ""
        limb = limb_of(target.group) if target is not None else ""
        whole = target is not None and target.group in _WHOLE
        return sides.pop() if any(one.fits(limb) or (whole and one.whole) for one in found) else ""

    def _both_follow(self, index: int, here: int) -> str:
        """Return ``bilateral`` where the next side behind a fact is "on both sides": it governs the list before it."""
        after = next((one for one in self._linked(index) if one.place >= here), None)
        text = self._text[after.place : after.place + 12].lower() if after is not None else ""
        return "bilateral" if text.startswith(("bilaterally", "both sides")) else ""

    def _earlier(self, index: int, limb: str) -> str:
        block = self.sentences[index].block
        for i in range(index - 1, max(-1, index - 1 - _BACK), -1):
            if self.sentences[i].block != block:
                return ""
            sides = {one.side for one in self._linked(i) if one.fits(limb)}
            if sides:
                return sides.pop() if len(sides) == 1 else ""
        return ""

    @cached_property
    def _paretic(self) -> str:
        """The side of the hemiparesis where the article names one side only."""
        sides = {cue.side for cue in self._cues("hemiparesis")}
        return sides.pop() if len(sides) == 1 else ""

    @cached_property
    def _of_article(self) -> str:
        """The side on which the whole article speaks of limbs, where it is nearly always the same."""
        counts = {"left": 0, "right": 0, "bilateral": 0}
        for cue in self._cues(""):
            counts[cue.side] += 1
        side = max(counts, key=lambda name: counts[name])
        total = sum(counts.values())
        return side if total >= 2 and counts[side] >= _SURE * total else ""

    def _cues(self, name: str) -> list[SideCue]:
        found = [side_before(self._text, max(0, m.start - 40), m.start) for m in self._mentions if name in ("", m.name)]
        return [cue for cue in found if cue is not None]


def _tells_side(text: str, start: int, cue: SideCue) -> bool:
    """Tell whether a side word away from a limb says where: "bilaterally", "on the left", "right-sided palsy"."""
    return (
        text[cue.start : cue.end].lower() == "bilaterally"
        or _ON_THE.search(text[max(start, cue.start - 8) : cue.start]) is not None
        or _SIDED.match(text[cue.end : cue.end + 40]) is not None
    )
