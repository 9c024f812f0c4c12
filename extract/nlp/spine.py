"""Spinal levels as written: "Th4-Th5", "T6-7", "L4/L5/S1", "C5, C6 and C7", "fourth and fifth thoracic"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

ORDER = {"C": 0, "T": 10, "L": 30, "S": 40}
LAST = {"C": 8, "T": 12, "L": 6, "S": 5}
REGIONS = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}

_LETTER = {"TH": "T", "D": "T", "C": "C", "T": "T", "L": "L", "S": "S"}
_REGION_LETTER = {"cervical": "C", "thoracic": "T", "dorsal": "T", "lumbar": "L", "sacral": "S"}
_ORDINALS = {
    name: number
    for number, names in enumerate(
        (
            ("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"), ("fifth", "5th"),
            ("sixth", "6th"), ("seventh", "7th"), ("eighth", "8th", "eight"), ("ninth", "9th"),
            ("tenth", "10th"), ("eleventh", "11th"), ("twelfth", "12th"),
        ),
        1,
    )
    for name in names
}  # fmt: skip

_START = re.compile(
    r"(?<![\w.])(?:(?<![\w]-)|(?<=mid-)|(?<=vertebra-)|(?<=vertebrae-)|(?<=level-)|(?<=body-))(?P<l>Th|TH|[CTDLS])(?P<gap>[\s-]?)(?P<n>\d{1,2})(?![\d%°]|"
    r"[.,]\d)(?=[CTDLS]\d|\W|$)"
)
_ITEM = r"(?P<l>Th|TH|[CTDLS])?[\s-]?(?P<n>\d{1,2})(?![\d%°]|[.,]\d)(?=[CTDLS]\d|\W|$)"
_NOUN = (
    r"(?:\s?-?(?:vertebra[le]?|vertebral (?:body|level)|body|levels?|spine|segments?|"
    r"nerve roots?|dermatomes?|(?:(?:inferior|superior|upper|lower)\s)?end[- ]?plate(?:\slevel)?))?"
)
_SPAN = re.compile(rf"(?P<sep>\s?[-–—−‐‑~]\s?|\s?/\s?){_ITEM}")
_SPAN_WORD = re.compile(
    rf"{_NOUN}(?P<sep>\s(?:down\s|up\s)?(?:to|through|thru|until|till|-|–)\s(?:the\s)?(?:(?:upper|"
    rf"lower|mid|level of|"
    rf"superior|inferior|body of)\s)?(?:the\s)?){_ITEM}"
)
_GLUED = re.compile(r"(?P<sep>)(?P<l>[TLS])(?P<n>\d{1,2})(?!\w)")
# "the C5 C6 disc": the dash got lost; two levels elsewhere ("C5 C6 vertebrae")
_BLANK = re.compile(r"(?P<sep>\s)(?P<l>Th|TH|[CTDLS])(?P<n>\d{1,2})(?![\w%°]|[.,/–-]\d|\s?[-–/]\s?[CTDLS]?\d)")
_DISC = (
    r"(?:dis[ck]s?|herniat\w+|protrusions?|extrusions?|bulg\w+|prolapse[sd]?|PIVD|dis[ck]itis|dis[ck]ectomy|"
    r"interspaces?)"
)
_DISC_BEFORE = re.compile(rf"\b{_DISC}\s(?:(?:at|of|in|between|the|level|levels|involving)\s){{0,4}}$", re.I)
_DISC_BEHIND = re.compile(
    rf"\s(?:intervertebral\s)?(?:{_DISC}|level|facet|foramen|interverteb\w+|junction|space)\b", re.I
)
_LIST = re.compile(
    r"(?:\s?\([A-Za-z]\))?(?P<sep>\s?(?:,\s?and|,\s?or|,|;|&|\+|and/or|\s(?:and|or|as well as|"
    r"plus))\s?(?:the\s|at\s|on\s|of\s)*)" + _ITEM
)
_NOT_LEVEL = re.compile(
    r"\s?-?(?:mm|cm|mg|ml|kg|g|µ|days?|weeks?|months?|years?|hours?|h|min|patients?|cases?|times|"
    r"points?|%|fractions?|Gy|"
    r"others?|more|different|sessions?|screws?|cycles|pills|tablets|doses|units?|nodes|wk|yr)\b|\s?x\s?\d"
)

_ORD = r"(?:" + "|".join(sorted(_ORDINALS, key=len, reverse=True)) + r")"
_ORD_LIST = rf"{_ORD}(?:(?:\s?(?:,\s?and|,|and|or|&|to|through|-|–|/)\s?)(?:the\s)?{_ORD})*"
_ORD_GROUP = re.compile(rf"\b(?P<ords>{_ORD_LIST})[\s-](?P<region>cervical|thoracic|dorsal|lumbar|sacral)\b", re.I)
_ORD_ITEM = re.compile(rf"(?P<sep>\s?(?:,\s?and|,|and|or|&|to|through|-|–|/)\s?(?:the\s)?)?(?P<ord>{_ORD})", re.I)
_ORD_NOUN = re.compile(
    r"[\s-](?:\([^)]{1,18}\)\s)?(?:vertebra\w*|bod(?:y|ies)|dis[ck]s?|interverteb\w*|dermatom\w*|"
    r"myotom\w*|segments?|(?:spinal |dorsal |ventral )?"
    r"(?:nerve )?roots?|nerves?|levels?|spinous|spines?|spinal|interspaces?|inter-?spinous|"
    r"transverse process\w*|pedicles?|"
    r"lamina\w*|medull\w*|cord|facet\w*|foram\w*|space|region|endplates?|hemivertebra\w*|"
    r"laminectom\w*|fracture\w*|spondyl\w*)\b",
    re.I,
)
_REGION_NUMBER = re.compile(
    r"\b(?P<region>cervical|thoracic|dorsal|lumbar|sacral)\s(?:vertebrae?\s|vertebral\s(?:body|bodies|"
    r"level)\s|levels?\s|"
    r"segments?\s|disc\s|spine\slevel\s)?(?P<n>\d{1,2}|(?<=vertebra\s)(?:one|two|three|four|five)|"
    r"(?<=vertebrae\s)(?:one|two|three|four|five))\b"
    r"(?:\s?(?:[-–/]|to|and)\s?(?P<m>\d{1,2}))?(?!\d|\.\d|[%/]|-\d|\s?(?:st|nd|rd|th)\b)",
    re.I,
)
# "7, 8 and 9 thoracic vertebrae", "the 12 thoracic vertebra", but not "6 lumbar vertebrae"
_NUMBERS_REGION = re.compile(
    r"(?<![\w.,/-])(?P<nums>\d{1,2}(?:(?:\s?,\s?and\s|\s?,\s?|\sand\s|\sor\s)\d{1,2}){0,6})\s"
    r"(?P<region>cervical|thoracic|dorsal|lumbar|sacral)\s"
    r"(?P<noun>vertebra[el]?|vertebral bod(?:y|ies)|dermatomes?|segments?)\b",
    re.I,
)
# "lumbar 3 surgeries": a plural that is no part of the spine is counted
_COUNTED = re.compile(
    r"\s(?!(?:is|was|has|discs|levels|vertebras|roots|dermatomes|segments)\b)[a-z]+s\b|\s(?:and|or|to)\s\d"
)
_DOUBTFUL = re.compile(r"T[1-4]|C[1-4]|S\d|D\d+|T[hH]\d+")
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


@dataclass(frozen=True, slots=True)
class Level:
    """A level or span: ``upper`` and ``lower`` are canonical ("T4"), equal for a single level.

    ``orderly``: written from above to below, a slash only between neighbours.
    """

    start: int
    end: int
    upper: str
    lower: str
    orderly: bool = True

    @property
    def name(self) -> str:
        """Canonical name: ``T4`` or ``T4-T5``."""
        return self.upper if self.upper == self.lower else f"{self.upper}-{self.lower}"

    @property
    def region(self) -> str:
        """Region of the spine; ``junctional`` where upper and lower lie in two."""
        first, last = REGIONS[self.upper[0]], REGIONS[self.lower[0]]
        return first if first == last else "junctional"


@dataclass(frozen=True, slots=True)
class LevelList:
    """Levels named together: they are accepted or refused together.

    Attributes
    ----------
    written : letter and number of each as written ("Th4", "D12"), for telling look-alikes.
    worded : in words ("fourth thoracic"), or with the region spelled out: needs no further proof.
    spaced : with a blank or hyphen between letter and number ("L 4", "T-10"): needs proof beside it.
    lettered : a span whose both ends have their letter ("C-4 to C-7").
    """

    start: int
    end: int
    levels: tuple[Level, ...]
    written: tuple[str, ...]
    worded: bool = False
    spaced: bool = False
    lettered: bool = False

    @property
    def unmistakable(self) -> bool:
        """Whether a span like L4-L5 or T11/12 can hardly mean anything else, unlike C3/C4 or T1/T2."""
        spans = any(level.upper != level.lower and level.orderly for level in self.levels)
        sure = any(not _DOUBTFUL.fullmatch(token) for token in self.written) or any(
            level.upper[0] != level.lower[0] or (level.upper, level.lower) == ("C1", "C2")  # "C2-T1", atlas and axis
            for level in self.levels
        )
        return spans and not self.spaced and sure

    @property
    def discs(self) -> bool:
        """Whether all are neck or lumbar neighbours ("L 4-5, L 5-S 1"), which a blank behind the letter keeps clear."""
        return all(one.upper[0] in "CL" and _are_neighbours(one.upper, one.lower) for one in self.levels)

    @property
    def doubtful(self) -> bool:
        """Whether every token is one that often means something else: T1, C3, S2, D8."""
        return all(_DOUBTFUL.fullmatch(token) for token in self.written)


@dataclass(frozen=True, slots=True)
class _Item:
    letter: str
    number: int
    start: int
    end: int
    joined: str  # how it hangs on the item before: "" first, "span", "slash", "list"

    @property
    def valid(self) -> bool:
        return 1 <= self.number <= LAST[self.letter]

    @property
    def name(self) -> str:
        return f"{self.letter}{self.number}"


def find_levels(text: str, start: int, end: int) -> Iterator[LevelList]:
    """Yield the lists of levels in ``text[start:end]`` in text order, look-alikes among them."""
    found = [
        *_symbols(text, start, end),
        *_ordinals(text, start, end),
        *_region_numbers(text, start, end),
        *_numbers_region(text, start, end),
    ]
    found.sort(key=lambda one: one.start)
    position = start
    for one in found:
        if one.start >= position:
            yield one
            position = one.end


def _symbols(text: str, start: int, end: int) -> Iterator[LevelList]:
    position = start
    while True:
        match = _START.search(text, position, end)
        if match is None:
            return
        written = [match.group("l") + match.group("n")]
        items = [_Item(_LETTER[match.group("l").upper()], int(match.group("n")), match.start(), match.end(), "")]
        stop = _continue(text, end, items, written)
        position = stop
        # "C6-24" is no level at all
        if all(item.valid for item in items):
            levels = tuple(_levels(text, items))
            lettered = len(items) > 1 and all(text[item.start].isalpha() for item in items)
            yield LevelList(
                match.start(), stop, levels, tuple(written), spaced=bool(match.group("gap")), lettered=lettered
            )


def _continue(text: str, end: int, items: list[_Item], written: list[str]) -> int:
    """Append the items that follow the first; return where the list ends."""
    position = items[0].end
    while True:
        for pattern, how in ((_SPAN, "span"), (_SPAN_WORD, "span"), (_GLUED, "span"), (_LIST, "list")):
            match = pattern.match(text, position, end)
            if match is None:
                continue
            letter, number = match.group("l"), int(match.group("n"))
            if not letter and not _bare_number_fits(text, match, items[-1], how):
                continue
            if letter and how == "list" and _NOT_LEVEL.match(text, match.end(), end) and "," in match.group("sep"):
                continue
            joined = "slash" if "/" in match.group("sep") and how == "span" else how
            canonical = _LETTER[letter.upper()] if letter else items[-1].letter
            first = match.start("l") if letter else match.start("n")
            items.append(_Item(canonical, number, first, match.end(), joined))
            written.append((letter or written[-1].rstrip("0123456789")) + match.group("n"))
            position = match.end()
            break
        else:
            match = _BLANK.match(text, position, end)
            if match is None or not _dash_lost(text, match, items[-1]):
                return position
            letter = _LETTER[match.group("l").upper()]
            items.append(_Item(letter, int(match.group("n")), match.start("l"), match.end(), "span"))
            written.append(match.group("l") + match.group("n"))
            position = match.end()


def _dash_lost(text: str, match: re.Match[str], before: _Item) -> bool:
    """Tell whether two levels beside each other are the disc between them: "protrusion at C5 C6", "the L5 S1 level"."""
    name = _LETTER[match.group("l").upper()] + match.group("n")
    if before.joined in ("span", "slash") or not _are_neighbours(before.name, name):
        return False
    told = _DISC_BEFORE.search(text, max(0, before.start - 50), before.start)
    return told is not None or _DISC_BEHIND.match(text, match.end()) is not None


def _are_neighbours(upper: str, lower: str) -> bool:
    """Tell whether ``lower`` is the vertebra directly below ``upper``."""
    if (upper, lower) in (("C7", "T1"), ("T12", "L1"), ("L5", "S1")):
        return True
    return upper[0] == lower[0] and int(lower[1:]) == int(upper[1:]) + 1


def _bare_number_fits(text: str, match: re.Match[str], before: _Item, how: str) -> bool:
    """Tell whether a number without letter goes on: the 7 of "T6-7" and the 4 of "L2, 3, 4 dermatomes"."""
    number = int(match.group("n"))
    if _NOT_LEVEL.match(text, match.end()):
        return False
    if re.match(r"\s\d|\s?[/.:]\d", text[match.end() : match.end() + 3]) and how == "list":
        return False
    if how == "list":
        return before.number < number <= min(before.number + 3, LAST[before.letter])
    if match.group("sep").strip() in ("to", "through", "until"):
        return before.number < number <= LAST[before.letter]
    return True


def _levels(text: str, items: list[_Item]) -> Iterator[Level]:
    """Yield one level per item or joined items."""
    groups: list[list[_Item]] = []
    for item in items:
        if item.joined in ("span", "slash") and groups:
            groups[-1].append(item)
        else:
            groups.append([item])
    before = text[max(0, items[0].start - 30) : items[0].start]
    if (
        len(items) == 2
        and len(groups) == 2
        and re.search(r"\bbetween\s(?:the\s)?(?:levels?\s(?:of\s)?)?$", before, re.I)
    ):
        groups = [items]
    for group in groups:
        if len(group) > 2 and not _consecutive(group):
            for item in group:
                yield Level(item.start, item.end, item.name, item.name)
            continue
        names = sorted({item.name for item in group}, key=level_order)
        yield Level(group[0].start, group[-1].end, names[0], names[-1], _orderly(group))


def _orderly(group: list[_Item]) -> bool:
    for a, b in pairwise(group):
        step = level_order(b.name) - level_order(a.name)
        if step <= 0 or (b.joined == "slash" and a.letter == b.letter and step > 1):
            return False
    return True


def _consecutive(group: list[_Item]) -> bool:
    orders = [level_order(item.name) for item in group]
    return orders == sorted(orders) or orders == sorted(orders, reverse=True)


def level_order(name: str) -> int:
    """Return the place of a level from above to below."""
    return ORDER[name[0]] + int(name[1:])


def _ordinals(text: str, start: int, end: int) -> Iterator[LevelList]:
    """Yield "fourth and fifth thoracic dermatomes", "fifth lumbar to first sacral vertebra"."""
    groups: list[re.Match[str]] = []
    for match in _ORD_GROUP.finditer(text, start, end):
        if groups and not re.fullmatch(
            r"\s?(?:,|and|to|through|or|-|–|/)\s?(?:the\s)?", text[groups[-1].end() : match.start()]
        ):
            yield from _ordinal_list(text, groups, end)
            groups = []
        groups.append(match)
    if groups:
        yield from _ordinal_list(text, groups, end)


def _ordinal_list(text: str, groups: list[re.Match[str]], end: int) -> Iterator[LevelList]:
    if not _ORD_NOUN.match(text, groups[-1].end(), end):
        return
    items: list[_Item] = []
    for k, group in enumerate(groups):
        letter = _REGION_LETTER[group.group("region").lower()]
        for i, one in enumerate(_ORD_ITEM.finditer(text, group.start("ords"), group.end("ords"))):
            sep = (one.group("sep") or "").strip().lower()
            if i == 0 and k > 0:
                sep = text[groups[k - 1].end() : group.start()].strip().lower()
            how = "" if not items else "span" if re.match(r"(?:to|through|-|–|/)", sep) else "list"
            items.append(_Item(letter, _ORDINALS[one.group("ord").lower()], group.start(), group.end(), how))
    if all(item.valid for item in items):
        levels = tuple(_levels(text, items))
        yield LevelList(groups[0].start(), groups[-1].end(), levels, tuple(i.name for i in items), worded=True)


def _number(text: str) -> int:
    return _NUMBER_WORDS.get(text.lower()) or int(text)


def _region_numbers(text: str, start: int, end: int) -> Iterator[LevelList]:
    """Yield "lumbar 4/5", "thoracic vertebra 12"."""
    for match in _REGION_NUMBER.finditer(text, start, end):
        if _NOT_LEVEL.match(text, match.end(), end) or _COUNTED.match(text, match.end(), end):
            continue
        letter = _REGION_LETTER[match.group("region").lower()]
        items = [_Item(letter, _number(match.group("n")), match.start(), match.end("n"), "")]
        if match.group("m"):
            how = "list" if re.search(r"\band\b", text[match.end("n") : match.start("m")]) else "span"
            items.append(_Item(letter, int(match.group("m")), match.start("m"), match.end("m"), how))
        if all(item.valid for item in items):
            yield LevelList(match.start(), match.end(), tuple(_levels(text, items)), tuple(i.name for i in items))


def _numbers_region(text: str, start: int, end: int) -> Iterator[LevelList]:
    """Yield "7, 8 and 9 thoracic vertebrae"; a single number only before a singular ("the 12 thoracic vertebra")."""
    for match in _NUMBERS_REGION.finditer(text, start, end):
        numbers = [int(n) for n in re.findall(r"\d+", match.group("nums"))]
        letter = _REGION_LETTER[match.group("region").lower()]
        if len(numbers) == 1 and match.group("noun").lower() not in ("vertebra", "vertebral body", "dermatome"):
            continue
        items = [_Item(letter, n, match.start(), match.end("region"), "list") for n in numbers]
        if numbers == sorted(set(numbers)) and all(item.valid for item in items):
            levels = tuple(_levels(text, items))
            yield LevelList(match.start(), match.end("region"), levels, tuple(i.name for i in items), worded=True)
