"""Regions of the spine that are named without a number: "fracture of the lumbar spine", "cervical spondylosis"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = r"(?:cervical|thoracic|dorsal|lumbar|sacral)"
_REGION = re.compile(_NAME, re.I)
_REGIONS = rf"(?P<regions>{_NAME}(?:\s?(?:,\s(?:and|or)|,|and|or|&|/)\s?(?:the\s)?{_NAME}){{0,3}})"
_NOUN = (
    r"(?:spine|spinal|vertebral|vertebra\w*|cord|dis[ck]s?)(?:\s(?:spine|cord|canal|column|body|bodies))?"
    r"(?:\s(?P<noun>levels?|regions?|segments?))?"
)
_AT = re.compile(
    rf"\b(?:at|in|within|throughout|involving|along|of|to|over)\s(?:the\s|his\s|her\s)?{_REGIONS}\s{_NOUN}\b", re.I
)
_WITH_FINDING = re.compile(
    rf"\b{_REGIONS}\s(?P<noun>(?:spine|spinal cord|spinal canal|spinal|vertebra[el]?|vertebral bod(?:y|ies)|cord|"
    r"intervertebral dis[ck]|dis[ck])\s)?"
    r"(?:(?:compression|burst|wedge|degenerative|intervertebral|pathologic(?:al)?|osteoporotic|epidural|metastatic|"
    r"lytic|sclerotic|bony)\s){0,2}",
    re.I,
)
_IMAGING = re.compile(
    r"\b(?:CT|MRI|MR|imaging|radiographs?|X-?rays?|tomography|films?|scans?|views?|roentgenograms?|"
    r"examination|surgery|resonance|myelography|study|studies|evaluation|level|levels|reconstructions?|images?)\)?"
    r"\s(?:scans?\s|images?\s)?$",
    re.I,
)
_ENDS = re.compile(r"\s?(?:$|[.,;)]|(?:and|with|was|were|is|on|which|that|in)\b)")
_SEEN_WORD = r"(?:evident|seen|found|present|noted|observed|detected|visible|identified|demonstrated|located|described)"
_SEEN = re.compile(rf"\b{_SEEN_WORD}\s$", re.I)
_GAP = re.compile(rf"\s?(?:(?:was|were|is|are)\s(?:\w+\s)?{_SEEN_WORD}\s)?", re.I)
_NONE_THERE = re.compile(
    r"\s(?:\([^)]{1,20}\)\s)?"
    r"(?:did not (?:show|reveal|demonstrate)|(?:showed|revealed|demonstrated) no|was negative for)"
    r"\s(?:any\s|evidence of\s|signs? of\s|acute\s|bony\s){0,3}(?=\w)",
    re.I,
)
_NUMBER = re.compile(r"\s?\(?[CTLS]\d")
_REACH = 110  # characters in which the finding is looked for


@dataclass(frozen=True, slots=True)
class RegionFinding:
    """A region at which something is said to be, or (``denied``) an image is said to show nothing.

    ``word`` is the region's name as written; ``finding`` the offsets of what is there, equal where nothing is named.
    """

    start: int
    end: int
    word: str
    finding: tuple[int, int]
    denied: bool = False

    @property
    def name(self) -> str:
        """Canonical name of the region."""
        return self.word.lower().replace("dorsal", "thoracic")


def find_regions(
    text: str, start: int, end: int, findings: re.Pattern[str], spinal: re.Pattern[str]
) -> Iterator[RegionFinding]:
    """Yield the regions of ``text[start:end]`` with what is there.

    Parameters
    ----------
    findings : heads of phrases that say what is at a level.
    spinal : those among them that name the spine by themselves ("spondylosis").
    """
    if not _REGION.search(text, start, end):
        return
    taken = start
    found = [*_at_region(text, start, end, findings), *_finding_behind(text, start, end, findings, spinal)]
    for match, finding, denied, stop in sorted(found, key=lambda one: one[0].start()):
        if match.start("regions") < taken or _NUMBER.match(text, stop, end):
            continue
        taken = stop
        for region in _REGION.finditer(text, match.start("regions"), match.end("regions")):
            yield RegionFinding(region.start(), stop, region.group(), finding, denied)


_Found = tuple[re.Match[str], tuple[int, int], bool, int]


def _at_region(text: str, start: int, end: int, findings: re.Pattern[str]) -> Iterator[_Found]:
    """Yield "fracture of the lumbar spine", "not at the lumbar level", "MRI of the lumbar spine shows no cyst"."""
    for match in _AT.finditer(text, start, end):
        low = max(start, match.start() - _REACH)
        if _IMAGING.search(text, low, match.start()):
            none = _NONE_THERE.match(text, match.end(), end)
            denied = findings.search(text, none.end(), min(end, none.end() + 30)) if none is not None else None
            if denied is not None:
                yield match, denied.span(), True, match.end()
            continue
        if not match.group("noun") and not _ENDS.match(text, match.end(), end):
            continue
        before = list(findings.finditer(text, low, match.start()))
        last = before[-1].span() if before else (low, low)
        near = bool(before) and _GAP.fullmatch(text, last[1], match.start()) is not None
        if near or (_SEEN.search(text, low, match.start()) and match.group("noun")):
            yield match, last, False, match.end()


def _finding_behind(
    text: str, start: int, end: int, findings: re.Pattern[str], spinal: re.Pattern[str]
) -> Iterator[_Found]:
    """Yield "cervical spine fracture", "lumbar and sacral spondylosis"."""
    for match in _WITH_FINDING.finditer(text, start, end):
        named = findings if match.group("noun") else spinal
        behind = named.match(text, match.end(), end)
        if behind is not None:
            yield match, (match.end("regions") + 1, behind.end()), False, behind.end()
