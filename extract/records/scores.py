"""Table ``scores``: clinical scales such as the Glasgow Coma Scale, the ASIA Impairment Scale or the Apgar score."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal, cast

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.extensions import beginning_in, context, sentences, text_of
from extract.nlp.model import BlockKind, FactContext
from extract.nlp.score_links import ScoreLinker
from extract.nlp.score_model import ScoreFact
from extract.nlp.score_names import ScoreNames
from extract.nlp.score_rules import score_words
from extract.nlp.score_runs import Stretch
from extract.nlp.score_tables import ScoreTables
from extract.nlp.time_expression import TimeExpression
from extract.nlp.timeline import Timeline
from extract.records.common import Record, add_row
from extract.rules.load import RuleSet, load_rules


class Score(Record):
    """A value of a clinical scale, at one time."""

    scale: Annotated[str, Field(description="canonical name of the scale (rules/scores.tsv)")]
    scale_text: Annotated[str, Field(description="name as written")]
    comparator: Annotated[Literal["=", "<", ">", "<=", ">=", "~"], Field(description="relation of score and value")]
    value: Annotated[float | None, Field(description="the score as a number; empty for grades that are letters")]
    value_high: Annotated[float | None, Field(description="upper end of a range")]
    value_text: Annotated[str, Field(description="score as written, without the maximum: 15, III, C, E4V5M6")]
    maximum: Annotated[float | None, Field(description="highest value: as written, else that of the scale")]
    components: Annotated[str, Field(description="eye, verbal and motor score of the Glasgow Coma Scale: E4 V5 M6")]
    minute: Annotated[int | None, Field(description="minutes after birth", json_schema_extra={"unit": "min"})]


# a score that is given in figures holds, unless it is itself denied or doubted: by a word right before it
_DOUBT = {
    "absent": re.compile(r"\b(?:no|not|without|never|neither|nor)\s(?:\w+\s)?$", re.IGNORECASE),
    "possible": re.compile(
        r"\b(?:possibl[ey]|probabl[ey]|likely|suspected|presum\w+|perhaps|may|might)\s(?:\w+\s){0,2}$", re.IGNORECASE
    ),
}
_FIRST = re.compile(r"\b(?:admission|initial|baseline|presenting|pre-?operative)\s$", re.IGNORECASE)
_NEAR = 16  # characters before a score in which such words stand


class ScoreFinder:
    """Component ``casetab_scores``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        words = score_words(rules)
        self._names = ScoreNames(words.scales)
        self._linker = ScoreLinker(words)
        self._tables = ScoreTables(words, self._linker)

    def __call__(self, doc: Doc) -> Doc:
        """Find the scores of ``doc``."""
        names = self._names.find(doc)
        text = text_of(doc)
        if not names and not _may_hold_components(text):
            return doc
        times = cast("Timeline", doc._.timeline).expressions()
        spans = [(time.start, time.end) for time in times]
        dated = {(time.start, time.end): time for time in times}
        for sentence in sentences(doc):
            if sentence.kind is BlockKind.TABLE:
                continue
            own = beginning_in(names, sentence.start, sentence.end)
            if own or _may_hold_components(text[sentence.start : sentence.end]):
                a, b = (bisect_left(spans, (p, 0)) for p in (sentence.start, sentence.end))
                for fact in self._linker.find(text, Stretch(sentence.start, sentence.end, spans[a:b]), own):
                    self._add(doc, fact, dated)
        for fact in self._tables.find(doc, names):
            self._add(doc, fact, dated)
        return doc

    def _add(self, doc: Doc, fact: ScoreFact, dated: Mapping[tuple[int, int], TimeExpression]) -> None:
        text, value, scale = text_of(doc), fact.value, fact.name.scale
        where = _when(text, fact, context(doc).at(value.start, value.end), dated)
        if where.assertion in _DOUBT:
            before = text[max(0, fact.start - 3 * _NEAR) : fact.start]
            if not _DOUBT[where.assertion].search(before):  # "no history and an ASA score of 1"
                where = replace(where, assertion="present")
        maximum = value.maximum
        if maximum is None and (value.value is not None or value.components):
            maximum = scale.maximum(max(value.value or scale.minimum, value.high or scale.minimum))
        values = {
            "scale": scale.name,
            "scale_text": fact.name.text,
            "comparator": value.comparator,
            "value": value.value,
            "value_high": value.high,
            "value_text": value.text,
            "maximum": maximum,
            "components": value.components,
            "minute": value.minute,
        }
        start, end = fact.start, fact.end
        if text.startswith(")", end) and text[start:end].count("(") > text[start:end].count(")"):
            end += 1
        add_row(doc, "scores", start, end, values, fact.rule, fact.confidence, where)


def _when(
    text: str, fact: ScoreFact, where: FactContext, dated: Mapping[tuple[int, int], TimeExpression]
) -> FactContext:
    """Return the context of a score with the time that its own words give it."""
    value = fact.value
    time = dated.get(value.time) if value.time is not None else None
    if time is not None:
        return replace(where, when=time.when or where.when, time_text=time.text, time_days=time.days)
    # what comes before a change, and the minutes after birth, are the beginning; what comes after it no longer is
    if where.when == "followup" and (value.earlier or value.minute is not None):
        return replace(where, when="baseline", time_text="", time_days=None)
    if where.when == "baseline" and value.later and where.time_days != 0:
        return replace(where, when="followup")
    if where.when == "followup" and not where.time_text and _FIRST.search(text, max(0, fact.start - _NEAR), fact.start):
        return replace(where, when="baseline")
    return where


def _may_hold_components(text: str) -> bool:
    return "V" in text and "M" in text and "E" in text


@Language.factory(
    "casetab_scores",
    requires=["doc._.sentences", "doc._.terms", "doc._.context"],
    assigns=["doc._.drafts"],
    default_config={"rules": []},
)
def make_scores(nlp: Language, name: str, rules: list[str]) -> ScoreFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return ScoreFinder(load_rules(rules))
