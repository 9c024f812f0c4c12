"""Table ``drugs``: what the patient got, how much, how often, by which way, how long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.drug_evidence import is_purpose, is_treatment
from extract.nlp.drug_later import find_later_stop
from extract.nlp.drug_names import DrugName
from extract.nlp.drug_rules import drug_rules
from extract.nlp.drug_sentences import drug_sentences
from extract.nlp.drug_status import indication_of, status_of
from extract.nlp.drug_wording import Wording
from extract.nlp.extensions import context, text_of
from extract.nlp.regimen import Parts, Slot, mates_of, names_of, read_regimens
from extract.nlp.time_patterns import SPAN
from extract.records.common import Record, add_row
from extract.records.drug_rows import Telling, dose_places, row_values, tell_regimens_once
from extract.rules.load import RuleSet, load_rules

# how long a drug was given, or the order in a course, is no time of it
_HOW_LONG = re.compile(
    rf"initially\b|(?:over|throughout|in)\s(?:the\s|about\s|a\s)?{SPAN}[\s-]?(?:hours?|h|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
_MAX_QUOTE = 400

Route = Literal[
    "oral", "intravenous", "subcutaneous", "intramuscular", "topical", "inhaled", "intrathecal", "other", ""
]  # fmt: skip


class Drug(Record):
    """A drug in one regimen."""

    drug: Annotated[str, Field(description="canonical ingredient, lower case")]
    drug_text: Annotated[str, Field(description="as written")]
    drugbank_id: Annotated[str, Field(description="DrugBank identifier where known")] = ""
    dose_value: Annotated[float | None, Field(description="dose; lower end of a range")] = None
    dose_value_high: Annotated[float | None, Field(description="upper end of a range of doses")] = None
    dose_unit: Annotated[str, Field(description="unit of the dose as written")] = ""
    dose_text: Annotated[str, Field(description="dose as written")] = ""
    frequency_text: Annotated[str, Field(description="frequency as written")] = ""
    frequency_per_day: Annotated[float | None, Field(description="doses a day", json_schema_extra={"unit": "1/d"})] = (
        None
    )
    daily_dose: Annotated[
        float | None, Field(description="dose a day in dose_unit, where dose and frequency allow")
    ] = None
    route: Annotated[Route, Field(description="route of administration")] = ""
    route_text: Annotated[str, Field(description="route as written")] = ""
    duration_text: Annotated[str, Field(description="duration as written")] = ""
    duration_days: Annotated[float | None, Field(description="duration", json_schema_extra={"unit": "d"})] = None
    status: Annotated[Literal["given", "stopped", "history", "withheld"], Field(description="what became of it")] = (
        "given"
    )
    indication_text: Annotated[str, Field(description="what it was given for, as written")] = ""


class DrugFinder:
    """Component ``casetab_drugs``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = drug_rules(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Find the drugs of ``doc``."""
        tellings: list[Telling] = []
        before: list[DrugName] = []
        given: list[DrugName] = []
        block = -1
        for sentence, parts in drug_sentences(doc, self._rules):
            if sentence.block != block:
                block, before, given = sentence.block, [], []
            slots = read_regimens(parts, before) if parts.names or (before and parts.doses) else []
            found = list(self._tellings(doc, sentence.index, Wording(sentence, parts, self._rules), slots))
            tellings.extend(found)
            tellings.extend(_stopped_later(doc, sentence.index, parts, found, given))
            if slots:
                before = names_of(slots)
                given = [telling.slot.name for telling in found if telling.status == "given"]
        for telling in tell_regimens_once(tellings, self._rules):
            add_row(
                doc,
                "drugs",
                telling.start,
                telling.end,
                telling.values,
                telling.rule,
                telling.confidence,
                telling.fact,
                verbatim=dose_places(text_of(doc), telling),
            )
        return doc

    def _tellings(self, doc: Doc, index: int, wording: Wording, slots: list[Slot]) -> Iterator[Telling]:
        for slot in slots:
            mates = mates_of(slots, slot)
            if not slot.distant and (not is_treatment(wording, slot, mates) or is_purpose(wording, slot, slots)):
                continue
            start, end = _quote(slot)
            fact = context(doc).at(slot.dose.start if slot.distant and slot.dose else slot.name.start, end)
            if _HOW_LONG.match(fact.time_text):
                fact = replace(fact, time_text="", time_days=None)
            status = status_of(wording, slot, mates or [slot], fact)
            if status is None:
                continue
            if status != "withheld":
                # what is doubted or ruled out in the sentence is the disease: "sepsis was suspected, A was started"
                fact = replace(fact, assertion="present")
            indication = indication_of(wording, slots, slot)
            values = row_values(wording.text, slot, status, indication)
            sure = slot.name.confidence - (0.1 if slot.distant else 0.0)
            rule = f"drugs:{slot.name.source}" + (":dose" if slot.dose else "")
            yield Telling(slot, index, status, fact, values, sure, rule, start, end)


def _stopped_later(
    doc: Doc, index: int, parts: Parts, found: Sequence[Telling], given: Sequence[DrugName]
) -> Iterator[Telling]:
    """Yield a telling for each drug given before of which the sentence says that it was stopped, without its name."""
    own = [telling.slot.name for telling in found if telling.status == "given"]
    if parts.names and not own:
        return
    stop = find_later_stop(parts.text, parts.start, parts.end, own, given)
    if stop is None:
        return
    fact = replace(context(doc).at(stop.start, stop.end), assertion="present")
    for name in stop.names:
        slot = Slot(name, distant=True)
        values = row_values(parts.text, slot, "stopped", "")
        rule = f"drugs:{name.source}:later"
        yield Telling(slot, index, "stopped", fact, values, name.confidence - 0.1, rule, stop.start, stop.end)


def _quote(slot: Slot) -> tuple[int, int]:
    """Return the stretch of text that holds the fact: name, dose and what stands within reach of them."""
    places = [(slot.name.start, slot.name.end)]
    places.extend((p.start, p.end) for p in (slot.dose, slot.frequency, slot.way, slot.duration) if p is not None)
    start, end = min(p[0] for p in places), max(p[1] for p in places)
    if end - start <= _MAX_QUOTE:
        return start, end
    if slot.distant and slot.dose is not None:
        return slot.dose.start, slot.dose.end
    return slot.start, slot.end


@Language.factory(
    "casetab_drugs",
    requires=["doc._.sentences", "doc._.terms", "doc._.context"],
    assigns=["doc._.drafts"],
    default_config={"rules": []},
)
def make_drugs(nlp: Language, name: str, rules: list[str]) -> DrugFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return DrugFinder(load_rules(rules))
