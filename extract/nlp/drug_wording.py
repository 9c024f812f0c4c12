"""The words of a sentence that say what became of its drugs, each list of phrases looked for once."""

from __future__ import annotations

from bisect import bisect_left

from extract.nlp.drug_rules import DrugRules
from extract.nlp.model import Sentence
from extract.nlp.regimen_model import Parts
from extract.normalize.blocks import BlockKind


class Wording:
    """A sentence, or a piece of an overlong one, with the places of the phrases of rules/drug_context.yaml in it."""

    def __init__(self, sentence: Sentence, parts: Parts, rules: DrugRules) -> None:
        self.text = parts.text
        self.start = parts.start
        self.end = parts.end
        self.section = sentence.section
        self.is_table = sentence.kind is BlockKind.TABLE
        self.rules = rules
        self._names = [name.start for name in parts.names]
        self._places: dict[str, list[tuple[int, int]]] = {}

    def places(self, kind: str) -> list[tuple[int, int]]:
        """Return where the phrases of a list stand, in text order."""
        found = self._places.get(kind)
        if found is None:
            pattern = self.rules.phrases[kind]
            found = self._places[kind] = [m.span() for m in pattern.finditer(self.text, self.start, self.end)]
        return found

    def has(self, kind: str) -> bool:
        """Tell whether a phrase of the list stands in the sentence."""
        return bool(self.places(kind))

    def has_between(self, kind: str, start: int, end: int) -> bool:
        """Tell whether a phrase of the list stands in ``text[start:end]``."""
        found = self.places(kind)
        i = bisect_left(found, (start, start))
        return i < len(found) and found[i][1] <= end

    def last_before(self, kind: str, position: int) -> tuple[int, int] | None:
        """Return the last phrase of the list that ends at ``position`` or before."""
        found = self.places(kind)
        i = bisect_left(found, (position, position)) - 1
        return found[i] if i >= 0 and found[i][1] <= position else None

    def names_between(self, start: int, end: int) -> bool:
        """Tell whether a drug's name begins in ``text[start:end]``."""
        i = bisect_left(self._names, start)
        return i < len(self._names) and self._names[i] < end

    def before(self, position: int, reach: int) -> str:
        """Return at most ``reach`` characters before a place."""
        return self.text[max(self.start, position - reach) : position]

    def after(self, position: int, reach: int) -> str:
        """Return at most ``reach`` characters behind a place."""
        return self.text[position : min(self.end, position + reach)]
