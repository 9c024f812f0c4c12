"""Time expressions and the order of the narrative: when each stretch of the text takes place."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.rules.load import RuleSet, load_rules


class TimelineFinder:
    """Component ``casetab_timeline``: assigns ``_.timeline``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Find the time expressions of ``doc``."""
        return doc


@Language.factory("casetab_timeline", requires=["doc._.sentences"], assigns=["doc._.timeline"], default_config={"rules": []})
def make_timeline(nlp: Language, name: str, rules: list[str]) -> TimelineFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return TimelineFinder(load_rules(rules))
