"""Whose fact, when, and did it hold: one answer for any stretch of the text, used by all tables."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.ages import find_ages
from extract.nlp.cues import CueTable, cue_table, find_cues, settings
from extract.nlp.model import FactContext
from extract.nlp.subject import SubjectFinder, Weights
from extract.rules.load import RuleSet, load_rules


class ContextIndex:
    """Answers for one Doc: patient, subject, assertion and time of a stretch of text."""

    def __init__(self, doc: Doc, table: CueTable, subjects: SubjectFinder) -> None:
        text = doc.text
        ages = [list(find_ages(text, group)) for group in find_cues(doc, table)]
        self._subjects = subjects.find(doc, ages)

    def at(self, start: int, end: int) -> FactContext:
        """Return the context of the fact that stands at ``doc.text[start:end]``."""
        return FactContext(subject=self._subjects.at(start))


class ContextFinder:
    """Component ``casetab_context``: assigns ``_.context``."""

    def __init__(self, rules: RuleSet) -> None:
        self._table = cue_table(rules)
        self._subjects = SubjectFinder(_weights(rules), self._table)

    def __call__(self, doc: Doc) -> Doc:
        """Prepare the index."""
        doc._.context = ContextIndex(doc, self._table, self._subjects)
        return doc


def _weights(rules: RuleSet) -> Weights:
    points = settings(rules)
    triggers = points.get("triggers", {})
    return Weights(
        points.get("sections", {}),
        {name: pair[0] for name, pair in triggers.items()},
        {name: pair[1] for name, pair in triggers.items()},
        points.get("person", 2.0),
        points.get("telling", 1.2),
    )


@Language.factory(
    "casetab_context",
    requires=["doc._.sentences", "doc._.terms"],
    assigns=["doc._.context"],
    default_config={"rules": []},
)
def make_context(nlp: Language, name: str, rules: list[str]) -> ContextFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return ContextFinder(load_rules(rules))
