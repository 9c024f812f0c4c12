"""A drug that is stopped without its name: "It was discontinued on day 5", "the infusion was stopped"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.nlp.drug_names import DrugName

_ONE = (
    r"(?:it|this|the (?:drug|medication|medicine|agent|infusion|treatment|therapy|antibiotic)|treatment|therapy|"
    r"(?:its|the) (?:administration|use|infusion))"
)
_ALL = r"(?:they|both|both (?:drugs|agents|antibiotics|medications)|these (?:drugs|agents|antibiotics|medications))"
_STOPPED = re.compile(
    rf"(?:^|[,;]\s|\b(?:but|and|so)\s)(?:(?P<one>{_ONE})|(?P<all>{_ALL}))\s(?:was|were|had to be|has been|have been)\s"
    r"(?:\w+ly\s|then\s|later\s|soon\s|thus\s)?(?:discontinued|stopped|withdrawn|ceased|suspended|tapered off)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class LaterStop:
    """Words that say that a drug named before was stopped, and the names that they can mean."""

    start: int
    end: int
    names: tuple[DrugName, ...]


def says_stopped(text: str, start: int, end: int) -> bool:
    """Tell whether ``text[start:end]`` says of something not named that it was stopped."""
    return _STOPPED.search(text[start:end]) is not None


def find_later_stop(
    text: str, start: int, end: int, own: Sequence[DrugName], before: Sequence[DrugName]
) -> LaterStop | None:
    """Return the first such words of a sentence where it is plain which drug they mean.

    Parameters
    ----------
    own, before : the names of the sentence and of the last one with names. The names ahead of the words in the sentence
        come first; "it" needs one name, "both" and "they" take all.
    """
    found = _STOPPED.search(text[start:end])
    if found is None:
        return None
    place = start + found.start("one" if found["one"] else "all")
    ahead = [name for name in own if name.end <= place] or ([] if own else list(before))
    distinct = {name.name: name for name in ahead}
    wanted = 1 if found["one"] else 2
    if not distinct or (wanted == 1) != (len(distinct) == 1):
        return None
    return LaterStop(place, start + found.end(), tuple(distinct.values()))
