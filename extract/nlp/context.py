"""Whose fact, when, and did it hold: one answer for any stretch of the text, used by all tables."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.model import FactContext
from extract.rules.load import RuleSet, load_rules


class ContextIndex:
    """Answers for one Doc: patient, subject, assertion and time of a stretch of text."""

    def __init__(self, doc: Doc, rules: RuleSet) -> None:
        self._doc = doc

    def at(self, start: int, end: int) -> FactContext:
        """Return the context of the fact that stands at ``doc.text[start:end]``."""
        return FactContext()


class ContextFinder:
    """Component ``casetab_context``: assigns ``_.context``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Prepare the index."""
        doc._.context = ContextIndex(doc, self._rules)
        return doc


@Language.factory("casetab_context", requires=["doc._.sentences", "doc._.terms"], assigns=["doc._.context"], default_config={"rules": []})
def make_context(nlp: Language, name: str, rules: list[str]) -> ContextFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return ContextFinder(load_rules(rules))
