"""Words between an analyte and its value, and between the members of a list, as rules/labs.yaml names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.nlp.model import Quantity
from extract.records.lab_items import Item, Role
from extract.records.lab_units import AnalyteUnits
from extract.rules.fold import split_words
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet

BRACKET = re.compile(r"[(\[][^()\[\]]*[)\]]")
_TOKEN = re.compile(r"[A-Za-z]+(?:['’]s)?|\d+|[^\w\s]")
_VERBS = re.compile(
    r"[.;:]|\d|\b(?:was|were|is|are|had|has|have|showed|revealed|but|while|whereas|although|except|because|which|"
    r"that|no|not|with|without|then|after|before|isolated|grown|grew|cultured|stable|unchanged)\b",
    re.IGNORECASE,
)
_COUNT_LEAD = re.compile(r"\s?(?=/)|\s(?=per\s)")
_BRACKETED = re.compile(r"\s*[(\[]\s*")
_ADVERB = re.compile(r"[a-z]{3,}ly$")
_JOINTS = frozenset({",", "/", "and", "or", "&", "+", "nor", "plus", "well", "along", "together"})
_CELLS = re.compile(r"(?:nucleated\s)?cells?\b", re.IGNORECASE)
_FLUID = re.compile(r"\b(?:csf|cerebrospinal|fluid|tap|puncture|aspirat\w*|lavage|effusion|ascit\w+)\b", re.IGNORECASE)
_MAX_LINK_TOKENS = 14
_ENDS = re.compile(r"\s*(?:[.,;)\]]|$|and\b|at\b|in\b|on\b|with\b)")
_RATE_REACH = 50  # characters from the name of a sedimentation rate to its value


class Vocabulary:
    """The word lists of rules/labs.yaml."""

    def __init__(self, rules: RuleSet) -> None:
        words = rules.documents.get("labs.yaml", {})
        self._lexicon, self._units = rules.lexicon, rules.units
        self._rules = rules
        self.units = AnalyteUnits(rules.units)
        self.link = frozenset(map(str, words.get("link", ())))
        self.time = frozenset(map(str, words.get("time", ())))
        self.coordination = frozenset(map(str, words.get("coordination", ())))
        self.not_measured = re.compile("|".join(map(str, words.get("not_measured", ()))) or r"(?!)", re.IGNORECASE)
        self.histology = re.compile("|".join(map(str, words.get("histology", ()))) or r"(?!)", re.IGNORECASE)

    def named(self, name: str) -> Entry | None:
        """Return the analyte of a canonical name."""
        return self._rules.entry("analyte", name)

    def unknown(self, gap: str) -> int:
        """Return how many words of a gap are no linking words; 99 where the gap is too long."""
        tokens = _TOKEN.findall(BRACKET.sub(" ", gap))
        if len(tokens) > _MAX_LINK_TOKENS:
            return 99
        return sum(
            not (token.lower() in self.link or token.lower() in self.time or token.isdigit() or _ADVERB.match(token))
            for token in tokens
        )

    def joins(self, gap: str) -> bool:
        """Tell whether a gap between two analytes makes them members of one list."""
        tokens = [token.lower() for token in _TOKEN.findall(BRACKET.sub(" ", gap))]
        if not tokens or len(tokens) > 6:
            return False
        return any(t in _JOINTS for t in tokens) and all(t in self.coordination for t in tokens)

    def is_coordination(self, piece: str) -> bool:
        """Tell whether a piece of a list holds no name, only words that go with one: "serum", "levels"."""
        return all(token.lower() in self.coordination or token.isspace() for token in _TOKEN.findall(piece))

    def count_unit(self, text: str, position: int) -> Quantity | None:
        """Return the "/µL" or "per mm3" that follows the name of cells; None where none does."""
        lead = _COUNT_LEAD.match(text, position)
        found = self._units.match(text, lead.end()) if lead is not None else None
        if lead is None or found is None:
            return None
        begin = lead.end()
        return Quantity(begin, found[0], begin, begin, "", None, None, "unit", "=", found[1], text[begin : found[0]])

    def hourly(self, text: str, number: Quantity, mentions: Sequence[Item]) -> Quantity:
        """Return "52 mm" behind a sedimentation rate as 52 mm/h, any other quantity as it is."""
        rate = self._units.units.get("mm/h")
        if rate is None or number.unit is None or number.unit.ucum != "mm" or not _ENDS.match(text, number.end):
            return number
        before = [m for m in mentions if m.end <= number.start and m.start > number.start - _RATE_REACH]
        rates = any(m.entry is not None and m.entry["unit_conventional"] == rate.ucum for m in before)
        return replace(number, unit=rate) if rates else number

    @staticmethod
    def in_fluid(text: str, start: int, end: int) -> bool:
        """Tell whether a stretch of text names a body fluid other than blood and urine."""
        return _FLUID.search(text, start, end) is not None

    def bracketed_unit(self, text: str, position: int) -> Quantity | None:
        """Return the unit in a bracket right behind a name: "creatinine (mg/dL): 4.2"; None where none stands."""
        lead = _BRACKETED.match(text, position)
        found = self._units.match(text, lead.end()) if lead is not None else None
        if lead is None or found is None or text[found[0] : found[0] + 1] not in (")", "]"):
            return None
        begin = lead.end()
        return Quantity(begin, found[0], begin, begin, "", None, None, "unit", "=", found[1], text[begin : found[0]])

    def counted_cells(self, text: str, value: Quantity, floor: int) -> Item | None:
        """Return the cells of a fluid that only the unit names: "the CSF showed 12 cells/µL"; None elsewhere."""
        name = _CELLS.match(value.unit_text) if value.unit is not None else None
        if name is None or not self.in_fluid(text, floor, value.start):
            return None
        entry = next(iter(self._lexicon.find("cell count", split_words("cell count")).get("analyte", [])), None)
        if entry is None:
            return None
        start = value.end - len(value.unit_text)
        end = start + len(name.group())
        return Item(Role.ANALYTE, start, end, mention=replace(entry, start=start, end=end, text="cells"), anchor=start)

    def parts(self, analyte: Item) -> list[Item]:
        """Return the two analytes of a name with a slash ("BUN/Cr"); none where they are not two known ones."""
        if analyte.mention is None or analyte.mention.text.count("/") != 1:
            return []
        found = []
        cut = analyte.mention.text.index("/")
        for start, end in ((0, cut), (cut + 1, len(analyte.mention.text))):
            piece = analyte.mention.text[start:end]
            mentions = self._lexicon.find(piece, split_words(piece)).get("analyte", [])
            if len(mentions) != 1:
                return []
            begin = analyte.anchor + start + mentions[0].start
            found.append(
                Item(Role.ANALYTE, begin, begin + len(mentions[0].text), mention=replace(mentions[0], start=begin))
            )
        return found

    def lists(self, gap: str) -> bool:
        """Tell whether a gap joins two members of a list, members that no lexicon knows in between allowed."""
        if self.joins(gap):
            return True
        tokens = [token.lower() for token in _TOKEN.findall(BRACKET.sub(" ", gap))]
        joints = sum(t in _JOINTS for t in tokens)
        others = sum(t not in self.coordination for t in tokens)
        return 0 < joints <= 3 and others <= 4 and not _VERBS.search(gap)
