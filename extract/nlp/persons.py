"""Persons that a text introduces: the words around an age that tell the sex, and whether a relative is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.nlp.ages import AgeMention
from extract.nlp.cues import Cue

FEMALE, MALE = "female", "male"
_WINDOW_LEFT, _WINDOW_RIGHT = 70, 90


@dataclass(frozen=True, slots=True)
class Introduction:
    """A person introduced with an age or as "a woman".

    Attributes
    ----------
    start, end : the words that introduce, article included.
    new : an indefinite article or "another", "second" opens them: a person not spoken of before.
    leads : they stand at the beginning of their sentence.
    kin : a relative of somebody ("his 30-year-old brother").
    animal : the species, where it is no human being.
    """

    start: int
    end: int
    sentence: int
    age: AgeMention | None
    sex: str
    new: bool
    leads: bool
    kin: bool
    animal: str = ""


_STOP_RIGHT = re.compile(
    r"[;:]|\.\s|\b(?:who|whose|with|presented|was|had|is|has|came|underwent|complained"
    r"|of\b(?!\sage)|from|in|to)\b"
)
_OPENING = re.compile(
    r"(?:\b(?P<new>an?|another|one|two|the\s(?:first|second|third|fourth|fifth|other)|second|third|fourth|fifth"
    r"|first)\b"
    r"|\b(?P<known>the|this|our|his|her)\b)(?:\s+(?!who\b|with\b|was\b)[\w,’'()-]+){0,7}\s*[(,]?\s*$",
    re.IGNORECASE,
)
_LEAD_CHARS = 60


def introduce(text: str, bounds: tuple[int, int], sentence: int, age: AgeMention, cues: Sequence[Cue]) -> Introduction:
    """Return the person whose age stands at ``age`` in the sentence ``text[slice(*bounds)]``."""
    left_edge = max(bounds[0], age.start - _WINDOW_LEFT)
    left = text[left_edge : age.start]
    right_edge = min(bounds[1], age.end + _WINDOW_RIGHT)
    stop = _STOP_RIGHT.search(text, age.end, right_edge)
    right_end = stop.start() if stop is not None else right_edge
    sexes = [c for c in cues if c.group in ("sex.female", "sex.male") and left_edge <= c.start < right_edge]
    after = [c for c in sexes if age.end - 12 <= c.start < max(right_end, age.end + 1)]
    before = [c for c in sexes if c.end <= age.start]
    nearest = after[0] if after else before[-1] if before else None
    sex = nearest.group.removeprefix("sex.") if nearest is not None else _written_sex(text, age, left)
    opening = _OPENING.search(left)
    start = left_edge + opening.start() if opening is not None else age.start
    kin = any(
        c.group in ("kin.noun", "subject.family") and max(start - 12, bounds[0]) <= c.start < right_end for c in cues
    )
    return Introduction(
        start,
        max(age.end, nearest.end if nearest is not None and nearest.start >= age.end - 12 else age.end),
        sentence,
        age,
        sex,
        (opening is not None and opening["new"] is not None) or (opening is None and age.start - bounds[0] < 4),
        start - bounds[0] <= _LEAD_CHARS,
        kin,
        _animal(text, (start, right_end), cues),
    )


_LETTER = re.compile(r"\s?(?:[A-Z]{2}\s)?(?P<sex>[MF])(?=[\s,.])(?!\.[A-Z])")
_TITLE = re.compile(r"\b(?P<title>Mr|Mrs|Ms|Miss)\b\.?\s[A-Z]")


def _written_sex(text: str, age: AgeMention, left: str) -> str:
    """Return the sex by a letter behind the age ("45 y/o M") or a title before it ("Mr. X, 58 years old")."""
    letter = _LETTER.match(text, age.end)
    if letter is not None:
        return MALE if letter["sex"] == "M" else FEMALE
    title = _TITLE.search(left)
    return "" if title is None else MALE if title["title"] == "Mr" else FEMALE


def _animal(text: str, bounds: tuple[int, int], cues: Sequence[Cue]) -> str:
    """Return the animal that the introduction names, "" where it names a human being or none."""
    inside = [c for c in cues if bounds[0] <= c.start < bounds[1]]
    if any(c.group == "person.human" for c in inside):
        return ""
    return next((text[c.start : c.end] for c in inside if c.group == "person.animal"), "")
