"""Whose fact, when, and did it hold: one answer for any stretch of the text, used by all tables."""

from __future__ import annotations

from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.assertion import AssertionIndex, find_scopes
from extract.nlp.cues import CueTable, cue_table, find_cues
from extract.nlp.extensions import patients, sentences, text_of
from extract.nlp.model import FactContext
from extract.nlp.outcome import complete
from extract.nlp.regions import CaseIndex
from extract.nlp.subject import SubjectIndex
from extract.nlp.timeline import Timeline
from extract.rules.load import RuleSet, load_rules


class ContextIndex:
    """Answers for one Doc: patient, subject, assertion and time of a stretch of text."""

    def __init__(self, doc: Doc, table: CueTable) -> None:
        self._subjects = cast("SubjectIndex", doc._.subjects)
        self._cases = cast("CaseIndex", doc._.cases)
        self._timeline = cast("Timeline", doc._.timeline)
        self._count = len(patients(doc))
        text, found = text_of(doc), sentences(doc)
        scopes = [find_scopes(text, s, cues) for s, cues in zip(found, find_cues(doc, table), strict=True)]
        self._assertions = AssertionIndex([s.start for s in found], scopes)

    def at(self, start: int, end: int) -> FactContext:
        """Return the context of the fact that stands at ``doc.text[start:end]``."""
        time = self._timeline.at(start, end)
        return FactContext(
            case=self._case(start),
            subject=self._subjects.at(start),
            assertion=self._assertions.at(start, end),
            when=time.when,
            time_text=time.time_text,
            time_days=time.time_days,
        )

    def _case(self, start: int) -> int:
        """Return the patient's number, as the table says where it has numbered patients."""
        number = self._timeline.table_patient(start) if self._count > 1 else None
        return number if number is not None and number <= self._count else self._cases.at(start)


class ContextFinder:
    """Component ``casetab_context``: assigns ``_.context``."""

    def __init__(self, rules: RuleSet) -> None:
        self._table = cue_table(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Prepare the index, and complete what is known of the patients."""
        if patients(doc):
            doc._.patients = complete(doc, find_cues(doc, self._table))
        doc._.context = ContextIndex(doc, self._table)
        return doc


@Language.factory(
    "casetab_context",
    requires=["doc._.sentences", "doc._.patients", "doc._.timeline"],
    assigns=["doc._.context", "doc._.patients"],
    default_config={"rules": []},
)
def make_context(nlp: Language, name: str, rules: list[str]) -> ContextFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return ContextFinder(load_rules(rules))
