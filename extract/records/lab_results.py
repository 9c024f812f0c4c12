"""Qualitative results: "ANA and RF were negative", "elevated CRP", "positive for anti-Scl-70 antibody"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.records.lab_items import Item, LabDraft, Role
from extract.records.lab_vocabulary import Vocabulary

_VERB = re.compile(
    r"\b(?:was|were|is|are|be|been|being|came|returned|tested|remained|remains|became|found|showed|revealed|turned|"
    r"stayed|proved|yielded|reported|demonstrated|had|normali[sz]ed)\b|[:=(\t]|\s[-–—]\s*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[\s(\[:=–—-]*(?:(?:results?|findings?|levels?|values?|titers?|titres?|tests?|testing|serology|status|counts?|of|for|in|"
    r"the|a|an|his|her|their|on|by|to|serum|plasma|blood|urine|urinary|csf|against|antibod(?:y|ies)|antigens?|"
    r"respect|regarding|including|both|anti|ranges?|total|concentrations?|laboratory|routine|all|other)[\s(\[:-]*){0,5}",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:no|not|without|non|neither|nor|never)\s+(?:\w+\s+)?$", re.IGNORECASE)
_NOUN = re.compile(
    r"\b(?:positivity|negativity|elevations?|increases?|decreases?|reductions?|rises?|falls?|abnormalit(?:y|ies))$",
    re.I,
)
_FLIP = {"high": "normal", "low": "normal", "abnormal": "normal", "positive": "negative"}
_NOT_RESULT = re.compile(
    r"\s+(?:to be|dose|doses|dosage|tolerance|risk|intake|therapy|treatment)\b|-(?!\s)", re.IGNORECASE
)
_SHOWS = re.compile(
    r"\b(?:showed|shows|revealed|reveals|demonstrated|yielded|indicated|disclosed|had|reported|detected|found)\b", re.I
)
_STANDS_ALONE = re.compile(
    r"\s*(?:$|[.,;:)\]\n\t]|\s(?:results?|findings?|values?|levels?|ranges?|for|in|on|at|and|or|but|with|except|apart|while|"
    r"whereas|titers?|titres?)\b)",
    re.IGNORECASE,
)
_MAX_GAP = 90


class ResultLinker:
    """Links the qualitative words of one sentence to analytes."""

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary) -> None:
        self._text, self._words = text, vocabulary
        self._items = [i for i in items if i.role in (Role.ANALYTE, Role.OTHER, Role.RESULT, Role.VALUE)]

    def link(self, measured: Sequence[LabDraft]) -> list[LabDraft]:
        """Return the results of analytes without a value; fill in the words of those in ``measured``."""
        by_analyte: dict[int, list[LabDraft]] = {}
        for draft in measured:
            by_analyte.setdefault(draft.analyte.start, []).append(draft)
        new: list[LabDraft] = []
        for analyte, word, rule in self._pairs():
            if analyte.start in by_analyte:
                by_analyte[analyte.start][0].result = by_analyte[analyte.start][0].result or word
                continue
            new.append(
                LabDraft(
                    analyte,
                    result=word,
                    rule=rule,
                    confidence=0.8,
                    start=min(analyte.start, word.start),
                    end=max(analyte.end, word.end),
                )
            )
        return new

    def _is_general(self, analyte: Item) -> bool:
        """Tell whether "laboratory tests" only introduces what the sentence then names."""
        if analyte.entry is None or analyte.entry.name != "laboratory tests":
            return False
        return sum(item.role is Role.ANALYTE for item in self._items) > 1

    def _pairs(self) -> list[tuple[Item, Item, str]]:
        """Return (analyte, word, rule): the word beside the analyte wins over the one at the end of its list."""
        chosen: dict[int, tuple[Item, Item, str]] = {}
        for i, item in enumerate(self._items):
            if item.role is not Role.RESULT or _NOT_RESULT.match(self._text, item.end):
                continue
            for analyte in self._after(i):
                chosen[analyte.start] = (analyte, item, "lab.result_before")
        for i, item in enumerate(self._items):
            if item.role is not Role.RESULT or _NOT_RESULT.match(self._text, item.end):
                continue
            for analyte in self._before(i):
                chosen.setdefault(analyte.start, (analyte, item, "lab.result_after"))
        return [chosen[start] for start in sorted(chosen) if not self._is_general(chosen[start][0])]

    def _gap(self, a: Item, b: Item) -> str:
        return self._text[a.end : b.start]

    def _after(self, i: int) -> list[Item]:
        """Return the analytes that a word in front describes: "elevated CRP", "negative for HIV and HBV"."""
        word = self._items[i]
        if i + 1 >= len(self._items):
            return []
        first = self._items[i + 1]
        gap = self._gap(word, first)
        if first.role is not Role.ANALYTE or not _BETWEEN.fullmatch(gap):
            return []
        if self._predicate_of_earlier(i) and not re.search(r"\b(?:for|in|of|against)\b|[(:]", gap):
            return []
        found = [first]
        for k in range(i + 2, len(self._items)):
            item = self._items[k]
            if item.role is not Role.ANALYTE or not self._words.lists(self._gap(found[-1], item)):
                break
            found.append(item)
        return found

    def _predicate_of_earlier(self, i: int) -> bool:
        """Tell whether the word ends a statement on the analyte before it: "CRP was normal, ESR ..."."""
        if i == 0 or self._items[i - 1].role is not Role.ANALYTE:
            return False
        gap = self._gap(self._items[i - 1], self._items[i])
        return bool(_VERB.search(gap)) and self._words.unknown(gap) == 0

    def _before(self, i: int) -> list[Item]:
        """Return the analytes that a word behind describes: "ANA and RF were negative"."""
        word = self._items[i]
        k = i - 1
        while k >= 0 and self._items[k].role is Role.VALUE:  # "CRP was 45 mg/L (elevated)"
            k -= 1
        if k < 0 or self._items[k].role is not Role.ANALYTE:
            return []
        gap = self._gap(self._items[k], word)
        if _SHOWS.search(gap) and not _STANDS_ALONE.match(self._text, word.end):
            return []  # "laboratory tests showed an elevated CRP" says nothing of the tests
        if len(gap) > _MAX_GAP or not _VERB.search(gap) or self._words.unknown(gap) > 0:
            return []
        found = [self._items[k]]
        if k < i - 1:
            return found
        while k > 0 and self._items[k - 1].role is Role.ANALYTE:
            if not self._words.lists(self._gap(self._items[k - 1], self._items[k])):
                break
            k -= 1
            found.append(self._items[k])
        return found


def polarity(text: str, word: Item) -> tuple[str, str]:
    """Return (result, verbatim words) of a qualitative word, its negation taken in: "not elevated" is normal."""
    result = word.entry["result"] if word.entry is not None else ""
    written = text[word.start : word.end]
    lead = _NEGATION.search(text[max(0, word.start - 16) : word.start])
    if lead is not None and result in _FLIP and "\n" not in lead.group():
        start = word.start - (len(lead.group()))
        return _FLIP[result], text[start : word.end].strip()
    return result, written
