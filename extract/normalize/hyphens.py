"""Line-end hyphens: the typesetter's are joined, the text's own are kept."""

from __future__ import annotations

import re

from extract.normalize.aligned import AlignedText, Edit
from extract.normalize.lines import LINE_BREAK
from extract.normalize.vocabulary import Vocabulary, layout_words

JOIN, KEEP, KEEP_APART = "", "-", "- "

_REACH = 60
_LEFT = re.compile(r"[\w’'-]*$")
_RIGHT = re.compile(r"[\w’'-]*")
_TOKEN_RIGHT = re.compile(r"\S*")
# A charge, not a hyphen: "HCO3-".
_ION = re.compile(r"\b(?:HCO3|Cl|OH|NO[23]|PO4|SO4)-$")
_ADDRESS = re.compile(r"://|www\.|@|\bdoi\b|10\.\d{4}")


def repair_hyphens(aligned: AlignedText) -> AlignedText:
    """Return the text with every LINE_BREAK resolved: hyphen and break go, or the break alone.

    In doubt the document's own words decide, then the word list, then the parts' form.
    """
    text = aligned.text
    places = [m.start() for m in re.finditer(LINE_BREAK, text)]
    if not places:
        return aligned
    vocabulary = Vocabulary(_without_broken_words(text, places))
    edits: list[Edit] = []
    for place in places:
        left, right = text[max(0, place - _REACH) : place], text[place + 1 : place + 1 + _REACH]
        edits.append((place - 1, place + 1, decide(left, right, vocabulary)))
    return aligned.edit(_kept_apart(edits))


def _kept_apart(edits: list[Edit]) -> list[Edit]:
    """Return the edits with those that would overlap the one before (a line of one hyphen) cut down."""
    result: list[Edit] = []
    done = 0
    for start, end, joint in edits:
        result.append((max(start, done), end, joint))
        done = end
    return result


def _without_broken_words(text: str, places: list[int]) -> str:
    """Return ``text`` less the parts of words before and after each of ``places``."""
    parts: list[str] = []
    done = 0
    for place in places:
        left = _last_token(text[max(done, place - _REACH) : place])
        right = _TOKEN_RIGHT.match(text, place + 1, place + 1 + _REACH)
        parts.append(text[done : place - len(left)])
        done = right.end() if right else place + 1
    parts.append(text[done:])
    return " ".join(parts)


def _last_token(text: str) -> str:
    """Return what ``text`` ends with behind its last blank."""
    return "" if not text or text[-1].isspace() else text.split()[-1]


def decide(before: str, after: str, vocabulary: Vocabulary) -> str:
    """Return what stands for a line-end hyphen and its break: JOIN, KEEP or KEEP_APART.

    ``before`` ends with the hyphen (U+00AD is the typesetter's for certain), ``after`` begins
    with the next line.
    """
    if before.endswith("\N{SOFT HYPHEN}"):
        return JOIN
    token = _last_token(before)
    left, right = _LEFT.search(token[:-1]), _RIGHT.match(after)
    first = left.group().rsplit("-", 1)[-1] if left else ""
    second, *more = right.group().split("-", 1) if right else [""]
    if not first or not second:
        return KEEP
    if not more and _is_suspended(first.lower(), second, vocabulary):
        return KEEP_APART
    if _ION.search(before):
        return KEEP_APART
    if _ADDRESS.search(token):
        return KEEP
    by_form = _by_form(first, second, vocabulary)
    return by_form if by_form is not None else _by_words(first, second.lower(), vocabulary)


def _is_suspended(first: str, second: str, vocabulary: Vocabulary) -> bool:
    """Tell whether the hyphen stands for a word left out: "pre- and postoperative"."""
    if second not in layout_words("coordinator") or vocabulary.knows(first + second):
        return False
    return vocabulary.is_word(first) or first in layout_words("prefix") or first in layout_words("first")


def _by_form(first: str, second: str, vocabulary: Vocabulary) -> str | None:
    """Decide by digits, capitals and single letters; None where these say nothing."""
    if any(c.isdigit() for c in first) or second[0].isdigit() or len(first) == 1:
        return KEEP
    if not (second[0].isupper() or any(c.isupper() for c in first[1:])):
        return None
    # the vocabulary knows "NaHCO3" by its letters
    solid = vocabulary.count((first + second).lower().rstrip("0123456789"))
    if solid and solid >= vocabulary.count(f"{first}-{second}".lower()):
        return JOIN
    if first.isupper() and second.isupper():
        return JOIN if len(second) > 2 and vocabulary.knows((first + second).lower()) else KEEP
    return KEEP if second[0].isupper() or first[-1].isupper() else None


def _by_words(written: str, second: str, vocabulary: Vocabulary) -> str:
    """Decide by the words there are: the document's, the list's, then by morphology."""
    first = written.lower()
    joined, hyphenated = first + second, f"{first}-{second}"
    solid_here, hyphenated_here = vocabulary.count(joined), vocabulary.count(hyphenated)
    if solid_here or hyphenated_here:
        return JOIN if solid_here >= hyphenated_here else KEEP
    if vocabulary.in_list(hyphenated):
        varies = vocabulary.in_list(joined)
        return JOIN if varies and vocabulary.prefix_style(first) <= 0 else KEEP
    if vocabulary.in_list(joined):
        return JOIN
    if first in layout_words("prefix"):
        return _after_prefix(first, second, vocabulary)
    if first in layout_words("first") and vocabulary.knows(second):
        return KEEP
    if second in layout_words("second") and (vocabulary.knows(first) or len(first) > 4):
        return KEEP
    if vocabulary.knows(joined):
        return JOIN
    # A capital first letter makes an unknown word a name ("Penrose"), not a compound.
    if written == first and len(second) > 2 and vocabulary.is_word(first) and vocabulary.knows(second):
        return KEEP
    return JOIN


def _after_prefix(first: str, second: str, vocabulary: Vocabulary) -> str:
    """Decide after a prefix: as the document writes it elsewhere; apart where equal vowels meet."""
    if not vocabulary.knows(second):
        return JOIN
    style = vocabulary.prefix_style(first)
    if style:
        return KEEP if style > 0 else JOIN
    return KEEP if first[-1] == second[0] and first[-1] in "aeiou" else JOIN
