"""Clauses of a sentence: where one statement ends and another begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extract.nlp.cues import Cue
from extract.nlp.model import Sentence


def split_clauses(sentence: Sentence, cues: Sequence[Cue]) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the clauses of ``sentence``; ``cues`` are its triggers.

    A clause begins at a trigger of the list ``clause`` ("although", "whereas", ";").
    """
    begin = sentence.start
    for cue in cues:
        if cue.group == "clause" and cue.start > begin:
            yield begin, cue.start
            begin = cue.start
    yield begin, sentence.end
