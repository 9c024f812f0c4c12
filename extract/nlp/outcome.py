"""How a patient's story ends: outcome with its words, length of follow-up, diagnosis."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from spacy.tokens import Doc

from extract.nlp.attach import attach
from extract.nlp.cues import Cue
from extract.nlp.diagnosis import choose, find_diagnoses, under_heading
from extract.nlp.extensions import patients, sentences, text_of
from extract.nlp.model import BlockKind, Patient, Sentence
from extract.nlp.narrative import FOLLOWUP, HISTORY
from extract.nlp.subject import PATIENT
from extract.nlp.time_expression import FOLLOW_UP, TimeExpression
from extract.nlp.time_patterns import BIRTH, DISCHARGE, OPERATION, TREATMENT

_GROUP = "outcome."
_STORY = ("case", "")
_OPENING = ("title", "abstract", "introduction")
_OPENS = 5  # characters before a trigger that opens its sentence: "No response of the disease ..."
_SHORTEST = 0.5  # days
_LONGEST_FOLLOWUP = 40 * 365.25
_END_OF_STORY = 0.4  # share of the story before which a discharge or a local change is not its end
_TEXT_LEFT, _TEXT_RIGHT = 45, 70
_NEGATED = re.compile(r"\b(?:not|no|never|without|nor|neither|cannot)\s(?:\w+\s){0,2}$", re.IGNORECASE)
_PLANNED = re.compile(
    r"\b(?:advi[sc]ed?|plan(?:ned|s)?|schedul\w+|recommend\w+|will|would|should|intend\w*|expected|instruct\w+|asked|told"
    r"|to\sreturn|if)\b",
    re.IGNORECASE,
)
# a death that is told of nobody, or of somebody else
_NO_DEATH = re.compile(
    r"\b(?:sudden|cardiac|brain|cell|f[oe]+tal|intrauterine|maternal|neonatal|perinatal|near|risk\sof|prevent\w*|avoid\w*|fear\sof|rates?\sof"
    r"|mother|father|brother|sister|son|daughter|donor|f[oe]*tus|twin|husband|wife|grand\w+|uncle|aunt|cousin|siblings?|parents?|who\shad"
    r"|can|could|may|might|would|to|or|patients)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_DEATH_NOUN = re.compile(r"death|demise|fatal outcome", re.IGNORECASE)
_OWN_DEATH = re.compile(
    r"\b(?:until|before|after|led\sto|leads\sto|leading\sto|result\w*\sin|followed\sby|progress\w*\sto|culminat\w+\sin|time\sof|cause\sof|day\sof"
    r"|patient[’']s|his|her|ended\sin|to)\s(?:(?:the|his|her|patient[’']s|early|eventual|subsequent|a)\s){0,3}$",
    re.IGNORECASE,
)
# who or what got better: the patient, not one of the findings
_ABOUT = re.compile(
    r"\b(?:patients?|s?he|there|conditions?|status|symptoms?|course|outcome|recovery|infant|baby|child|boy|girl|woman|man|newborn|neonate"
    r"|clinically|clinical|general|disease|discharged|gentleman|lady"
    r"|weakness|deficits?|paralysis|\w*plegia|\w*paresis|strength|vision|pain|rash|lesions?|tumou?rs?|seizures?)\b",
    re.IGNORECASE,
)
_GLOBAL = ("died", "recovered", "discharged")
# these are also said of single findings
_OF_ANYTHING = frozenset((
    "recovered", "remission", "in remission", "complete remission", "complete resolution", "resolved completely",
    "completely resolved", "fully resolved", "complete response", "recovered well",
    "recovered completely", "fully recovered",
))  # fmt: skip
_BAD = ("worsened", "unchanged")
_UNIT_ONLY = re.compile(
    r"discharged\s(?:from|out\sof)\s(?:the\s|our\s)?(?:\w+\s)?(?:ICU|intensive|PICU|NICU|recovery|emergency|ED\b)|discharged\s(?:to|into)\s(?:the\s)?(?:ward|floor|hospice)"
    r"|discharged\sagainst|discharged\s(?:purulent|pus|fluid)",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"(?:\b(?:has|have|had|was|were|is|are|been|be|remain(?:s|ed)?|made|an?|the|in|to|be|discharged|home|hospital|from|completely|fully"
    r"|gradually|clinically|significantly|markedly|much|relatively|slowly|rapidly|full|complete|good|excellent|still|alive|and|currently|doing|symptoms?|"
    r"neurologically|overall|general|continued|showed|with)\s)+$",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"[;,:(\[]|(?<!\b[A-Z])\.(?!\d)|\s(?:and|but|which|who|while|when|where|although|though|because|so|as\s(?:he|she|the)|then|despite|he|she|we|it)\b|\sFig",
    re.IGNORECASE,
)
_FIRST = re.compile(r"^(?:(?:and|be|from|in|to|the|an?|with|home|hospital)\s)+", re.IGNORECASE)
_LAST = re.compile(
    r"(?:\s(?:of|in|with|and|or|the|an?|to|for|by|on|at|from|as|his|her|after|within|without|due|any))+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the columns followup_days, outcome, outcome_text and diagnosis_text say."""

    followup_days: float | None = None
    outcome: str = ""
    outcome_text: str = ""
    diagnosis_text: str = ""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement about the patient's state.

    Attributes
    ----------
    whole : it is about the patient as a whole, not about one finding.
    noun : "death", which also is spoken of later.
    position : its place in the story, 0 to 1.
    """

    kind: str
    start: int
    end: int
    whole: bool
    noun: bool
    position: float
    sentence: Sentence


def describe(
    text: str,
    found: Sequence[Sentence],
    own: Sequence[int],
    cues: Sequence[Sequence[Cue]],
    times: Mapping[int, Sequence[TimeExpression]],
    shared: Sequence[Sentence],
    counts: Mapping[str, int],
) -> Outcome:
    """Return what the sentences ``own`` (indices into ``found``) tell of the patient's end and diagnosis.

    Parameters
    ----------
    times : the time expressions of the sentences that tell of the present illness, by the sentence's index.
    shared : sentences of title, abstract and introduction that may name the diagnosis of each patient.
    counts : how often each lower-case word stands in the article.
    """
    told = [found[i] for i in own if found[i].kind is BlockKind.PARAGRAPH]
    story = [s for s in told if s.section in _STORY and s.index in times]
    statements = list(_statements(text, story, cues))
    best = _last(statements)
    for section in (("abstract",), ("discussion", "conclusion")):
        if best is None or (best.kind != "died" and section == ("abstract",)):
            others = [s for s in told if s.section in section]
            other = _last(list(_statements(text, others, cues, end=True)))
            if best is None or (other is not None and other.kind == "died"):
                best = other
    kind = "" if best is None else "improved" if best.kind == "discharged" else best.kind
    words = _words(text, best) if best is not None else ""
    naming = [*shared, *(s for s in told if s.section not in (*_OPENING, "other", "discussion", "conclusion"))]
    headed = [under_heading(text, found[s.index - 1], s) for s in told if s.index]
    named = [d for s in naming for d in find_diagnoses(text, s)]
    diagnosis = choose([*named, *(d for d in headed if d is not None)], counts)
    days = _followup(text, story, times)
    if best is not None and best.kind == "died":
        days = _at(text, best, times, days)
    return Outcome(days, kind, words, diagnosis)


def _statements(
    text: str, sentences: Sequence[Sentence], cues: Sequence[Sequence[Cue]], end: bool = False
) -> Iterator[_Statement]:
    """Yield the statements about the patient's state in text order; ``end`` tells that all stand at the end."""
    for i, sentence in enumerate(sentences):
        position = 1.0 if end else (i + 1) / len(sentences)
        named = [cue for cue in cues[sentence.index] if cue.group.startswith(_GROUP)]
        for cue in named:
            kind = cue.group.removeprefix(_GROUP)
            if any(
                o is not cue and o.start <= cue.start and cue.end <= o.end and o.end - o.start > cue.end - cue.start
                for o in named
            ):
                continue
            before = text[max(sentence.start, cue.start - 50) : cue.start]
            if not _holds(text, cue, kind, before, sentence):
                continue
            words = text[cue.start : cue.end].lower()
            opens = cue.start - sentence.start < _OPENS and kind == "unchanged"
            near = (
                _clause(before)
                if kind in _BAD and not opens
                else text[max(sentence.start, cue.start - 90) : cue.end + 40 * opens]
            )
            whole = (kind in _GLOBAL and words not in _OF_ANYTHING) or _ABOUT.search(near) is not None
            noun = _DEATH_NOUN.fullmatch(words) is not None
            yield _Statement(kind, cue.start, cue.end, whole, noun, position, sentence)


def _clause(before: str) -> str:
    """Return the clause that ``before`` ends with."""
    return re.split(r"[,;(]|\b(?:and|because|but|while|although|as)\b", before)[-1]


def _holds(text: str, cue: Cue, kind: str, before: str, sentence: Sentence) -> bool:
    words = text[cue.start : cue.end].lower()
    if _NEGATED.search(before) and not words.startswith(("no ", "not ", "did not ", "without ")):
        return False
    if kind == "died":
        if _NO_DEATH.search(before) and not _OWN_DEATH.search(before[-14:]):
            return False
        return _DEATH_NOUN.fullmatch(words) is None or _OWN_DEATH.search(before) is not None
    if kind == "discharged":
        return _UNIT_ONLY.search(text, max(cue.start - 5, 0), min(cue.end + 40, sentence.end)) is None
    return _PLANNED.search(before[-25:]) is None


def _last(statements: Sequence[_Statement]) -> _Statement | None:
    """Return the statement that tells how the story ends: a death, else the last one about the patient as a whole."""
    died = [s for s in statements if s.kind == "died"]
    if died:  # "after the patient died, the culture grew ..." comes later
        return next((s for s in died if not s.noun), died[-1])
    best: _Statement | None = None
    for statement in statements:
        well = best is not None and best.whole and best.kind in ("recovered", "improved")
        if statement.kind == "discharged" and (well or statement.position < _END_OF_STORY):
            continue
        if statement.whole or best is None or (not best.whole and statement.kind not in _BAD):
            best = statement
    if best is not None and not best.whole and (best.position < _END_OF_STORY or best.kind in _BAD):
        return None
    return best


def _words(text: str, statement: _Statement) -> str:
    """Return the statement with the words that belong to it: "was discharged in good condition", "died on day 9"."""
    edge = max(statement.sentence.start, statement.start - _TEXT_LEFT)
    left = _LEFT.search(text[edge : statement.start])
    start = edge + left.start() if left is not None else statement.start
    if text[statement.start : statement.start + 3].lower() == "no ":
        start = statement.start
    limit = min(statement.sentence.end, statement.end + _TEXT_RIGHT)
    stop = _RIGHT.search(text, statement.end, limit)
    end = stop.start() if stop is not None else limit
    if stop is None and limit < statement.sentence.end:
        end = text.rfind(" ", statement.end, limit) if " " in text[statement.end : limit] else statement.end
    words = text[start:end].strip()
    first = _FIRST.match(words)
    words = words[first.end() :] if first is not None and start + first.end() <= statement.start else words
    return _LAST.sub("", words).strip(" -–—")


def _at(
    text: str, statement: _Statement, times: Mapping[int, Sequence[TimeExpression]], otherwise: float | None
) -> float | None:
    """Return the day of a statement, as its sentence tells it; ``otherwise`` where it does not."""
    sentence = statement.sentence
    here = times.get(sentence.index, ())
    k = attach(text, (sentence.start, sentence.end), here, statement.start, statement.end)
    if k < 0 or here[k].when != FOLLOWUP:
        return otherwise
    days, span = here[k].days, here[k].span
    if days is None and span is not None:
        days = max(span, otherwise or 0.0)
    return float(round(days)) if days is not None and days >= _SHORTEST else otherwise


def _followup(text: str, story: Sequence[Sentence], times: Mapping[int, Sequence[TimeExpression]]) -> float | None:
    """Return the latest time after presentation that the story tells, in days; None without any.

    A time that is counted from an operation, a treatment, a discharge or a visit counts as the article states it.
    """
    days: float | None = None
    for sentence in story:
        for time in times[sentence.index]:
            born = time.anchor == BIRTH and time.when != HISTORY
            if (time.when != FOLLOWUP and not born) or _PLANNED.search(
                text, max(sentence.start, time.start - 60), time.start
            ):
                continue
            stated = time.span if time.anchor in (OPERATION, TREATMENT, DISCHARGE, FOLLOW_UP) else time.days
            value = stated if stated is not None else time.span
            if value is not None and _SHORTEST <= value <= _LONGEST_FOLLOWUP:
                days = max(days or 0.0, value)
    return float(round(days)) if days is not None else None


def complete(doc: Doc, cues: Sequence[Sequence[Cue]]) -> list[Patient]:
    """Return the patients of ``doc`` with outcome, follow-up and diagnosis; needs subjects, cases and timeline."""
    text, found, told = text_of(doc), sentences(doc), patients(doc)
    subjects, cases, timeline = doc._.subjects, doc._.cases, doc._.timeline
    own: list[list[int]] = [[] for _ in told]
    shared: list[Sentence] = []
    for sentence in found if told else ():
        if sentence.kind is BlockKind.TABLE or subjects.at(sentence.start) != PATIENT:
            continue
        own[cases.at(sentence.start) - 1].append(sentence.index)
        if sentence.section in _OPENING:
            shared.append(sentence)
    counts = Counter(re.findall(r"[^\W\d_]{3,}", text.lower())) if told else {}
    times = {s.index: t.times for s, t in zip(found, timeline.times, strict=True) if t.when != HISTORY}
    return [
        replace(patient, **asdict(describe(text, found, indices, cues, times, shared, counts)))
        for patient, indices in zip(told, own, strict=True)
    ]
