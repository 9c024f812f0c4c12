"""Which stretch of the text is about which patient: "Case 2", "the second patient", and what follows them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.nlp.model import BlockKind, Sentence

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "first": 1, "second": 2, "third": 3, "fourth": 4,
    "fifth": 5, "sixth": 6, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "a": 1, "b": 2, "c": 3, "d": 4,
}  # fmt: skip
_LABEL = re.compile(
    r"\b(?:(?:case|patient|proband|infant|twin)s?\s(?:report\s|no\.?\s|number\s|#)?(?P<n>\d{1,2}|[IVX]{1,4}|one"
    r"|two|three|four|five|six"
    r"|(?<=[Tt]win\s)[AB])(?![\w/%.]*\d|\s(?:of|years?|months?|weeks?|days?)\b)"
    r"|(?:the\s|our\s|a\s|in\s)?(?P<o>first|second|third|fourth|fifth|sixth)\s(?:case|patient|twin|sibling|infant)\b)",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(r"(?:,|\swas|\sis)\san?\s")  # "Twin B was a ..."
_MOST = 12


@dataclass(frozen=True, slots=True)
class Label:
    """A mention of a numbered patient; ``opens`` tells that it heads a block or opens a paragraph."""

    start: int
    end: int
    number: int
    text: str
    opens: bool


def find_labels(text: str, found: Iterable[Sentence]) -> list[Label]:
    """Return the numbered patients named outside references, in text order."""
    labels: list[Label] = []
    block = -1
    for sentence in found:
        opens_block, block = sentence.block != block, sentence.block
        if sentence.section == "references":
            continue
        for match in _LABEL.finditer(text, sentence.start, sentence.end):
            word = (match["n"] or match["o"]).lower()
            number = int(word) if word.isdigit() else _NUMBERS.get(word, 0)
            if not 0 < number <= _MOST:
                continue
            opens = (
                sentence.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH)
                and sentence.section in ("case", "", "abstract", "title")
                and _opens(text, sentence, match, opens_block)
            )
            labels.append(Label(match.start(), match.end(), number, match.group(), opens))
    return labels


def _opens(text: str, sentence: Sentence, match: re.Match[str], opens_block: bool) -> bool:
    if match.start() - sentence.start > 12:  # "... was removed Case 2: a 45-year-old man"
        return text[match.end() : match.end() + 1] == ":" and text[match.start() - 1 : match.start()] == " "
    if match["o"] or _INTRODUCES.match(text, match.end(), sentence.end):
        return True
    return opens_block or text[match.end() : match.end() + 2].strip()[:1] in (":", ".", "-", "–", "—", "(")


@dataclass(frozen=True)
class CaseIndex:
    """The patient's number at each place of the text."""

    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    @classmethod
    def build(
        cls, text: str, found: Sequence[Sentence], stories: Sequence[tuple[str, int]], labels: Sequence[Label]
    ) -> CaseIndex:
        """Return the index; ``stories`` are label and first character of each patient's story, in order."""
        if len(stories) < 2:
            return cls((), ())
        changes: list[tuple[int, int]] = [(begin, number) for number, (_, begin) in enumerate(stories, 1)]
        order = _label_numbers(stories)
        last_block, in_story = -1, True
        first = min(begin for begin, _ in changes)
        by_start = dict(changes)
        points: list[tuple[int, int]] = []
        running = 1
        k = 0
        for sentence in found:
            in_story = sentence.section in ("case", "", "abstract", "title") and sentence.kind in (
                BlockKind.PARAGRAPH, BlockKind.HEADING,
            )  # fmt: skip
            if sentence.start in by_start:
                running = by_start[sentence.start]
            elif not in_story and sentence.block != last_block:
                points.append((sentence.start, 1))
            elif in_story and sentence.block != last_block and sentence.start >= first:
                points.append((sentence.start, running))
            last_block = sentence.block
            if sentence.start in by_start:
                points.append((sentence.start, running))
            while k < len(labels) and labels[k].start < sentence.end:
                label = labels[k]
                k += 1
                number = order.get(label.number)
                if number is None or label.start < sentence.start:
                    continue
                place = sentence.start if label.start - sentence.start < 40 else label.start
                points.append((place, number))
                if label.opens and in_story:
                    running = number
                elif not label.opens and in_story:
                    points.append((sentence.end, running))
        points.sort(key=lambda p: p[0])
        return cls(tuple(p[0] for p in points), tuple(p[1] for p in points))

    def at(self, position: int) -> int:
        """Return the number of the patient at ``position``; 1 before any is introduced."""
        i = bisect_right(self.starts, position) - 1
        return self.numbers[i] if i >= 0 else 1


def _label_numbers(stories: Sequence[tuple[str, int]]) -> dict[int, int]:
    """Return the patients' numbers by the numbers in their labels; by their order where they have none."""
    numbers: dict[int, int] = {}
    for i, (label, _) in enumerate(stories, 1):
        match = _LABEL.search(label)
        word = (match["n"] or match["o"]).lower() if match is not None else str(i)
        numbers[int(word) if word.isdigit() else _NUMBERS.get(word, i)] = i
    return numbers
