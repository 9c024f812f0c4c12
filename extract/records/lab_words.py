"""What a qualitative word says by itself: whether it states a result, which, and of what it may be one."""

from __future__ import annotations

import re

from extract.records.lab_items import Item
from extract.records.lab_serology import is_sought

_NEGATION = re.compile(r"\b(?:no|not|without|non|neither|nor|never)\s+(?:\w+\s+)?$", re.IGNORECASE)
_MULTIPLE = re.compile(
    r"(?:[\w.]+[\s-]+)?(?:times|fold)\s+(?:above\s+)?(?:the\s+)?(?:upper\s+limits?\s+of\s+)?$", re.IGNORECASE
)
_FLIP = {"high": "normal", "low": "normal", "abnormal": "normal", "positive": "negative"}
_NOT_RESULT = re.compile(
    r"\s+(?:to be|dose|doses|dosage|tolerance|risk|intake|therapy|treatment|saline)\b|-(?!\s)|"
    r"\s*[:=,]?\s*(?:[<>≤≥]|up to\b|less than\b|below\b)?"
    r"\s*\d(?![\d.,]*\s?(?:-?fold|times|x|d|days?|h|hours?|weeks?|months?|years?)\b)|"
    r"\s+(?:range|value|limit)\s(?:of|for)\b|"
    r"\s+(?:reference\s+)?(?:range|value|limit|interval)s?\s*[:=,]?\s*(?:[<>≤≥]|\d[\d.,]*\s?(?:[-–—]|to\b))",
    re.IGNORECASE,
)
# "increased by", "fell into the normal range"
_ONWARD = re.compile(r"\s+(?:\w+ly\s+)?(?:from|(?:in)?to|by)\s", re.IGNORECASE)
_STANDS_ALONE = re.compile(
    r"\s*(?:$|[.,;:)\]\n\t]|\s(?:results?|findings?|values?|levels?|ranges?|for|in|on|at|after|during|within|over|and|or|but(?!\sstable)|with|except|apart|while|"
    r"whereas|titers?|titres?)\b)",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:elevations?|increases?|rises?|decreases?|reductions?|drops?|falls?|abnormalit(?:y|ies)|imbalance|disturbances?|"
    r"derangements?|alterations?)$",
    re.IGNORECASE,
)
_LABEL_END = re.compile(
    r"\s*(?:$|[.,;:)\]\n\t/(]|\s(?:on|at|by|in|and|or|but|with|after|before|during|when|while|via|from|using|through|twice)\b)",
    re.IGNORECASE,
)
_TREND = re.compile(r"\btrend$", re.IGNORECASE)
_GOING = re.compile(r"(?:rising|falling|increasing|decreasing|declining|dropping)$", re.IGNORECASE)
_FOUND = re.compile(r"\bfound$", re.IGNORECASE)
_PASSIVE = re.compile(r"(?:was|were|had been)\s(?:excluded|ruled out)\b", re.IGNORECASE)  # of what stands before it
_REACH = 80
_URINE = re.compile(r"\burin|\bdipstick|\bsediment\b|\bUA\b", re.IGNORECASE)
_GRADED = re.compile(r"(?:[1-4]\s?\+|\+\s?[1-4]|\+{1,4})")
_COMPARISON = re.compile(  # "as high as 12", "international normal ratio": no result of its own
    r"\b(?:(?<!reported )(?<!returned )(?<!interpreted )(?<!read )as|than|not|international|"
    r"(?<!due )(?<!owing )(?<!secondary )to)\s+$",
    re.IGNORECASE,
)
_OF_WHAT = re.compile(
    r"\b(?:of|for|against|including|such as|namely)\b|[(:]", re.IGNORECASE
)  # "positive for", "increased values of"
_IN = re.compile(r"\bin\b", re.IGNORECASE)
_ATTRIBUTIVE = re.compile(  # "increasing insulin resistance", "low potassium diet"
    r"\s(?:resistance|sensitivity|therapy|treatment|supplement\w*|replacement|infusions?|requirements?|intake|diet|"
    r"administration|dos(?:es?|age|ing)|injections?|pump|secretion|loads?|restriction|consumption|producing|secreting|balance|synthesis|binding|"
    r"catabol\w+|anabol\w+|transport\w*|channels?|uptake|deposit\w*|expression)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(  # "after starting vitamin D and magnesium"
    r"\b(?:starting|started|receiving|received|administ(?:ered|ering|ration of)|given|giving|infusions? of|"
    r"(?:treat(?:ed|ment)|therapy|supplement\w*|substitution) (?:with|of))\s(?:\w+\s)?$",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\b(?:tit(?:er|re)s?|levels?|loads?|antibod\w+|anti|Ig[GMAE]|copies|counts?|concentrations?|values?|DNA|RNA|PCR|"
    r"antigens?|serolog\w+|vir[ae]emia|antigen[ae]emia)\b",
    re.IGNORECASE,
)
_FOR = re.compile(r"\sfor\s", re.IGNORECASE)


def is_result(text: str, word: Item, *, urine: bool) -> bool:
    """Tell whether a word states a result here: not in "normal 10-65", "as high as", "large" outside urine."""
    if _NOT_RESULT.match(text, word.end):
        return False
    if is_found(text, word) and not ends_label(text, word):
        return False  # "was found to be elevated"
    if not seen(word) and _ONWARD.match(text, word.end):
        return False
    if _COMPARISON.search(text[max(0, word.start - 16) : word.start]):
        return False
    return not (word.entry is not None and word.entry["only"] == "urine" and not urine)


def names_what(text: str, word: Item, gap: str) -> bool:
    """Tell whether a word goes on to what it is said of: "positive for", "increased values of", "elevation in"."""
    return bool(_OF_WHAT.search(gap) or (_IN.search(gap) and is_change(text, word)))


def is_change(text: str, word: Item) -> bool:
    """Tell whether a word is a noun of change or disorder: "elevation", "imbalance"."""
    return _CHANGE.search(text, word.start, word.end) is not None


def is_found(text: str, word: Item) -> bool:
    """Tell whether a word is "was found"."""
    return _FOUND.search(text, word.start, word.end) is not None


def is_passive(text: str, word: Item) -> bool:
    """Tell whether a word can only be said of what stands before it: "were excluded"."""
    return _PASSIVE.match(text, word.start) is not None


def stands_alone(text: str, word: Item) -> bool:
    """Tell whether nothing that a word could describe follows it."""
    return _STANDS_ALONE.match(text, word.end) is not None


def ends_label(text: str, word: Item) -> bool:
    """Tell whether a word ends a label: "HBsAg negative," but not "HIV-positive man"."""
    return _LABEL_END.match(text, word.end) is not None


def fits(text: str, analyte: Item, word: Item) -> bool:
    """Tell whether a word may be the analyte's result: not in "insulin resistance"."""
    if is_of_cells(analyte) and word.start > analyte.start and _FOR.match(text, word.end):
        return False  # "the blasts were positive for CD34"
    if _ATTRIBUTIVE.match(text, analyte.end) or _GIVEN.search(text[max(0, analyte.start - 32) : analyte.start]):
        return False
    going = word.start < analyte.start and _GOING.search(text, word.start, word.end) is not None
    if going or _TREND.search(text, word.start, word.end):
        return False  # "rising CK", "a falling trend": where a value was going is no result
    if _is_level(word) and is_specimen(analyte):
        return False  # "inadequate CSF drainage"
    germ = is_sought(analyte) and analyte.entry is not None and analyte.entry["class"] == "serology"
    if germ and _is_level(word) and not _AMOUNT.search(text, max(0, analyte.start - 24), analyte.end + 24):
        return False  # "concern for active CMV infection was low"
    if is_found(text, word) and not (is_sought(analyte) or is_panel(analyte)):
        return False
    if analyte.entry is None or not seen(word):
        return True
    if analyte.entry["class"] == "panel" and word.entry is not None and word.entry["result"] == "positive":
        return False  # groups of chemical tests and immunoglobulins are not positive
    measured = analyte.entry.name.startswith("immunoglobulin ")
    return not measured and not (is_of_cells(analyte) and analyte.entry["class"] == "immunology")  # CD3 is stained


def _is_level(word: Item) -> bool:
    return word.entry is not None and word.entry["result"] in ("high", "low")


def is_panel(item: Item) -> bool:
    """Tell whether an item is a group of tests."""
    return item.entry is not None and item.entry["kind"] == "panel"


def is_general(analyte: Item) -> bool:
    """Tell whether an analyte is "laboratory tests", which says nothing where the sentence names them."""
    return analyte.entry is not None and analyte.entry.name == "laboratory tests"


def is_specimen(analyte: Item) -> bool:
    """Tell whether an analyte is a fluid's or the urine's analysis as a whole, which is neither high nor low."""
    return is_panel(analyte) and analyte.entry is not None and analyte.entry.name.endswith((" analysis", "urinalysis"))


def is_of_cells(analyte: Item) -> bool:
    """Tell whether an analyte is a kind of cells."""
    return analyte.entry is not None and analyte.entry["kind"] == "cells"


def seen(word: Item) -> bool:
    """Tell whether a word says that something is there or not."""
    return word.entry is not None and word.entry["result"] in ("positive", "negative")


def speaks_of_urine(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch of text, or what stands close before it, speaks of urine."""
    return _URINE.search(text, max(0, start - _REACH), end) is not None


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
