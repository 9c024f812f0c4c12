"""Relatives: facts of the mother, a brother or the family history that are not the patient's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extract.nlp.cues import Cue
from extract.nlp.model import Patient, Sentence

_ADULT = 12.0  # years from which a female patient may herself be "the mother"
_REPORTS = re.compile(
    r"\s*(?:(?:also|then|had|has|was|who|and father|and mother|later|initially)\s)*(?:report\w*|said|sa[iy]\w*"
    r"|stat\w*|notic\w*|not(?:ed|iced)|gave|den(?:y|ied)|brought|describ\w*"
    r"|consent\w*|administer\w*|mention\w*|observ\w*|found (?:him|her)|recall\w*|deni\w*|refus\w*|declin\w*"
    r"|agreed|sought|took (?:him|her)|present at|witness\w*|call\w*|confirm\w*"
    r"|reveal\w*|told|claim\w*|complain\w*|interview\w*|inform\w*|request\w*|decid\w*|at (?:the )?bedside"
    r"|noticed|for\b)",
    re.IGNORECASE,
)
_HEALTH = re.compile(
    r"\b(?:had|has|have|was|were|is|are|with|died|suffer\w*|diagnos\w*|tak(?:es|ing)|treated|tested|show\w*"
    r"|receiv\w*|underwent|level|carri\w*|affected|positive|negative)\b",
    re.IGNORECASE,
)
_NEXT_STATEMENT = re.compile(r"[,;]\s(?:and\s)?(?:he|she|the patient|was|had|presented|laboratory)\b", re.IGNORECASE)
_OTHER_SUBJECT = re.compile(r"\b(?:he|she|patient|was|were|is|had|has|by|with|from|to|of|and)\s", re.IGNORECASE)
_LEADS = 45
_NEAR = 40
_OWNERS = re.compile(r"\bfamily history\b(?!\s(?:was|is)\s(?:un|non|not))", re.IGNORECASE)


def family_spans(
    text: str, sentence: Sentence, cues: Sequence[Cue], patients: Sequence[Patient]
) -> Iterator[tuple[int, int]]:
    """Yield the stretches of ``sentence`` that tell of relatives.

    A relative who opens the sentence is what it is about, unless she only reports ("her mother noticed ...").
    "The mother" is no relative where a patient of the article is a grown woman, nor is a relative whom the
    article introduces as a patient.
    """
    clauses = [sentence.start, *(c.start for c in cues if c.group == "clause" and c.start > sentence.start)]
    for cue in cues:
        if cue.group != "kin.noun" or _is_patient(text, cue, patients):
            continue
        after = text[cue.end : min(cue.end + 60, sentence.end)].lstrip("’'s ")
        if _REPORTS.match(after) or not _HEALTH.search(after):
            continue
        begin = max(c for c in clauses if c <= cue.start)
        leads = cue.start - begin <= _LEADS and not _subject_before(text, begin, cue.start)
        if leads:
            stop = next((c for c in clauses if c > cue.end), sentence.end)
            yield begin, stop
    for cue in cues:
        if cue.group == "subject.family" and _OWNERS.match(text, cue.start):
            stop = next((c for c in clauses if c > cue.end), sentence.end)
            yield cue.start, min(stop, _first_verb(text, cue.end, stop))


def _first_verb(text: str, start: int, stop: int) -> int:
    """Return where the next statement begins after "family history of ...": at a comma or semicolon."""
    match = re.search(
        r"[,;]\s(?:and\s)?(?:he|she|the patient|was|had|presented|laboratory)\b", text[start:stop], re.IGNORECASE
    )
    return start + match.start() if match is not None else stop


def _subject_before(text: str, begin: int, stop: int) -> bool:
    """Tell whether another subject and its verb stand before the relative: "he was brought by his mother"."""
    return (
        re.search(r"\b(?:he|she|patient|was|were|is|had|has|by|with|from|to|of|and)\s", text[begin:stop], re.IGNORECASE)
        is not None
    )


def _is_patient(text: str, cue: Cue, patients: Sequence[Patient]) -> bool:
    """Tell whether the relative is a patient of the article: introduced as one, or the woman who gave birth."""
    word = text[cue.start : cue.end].lower()
    for patient in patients:
        grown = patient.sex != "male" and (patient.age_years or 0) >= _ADULT
        owned = (
            text[max(cue.start - 4, 0) : cue.start].lower() in ("his ", "her ")
            or text[cue.start - 2 : cue.start] == "s "
        )
        if word in ("mother", "fetus", "foetus", "donor") and grown and not owned:
            return True
        introduction = text[max(patient.start - _NEAR, 0) : patient.end]
        if patient.end > patient.start and re.search(rf"\b{word}\b(?!’|')", introduction, re.IGNORECASE):
            return True
    return False
