"""The patients of the article: how many, how old, which sex, and where each is introduced."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.model import Patient
from extract.rules.load import RuleSet, load_rules


class PatientFinder:
    """Component ``casetab_patients``: assigns ``_.patients``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Find the patients of ``doc``."""
        doc._.patients = [Patient(1, "", 0, 0)]
        return doc


@Language.factory("casetab_patients", requires=["doc._.sentences"], assigns=["doc._.patients"], default_config={"rules": []})
def make_patients(nlp: Language, name: str, rules: list[str]) -> PatientFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return PatientFinder(load_rules(rules))
