"""Clauses of a sentence: where one statement ends and another begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extract.nlp.cues import Cue
from extract.nlp.model import Sentence

_LEADS = re.compile(r"although|though|whereas|while|because|since|despite|unlike|in contrast", re.IGNORECASE)


def split_clauses(text: str, sentence: Sentence, cues: Sequence[Cue]) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the clauses of ``sentence``; ``cues`` are its triggers.

    A clause begins at a trigger of the list ``clause`` ("although", "whereas", ";"), and at the comma that ends a
    clause with which the sentence opens ("Although we gave none, voriconazole is ...").
    """
    begins = [cue.start for cue in cues if cue.group == "clause"]
    if _LEADS.match(text, sentence.start, sentence.end):
        comma = text.find(", ", sentence.start, sentence.end)
        begins = sorted({*begins, comma} if comma > 0 else begins)
    begin = sentence.start
    for start in begins:
        if start > begin:
            yield begin, start
            begin = start
    yield begin, sentence.end
