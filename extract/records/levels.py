"""Table ``levels``: spinal levels."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.extensions import context, sentences, text_of
from extract.nlp.level_evidence import FILE, LevelEvidence
from extract.nlp.model import FactContext, Sentence
from extract.nlp.spine import REGIONS, LevelList, find_levels
from extract.nlp.spine import Level as SpineLevel
from extract.nlp.spine_regions import find_regions
from extract.records.common import Record, add_row
from extract.rules.load import RuleSet, load_rules


class Level(Record):
    """A spinal level, or a region of the spine named without a number."""

    level: Annotated[str, Field(description="canonical level, T4 or T4-T5; empty for a region without number")]
    level_text: Annotated[str, Field(description="as written")]
    region: Annotated[
        Literal["cervical", "thoracic", "lumbar", "sacral", "junctional"],
        Field(description="region of the spine"),
    ]
    upper: Annotated[str, Field(description="upper level of a span")] = ""
    lower: Annotated[str, Field(description="lower level of a span")] = ""
    kind: Annotated[
        Literal[
            "vertebra",
            "disc",
            "facet_joint",
            "cord",
            "root",
            "dermatome",
            "foramen",
            "procedure",
            "unspecified",
        ],
        Field(description="structure at the level"),
    ] = "unspecified"
    finding_text: Annotated[str, Field(description="what is at that level, as written")] = ""


_CHEAP = re.compile(r"(?<![\w.])(?:Th|TH|[CTDLS])[\s-]?\d|\b(?:cervical|thoracic|dorsal|lumbar|sacral)\b", re.I)
_CLAUSE = re.compile(r"[;:.]|,\s(?:and|but|while|with)\s|\b(?:but|while|whereas|although|however)\b")
_APART = re.compile(
    r"[,;:.(]|\b(?:with|without|and|causing|due|at|in|on|to|for|by|from|was|were|is|of|\w{4,}ed)\b", re.I
)
_SENSE = (
    r"\b(?:sensation|pin-?prick|light touch|touch|proprioception|vibration|sense|reflex\w*|movements?|"
    r"function|power)\b"
)
_LOST = re.compile(
    rf"(?:{_SENSE}[^.;]{{0,25}}\b(?:absent|lost|abolished|not)\b|\b(?:absent|no|loss of|lack of|"
    rf"lost)\s[^.;]{{0,20}}{_SENSE})"
    r"[^.;]{0,15}\b(?:below|from|at|in|caudal)\b[^.;]{0,20}$|\b(?:below|caudal to|distal to)\s(?:the\s)?$",
    re.I,
)
_ASIDE = re.compile(r"\([^)]*\)")
_AFTERWARDS = re.compile(
    r"[;:]|,\s(?:and\s|but\s)?"
    r"(?=(?:(?:\w+ly\s)?(?:decreased|reduced|diminished|impaired|increased)|positive|loss of)\b)|"
    r"\b(?:following|after|because|since|due to|and so|so that|but|whereas|while)\b",
    re.I,
)
_NEGATION = re.compile(
    r"\b(?:no|not|without|nor|neither|never|absence|absent|negative|den(?:y|ied|ies)|free of|unremarkable|lack\w*|"
    r"excluded?|ruled out|normal|intact|spar(?:ed|ing)|preserved|none|unaffected|uninvolved)\b|n't\b|n’t\b",
    re.I,
)
_SPARED = re.compile(
    r"\b(?:sparing|spared|but not(?: in| at)?|not (?:involving|affecting|including)|without involvement of)\s"
    r"(?:the\s)?(?:left\s|right\s)?$",
    re.I,
)
_NORMAL_BEHIND = re.compile(
    r"[\s)]*(?:(?:vertebra\w*|bod(?:y|ies)|levels?|dis[ck]s?|roots?|dermatomes?|segments?)\s)?"
    r"(?:was|were|is|are|remained|appeared)\s(?:both\s|all\s|completely\s|also\s|otherwise\s)?"
    r"(?:intact|normal|unremarkable|spared|preserved|unaffected|uninvolved|not (?:involved|affected))\b",
    re.I,
)
_BEYOND = re.compile(r"\b(?:below|above|to|until|from)\s(?:the\s)?(?:level of\s)?$", re.I)
_NORMAL_AT = re.compile(
    r"\b(?:was|were|appeared|is|are|looked|remained)\s(?:completely\s|otherwise\s)?(?:normal|unremarkable|intact|preserved|unaffected)"
    r"\s(?:at|from|in)\s(?:the\s)?(?:levels?\s(?:of\s)?)?$",
    re.I,
)
_AT = re.compile(r"\s(?:at|in|of|from|over|between|to)\s(?:the\s)?(?:left\s|right\s|level of\s)?$")
_CLOSED = re.compile(
    r"\s*(?:$|[.,;)(\n]|(?:and|or|with|without|was|were|is|on|which|that|to|in|as|by|for|measuring|causing|"
    r"compressing|extending|levels?|regions?|distributions?)\b)",
    re.I,
)
_WIDE = 1000  # characters around a level in which the same sentence may speak of the spine
_REACH = 110  # characters in which the finding of a level is looked for


class LevelFinder:
    """Component ``casetab_levels``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._evidence = LevelEvidence(rules)
        words: dict[str, Any] = rules.documents[FILE]
        self._kinds = [(kind, _pattern(entries)) for kind, entries in words["kinds"].items()]
        self._stops = frozenset(words["stops"])
        self._findings = _pattern(words["findings"])
        self._placed = _pattern(words["placed"])
        self._spinal = _pattern(words["spinal"])

    def __call__(self, doc: Doc) -> Doc:
        """Find the spinal levels of ``doc``."""
        text = text_of(doc)
        unproven: list[tuple[Sentence, LevelList]] = []
        proven = 0
        for sentence in sentences(doc):
            if sentence.section == "references" or not _CHEAP.search(text, sentence.start, sentence.end):
                continue
            numbered: set[str] = set()
            doubted: list[LevelList] = []
            for one in find_levels(text, sentence.start, sentence.end):
                verdict = self._judge(text, sentence, one)
                if verdict:
                    proven += 1
                    numbered |= {REGIONS[name[0]] for level in one.levels for name in (level.upper, level.lower)}
                    self._add(doc, sentence, one, verdict)
                elif verdict is None:
                    unproven.append((sentence, one))
                    doubted.append(one)
            for one in doubted if numbered else ():  # "reduced in the C6 and C8 dermatomes, sparing C7"
                if one.levels[0].region in numbered and not one.doubtful and not one.spaced and _is_single(one):
                    self._add(doc, sentence, one, 0.6)
            self._regions(doc, sentence, numbered)
        # an article that speaks of the spine elsewhere may write "at L4-L5" without more
        if proven:
            for sentence, one in unproven:
                if not _is_single(one) and not one.spaced:
                    self._add(doc, sentence, one, 0.6)
        return doc

    def _judge(self, text: str, sentence: Sentence, one: LevelList) -> float | None:
        """Return the confidence in a list of levels; 0 for a look-alike; None where nothing tells."""
        start, end = sentence.start, sentence.end
        if one.worded:
            return 0.95
        bound = self._evidence.is_bound(text, start, end, one)
        if self._evidence.look_alike(text, start, end, one, beside_only=bound):
            return 0.0
        if bound:
            return 0.95
        if one.spaced and not (one.lettered or one.discs):
            return 0.0
        if self._evidence.spine.search(text, max(start, one.start - _WIDE), min(end, one.end + _WIDE)):
            return 0.8
        if one.unmistakable or (not one.doubtful and self._found_at(text, start, one)):
            return 0.7
        return None

    def _found_at(self, text: str, start: int, one: LevelList) -> bool:
        """Tell whether a finding stands directly before: "a mass at T7", "numbness in C6"."""
        place = _AT.search(text, max(start, one.start - 60), one.start)
        if place is None or not _CLOSED.match(text, one.end):
            return False
        low = max(start, place.start() - 25)
        return any(words.search(text, low, place.end()) for words in (self._findings, self._placed))

    def _add(self, doc: Doc, sentence: Sentence, one: LevelList, confidence: float) -> None:
        text = text_of(doc)
        kind = self._kind(text, sentence, one)
        finding = self._finding(text, sentence, one)
        for level in one.levels:
            fact = self._place_of(text, sentence, one, level, kind, context(doc).at(level.start, level.end))
            split = (
                kind in ("root", "dermatome") and level.upper != level.lower and "/" in text[level.start : level.end]
            )
            for name in _members(level) if split and text[level.start : level.end].count("/") > 1 else [level.name]:
                upper, _, lower = name.partition("-")
                values = {
                    "level": name,
                    "level_text": text[level.start : level.end],
                    "region": level.region,
                    "upper": upper if lower else "",
                    "lower": lower,
                    "kind": kind,
                    "finding_text": finding,
                }
                add_row(
                    doc,
                    "levels",
                    level.start,
                    level.end,
                    values,
                    "level.symbol" if not one.worded else "level.words",
                    confidence,
                    fact,
                )

    @staticmethod
    def _place_of(
        text: str, sentence: Sentence, one: LevelList, level: SpineLevel, kind: str, fact: FactContext
    ) -> FactContext:
        """Return the context of a level, which is absent only where the finding is said not to be at that level.

        In doubt is what a finding is, not where ("a mass at T4, possibly metastatic"); sensation that is absent
        below T4 makes T4 a finding; what was operated on was there; and "no recurrence after resection of a
        chordoma of C1" tells that C1 was affected.
        """
        before = text[max(sentence.start, level.start - 120) : level.start]
        if fact.assertion == "present":
            listed = text[max(sentence.start, one.start - 60) : one.start]
            return replace(fact, assertion="absent") if _is_normal(text, sentence, one, level, listed, kind) else fact
        clause = _ASIDE.sub(" ", _AFTERWARDS.split(before)[-1] + text[level.start : min(sentence.end, level.end + 60)])
        absent = fact.assertion == "absent" and _NEGATION.search(clause) is not None
        if absent and kind != "procedure" and not _LOST.search(before):
            return fact
        return replace(fact, assertion="present")

    def _kind(self, text: str, sentence: Sentence, one: LevelList) -> str:
        """Return the structure that the nearest word names; a word behind the level counts before "
        "one in front."""
        right = text[one.end : min(sentence.end, one.end + 45)]
        left = text[max(sentence.start, one.start - 60) : one.start]
        best, distance = "unspecified", 70
        for kind, pattern in self._kinds:
            after = pattern.search(right)
            if after is not None:
                away = after.start() + (60 if _APART.search(right[: after.start()]) else 0)
                if away < distance:
                    best, distance = kind, away
            before = [m.end() for m in pattern.finditer(left)]
            if before and len(left) - before[-1] + 6 < distance:
                best, distance = kind, len(left) - before[-1] + 6
        return best

    def _finding(self, text: str, sentence: Sentence, one: LevelList) -> str:
        """Return the phrase that says what is at the level."""
        low = max(sentence.start, one.start - _REACH)
        clauses = [m.end() for m in _CLAUSE.finditer(text, low, one.start)]
        low = clauses[-1] if clauses else low
        before = list(self._findings.finditer(text, low, one.start))
        after = self._findings.search(text, one.end, min(sentence.end, one.end + 60))
        if after is not None:
            begin = _phrase_start(text, one.end, self._stops, after.start())
            if not text[one.end : begin].strip(" )"):
                return text[begin : after.end()]
        if before:
            return text[_phrase_start(text, low, self._stops, before[-1].start()) : before[-1].end()]
        return ""

    def _regions(self, doc: Doc, sentence: Sentence, numbered: set[str]) -> None:
        """Add the regions without number at which something is said to be or not to be; not those with a number."""
        text = text_of(doc)
        for one in find_regions(text, sentence.start, sentence.end, self._findings, self._spinal):
            if one.name in numbered:
                continue
            begin, stop = one.finding
            if begin < one.start:
                begin = _phrase_start(text, max(sentence.start, begin - 60), self._stops, begin)
            finding = text[begin:stop]
            fact = context(doc).at(one.start, one.end)
            if one.denied:
                fact = replace(fact, assertion="absent")
            said = text[min(one.start, begin if finding else one.start) : max(one.end, stop if finding else one.end)]
            values = {
                "level": "",
                "level_text": one.word,
                "region": one.name,
                "kind": next((kind for kind, pattern in self._kinds if pattern.search(said)), "unspecified"),
                "finding_text": finding,
            }
            add_row(doc, "levels", one.start, one.end, values, "level.region", 0.8, fact)


def _is_single(one: LevelList) -> bool:
    return all(level.upper == level.lower for level in one.levels)


def _is_normal(text: str, sentence: Sentence, one: LevelList, level: SpineLevel, before: str, kind: str) -> bool:
    """Tell whether levels are said to be sound: "normal at L4-L5", "sparing C7", "C6 and T1 were intact"."""
    if _NORMAL_AT.search(before) or _SPARED.search(before):
        return True
    if kind == "procedure" or _BEYOND.search(before) or ";" in text[level.end : one.end]:
        return False
    return _NORMAL_BEHIND.match(text, one.end, sentence.end) is not None


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.I)


def _members(level: SpineLevel) -> list[str]:
    """Return the single levels of a span within one region."""
    first, last = int(level.upper[1:]), int(level.lower[1:])
    if level.upper[0] != level.lower[0]:
        return [level.upper, level.lower]
    return [f"{level.upper[0]}{n}" for n in range(first, last + 1)]


def _phrase_start(text: str, low: int, stops: frozenset[str], start: int) -> int:
    """Return where the adjectives in front of a finding begin: at most four words."""
    while low < start and low > 0 and text[low - 1].isalnum() and text[low].isalnum():
        low += 1  # not into the middle of a word
    words = list(re.finditer(r"[\w-]+", text[low:start]))
    begin = start
    for word in reversed(words[-4:]):
        if word.group().lower() in stops or any(c.isdigit() for c in word.group()):
            break
        if text[low + word.end() : begin].strip():
            break
        begin = low + word.start()
    return begin


@Language.factory(
    "casetab_levels",
    requires=["doc._.sentences", "doc._.terms", "doc._.context"],
    assigns=["doc._.drafts"],
    default_config={"rules": []},
)
def make_levels(nlp: Language, name: str, rules: list[str]) -> LevelFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return LevelFinder(load_rules(rules))
