"""Qualitative results: "ANA and RF were negative", "elevated CRP", "positive for anti-Scl-70 antibody"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from extract.records.lab_items import Item, LabDraft, Role
from extract.records.lab_predicates import ends_list, is_anaphora, is_predicate
from extract.records.lab_serology import confirmed, is_method, is_sought
from extract.records.lab_vocabulary import Vocabulary
from extract.rules.lexicon import Entry, Mention

_VERBAL = re.compile(  # results that are predicates by themselves: "D-dimer increased significantly"
    r"(?:(?:completely|fully|gradually|rapidly|quickly|spontaneously|progressively|almost|nearly|re-?)\s?)?"
    r"(?:(?:below|above|within|outside)\s|did|does|was|were|had|normali[sz]ed|returned|came|went|recovered|reverted|became|increased|decreased|rose|fell|"
    r"declined|dropped|continued|trended|kept|started|began)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:,\s(?:including|such as|namely)\s|[\s(\[:=–—-]*)"
    r"(?:(?:(?:was|were) (?:found|detected|seen|noted|observed) in|reports?|"
    r"results?|findings?|levels?|values?|titers?|titres?|tests?|testing|serology|status|counts?|of|for|in|"
    r"the|a|an|his|her|their|on|by|to|serum|plasma|blood|urine|urinary|csf|against|antibod(?:y|ies)|antigens?|"
    r"respect|regarding|(?:presence|evidence) of|including|both|anti|ranges?|"
    r"but stable|and stable|any|either|total|concentrations?|laboratory|routine|all|other)[\s(\[:-]*){0,5}",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"\b(?:no|not|without|non|neither|nor|never)\s+(?:\w+\s+)?$", re.IGNORECASE)
_MULTIPLE = re.compile(
    r"(?:[\w.]+[\s-]+)?(?:times|fold)\s+(?:above\s+)?(?:the\s+)?(?:upper\s+limits?\s+of\s+)?$", re.IGNORECASE
)
_FLIP = {"high": "normal", "low": "normal", "abnormal": "normal", "positive": "negative"}
_NOT_RESULT = re.compile(
    r"\s+(?:to be|dose|doses|dosage|tolerance|risk|intake|therapy|treatment|saline)\b|-(?!\s)|"
    r"\s*[:=,]?\s*(?:[<>≤≥]|up to\b|less than\b|below\b)?\s*\d(?![\d.,]*\s?(?:-?fold|times|x)\b)|"
    r"\s+(?:reference\s+)?(?:range|value|limit|interval)s?\s*[:=,]?\s*(?:[<>≤≥]|\d[\d.,]*\s?(?:[-–—]|to\b))",
    re.IGNORECASE,
)
# "increased by", "fell into the normal range"
_ONWARD = re.compile(r"\s+(?:\w+ly\s+)?(?:from|(?:in)?to|by)\s", re.IGNORECASE)
_SHOWS = re.compile(
    r"\b(?:showed|shows|revealed|reveals|demonstrated|yielded|indicated|disclosed|had|reported|detected|found)\b", re.I
)
_STANDS_ALONE = re.compile(
    r"\s*(?:$|[.,;:)\]\n\t]|\s(?:results?|findings?|values?|levels?|ranges?|for|in|on|at|and|or|but(?!\sstable)|with|except|apart|while|"
    r"whereas|titers?|titres?)\b)",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"\b(?:of|for|against|including|such as|namely)\b|[(:]", re.IGNORECASE
)  # "positive for", "increased values of"
_CHANGE = re.compile(
    r"(?:elevations?|increases?|rises?|decreases?|reductions?|drops?|falls?|abnormalit(?:y|ies))$", re.I
)
_IN = re.compile(r"\bin\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(?:an?|the|his|her|their|with|of)\s$", re.IGNORECASE)
_LABEL_END = re.compile(
    r"\s*(?:$|[.,;:)\]\n\t/(]|\s(?:on|at|by|in|and|or|but|with|after|before|during|when|while|via|from|using|through|twice)\b)",
    re.IGNORECASE,
)
_NOUNS = frozenset({"positivity", "negativity"})
_WITH_NUMBERS = re.compile(  # "was impaired with serum creatinine of 1.7 mg/dL"
    r"\s*[,;]?\s*(?:and\s)?(?:with|including|included|includes|as follows|such as|[:(])[^.;()]{0,60}?\d", re.IGNORECASE
)
_REACH = 80
_URINE = re.compile(r"\burin|\bdipstick|\bsediment\b|\bUA\b", re.IGNORECASE)
_ALL = re.compile(r"\ball\b", re.IGNORECASE)
_SERUM = re.compile(r"\bser(?:um|olog)|\bantibod|\bIg[GMA]\b", re.IGNORECASE)
_SEEN_OR_NOT = frozenset({"antibody", "antigen", "nucleic acid", "cells"})
_NO = re.compile(
    r"(?P<shown>\b(?:showed|shows|revealed|demonstrated|detected|found|identified|disclosed)\s+)?\b(?P<no>no)\s+(?:any\s+)?$",
    re.IGNORECASE,
)
_WAS_SEEN = re.compile(
    r"(?:\s*\([^()]*\))?(?:\s*antibod(?:y|ies))?\s+(?:was|were|could be)\s+"
    r"(?:seen|found|detected|identified|observed|noted|present|demonstrated)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^(?:,?\s(?:and|or|of)\s\w+)+(?=\s)")
_GRADED = re.compile(r"(?:[1-4]\s?\+|\+\s?[1-4]|\+{1,4})")
_COMPARISON = re.compile(
    r"\b(?:as|than|not|(?<!due )(?<!owing )(?<!secondary )to)\s+$", re.IGNORECASE
)  # "as high as 12": no result of its own


class ResultLinker:
    """Links the qualitative words of one sentence to analytes."""

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary, start: int, end: int) -> None:
        self._text, self._words = text, vocabulary
        self._urine = speaks_of_urine(text, start, end)
        self._tissue = vocabulary.histology.search(text, start, end) is not None
        self._serum = _SERUM.search(text, start, end) is not None
        self._all = items
        self._items = [i for i in items if i.role in (Role.ANALYTE, Role.OTHER, Role.RESULT, Role.VALUE)]
        self._places = {item.start: i for i, item in enumerate(self._items) if item.role is Role.RESULT}

    def link(self, measured: Sequence[LabDraft]) -> list[LabDraft]:
        """Return the results of analytes without a value; fill in the words of those in ``measured``."""
        by_analyte: dict[int, list[LabDraft]] = {}
        for draft in measured:
            by_analyte.setdefault(draft.analyte.start, []).append(draft)
        new: list[LabDraft] = []
        pairs = self._pairs()
        shared = Counter(word.start for _, word, _ in pairs)
        for analyte, word, rule in pairs:
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
                    named_by=self._name(analyte, word) if shared[word.start] == 1 else None,
                    sums=rule == "lab.result_before" or _WITH_NUMBERS.match(self._text, word.end) is not None,
                )
            )
        return new

    def _name(self, analyte: Item, word: Item) -> Item | None:
        """Return the test that names a result: the PCR of "PCR was positive for HSV"."""
        i = self._places.get(word.start, 0)
        before = self._items[i - 1] if i > 0 and word.start < analyte.start else None
        if before is None or not is_method(before) or not self._states(self._gap(before, word), word):
            return None
        return before

    def _pairs(self) -> list[tuple[Item, Item, str]]:
        """Return (analyte, word, rule): the word beside the analyte wins over the one at the end of its list."""
        chosen = {analyte.start: (analyte, word, "lab.denied") for analyte, word in self._denied()}
        words = [i for i, item in enumerate(self._items) if item.role is Role.RESULT and self._is_result(item)]
        for i in words:
            for analyte in self._after(i):
                chosen.setdefault(analyte.start, (analyte, self._items[i], "lab.result_before"))
        for i in words:
            for analyte in self._before(i):
                chosen.setdefault(analyte.start, (analyte, self._items[i], "lab.result_after"))
        for analyte, word in confirmed(self._text, self._all):
            chosen.setdefault(analyte.start, (analyte, word, "lab.confirmed"))
        shared = Counter(word.start for _, word, _ in chosen.values())
        return [
            (analyte, word, rule)
            for _, (analyte, word, rule) in sorted(chosen.items())
            if _can_be(analyte, word)
            and not (self._tissue and self._may_be_stained(analyte, word))
            and not (_is_general(analyte) and (shared[word.start] > 1 or not self._sums_up(word, rule)))
        ]

    def _may_be_stained(self, analyte: Item, word: Item) -> bool:
        """Tell whether a result may be one of tissue: markers and cells are seen there, antibodies of serum are not."""
        if analyte.entry is None or analyte.entry["kind"] == "cells":
            return True
        allowed = analyte.entry["class"] == "autoantibody" or (analyte.entry["class"] == "serology" and self._serum)
        return _seen(word) and not (allowed and analyte.entry["kind"] in ("antibody", "panel"))

    def _sums_up(self, word: Item, rule: str) -> bool:
        """Tell whether a word says all of the laboratory tests: they "were normal", "except for"."""
        whole = word.entry is not None and word.entry["result"] in ("normal", "abnormal", "negative")
        return whole and rule == "lab.result_after" and _STANDS_ALONE.match(self._text, word.end) is not None

    def _denied(self) -> Iterator[tuple[Item, Item]]:
        """Yield what was looked for and not seen: "no schistocytes were seen", "showed no blasts"."""
        for i, item in enumerate(self._items):
            if item.role is not Role.ANALYTE or item.entry is None or item.entry["kind"] not in _SEEN_OR_NOT:
                continue
            lead = _NO.search(self._text[max(0, item.start - 24) : item.start])
            if lead is None:
                continue
            found = [item]
            for other in self._items[i + 1 :]:
                if other.role is not Role.ANALYTE or not self._words.joins(self._gap(found[-1], other)):
                    break
                found.append(other)
            if not lead.group("shown") and not _WAS_SEEN.match(self._text, found[-1].end):
                continue
            a = item.start - len(lead.group()) + lead.start("no") - lead.start()
            b = a + len(lead.group("no"))
            entry = Entry(self._text[a:b], "result", {"result": "negative"})
            word = Item(Role.RESULT, a, b, mention=Mention(a, b, self._text[a:b], entry))
            yield from ((analyte, word) for analyte in found)

    def _is_result(self, word: Item) -> bool:
        """Tell whether a word states a result here: not in "normal 10-65", "as high as", "large" outside urine."""
        if _NOT_RESULT.match(self._text, word.end):
            return False
        if not _seen(word) and _ONWARD.match(self._text, word.end):
            return False
        if _COMPARISON.search(self._text[max(0, word.start - 12) : word.start]):
            return False
        return not (word.entry is not None and word.entry["only"] == "urine" and not self._urine)

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
        if self._predicate_of_earlier(i) and not self._names_what(word, gap):
            return []
        if _seen(word) and _is_panel(first) and re.search(r"\b(?:in|by|on)\b", gap, re.IGNORECASE):
            return []  # "hemoglobin was not found in the urinalysis", "identified by PCR"
        found = [first]
        if is_graded(self._text, word):  # "3+ protein, 2+ blood": each has its own
            return found
        last = first
        for item in self._items[i + 2 :]:
            if item.role not in (Role.ANALYTE, Role.OTHER) or not self._words.lists(self._gap(last, item)):
                break
            last = item
            if item.role is Role.ANALYTE:
                found.append(item)
        return found

    def _predicate_of_earlier(self, i: int) -> bool:
        """Tell whether the word ends a statement on the analyte before it: "CRP was normal, ESR ..."."""
        if i == 0 or self._items[i - 1].role is not Role.ANALYTE:
            return False
        return self._states(self._gap(self._items[i - 1], self._items[i]), self._items[i])

    def _before(self, i: int) -> list[Item]:
        """Return the analytes that a word behind describes: "ANA and RF were negative"."""
        word = self._items[i]
        k = i - 1
        while k >= 0 and self._items[k].role is Role.RESULT and not self._is_result(self._items[k]):
            k -= 1  # "fell to normal"
        direct = k
        while k >= 0 and self._items[k].role is Role.VALUE:  # "CRP was 45 mg/L (elevated)"
            k -= 1
        if k < 0 or self._items[k].role not in (Role.ANALYTE, Role.OTHER):
            return []
        nearest = self._items[k]
        gap = self._gap(nearest, word)
        if nearest.role is Role.OTHER:  # "HIV serology and cultures of blood and sputum were negative"
            gap = _LISTED.sub(" ", gap)
        if self._is_of_others(i, nearest):
            return []
        if not (self._states(gap, word) or self._is_label(nearest, gap, word) or self._ends_list(nearest, gap, word)):
            return []
        found = [nearest]
        if k == direct:  # over a value a word describes that value's analyte only
            semicolons = bool(_ALL.search(gap + self._text[word.start : word.end]))
            while k > 0 and self._items[k - 1].role in (Role.ANALYTE, Role.OTHER):
                between = self._gap(self._items[k - 1], self._items[k])
                if not self._words.lists(between.replace(";", ",") if semicolons else between):
                    break
                k -= 1
                found.append(self._items[k])
        return [item for item in found if item.role is Role.ANALYTE]

    def _is_label(self, analyte: Item, gap: str, word: Item) -> bool:
        """Tell whether "positive" right behind a germ or antibody is its result: not in "an HIV-positive man"."""
        if (
            gap.strip(" -")
            or not is_sought(analyte)
            or not _seen(word)
            or _ATTRIBUTE.search(self._text[max(0, analyte.start - 8) : analyte.start])
        ):
            return False
        return _LABEL_END.match(self._text, word.end) is not None or (
            word.entry is not None and word.entry.name in _NOUNS
        )

    @staticmethod
    def _ends_list(analyte: Item, gap: str, word: Item) -> bool:
        """Tell whether a list ends with what no lexicon knows: "cardiac enzymes and echocardiography were normal"."""
        if _seen(word) and not (is_sought(analyte) or _is_panel(analyte)):
            return False
        return ends_list(gap)

    def _names_what(self, word: Item, gap: str) -> bool:
        """Tell whether a word goes on to what it is said of: "positive for", "increased values of", "elevation in"."""
        return bool(_OF_WHAT.search(gap) or (_IN.search(gap) and _CHANGE.search(self._text, word.start, word.end)))

    def _is_of_others(self, i: int, subject: Item) -> bool:
        """Tell whether a test's result is what it found: "the PCR was negative for HSV"."""
        if i + 1 >= len(self._items) or self._items[i + 1].role is not Role.ANALYTE:
            return False
        gap = self._gap(self._items[i], self._items[i + 1])
        if _BETWEEN.fullmatch(gap) is None:
            return False
        return (
            _is_panel(subject)
            and not re.search(r"[(:]|includ|such as|namely", gap)
            and self._names_what(self._items[i], gap)
        )

    def _states(self, gap: str, word: Item) -> bool:
        """Tell whether a gap between an analyte and a word behind it makes the word the analyte's result."""
        if is_graded(self._text, word) and "," in gap:  # "3+ blood, 2+ protein": the grade stands in front
            return False
        gap = gap.lstrip(")] ")
        if is_graded(self._text, word) and not gap.strip(" :=("):
            return True
        if is_anaphora(gap):
            return True
        if _SHOWS.search(gap) and not _STANDS_ALONE.match(self._text, word.end):
            return False  # "laboratory tests showed an elevated CRP" says nothing of the tests
        return is_predicate(gap, self._words, verbal=_VERBAL.match(self._text, word.start) is not None)


def speaks_of_urine(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch of text, or what stands close before it, speaks of urine."""
    return _URINE.search(text, max(0, start - _REACH), end) is not None


def _is_panel(item: Item) -> bool:
    return item.entry is not None and item.entry["kind"] == "panel"


def _seen(word: Item) -> bool:
    return word.entry is not None and word.entry["result"] in ("positive", "negative")


def _is_general(analyte: Item) -> bool:
    """Tell whether an analyte is "laboratory tests", which says nothing where the sentence names them."""
    return analyte.entry is not None and analyte.entry.name == "laboratory tests"


def _can_be(analyte: Item, word: Item) -> bool:
    """Tell whether an analyte can have a result: groups of chemical tests and immunoglobulins are not positive."""
    if analyte.entry is None or word.entry is None or word.entry["result"] not in ("positive", "negative"):
        return True
    if analyte.entry["class"] == "panel" and word.entry["result"] == "positive":
        return False
    return not analyte.entry.name.startswith("immunoglobulin ")


def is_graded(text: str, word: Item) -> bool:
    """Tell whether a result is a grade of a dipstick: "2+", "+++"."""
    return _GRADED.fullmatch(text, word.start, word.end) is not None


def polarity(text: str, word: Item) -> tuple[str, str]:
    """Return (result, verbatim words) of a qualitative word, its negation taken in: "not elevated" is normal."""
    result = word.entry["result"] if word.entry is not None else ""
    written = text[word.start : word.end]
    lead = _NEGATION.search(text[max(0, word.start - 16) : word.start])
    if lead is not None and result in _FLIP and "\n" not in lead.group():
        start = word.start - (len(lead.group()))
        return _FLIP[result], text[start : word.end].strip()
    multiple = _MULTIPLE.search(text[max(0, word.start - 48) : word.start]) if result == "normal" else None
    if multiple is not None:  # "three times the upper limit of normal"
        return "high", text[word.start - len(multiple.group()) : word.end]
    return result, written
