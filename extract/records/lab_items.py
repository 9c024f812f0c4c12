"""The pieces of a sentence that matter for laboratory results, in text order, with their roles."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from spacy.tokens import Doc

from extract.nlp.extensions import quantities, terms, text_of
from extract.nlp.model import Quantity
from extract.nlp.proposals import proposals
from extract.rules.fold import split_words
from extract.rules.lexicon import Entry, Mention
from extract.rules.load import RuleSet


class Role(StrEnum):
    """What a piece is."""

    ANALYTE = "analyte"
    OTHER = "other"  # a measure or drug that is no laboratory result; it takes the numbers behind it
    IMPLIED = "implied"  # "leukocytosis": analyte and direction in one word
    VALUE = "value"
    REFERENCE = "reference"
    INDEX = "index"  # "day 3", "Figure 2": numbers that measure nothing
    RESULT = "result"


@dataclass(slots=True)
class Item:
    """A piece of a sentence: a term, a quantity or a qualitative word."""

    role: Role
    start: int
    end: int
    mention: Mention | None = None
    quantity: Quantity | None = None
    anchor: int = 0  # where the term itself begins when a specimen word in front belongs to it

    @property
    def entry(self) -> Entry | None:
        """Entry of the lexicon; None for quantities."""
        return self.mention.entry if self.mention else None


_REFERENCE_WORD = (
    r"(?:normal|normative|reference|referent|ref|norm|nl|nr|rr|laboratory|biological|standard|expected|healthy|therapeutic|n\.?v|"
    r"(?:upper|lower)\s+(?:limit|normal|reference)|uln|lln|cut-?\s?off|threshold|target)"
)
# a reference word, then words and marks of its phrase, then the number
_REFERENCE_LEAD = re.compile(
    rf"(?:\b{_REFERENCE_WORD}\b\.?|(?<=[(\[])\s*[nN]\b)"
    r"(?:[\s:=,;.\-–(\[≤<>≥]|(?<=[a-z]\s\()[A-Z]{1,4}\)|\b(?:range|ranges|interval|intervals|limit|limits|value|values|level|levels|of|for|is|are|was|"
    r"were|to|the|our|in|at|from|between|adult|adults|women|men|females?|males?|children|less|more|greater|lower|higher|"
    r"than|up|below|above|under|over|normal|reference|laboratory|being|upper|lower|limits?|considered|serum|plasma|range|"
    r"fasting|morning|random|basal|adjusted|age|local|institutional|cut-?\s?off)\b)*$",
    re.IGNORECASE,
)
_NOT_REFERENCE = re.compile(
    r"\b(?:times|fold)\s+(?:the\s+)?upper\s[^(\[]{0,40}\b(?:at|with|of)\s*$|"
    r"\bwithin\s+(?:the\s+)?(?:normal|reference)\s+(?:limits?|ranges?)\s*,?\s*"
    r"(?:at|with\s(?:an?\s)?(?:level|value|result|count)\sof)\s*$|"
    r"\b(?:was|were|is|remained|remains|became|returned to|returned|within)\s+"
    r"(?:(?:almost|nearly)\s+)?normal(?:\s(?:at|with|of))?[\s,:(\[]*$",
    re.IGNORECASE,
)
_UPPER = re.compile(r"\b(?:cut-?\s?off|threshold|less than|up to|below|under)\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:lower|upper)\s+(?:normal|limit|reference)|\b(?:lln|uln)\b", re.IGNORECASE)
_DASH = re.compile(r"\s*(?:[x×]\s?10\S{0,3}\s*)?[-–—]")
_RANGE = re.compile(r"\b(?:range|limit|interval)s?\b", re.IGNORECASE)
_LOWER = re.compile(r"\b(?:more than|greater than|above|over|at least)\b", re.IGNORECASE)
_DAYS = re.compile(r"\b(?:days|weeks|months)\s\d{1,3}(?:,\s(?:and\s)?\d{1,3})*,?\s(?:and\s)?$", re.IGNORECASE)
_LAST_WORD = re.compile(r"([A-Za-z]+)\.?\s*(?:#|number|no\.?)?\s*[\[(]?$")
_NEXT_WORD = re.compile(r"[\s-]*([A-Za-z]+)")
_CHANGE = re.compile(
    r"\b(?:increas|decreas|ris|rose|fall|fell|drop|declin|reduc|improv|climb)\w*\s+(?:\w+\s+){0,3}by\s+$", re.IGNORECASE
)
_COLLECTED = re.compile(
    r"\b24[\s-]?(?:h|hours?|hrs?)\b[^.;]*\b(?:urin\w*|protein\w*|excretion|calcium|oxalate)\b[^.;]*$", re.IGNORECASE
)
_TYPES = re.compile(r"\btypes?\s\d\s(?:and|or)\s$", re.IGNORECASE)  # "herpes simplex virus type 1 and 2"
_NUMBERED = re.compile(  # "parainfluenza 1, 2, and 3": types of one virus
    r"\b(?:para-?influenza(?:\svirus(?:es)?)?|(?:sero)?types?|virus(?:es)?|HSV|HTLV|HHV|PIV|H?PIV|HPV)[\s-]\d{1,2}"
    r"(?:\s?(?:,|/|-|–|and|or|&)\s?(?:(?:and|or)\s)?\d{1,2})*\s?(?:,\s?(?:(?:and|or)\s)?|/|(?:and|or|&)\s)$",
    re.IGNORECASE,
)
_FRACTION_REACH = 90
_STOP = re.compile(r"\n|\.\s")
_FRACTION_NAME = re.compile(
    r"\b(direct|indirect|conjugated|unconjugated|total)(?=(?:\s(?:fraction|component))?(?:\s(?:of|was)|\s?[:=])?\s?\d)",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"\b([A-Za-z][A-Za-z-]+)(?:\s*/\s*|\s*\(\w\)\s*|\s+(?:and|or|&)\s+)$")
_JOINT = re.compile(r"\s+and\s+|\s*[/,]\s*")
_LEAD = 64


_NORMAL_NOTE = re.compile(r"\bnormal\s*[(\[]\s*$", re.IGNORECASE)
_SEXED = re.compile(r"[(\[]\s*(?:for\s+)?(?:men|males?|women|females?)\s*[:=,]?\s*$", re.IGNORECASE)
_REFERENCE_TAIL = re.compile(
    r"\s*(?:[A-Za-z/µμ%]+\s)?(?:is\s|being\s)?(?:normal|reference|normative)\s(?:range|value|limit|interval)", re.I
)


def reference_role(text: str, quantity: Quantity, floor: int) -> str:
    """Tell whether a quantity is a reference range: ``""`` no, ``range``, ``upper`` or ``lower``.

    Parameters
    ----------
    floor : characters before this offset belong to an earlier piece and do not count.
    """
    lead = text[max(floor, quantity.number_start - _LEAD) : quantity.number_start]
    if quantity.form == "range" and lead.rstrip().endswith(("(", "[")) and _REFERENCE_TAIL.match(text, quantity.end):
        return "range"
    if quantity.form == "range" and _NORMAL_NOTE.search(lead):  # "TSH was normal (0.4-4.0)"
        return "range"
    if quantity.form == "range" and _SEXED.search(lead):  # "(men 3.5-7.2 mg/dL; women 2.6-6.0 mg/dL)"
        return "range"
    if not _REFERENCE_LEAD.search(lead) or _NOT_REFERENCE.search(lead):
        return ""
    if quantity.form == "range":
        return "range"
    limit = _LIMIT.search(lead)
    if limit is not None:  # "below the lower limit of normal (0.2 g/L)"
        return "lower" if limit.group()[0] in "lL" else "upper"
    if quantity.comparator in ("<", "<=") or _UPPER.search(lead):
        return "upper"
    if quantity.comparator in (">", ">=") or _LOWER.search(lead):
        return "lower"
    alone = _RANGE.search(lead) is not None and not _DASH.match(text, quantity.end)  # "normal range 3.0 mg/L"
    return "upper" if quantity.comparator == "~" or alone else "exact"


class ItemReader:
    """Collects the items of a sentence."""

    def __init__(self, rules: RuleSet) -> None:
        words = rules.documents.get("labs.yaml", {})
        self._lexicon = rules.lexicon
        self._index_before = frozenset(words.get("index_before", ()))
        self._multiple_after = frozenset(words.get("multiple_after", ()))

    def mentions(self, doc: Doc) -> list[Item]:
        """Return the terms of the whole text that take part, in order, overlaps settled for the longest."""
        roles = {
            "analyte": Role.ANALYTE,
            "not_lab": Role.OTHER,
            "drug": Role.OTHER,
            "implied_result": Role.IMPLIED,
            "result": Role.RESULT,
            "muscle": Role.OTHER,
        }
        rank = {"analyte": 3, "not_lab": 4, "implied_result": 2, "drug": 1, "muscle": 0, "result": 0}
        found = [
            (m.end - m.start, rank[kind], Item(role, m.start, m.end, mention=m, anchor=m.start))
            for kind, role in roles.items()
            for term in (*terms(doc, kind), *proposals(doc, kind))
            for m in self._members(term)
        ]
        numbers = quantities(doc)
        starts = [q.start for q in numbers]
        found = [f for f in found if not _in_unit(text_of(doc), f[2], numbers, starts)]
        found.sort(key=lambda f: (-f[0], -f[1], f[2].start))
        return self._with_ellipses(text_of(doc), _without_overlaps([item for _, _, item in found]))

    def _with_ellipses(self, text: str, items: list[Item]) -> list[Item]:
        """Add what is named by the first word only: "total" in "total and direct bilirubin"."""
        found: list[Item] = []
        for item in items:
            found += self._fractions(text, found, item)
            short = None
            if item.role is Role.ANALYTE and item.mention is not None and " " in item.mention.text:
                short = _ELLIPSIS.search(text[max(0, item.start - 24) : item.start])
            if short is not None and item.mention is not None:
                start = item.start - len(short.group()) + short.start(1) - short.start()
                piece = f"{short.group(1)} {item.mention.text.split()[-1]}"
                known = self._lexicon.find(piece, split_words(piece)).get("analyte", [])
                free = not found or found[-1].end <= start
                if free and len(known) == 1 and known[0].text == piece and known[0].entry is not item.entry:
                    end = start + len(short.group(1))
                    mention = replace(known[0], start=start, end=end)
                    found.append(Item(Role.ANALYTE, start, end, mention=mention, anchor=start))
            found.append(item)
        return found + self._fractions(text, found, None)

    def _members(self, mention: Mention) -> list[Mention]:
        """Return the analytes that a panel's name lists ("calcium and phosphorus"); the mention itself elsewhere."""
        if mention.kind != "analyte" or mention.entry["kind"] != "panel" or not _JOINT.search(mention.text):
            return [mention]
        members = []
        begin = 0
        for joint in [*_JOINT.finditer(mention.text), None]:
            end = joint.start() if joint is not None else len(mention.text)
            piece = mention.text[begin:end]
            known = self._lexicon.find(piece, split_words(piece)).get("analyte", [])
            if len(known) != 1 or known[0].end - known[0].start < len(piece.strip()):
                return [mention]
            start = mention.start + begin + known[0].start
            members.append(replace(known[0], start=start, end=start + len(known[0].text)))
            begin = joint.end() if joint is not None else end
        return members

    def _fractions(self, text: str, found: Sequence[Item], following: Item | None) -> list[Item]:
        """Return "direct" and "indirect" that stand for bilirubin: "total bilirubin 2.95 mg/dl, direct 1.18"."""
        before = found[-1] if found else None
        if before is None or before.entry is None or not before.entry.name.endswith("bilirubin"):
            return []
        new = []
        end = min(following.start if following is not None else len(text), before.end + _FRACTION_REACH)
        stop = _STOP.search(text, before.end, end)
        end = stop.start() if stop is not None else end
        for match in _FRACTION_NAME.finditer(text, before.end, end):
            piece = f"{match.group(1)} bilirubin"
            known = self._lexicon.find(piece, split_words(piece)).get("analyte", [])
            if known and known[0].text == piece:
                a, b = match.span(1)
                new.append(Item(Role.ANALYTE, a, b, mention=replace(known[0], start=a, end=b), anchor=a))
        return new

    def quantity_items(self, doc: Doc, start: int, end: int, found: Sequence[Quantity]) -> list[Item]:
        """Return the quantities of ``doc.text[start:end]`` with their roles."""
        text = text_of(doc)
        items: list[Item] = []
        floor = start
        for quantity in found:
            role = Role.VALUE
            if quantity.unit is None and quantity.form == "number" and (grade := _grade(text, quantity, start)):
                items.append(grade)
                floor = quantity.end
                continue
            if reference_role(text, quantity, floor):
                role = Role.REFERENCE
            elif _is_type(text, quantity, start) or self._is_index(text, quantity, start):
                role = Role.INDEX
            items.append(Item(role, quantity.start, quantity.end, quantity=quantity))
            floor = quantity.end
        return items

    def _is_index(self, text: str, quantity: Quantity, floor: int) -> bool:
        unit = quantity.unit
        lead = text[max(floor, quantity.start - 48) : quantity.start]
        if _CHANGE.search(lead) or (unit is None and _DAYS.search(lead)):
            return True
        if unit is not None and unit.ucum in ("g", "mg"):  # amounts in a day's urine, else doses
            return not _COLLECTED.search(text[max(floor, quantity.start - _LEAD) : quantity.start])
        if unit is not None and unit.kind in ("other", "dose"):
            return True
        if unit is None and quantity.form in ("number", "range"):
            before = _LAST_WORD.search(text[max(floor, quantity.start - 24) : quantity.start])
            if before is not None:
                word = before.group(1).lower()
                if word == "in":
                    return bool(re.fullmatch(r"(?:19|20)\d\d", quantity.value_text))
                if word in self._index_before or (word in ("and", "or") and _TYPES.search(lead)):
                    return True
            after = _NEXT_WORD.match(text, quantity.end)
            if after is not None and after.group(1).lower() in self._multiple_after:
                return True
            if re.fullmatch(r"(?:19|20)\d\d", quantity.value_text) and text[quantity.end : quantity.end + 1] in ")":
                return True
        return (
            text[quantity.start - 1 : quantity.start] == "["
            and text[quantity.end : quantity.end + 1] in "],"
            and "." not in quantity.value_text
        )


def _is_type(text: str, quantity: Quantity, floor: int) -> bool:
    """Tell whether a number goes on with the types of a virus: the "2" of "parainfluenza 1, 2, and 3"."""
    if quantity.unit is not None or len(quantity.value_text) > 2 or not quantity.value_text.isdigit():
        return False
    return _NUMBERED.search(text[max(floor, quantity.start - 48) : quantity.start]) is not None


_SIGN_RESULT = re.compile(r"\(\s*(\+{1,4}|[-−–]|neg(?:ative)?\.?|pos(?:itive)?\.?)\s*\)", re.IGNORECASE)


def sign_results(text: str, start: int, end: int) -> list[Item]:
    """Return the results that a bracketed sign gives: "ketones (-), protein (++)"."""
    items = []
    for match in _SIGN_RESULT.finditer(text, start, end):
        result = "negative" if match.group(1)[0] in "-−–nN" else "positive"
        a, b = match.span(1)
        mention = Mention(a, b, match.group(1), Entry(match.group(1), "result", {"result": result}))
        items.append(Item(Role.RESULT, a, b, mention=mention))
    return items


_ZERO = re.compile(r"\b(?:of|was|were|is|at|to)\szero\b(?!\s?(?:point|hour|time|day|order|-))", re.IGNORECASE)


def zero_values(text: str, start: int, end: int) -> list[Item]:
    """Return the values written as a word: "an absolute neutrophil count of zero"."""
    places = [match.end() - len("zero") for match in _ZERO.finditer(text, start, end)]
    return [Item(Role.VALUE, a, a + 4, quantity=_zero(a)) for a in places]


def _zero(start: int) -> Quantity:
    end = start + len("zero")
    return Quantity(start, end, start, end, "0", 0.0, None, "number", "=", None, "")


_PLUSES = re.compile(r"[1-4]\+(?![\d/+])")
_PLUS_BEFORE = re.compile(r"(?<![\w+.)])\+\s?$")
_SAMPLE = re.compile(r"\burin|\bdipstick|\bUA\b", re.IGNORECASE)


def _grade(text: str, quantity: Quantity, floor: int) -> Item | None:
    """Return "2+", or "+2" of urine, as a qualitative result; None where a number is no grade."""
    start, end = quantity.number_start, quantity.number_end
    if _PLUSES.match(text, start):
        end += 1
    elif quantity.value_text in ("1", "2", "3", "4") and (plus := _PLUS_BEFORE.search(text[max(0, start - 4) : start])):
        if _SAMPLE.search(text, floor, start) is None:
            return None
        start -= len(plus.group())
    else:
        return None
    entry = Entry(text[start:end], "result", {"result": "positive"})
    return Item(Role.RESULT, start, end, mention=Mention(start, end, text[start:end], entry))


_AFTER_SLASH = re.compile(r"[A-Za-z]/$")
_SHORT_PAIR = re.compile(r"\+?\s*(?:was|were|of|[:=,])?\s*\d+(?:\.\d+)?\s?/\s?\d")  # "Na/K 138/4.1"
_LEVEL = re.compile(r"[CTLS]\d{1,2}\s?[-–/]\s?[CTLS]?\d")  # C5-6 is a disc, C5 alone may be an acylcarnitine


def _in_unit(text: str, item: Item, numbers: Sequence[Quantity], starts: Sequence[int]) -> bool:
    """Tell whether a short term is a piece of a unit ("g/L", "mm Hg") or a letter that no percentage follows."""
    size = item.end - item.start
    if size > 3 or item.role is Role.RESULT:
        return False
    if _LEVEL.match(text, item.start):
        return True
    i = bisect_right(starts, item.start) - 1
    if i >= 0 and numbers[i].start <= item.start < numbers[i].end:
        return not _is_counted(text, item, numbers[i])
    if size <= 2 and _AFTER_SLASH.search(text[max(0, item.start - 8) : item.start]):
        return not _SHORT_PAIR.match(text, item.end)
    if size == 1:  # "N 80%, L 12%" is a differential count; other single letters are not
        if text[item.start - 1 : item.start] in ("", "\n", "\t"):  # the first column of a table
            return False
        following = numbers[i + 1] if i + 1 < len(numbers) else None
        return (
            following is None
            or following.start - item.end > 3
            or (following.unit is None and item.entry is not None and item.entry.name != "potassium")
        )
    return False


def _is_counted(text: str, item: Item, quantity: Quantity) -> bool:
    """Tell whether a unit begins with the cells that it counts: "84,000 WBC/µL"."""
    counts = item.entry is not None and item.entry["kind"] == "cells" and item.end - item.start > 1
    return counts and quantity.unit_text.startswith(text[item.start : item.end]) and item.start > quantity.number_start


def _without_overlaps(items: list[Item]) -> list[Item]:
    """Keep items in the order given where none of their characters is taken; return them in text order."""
    taken: dict[int, None] = {}
    kept = []
    for item in items:
        span = range(item.start, item.end)
        if item.start in taken or item.end - 1 in taken:
            continue
        for position in span:
            taken[position] = None
        kept.append(item)
    return sorted(kept, key=lambda item: item.start)


@dataclass(slots=True)
class LabDraft:
    """A result under construction: analyte, value and what was found to belong to them.

    ``named_by`` is the test under whose name the text gives the result: "the blood count showed leukocytosis".
    ``sums`` tells that a panel's result says nothing beside the numbers of its members: "deranged liver enzymes".
    """

    analyte: Item
    value: Quantity | None = None
    unit_from: Quantity | None = None
    reference: Quantity | None = None
    reference_kind: str = ""
    result: Item | None = None
    rule: str = ""
    confidence: float = 0.9
    start: int = 0
    end: int = 0
    named_by: Item | None = None
    sums: bool = False


__all__ = ["Item", "ItemReader", "LabDraft", "Role", "quantities", "reference_role"]
