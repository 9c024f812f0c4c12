"""Table ``drugs``: what the patient got, how much, how often, by which way, how long."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.records.common import Record
from extract.rules.load import RuleSet, load_rules

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
    frequency_per_day: Annotated[float | None, Field(description="doses a day", json_schema_extra={"unit": "1/d"})] = None
    daily_dose: Annotated[float | None, Field(description="dose a day in dose_unit, where dose and frequency allow")] = None
    route: Annotated[Route, Field(description="route of administration")] = ""
    route_text: Annotated[str, Field(description="route as written")] = ""
    duration_text: Annotated[str, Field(description="duration as written")] = ""
    duration_days: Annotated[float | None, Field(description="duration", json_schema_extra={"unit": "d"})] = None
    status: Annotated[Literal["given", "stopped", "history", "withheld"], Field(description="what became of it")] = "given"
    indication_text: Annotated[str, Field(description="what it was given for, as written")] = ""


class DrugFinder:
    """Component ``casetab_drugs``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Find the drugs of ``doc``."""
        return doc


@Language.factory(
    "casetab_drugs",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities", "doc._.context"],
    assigns=["doc._.drafts"], default_config={"rules": []})
def make_drugs(nlp: Language, name: str, rules: list[str]) -> DrugFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return DrugFinder(load_rules(rules))
