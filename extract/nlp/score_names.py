"""Names of scales in an article: which mentions count, and which belong together: "Glasgow Coma Scale (GCS)"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

from spacy.tokens import Doc

from extract.nlp.extensions import blocks, terms, text_of
from extract.nlp.score_model import ScaleName
from extract.rules.lexicon import Mention
from extract.rules.scales import KIND, Scale

_NEAR = 200  # characters on either side, within the block, in which a word may confirm an unsure name
_JOINT = re.compile(r"(?:\s(?:score|scale|index|class|grade|classification)s?)?(?:\s?[(\[,:/]\s?|\s?[=–—-]\s?|\s)")
_CLOSING = re.compile(r"(?:[\s-](?:score|scale|PS|class|grade)s?)?\s?[)\]]")
_NUMBER = re.compile(r" (?:II|III|IV|2|3)\b")
_REST_OF_NAME = re.compile(r"\s?\((?!\d)[A-Z][A-Za-z0-9-]{1,9}\)")

# "a 10-point pain scale": how long it is belongs to the name
_POINTS = re.compile(
    r"(?<![\w.])(?:(?:\d{1,3}|ten|five|hundred)[\s-]point|[01]\s?(?:-|–|to)\s?\d{1,3})\s(?:(?!on\b|in\b|by\b|of\b|at\b)\w+\s)?$",
    re.IGNORECASE,
)


class ScoreNames:
    """Finds the names of scales that count."""

    def __init__(self, scales: Mapping[str, Scale]) -> None:
        self._scales = scales

    def find(self, doc: Doc) -> list[ScaleName]:
        """Return the names of scales in ``doc``, an abbreviation in brackets joined to what it stands for."""
        mentions = terms(doc, KIND)
        if not mentions:
            return []
        text = text_of(doc)
        defined, other = self._definitions(doc, mentions)
        counted = [mention for mention in mentions if mention.text in defined or mention.text not in other]
        sure = self._sure(doc, counted, defined)
        found: list[ScaleName] = []
        for mention in counted:
            scale = self._scales.get(mention.name)
            if scale is not None and (mention.text not in scale.unsure or (scale.name, mention.text) in sure):
                _add(text, found, ScaleName(mention.start, mention.end, scale, mention.text))
        return found

    def _sure(self, doc: Doc, mentions: list[Mention], defined: set[str]) -> set[tuple[str, str]]:
        """Return scale and short form of the unsure names that the article defines, or confirms at one place."""
        text = text_of(doc)
        ends = {block.start: block.end for block in blocks(doc)}
        begins = sorted(ends)
        sure: set[tuple[str, str]] = set()
        for mention in mentions:
            scale = self._scales.get(mention.name)
            if scale is None or mention.text not in scale.unsure or (scale.name, mention.text) in sure:
                continue
            i = bisect_right(begins, mention.start) - 1
            bounds = (begins[i], ends[begins[i]]) if i >= 0 else (0, len(text))
            if mention.text in defined or _confirmed(text, bounds, mention, scale):
                sure.add((scale.name, mention.text))
        return sure

    def _definitions(self, doc: Doc, mentions: list[Mention]) -> tuple[set[str], set[str]]:
        """Return the short forms that the article defines as scales, and those that it defines as something else."""
        ends = {mention.end for mention in mentions}
        forms = doc._.short_forms or ()
        scales = {form.short for form in forms if form.end in ends}
        return scales, {form.short for form in forms} - scales


def _confirmed(text: str, bounds: tuple[int, int], mention: Mention, scale: Scale) -> bool:
    """Tell whether a word that confirms an unsure name stands near it."""
    if scale.confirm is None:
        return True
    low, high = max(bounds[0], mention.start - _NEAR), min(bounds[1], mention.end + _NEAR)
    before = scale.confirm.search(text, low, mention.start)
    return before is not None or scale.confirm.search(text, mention.end, high) is not None


def _add(text: str, found: list[ScaleName], name: ScaleName) -> None:
    """Append a name, or join it to the one before where it is that one's abbreviation."""
    before = found[-1] if found else None
    if before is not None and name.start < before.end:  # the abbreviation that the name before it took in
        return
    if before is not None and before.scale is name.scale and 0 <= name.start - before.end <= 20:
        joint = _JOINT.fullmatch(text, before.end, name.start)
        closing = _CLOSING.match(text, name.end, name.end + 12)
        number = _NUMBER.match(text, closing.end()) if closing is not None else None
        if joint is not None and (closing is not None or joint.group().strip() not in ("(", "[")):
            bracket = closing is not None and joint.group().strip()[-1:] in ("(", "[")
            end = closing.end() if bracket and closing is not None else name.end
            if number is not None and name.scale.name.endswith(number.group()):  # "... Evaluation (APACHE) II"
                end = number.end()
            found[-1] = ScaleName(before.start, end, before.scale, before.text)
            return
    lead = _POINTS.search(text, max(0, name.start - 24), name.start)
    start = lead.start() if lead is not None and lead.end() == name.start else name.start
    rest = _REST_OF_NAME.match(text, name.end)
    end = rest.end() if rest is not None else name.end
    number = _NUMBER.match(text, end)
    if number is not None and name.scale.name.endswith(number.group()):  # "... Evaluation (APACHE) II"
        end = number.end()
    found.append(ScaleName(start, end, name.scale, name.text))
