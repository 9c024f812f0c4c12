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
_KIN_WORD = re.compile(
    r"\b(?:mother|father|sister|brother|son|daughter|wife|husband|donor|cousin|uncle|aunt)\b(?![’'])"
)
_BEARING = frozenset(("mother", "fetus", "foetus", "donor"))
_LEADS = 45
_NEAR = 40
_OWNERS = re.compile(r"\bfamily history\b(?!\s(?:was|is)\s(?:un|non|not))", re.IGNORECASE)


class Relatives:
    """Finds what a text tells of the relatives of its patients."""

    def __init__(self, text: str, patients: Sequence[Patient]) -> None:
        self._text = text
        grown = any(p.sex != "male" and (p.age_years or 0) >= _ADULT for p in patients)
        self._not_the = _BEARING if grown else frozenset()
        self._patients: set[str] = set()  # kin words by which the article introduces a patient
        for patient in patients:
            if patient.end > patient.start:
                introduction = text[max(patient.start - _NEAR, 0) : patient.end].lower()
                self._patients.update(_KIN_WORD.findall(introduction))

    def spans(self, sentence: Sentence, cues: Sequence[Cue]) -> Iterator[tuple[int, int]]:
        """Yield the stretches of ``sentence`` that tell of relatives.

        A relative who opens a clause is what it is about, unless she only reports ("her mother noticed ...").
        "The mother" is no relative where a patient of the article is a grown woman, nor is a relative whom the
        article introduces as a patient.
        """
        text = self._text
        clauses = [sentence.start, *(c.start for c in cues if c.group == "clause" and c.start > sentence.start)]
        for cue in cues:
            if cue.group == "kin.noun" and not self._is_patient(cue):
                begin = max(c for c in clauses if c <= cue.start)
                if self._is_topic(cue, begin, sentence.end):
                    yield begin, next((c for c in clauses if c > cue.end), sentence.end)
            elif cue.group == "subject.family" and _OWNERS.match(text, cue.start):
                stop = next((c for c in clauses if c > cue.end), sentence.end)
                match = _NEXT_STATEMENT.search(text, cue.end, stop)
                yield cue.start, match.start() if match is not None else stop

    def _is_topic(self, cue: Cue, begin: int, end: int) -> bool:
        """Tell whether the clause that begins at ``begin`` tells of the relative's health."""
        text = self._text
        after = text[cue.end : min(cue.end + 60, end)].lstrip("’'s ")
        if _REPORTS.match(after) or not _HEALTH.search(after):
            return False
        return cue.start - begin <= _LEADS and _OTHER_SUBJECT.search(text, begin, cue.start) is None

    def _is_patient(self, cue: Cue) -> bool:
        text, word = self._text, self._text[cue.start : cue.end].lower()
        if word in self._patients:
            return True
        before = text[max(cue.start - 4, 0) : cue.start].lower()
        return word in self._not_the and before not in ("his ", "her ") and not before.endswith("s ")
