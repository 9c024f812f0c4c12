"""Findings that a laboratory test showed: "the blood count revealed leukocytosis and no anaemia".

A finding names analyte and direction in one word, and clinicians use such words of patients too ("anaemia was
treated"). It is a result where a named test showed it: the blood count, the urinalysis, the blood gas is the subject of
a verb of showing, or the finding was made "on" it. "Laboratory tests revealed anaemia" is a diagnosis and no result of
one test; the exception of "blood tests were normal except for anaemia" is one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from extract.records.lab_items import Item, LabDraft, Role
from extract.records.lab_vocabulary import Vocabulary
from extract.records.lab_words import is_general, is_graded
from extract.rules.lexicon import Entry, Mention

_SHOWED = re.compile(
    r"\b(?:showed|shows|showing|revealed|reveals|revealing|demonstrated|demonstrates|indicated|disclosed|confirmed|"
    r"detected|identified|yielded|documented|noted|displayed|exhibited|presented|found|had|"
    r"(?:was|were|is|are)\s(?:\w+ly\s)?(?:notable|significant|remarkable|suggestive|indicative|concerning|positive|"
    r"consistent|compatible)\s(?:for|of|with)|pointed to|in keeping with|(?:with|had|including) (?:the )?findings? of|"
    r"(?:included?|including)|(?:except|apart|aside|other than|besides)(?:\s(?:for|from))?)\b",
    re.IGNORECASE,
)
_TEST = re.compile(  # tests that no lexicon names as a whole
    r"\b(?:labs?|laborator\w+|blood\s?works?|bloods|biochemistry|chemistry|smear|gasometry|"
    r"(?:blood|serum|plasma|urine|csf|ha?ematolog\w+|biochem\w+|metabolic|laboratory|further|baseline|routine|initial|"
    r"diagnostic|complementary|additional|subsequent|paraclinical)\s(?:\w+\s){0,2}?(?:tests?|testing|work-?ups?|"
    r"investigations?|exams?|analys[ie]s|studies|evaluations?|screening|findings|results|parameters|"
    r"profile|picture|panel))\b",
    re.IGNORECASE,
)
_NO_TEST = re.compile(
    r"\b(?:physical|clinical|general|neurologic\w*|imaging|radiolog\w*|x-?ray|ct|mri|tomograph\w*|ultraso\w*|echo\w*|"
    r"biops\w*|histolog\w*|marrow|eeg|ecg|electro\w+|endoscop\w*|colonoscop\w*|history)\b",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"[;.](?=\s|$)|\b(?:because|due to|secondary|caused|attribut\w+|suggest\w*|indicating|consistent with|compatible|"
    r"diagnos\w+|leading|result(?:ing|ed) in|treated|requir\w+|risk|history|therefore|syndrome|associated|related|"
    r"syndromes?|despite|prompt\w+|started|received|given|underwent|while|whereas|but|who|which|he|she|we)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(r"(?:except|apart|aside|other than|besides)", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:]|\.\s")
_VERB = re.compile(r"[;:]|\.\s|\b(?:was|were|is|are|had|has|have)\b", re.IGNORECASE)
_NO = re.compile(
    r"\b(no|without|absence of|neither)\s+(?:any\s|evidence of\s|signs? of\s)?(?:\w+\s){0,2}$", re.IGNORECASE
)
_OR = re.compile(r"\s*(?:,|,?\s(?:or|nor))\s(?:\w+\s){0,2}", re.IGNORECASE)
_MADE_ON = re.compile(
    r"(?:\s(?:was|were)\s(?:\w+ly\s)?(?:noted|found|detected|observed|seen|present|evident|identified|discovered))?"
    r"\s(?:on|in|by|at)\s(?:the\s|his\s|her\s|a\s|an\s)?(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*(?:,|and|, and|with|,? as well as|/|or)\s(?:an?\s)?(?:\w+\s){0,2}", re.IGNORECASE)
_ACID_BASE = frozenset({"acidotic", "alkalotic"})
_MAX_SUBJECT = 90
_LEAD = 40
_REACH = 260
_CONFIDENCE = 0.75


class FindingLinker:
    """Links the findings of one sentence to the tests that showed them."""

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary, start: int, end: int) -> None:
        self._text, self._words, self._start, self._end = text, vocabulary, start, end
        self._items = items
        self._findings = [item for item in items if _is_finding(item)]
        self._panels = [
            i for i in items if i.role is Role.ANALYTE and i.entry is not None and i.entry["kind"] == "panel"
        ]

    def link(self, known: Sequence[LabDraft]) -> list[LabDraft]:
        """Return the findings that ``known`` does not hold yet."""
        if not self._findings:
            return []
        taken = {draft.analyte.start for draft in known} | {d.result.start for d in known if d.result is not None}
        new: dict[int, LabDraft] = {}
        gas = any(d.result is not None and _is_acid_base(d.result) for d in known)
        for finding, test, negated in [*self._shown(), *self._made_on()]:
            if finding.start in taken or finding.start in new or (gas and _is_of_gas(finding)):
                continue  # a blood gas with "metabolic and respiratory acidosis and hypoxaemia" is one result
            gas = gas or finding.role is Role.RESULT
            new[finding.start] = self._draft(finding, test, negated)
        return [new[start] for start in sorted(new)]

    def _shown(self) -> Iterator[tuple[Item, Item | None, int]]:
        """Yield (finding, test, offset of its negation or -1) behind verbs whose subject is a test."""
        starts = [item.start for item in self._findings]
        for verb in _SHOWED.finditer(self._text, self._start, self._end):
            first = bisect_left(starts, verb.end())
            reach = min(self._end, verb.end() + _REACH)
            if first == len(starts) or starts[first] > reach:
                continue
            is_test, test = self._subject(verb.start())
            if test is None or is_general(test):
                is_test, test = is_test and _EXCEPT.match(verb.group()) is not None, None
            if not is_test:
                continue
            stop = _STOP.search(self._text, verb.end(), reach)
            reach = stop.start() if stop is not None else reach
            negated, before = -1, verb.end()
            for item in islice(self._findings, first, bisect_left(starts, reach)):
                no = _NO.search(self._text, max(verb.end() - 1, item.start - _LEAD), item.start)
                if no is not None:
                    negated = no.start()
                elif not _OR.fullmatch(self._text, before, item.start):
                    negated = -1
                yield item, test, negated
                before = item.end

    def _subject(self, position: int) -> tuple[bool, Item | None]:
        """Tell whether a test is the subject of the verb at ``position``, and which one of the lexicon."""
        floor = max(self._start, position - _MAX_SUBJECT)
        if _NO_TEST.search(self._text, floor, position):
            return False, None
        last = bisect_right(self._panels, position, key=lambda item: item.end) - 1
        if last >= 0 and self._panels[last].start >= floor:
            panel = self._panels[last]
            plain = _CLAUSE.search(self._text, panel.end, position) is None
            return plain, panel if plain else None
        found = list(_TEST.finditer(self._text, floor, position))
        return bool(found) and _VERB.search(self._text, found[-1].end(), position) is None, None

    def _made_on(self) -> Iterator[tuple[Item, Item | None, int]]:
        """Yield the findings of "leukocytosis and anaemia were found on the blood count"."""
        places = {id(item): i for i, item in enumerate(self._items)}
        for panel in self._panels:
            i = places[id(panel)] - 1
            if i < 0 or is_general(panel) or not _is_finding(self._items[i]):
                continue
            if not _MADE_ON.fullmatch(self._text, self._items[i].end, panel.start):
                continue
            chain = [self._items[i]]
            while (
                i > 0
                and _is_finding(self._items[i - 1])
                and _LIST.fullmatch(self._text, self._items[i - 1].end, self._items[i].start)
            ):
                i -= 1
                chain.append(self._items[i])
            no = _NO.search(self._text, max(self._start, chain[-1].start - _LEAD), chain[-1].start)
            yield from ((item, panel, no.start() if no is not None else -1) for item in chain)

    def _grade(self, finding: Item) -> Item | None:
        """Return the grade in a bracket behind a finding: the 3+ of "haematuria (3+)"."""
        i = bisect_left(self._items, finding.end, key=lambda item: item.start)
        if i == len(self._items) or not is_graded(self._text, self._items[i]):
            return None
        gap = self._text[finding.end : self._items[i].start]
        return self._items[i] if gap.strip() in ("(", "[") else None

    @staticmethod
    def _names_itself(finding: Item, test: Item | None) -> bool:
        """Tell whether a finding says by its own name what was found where: the proteinuria of a urinalysis."""
        return (
            test is not None
            and finding.role is Role.IMPLIED
            and test.entry is not None
            and test.entry.name == "urinalysis"
        )

    def _draft(self, finding: Item, test: Item | None, negated: int) -> LabDraft:
        analyte, result = finding, None
        gas = self._words.named("blood gas analysis")
        if finding.role is Role.RESULT and finding.mention is not None and gas is not None:
            mention = replace(finding.mention, entry=gas)  # acidosis is a finding of the blood gas
            analyte, result = replace(finding, role=Role.ANALYTE, mention=mention), finding
        begin = finding.start
        if negated >= 0:
            begin, written = negated, self._text[negated : finding.end]
            entry = Entry(written, "result", {"result": "normal"})
            result = Item(Role.RESULT, negated, finding.end, mention=Mention(negated, finding.end, written, entry))
        elif result is None:
            result = self._grade(finding)
        start, end = (test.start, test.end) if test is not None else (begin, begin)
        return LabDraft(
            analyte,
            result=result,
            rule="lab.finding",
            confidence=_CONFIDENCE,
            start=min(start, begin),
            end=max(end, finding.end),
            named_by=None if self._names_itself(finding, test) else test,
            sums=finding.role is Role.IMPLIED,
        )


def _is_finding(item: Item) -> bool:
    return _is_acid_base(item) if item.role is Role.RESULT else item.role is Role.IMPLIED


def _is_of_gas(item: Item) -> bool:
    """Tell whether a finding is one that only a blood gas gives: "acidosis", "hypoxaemia"."""
    return item.role is Role.RESULT or (item.entry is not None and item.entry["analyte"].startswith("partial pressure"))


def _is_acid_base(item: Item) -> bool:
    """Tell whether a result is "acidosis" or "alkalosis", which is one of a blood gas."""
    known = item.entry is not None and item.entry.name in _ACID_BASE
    return known and item.mention is not None and item.mention.text.lower().endswith("osis")
