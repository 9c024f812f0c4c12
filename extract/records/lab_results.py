"""Qualitative results: "ANA and RF were negative", "elevated CRP", "positive for anti-Scl-70 antibody"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from extract.records.lab_asides import own_statements, same_analyte, without_repeats
from extract.records.lab_denials import denied, none_of
from extract.records.lab_items import Item, LabDraft, Role
from extract.records.lab_predicates import (
    BETWEEN,
    INCLUDED,
    ends_list,
    is_anaphora,
    is_including,
    is_predicate,
    is_study,
    is_unknown_first,
)
from extract.records.lab_serology import confirmed, is_method, is_sought
from extract.records.lab_vocabulary import Vocabulary
from extract.records.lab_words import (
    ends_label,
    fits,
    is_change,
    is_found,
    is_general,
    is_graded,
    is_of_cells,
    is_panel,
    is_passive,
    is_result,
    names_what,
    seen,
    speaks_of_urine,
    stands_alone,
)  # fmt: skip
from extract.rules.lexicon import Entry, Mention

_VERBAL = re.compile(  # results that are predicates by themselves: "D-dimer increased significantly"
    r"(?:(?:\w+ly|almost|re-?)\s?)?"
    r"(?:(?:below|above|within|outside)\s|did|does|was|were|had|normali[sz]ed|returned|came|went|recovered|reverted|became|increased|decreased|rose|fell|"
    r"declined|dropped|continued|trended|kept|started|began)\b|"
    r"(?:increasing|rising|decreasing|falling|declining)(?=[.,;)]|\s(?:even|further|again|and|on|until|over|\w+ly)\b)",
    re.IGNORECASE,
)
_AS_WELL = re.compile(
    r",?\s(?:as well as|as (?:was|were|did)|(?:and )?so (?:was|were|did)|along with|together with)(?=\s)", re.I
)
_BY = re.compile(r"\s(?:by|on|via|through|using|with)\s(?:an?\s|the\s)?", re.IGNORECASE)
_WERE = re.compile(r"\s?[)\]]\s(?:were|are)\s", re.IGNORECASE)
_FOR = re.compile(r"\sfor\s(?:\w+\s){0,2}", re.IGNORECASE)
_SHORT_FORM = re.compile(r"\s?(?:(?:antigens?|antibod(?:y|ies)|levels?|tests?)\s){0,2}[(\[]\s?", re.IGNORECASE)
_SHOWS = re.compile(
    r"\b(?:showed|shows|revealed|reveals|demonstrated|yielded|indicated|disclosed|had|"
    r"(?<!was )(?<!were )(?:reported|detected|found))\b",
    re.IGNORECASE,
)
_LACKING = re.compile(r"\b(?:no|without)\s(?:any\s|significant\s|relevant\s|evident\s|further\s)?$", re.IGNORECASE)
_LACK = re.compile(r"(?:no|without)\s", re.IGNORECASE)
_UNKNOWN_FIRST = re.compile(
    r"\s(?:(?:was|were)\s(?:found|detected|seen|noted|observed)\s)?(?:in|of|on)\s(?:the\s|his\s|her\s)?"
    r"(?:[\w/-]+(?:\s[\w/-]+){0,2},\s){0,3}[\w/-]+(?:\s[\w/-]+){0,2},?\s(?:and|or)\s(?:the\s|his\s|her\s)?",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"\b(?:an?|the|his|her|their|with|of)\s$", re.IGNORECASE)
_NOUNS = frozenset({"positivity", "negativity"})
_WITH_NUMBERS = re.compile(  # "was impaired with serum creatinine of 1.7 mg/dL", "were elevated; CRP at 80 mg/L"
    r"\s*(?:[,;]?\s*(?:and\s)?(?:with|including|included|includes|as follows|such as|[:(])|;)"
    r"(?:[^.;()]|\([^()\d]{1,24}\)){0,60}?\d",
    re.IGNORECASE,
)
_ALL = re.compile(r"\ball\b", re.IGNORECASE)
_SINGLE = re.compile(r"\bwas\b", re.IGNORECASE)
_NEW_CLAUSE = re.compile(r",\s(?:and|but)\s(?:the|an?|his|her)\s", re.IGNORECASE)
_SERUM = re.compile(r"\bser(?:um|olog)|\bantibod|\bIg[GMA]\b", re.IGNORECASE)
_BUT_NOT = re.compile(r",?\sbut not(?:\sfor)?\s", re.IGNORECASE)
_ACID_BASE = re.compile(r"(?:acid|alkal)osis$", re.IGNORECASE)  # a diagnosis where only "laboratory tests" showed it
_LISTED = re.compile(r"^(?:,?\s(?:and|or|of)\s\w+)+(?=\s)")


class ResultLinker:
    """Links the qualitative words of one sentence to analytes."""

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary, start: int, end: int) -> None:
        self._text, self._words = text, vocabulary
        self._urine = speaks_of_urine(text, start, end)
        self._tissue = vocabulary.histology.search(text, start, end) is not None
        self._serum = _SERUM.search(text, start, end) is not None
        self._all = items
        self._implied = [item for item in items if item.role is Role.IMPLIED]
        known = without_repeats([i for i in items if i.role in (Role.ANALYTE, Role.OTHER, Role.RESULT, Role.VALUE)])
        self._asides = [
            pairs
            for aside in own_statements(text, known)
            if (pairs := ResultLinker(text, aside, vocabulary, start, end)._pairs())
        ]
        apart = {id(item) for pairs in self._asides for pair in pairs for item in pair[:2]}
        self._items = [item for item in known if id(item) not in apart]
        self._named: dict[int, Item] = {}
        self._reworded: dict[int, Item] = {}
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
                    sums=rule == "lab.result_before"
                    or _ACID_BASE.search(self._text, word.start, word.end) is not None
                    or _WITH_NUMBERS.match(self._text, word.end) is not None,
                )
            )
        return new

    def _name(self, analyte: Item, word: Item) -> Item | None:
        """Return the test that names a result: the PCR of "PCR was positive for HSV"."""
        if analyte.start in self._named:
            return self._named[analyte.start]
        i = self._places.get(word.start, 0)
        before = self._items[i - 1] if i > 0 and word.start < analyte.start else None
        if before is None or not is_method(before) or not self._states(self._gap(before, word), word):
            return None
        return before

    def _pairs(self) -> list[tuple[Item, Item, str]]:
        """Return (analyte, word, rule): the word beside the analyte wins over the one at the end of its list."""
        chosen = {
            analyte.start: (analyte, word, "lab.denied")
            for analyte, word in denied(self._text, self._items, self._words)
        }
        for analyte, word, rule in chain.from_iterable(self._asides):
            chosen.setdefault(analyte.start, (analyte, word, rule))
        words = [i for i, item in enumerate(self._items) if item.role is Role.RESULT and self._is_word(item)]
        for i in words:
            for analyte in self._after(i):
                chosen.setdefault(analyte.start, (analyte, self._items[i], "lab.result_before"))
        for i in words:
            for analyte in self._before(i):
                word = self._reworded.get(self._items[i].start, self._items[i])
                chosen.setdefault(analyte.start, (analyte, word, "lab.result_after"))
        for analyte, word, method in confirmed(self._text, self._all):
            if method is not None:
                self._named[analyte.start] = method
            chosen.setdefault(analyte.start, (analyte, word, "lab.confirmed"))
        shared = Counter(word.start for _, word, _ in chosen.values())
        return [
            (analyte, word, rule)
            for _, (analyte, word, rule) in sorted(chosen.items())
            if fits(self._text, analyte, word)
            and not (self._tissue and self._may_be_stained(analyte, word))
            and not (is_general(analyte) and (shared[word.start] > 1 or not self._sums_up(word, rule)))
        ]

    def _is_word(self, item: Item) -> bool:
        return is_result(self._text, item, urine=self._urine)

    def _may_be_stained(self, analyte: Item, word: Item) -> bool:
        """Tell whether a result may be one of tissue: markers and cells are seen there, antibodies of serum are not."""
        if analyte.entry is None or is_of_cells(analyte):
            return True
        allowed = analyte.entry["class"] == "autoantibody" or (analyte.entry["class"] == "serology" and self._serum)
        return seen(word) and not (allowed and analyte.entry["kind"] in ("antibody", "panel"))

    def _sums_up(self, word: Item, rule: str) -> bool:
        """Tell whether a word says all of the laboratory tests: they "were normal", "except for"."""
        whole = word.entry is not None and word.entry["result"] in ("normal", "abnormal", "negative")
        whole = whole and not _ACID_BASE.search(self._text, word.start, word.end)
        return whole and rule == "lab.result_after" and stands_alone(self._text, word)

    def _gap(self, a: Item, b: Item) -> str:
        return self._text[a.end : b.start]

    def _after(self, i: int) -> list[Item]:
        """Return the analytes that a word in front describes: "elevated CRP", "negative for HIV and HBV"."""
        word, j = self._items[i], i + 1
        if j < len(self._items) and is_found(self._text, self._items[j]):
            j += 1  # "no abnormalities | were found | in the electrolytes"
        if j + 1 < len(self._items) and _is_heading(self._items[j]) and self._opens(word, self._items[j + 1]):
            j += 1  # "negative | serologies | included HIV"
        if j >= len(self._items) or is_passive(self._text, word):
            return []
        first = self._items[j]
        if first.role is not Role.ANALYTE or not self._describes(i, j):
            return []
        if is_graded(self._text, word):  # "3+ protein, 2+ blood": each has its own
            return [first]
        return self._list_from(j)

    def _describes(self, i: int, j: int) -> bool:
        """Tell whether the word at ``i`` is said of the analyte behind it at ``j``."""
        word, first = self._items[i], self._items[j]
        gap = self._gap(word, first)
        shared = _AS_WELL.match(gap)  # "were normal, as were the levels of"
        if shared is not None and BETWEEN.fullmatch(gap, shared.end()) is not None:
            return not (seen(word) and not is_sought(first)) and not self._has_own(j)
        if self._goes_on(i, gap) or (seen(word) and is_sought(first) and is_unknown_first(gap)):
            return not self._has_own(j)
        if not (self._opens(word, first) or BETWEEN.fullmatch(gap) or self._after_unknown(word, gap)):
            return False
        by_method = first.anchor > first.start and _BY.fullmatch(gap) is not None  # "negative by | PCR for HSV"
        if self._predicate_of_earlier(i) and not by_method and not names_what(self._text, word, gap):
            return False
        # "hemoglobin was not found in the urinalysis", "identified by PCR"
        return not (seen(word) and is_panel(first) and re.search(r"\b(?:in|by|on)\b", gap, re.IGNORECASE))

    def _list_from(self, j: int) -> list[Item]:
        """Return the analytes of the list that begins at item ``j``."""
        found = [self._items[j]]
        while j + 1 < len(self._items):
            last, item = self._items[j], self._items[j + 1]
            if item.role not in (Role.ANALYTE, Role.OTHER) or not self._joins(last, item, self._gap(last, item)):
                break
            if any(last.end <= other.start < item.start for other in self._implied):
                break  # "elevated CRP, hypocomplementemia (C3, C4)"
            j += 1
            if item.role is Role.ANALYTE and not self._is_short_form(last, item):
                found.append(item)
        return found

    def _opens(self, word: Item, first: Item) -> bool:
        """Tell whether a word opens the list of the tests it describes: "negative studies included HIV and HBV"."""
        result = word.entry["result"] if word.entry is not None else ""
        if result != "normal" and not (seen(word) and (is_sought(first) or (result == "negative" and is_panel(first)))):
            return False
        return INCLUDED.fullmatch(self._gap(word, first)) is not None

    def _has_own(self, j: int) -> bool:
        """Tell whether a word behind the list that begins at item ``j`` is its own: "as well as CRP was high"."""
        while j + 1 < len(self._items) and self._items[j + 1].role is Role.ANALYTE:
            j += 1
        if j + 1 >= len(self._items) or self._items[j + 1].role is not Role.RESULT:
            return False
        return self._states(self._gap(self._items[j], self._items[j + 1]), self._items[j + 1])

    def _after_unknown(self, word: Item, gap: str) -> bool:
        """Tell whether a list begins with what no lexicon knows: "no abnormalities in the ECG and cardiac enzymes"."""
        if _LACK.match(self._text, word.start) is not None and _UNKNOWN_FIRST.fullmatch(gap) is not None:
            return True
        result = word.entry["result"] if word.entry is not None else ""
        return result == "normal" and is_study(gap)

    def _goes_on(self, i: int, gap: str) -> bool:
        """Tell whether a list behind a predicate says of what it was said: "antibodies were negative, including"."""
        return is_including(gap) and self._predicate_of_earlier(i)

    def _joins(self, a: Item, b: Item, gap: str) -> bool:
        """Tell whether two items are of one list, or two names of one member: "prothrombin time (PT)"."""
        return self._words.lists(gap) or self._is_short_form(a, b)

    def _is_short_form(self, a: Item, b: Item) -> bool:
        return same_analyte(a, b) and _SHORT_FORM.fullmatch(self._gap(a, b)) is not None

    def _predicate_of_earlier(self, i: int) -> bool:
        """Tell whether the word ends a statement on the analyte before it: "CRP was normal, ESR ..."."""
        if i == 0 or self._items[i - 1].role is not Role.ANALYTE:
            return False
        return self._states(self._gap(self._items[i - 1], self._items[i]), self._items[i])

    def _before(self, i: int) -> list[Item]:
        """Return the analytes that a word behind describes: "ANA and RF were negative"."""
        word, k = self._items[i], i - 1
        while k >= 0 and self._items[k].role is Role.RESULT and not self._is_word(self._items[k]):
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
        lacking = self._lacking(k, gap, word)
        if lacking is not None:
            self._reworded[word.start] = lacking
        elif not (self._states(gap, word) or self._is_label(nearest, gap, word) or self._ends_list(nearest, gap, word)):
            return []
        found = [nearest]
        of_all = k == direct - 1 and _WERE.match(self._text, self._items[direct].end) is not None
        if k == direct or of_all:  # over a value a word describes that value's analyte only, but "and Na (137) were"
            found += self._list_before(k, word, gap)
        none = none_of(self._text, found[-1].start, word) if lacking is None else None
        if none is not None:
            self._reworded[word.start] = none
        return [item for item in found if item.role is Role.ANALYTE]

    def _list_before(self, k: int, word: Item, gap: str) -> list[Item]:
        """Return the earlier members of the list that ends with item ``k``, over which ``gap`` leads to ``word``."""
        found = []
        single = _SINGLE.search(gap) is not None
        semicolons = bool(_ALL.search(gap + self._text[word.start : word.end]))
        while k > 0 and self._items[k - 1].role in (Role.ANALYTE, Role.OTHER):
            between = self._gap(self._items[k - 1], self._items[k])
            between = between.replace(";", ",") if semicolons else between
            between = _BUT_NOT.sub(" and ", between) if seen(word) else between  # the other is denied
            if single and _NEW_CLAUSE.search(between):
                break  # "... in the mNGS, and the Xpert test was positive"
            if not self._joins(self._items[k - 1], self._items[k], between):
                break
            k -= 1
            twice = is_panel(self._items[k]) and same_analyte(self._items[k], self._items[k + 1])
            found += [] if twice else [self._items[k]]  # "lumbar puncture and the CSF results"
        return found

    def _is_label(self, analyte: Item, gap: str, word: Item) -> bool:
        """Tell whether "positive" right behind a germ or antibody is its result: not in "an HIV-positive man"."""
        if (
            gap.strip(" -")
            or not is_sought(analyte)
            or not seen(word)
            or _ATTRIBUTE.search(self._text[max(0, analyte.start - 8) : analyte.start])
        ):
            return False
        return ends_label(self._text, word) or (word.entry is not None and word.entry.name in _NOUNS)

    def _lacking(self, k: int, gap: str, word: Item) -> Item | None:
        """Return the result of "without acid-base or electrolyte imbalance"; None where nothing is denied."""
        if gap.strip() or not is_change(self._text, word):
            return None
        start = self._items[k].start
        if k > 0 and self._words.joins(self._gap(self._items[k - 1], self._items[k])):
            start = self._items[k - 1].start
        lead = _LACKING.search(self._text[max(0, start - 24) : start])
        if lead is None:
            return None
        start -= len(lead.group())
        written = self._text[start : word.end]
        entry = Entry(written, "result", {"result": "normal"})
        return Item(Role.RESULT, start, word.end, mention=Mention(start, word.end, written, entry))

    @staticmethod
    def _ends_list(analyte: Item, gap: str, word: Item) -> bool:
        """Tell whether a list ends with what no lexicon knows: "cardiac enzymes and echocardiography were normal"."""
        if seen(word) and not (is_sought(analyte) or is_panel(analyte)):
            return False
        return ends_list(gap)

    def _is_of_others(self, i: int, subject: Item) -> bool:
        """Tell whether a test's result is what it found: "the PCR was negative for HSV"."""
        if is_panel(subject) and self._found_of(self._items[i]):
            return True
        if i + 1 >= len(self._items) or self._items[i + 1].role is not Role.ANALYTE:
            return False
        gap = self._gap(self._items[i], self._items[i + 1])
        if BETWEEN.fullmatch(gap) is None and not (is_sought(self._items[i + 1]) and is_unknown_first(gap)):
            return False
        return (
            is_panel(subject)
            and (is_unknown_first(gap) or not re.search(r"[(:]|includ|such as|namely", gap))
            and names_what(self._text, self._items[i], gap)
        )

    def _found_of(self, word: Item) -> bool:
        """Tell whether a finding follows as what a test was positive for: "positive for haematuria"."""
        after = next((item for item in self._all if item.start >= word.end), None)
        return after is not None and after.role is Role.IMPLIED and _FOR.fullmatch(self._gap(word, after)) is not None

    def _states(self, gap: str, word: Item) -> bool:
        """Tell whether a gap between an analyte and a word behind it makes the word the analyte's result."""
        if is_graded(self._text, word) and "," in gap:  # "3+ blood, 2+ protein": the grade stands in front
            return False
        gap = gap.lstrip(")] ")
        if is_graded(self._text, word) and not gap.strip(" :=("):
            return True
        if is_anaphora(gap):
            return True
        if _SHOWS.search(gap) and not stands_alone(self._text, word):
            return False  # "laboratory tests showed an elevated CRP" says nothing of the tests
        return is_predicate(gap, self._words, verbal=_VERBAL.match(self._text, word.start) is not None)


def _is_heading(item: Item) -> bool:
    """Tell whether an analyte only heads a list of tests: "laboratory results", "serologies"."""
    return is_method(item) or is_general(item)
