"""What the article's patient was found to have: "was diagnosed with ...", "we report a case of ...", the title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extract.nlp.model import BlockKind, Sentence

# the diagnosis is what follows or stands before; the groups are tried in the order of RANK
_FINAL = re.compile(
    r"\b(?:final|definit(?:e|ive)|confirmed|histopathologic(?:al)?|histologic(?:al)?|pathologic(?:al)?|postoperative|ultimate)"
    r"\s(?:clinical\s|pathologic(?:al)?\s)?diagnos[ie]s\s(?:(?:was|is|of|were|as|being|made\swas|was\smade\sas)\s){1,2}"
    r"|\b(?:eventually|finally|ultimately|definit(?:ely|ively)|subsequently|later|then)\sdiagnosed\s(?:with|as|to\shave)\s"
    r"|\bconfirm(?:ed|ing|s)?\s(?:the|a|our|this|her|his)?\s?(?:clinical\s|suspected\s|preoperative\s)?diagnosis\sof\s"
    r"|\b(?:concluded|established)\s(?:that\s)?(?:her|his|the)\sdiagnosis\s(?:was|of|as)\s"
    r"|\b(?:confirmed|established)\sas\s(?:having\s)?",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\bdiagnosed\s(?:(?:the\spatient|him|her|it)\s)?(?:(?:with|as|of|to\s(?:have|be))\s)(?:(?:having|being|a\scase\sof|suffering\sfrom)\s)?"
    r"|\bdiagnos[ie]s\s(?:was\s)?(?:(?:made|established|reached)\s)?(?:of|was|were|as|to\sbe)\s",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"\b(?:(?:report|present|describe|discuss|encounter|experience)(?:s|ed|ing)?|reporting|here\sis|this\sis)\s"
    r"(?:here(?:in|by)?\s|in\sthis\s(?:paper|article|report)\s)?(?:on\s)?(?:\S+\s){0,6}?"
    r"(?:cases?|instances?|occurrences?|presentations?)\sof\s",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"(?:(?:a|an|the)\s)?(?P<d>[^\W\d][^.,;:]{1,70}?)\s(?:was|were)\s(?:(?:eventually|finally|then|thus|therefore|clinically"
    r"|also|ultimately|subsequently)\s)?diagnosed\b(?!\s(?:as|with|by|to)\b)",
    re.IGNORECASE,
)
_FITTING = re.compile(
    r"\b(?:consistent|compatible|in\skeeping)\swith\s(?:(?:a|the)\sdiagnosis\sof\s)?|\bdiagnostic\s(?:of|for)\s"
    r"|\bpathognomonic\s(?:of|for)\s"
    r"|\b(?:revealed|showed|confirmed|demonstrated|disclosed)\s(?:the\spresence\sof\s)?"
    r"(?=[^.;,]{0,60}(?:carcinoma|lymphoma|sarcoma|blastoma|melanoma|vasculitis|arteritis)\b)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"[:.\-–—]\s*(?:an?\s|the\s)?(?:\w+\s){0,2}?(?:case\s(?:report|study|series|presentation)|report\sof)\b.*$", re.I
)
_TITLE_CASE = re.compile(r"^(?:an?\s|the\s)?(?:\w+\s){0,3}?case\s(?:report\s)?of\s|^case\sreport:\s", re.IGNORECASE)

_VETO_BEFORE = re.compile(
    r"\b(?:differential|previous(?:ly)?|prior|past|histor(?:y|ies)|had\sbeen|never|exclud\w+|initial(?:ly)?|suspected|working"
    r"|provisional|presumptive|preliminary|misdiagnosed|mis|family|known|not|no|without|against|rather\sthan|delayed?\sin"
    r"|ruled\sout|rule\sout|understand\w*|in\sthe|for\sthe|when|if|time\sof|probable|possible|tentative|outside)\s(?:\w+\s){0,2}$|\binitially,\s(?:\w+\s){0,4}$",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:in\s(?:19|20)\d\d|years?\s(?:ago|before|earlier|prior|previously)|at\s(?:the\s)?age\s(?:of\s)?\d|since\s(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_FOR_YEARS = re.compile(r"\bfor\s(?:\S+\s){1,3}(?:years?|months?)\s(?:\w+\s){0,2}$", re.IGNORECASE)
# where the name of a disease ends
_END = re.compile(
    r"[;,:(\[]|(?<!\b[A-Z])\.(?!\d)|\s(?:was|were|is|are|has|had|based|and\s(?:was|were|she|he|the|given|underwent|had|its|to|decision|then"
    r"|began|who|immediately|a\s|\w+ed\b(?!\s\w*(?:itis|osis|oma)))"
    r"|on\sthe|by|at|in\s(?:an?|the|our|whom|which|\d|order|patients?|january|february|march|april|may|june|july|august"
    r"|september|october|november|december)|(?:\d+|two|three|four|five|six|several)[\s-](?:years?|months?|weeks?|days?)|who|which|that|whose|where|when"
    r"|with\s(?:no|an?\sage|good|successful|the|possibility)|due\sto\sthe\sfact|because|following|after|before|during|made"
    r"|established|confirmed|presenting|presented|occurring|developing|managed|treated|successfully|diagnosed|requiring|seen|mimicking"
    r"|masquerading|initially|involving\sa|from\sthe|as\sthe|but|while|although|for\s(?:which|whom|the)|to\sthe|derived"
    r"|resulting|leading|manifesting|manifested|revealed|detected|identified|caused\sby\sthe|using|via|under|upon|without|as\sper|on\s(?:biopsy|imaging|histo\w+|CT|MRI))\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:(?:made|done|established|confirmed|based|considered|excluded|ruled|suspected|unclear|being|delayed|difficult"
    r"|challenging|important|obtained|reached|supported|the|this|these|that|it|not|also|only|often|usually|rare|complications?"
    r"|disease|condition|infection|illness|case|cases|patients?|man|woman|boy|girl|lesion|mass|tumou?r|findings?|our"
    r"|previously|well|woman|worker|boy|girl|male|female|adult|infant|neonate|newborn|child|gentleman|lady|pregnant|elderly|young|healthy|healthcare|individual|such|several|various|many|some|any|all|one|two|both|being\scaused|caused|pregnancy|cure|improvement|recovery|infarction\sof\sunknown|\w+\sprocess|more|most|early|late|\w+\spatients?)\b\W*)+$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:an?|the|his|her|their|our|this|rare|very|extremely|unusual|uncommon|unique|first|severe\scase\sof|case\sof"
    r"|interesting|peculiar|complicated|challenging|successful(?:ly)?|management|treatment|treated|undiagnosed|of|compatible\swith|consistent\swith|subsequently|finally|eventually)\s)+",
    re.IGNORECASE,
)
# "a case of a 40-year-old man with X": the disease follows the person
_PERSON = re.compile(
    r"(?:(?!(?:in|with|due|after|of|during|and|by)\b)\S+\s){0,6}?(?:man|woman|male|female|boy|girl|patients?|infant|neonate|newborn|child|lady|gentleman|adult|adolescent"
    r"|teenager|baby)\s(?:\([^)]{0,20}\)\s)?(?:\w+\s){0,2}?(?:with|who\s(?:\w+\s){0,2}?(?:developed|had|was\sdiagnosed\swith|suffered"
    r"(?:\sfrom)?)|diagnosed\swith|suffering\sfrom|developing|affected\sby)\s",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,–-]+(?:of|in|with|and|or|the|an?|to|for|by|due|as|on|at|from|secondary|associated|related|caused|likely|probably"
    r"|possibly|possible|also|both|his|her|our|stage|type|grade|complicated|associated|further|accompanied|discovered|inflicted|arising|followed|found|induced))+$",
    re.IGNORECASE,
)
# a number, a person, what is only thought of, and a single adjective are no diagnosis
_NO_NAME = re.compile(
    r"\b\w+[\s-]year[\s-]old|\bindividual$|(?<![\w-])\d{2}|^(?:history|probable|possible|likely|suspected|presumed|individual)\b|\scure$"
    r"|^(?:\S+\s){0,2}(?:child|man|woman|patients?|boy|girl|male|female|infant|neonate|lady|gentleman|donor)\b|\borigin\b|\brisk$|\bmethod\b|\bapproach\b|^\w+ly$|[’']s$"
    r"|^[a-z]+(?:ant|ic|al|ive|ous|ent|ary)$"
)
_ADJECTIVE = re.compile(r"[a-z]+(?:ant|ic|al|ive|ous|ent|ary|ed),\s(?=[a-z]+(?:ant|ic|al|ive|ous|ent|ary)\s)")
_PATHOLOGY = re.compile(r"biops|histo|patholog|cytolog|autopsy|microscop", re.IGNORECASE)
_SHORTEST, _LONGEST = 3, 110
FINAL, REPORT, STATED, TITLE, FITTING = range(5)  # the order in which they are preferred
_PATTERNS = ((FINAL, _FINAL), (REPORT, _REPORT), (STATED, _STATED), (FITTING, _FITTING))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A named diagnosis; ``rank`` tells how it is said, ``earlier`` that it is of years before."""

    rank: int
    text: str
    start: int


def find_diagnoses(text: str, sentence: Sentence) -> Iterator[Diagnosis]:
    """Yield the diagnoses that a sentence names for the patient."""
    if sentence.section == "title" or (sentence.index == 0 and sentence.kind is BlockKind.HEADING):
        name = _from_title(text[sentence.start : sentence.end])
        if name:
            yield Diagnosis(TITLE, name, sentence.start)
        return
    for rank, pattern in _PATTERNS:
        for match in pattern.finditer(text, sentence.start, sentence.end):
            before = text[max(sentence.start, match.start() - 45) : match.start()]
            if rank != REPORT and _FOR_YEARS.search(before):
                continue
            if rank != REPORT and _VETO_BEFORE.search(before):
                continue
            if rank == FITTING and _PATHOLOGY.search(text, sentence.start, match.start()) is None:
                continue
            if rank in (FINAL, STATED) and _EARLIER.search(text, match.start(), min(match.end() + 90, sentence.end)):
                continue
            name = _name(text[match.end() : min(match.end() + 200, sentence.end)])
            if name:
                yield Diagnosis(rank, name, match.start())
    comma = text.rfind(", ", sentence.start, max(text.find("diagnosed", sentence.start, sentence.end), sentence.start))
    passive = _PASSIVE.match(text, comma + 2 if comma >= 0 else sentence.start, sentence.end)
    if passive is not None:
        name = _name(passive["d"] + ".")
        if name and len(name.split()) < 8 and not re.search(r"\b(?:s?he|it|patient|who|which)\b", name, re.I):
            yield Diagnosis(STATED, name, passive.start())


def under_heading(text: str, heading: Sentence, sentence: Sentence) -> Diagnosis | None:
    """Return the diagnosis that stands under the heading "Final diagnosis"; None under another one."""
    if heading.kind is not BlockKind.HEADING or not _HEADING.fullmatch(text, heading.start, heading.end):
        return None
    if any(pattern.search(text, sentence.start, sentence.end) for _, pattern in _PATTERNS):
        return None  # a sentence about the diagnosis, read as any other
    name = _name(text[sentence.start : min(sentence.start + _LONGEST, sentence.end)] + ".")
    return Diagnosis(FINAL, name, sentence.start) if name else None


_HEADING = re.compile(r"[\d.\s]*(?:final|definitive|main)\sdiagnos[ie]s:?\s*", re.IGNORECASE)


def choose(found: Sequence[Diagnosis], counts: Mapping[str, int]) -> str:
    """Return the last final diagnosis; without one, of those of the best kind what the article is about.

    Parameters
    ----------
    counts : how often each lower-case word stands in the article; the disease it is about is named again and again.
    """
    if not found:
        return ""
    best = min(d.rank for d in found)
    same = [d for d in found if d.rank == best]
    return (same[-1] if best == FINAL else max(same, key=lambda d: _weight(d.text, counts))).text


def _weight(name: str, counts: Mapping[str, int]) -> float:
    words = [word for word in re.findall(r"[^\W\d_]{3,}", name.lower()) if word not in _COMMON]
    return sum(counts.get(word, 0) for word in words) / len(words) if words else 0.0


_COMMON = frozenset((
    "with", "and", "the", "due", "acute", "chronic", "severe", "disease", "syndrome", "secondary", "infection",
    "failure", "patient", "associated", "caused",
))  # fmt: skip


def _name(words: str) -> str:
    """Return the name of the disease at the beginning of ``words``; "" where there is none."""
    lead = _LEAD.match(words)
    words = words[lead.end() :] if lead is not None else words
    person = _PERSON.match(words)
    if person is not None:
        words = words[person.end() :]
        lead = _LEAD.match(words)
        words = words[lead.end() :] if lead is not None else words
    adjective = _ADJECTIVE.match(words)
    stop = _END.search(words, adjective.end() if adjective is not None else 0)
    words = words[: stop.start()] if stop is not None else words
    words = words.strip(" .-–—“”\"'‘’")
    words = _TAIL.sub("", words).strip()
    if (
        not (_SHORTEST <= len(words) <= _LONGEST or (len(words) > 1 and words.isupper()))
        or _NOTHING.match(words)
        or not re.search(r"[^\W\d]{2}", words)
    ):
        return ""
    if _NO_NAME.search(words):
        return ""
    return words


def _from_title(title: str) -> str:
    """Return the disease of "X: a case report" or "A case of X"; "" for other titles."""
    short = _TITLE.sub("", title)
    case = _TITLE_CASE.match(short)
    if case is None and short == title:
        return ""
    return _name((short[case.end() :] if case is not None else short) + ".")
