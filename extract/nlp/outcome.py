"""How a patient's story ends: outcome with its words, length of follow-up, diagnosis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.nlp.cues import Cue
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.numbers import NUMBER, read_number

DAYS = {"d": 1.0, "w": 7.0, "m": 365.25 / 12, "y": 365.25}
_FOLLOWUP = re.compile(
    rf"(?P<n>{NUMBER})[\s-]*(?P<u>days?|weeks?|months?|years?)(?:’|'"
    rf"|s)?(?:\s(?:of\s)?(?:\w+\s){{0,2}}follow[\s-]?up|\s(?:later|after\s(?:the\s)?"
    rf"(?:surgery|operation|treatment|discharge|procedure|transplantation))|[\s-]follow[\s-]?up)"
    rf"|follow(?:ed)?[\s-]?up\s(?:period\s|time\s|visit\s)?(?:of|for|at|after|was)\s(?:over\s|about\s"
    rf"|the\s)?(?P<n2>{NUMBER})[\s-]*"
    rf"(?P<u2>days?|weeks?|months?|years?)",
    re.IGNORECASE,
)
_DIAGNOSIS = re.compile(
    r"\b(?:diagnos(?:ed|is)\s(?:was\s)?(?:made\s)?(?:as\s(?:having\s)?|with\s|of\s|to\sbe\s|was\s)(?:an?\s"
    r"|the\s)?)(?P<d>[^.;,()]{3,90})",
    re.IGNORECASE,
)
_DIAGNOSIS_END = re.compile(
    r"\s(?:was|were|is|based|and\s(?:was|were|she|he|started|the|given|treated|received|underwent|admitted|referred|placed|managed|transferred|had)|on\sthe\sbasis|by|after|at\s|in\s\d{4}"
    r"|\d+\s(?:years|months)|who|which|that|for\swhich|when|with\sno"
    r"|due\sto\sthe\sfact|because|following|before|made|established|confirmed)\b"
)
_NO_DIAGNOSIS = re.compile(
    r"\s*(?:made|established|confirmed|based|considered|excluded|ruled|suspected|unclear|the\b|this\b)"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the columns followup_days, outcome, outcome_text and diagnosis_text say."""

    followup_days: float | None = None
    outcome: str = ""
    outcome_text: str = ""
    diagnosis_text: str = ""


def describe(text: str, found: Sequence[Sentence], own: Sequence[int], cues: Sequence[Sequence[Cue]]) -> Outcome:
    """Return what the sentences ``own`` (indices into ``found``) tell of the patient's end and diagnosis."""
    outcome = outcome_text = diagnosis = ""
    days: float | None = None
    for i in own:
        sentence = found[i]
        if sentence.kind is not BlockKind.PARAGRAPH or sentence.section in ("introduction", "other"):
            continue
        names = [cue for cue in cues[i] if cue.group.startswith("outcome.")]
        if names and outcome != "died" and not _negated(text, names[-1]):
            last = next((c for c in names if c.group == "outcome.died"), names[-1])
            outcome = last.group.removeprefix("outcome.")
            outcome_text = text[last.start : last.end]
        for match in _FOLLOWUP.finditer(text, sentence.start, sentence.end):
            value = read_number(match["n"] or match["n2"])
            unit = (match["u"] or match["u2"])[0].lower()
            if value is not None:
                days = max(days or 0.0, float(round(value * DAYS[unit])))
        if not diagnosis:
            diagnosis = _diagnosis(text, sentence)
    return Outcome(days, outcome, outcome_text, diagnosis)


def _negated(text: str, cue: Cue) -> bool:
    return (
        re.search(r"\b(?:not|no|never|without|did not)\s(?:\w+\s)?$", text[max(cue.start - 20, 0) : cue.start])
        is not None
    )


def _diagnosis(text: str, sentence: Sentence) -> str:
    for match in _DIAGNOSIS.finditer(text, sentence.start, sentence.end):
        before = text[max(sentence.start, match.start() - 30) : match.start()].lower()
        if re.search(
            r"differential|previous|prior|history|had been\s$|was never|exclu|initial|suspected"
            r"|working|provisional|presumptive",
            before,
        ):
            continue
        words = match["d"]
        stop = _DIAGNOSIS_END.search(words)
        words = words[: stop.start()] if stop is not None else words
        if len(words.strip()) > 2 and _NO_DIAGNOSIS.match(words) is None:
            return words.strip()
    return ""
