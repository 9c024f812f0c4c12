"""Table ``labs``: laboratory results, one row per measured value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.records.common import Record
from extract.rules.load import RuleSet, load_rules

Comparator = Literal["=", "<", ">", "<=", ">=", "~"]


class Lab(Record):
    """A laboratory result on a specimen."""

    analyte: Annotated[str, Field(description="canonical name of what was measured")]
    analyte_text: Annotated[str, Field(description="the analyte as written, spacing and hyphens normalised")]
    loinc: Annotated[str, Field(description="LOINC code where sure")] = ""
    specimen: Annotated[str, Field(description="specimen, as written or as usual for the analyte")] = ""
    comparator: Annotated[Comparator, Field(description="relation of the result to the value")] = "="
    value_text: Annotated[str, Field(description="number as written, without thousands separators")] = ""
    value: Annotated[float | None, Field(description="the number; lower end of a measured range")] = None
    value_high: Annotated[float | None, Field(description="upper end of a measured range")] = None
    titer: Annotated[float | None, Field(description="reciprocal titre: 2560 for 1:2560")] = None
    unit_text: Annotated[str, Field(description="unit as written")] = ""
    unit: Annotated[str, Field(description="unit as UCUM code")] = ""
    value_conventional: Annotated[float | None, Field(description="value in conventional units")] = None
    unit_conventional: Annotated[str, Field(description="conventional unit as UCUM code")] = ""
    value_si: Annotated[float | None, Field(description="value in SI units")] = None
    unit_si: Annotated[str, Field(description="SI unit as UCUM code")] = ""
    ref_low: Annotated[float | None, Field(description="lower end of the reference range given")] = None
    ref_high: Annotated[float | None, Field(description="upper end of the reference range given")] = None
    result_text: Annotated[str, Field(description="qualitative result as written")] = ""
    result: Annotated[
        Literal["positive", "negative", "normal", "abnormal", "high", "low", ""],
        Field(description="qualitative result"),
    ] = ""
    flag: Annotated[Literal["L", "N", "H", ""], Field(description="position in the reference range given")] = ""


class LabFinder:
    """Component ``casetab_labs``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Find the laboratory results of ``doc``."""
        return doc


@Language.factory(
    "casetab_labs",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities", "doc._.context"],
    assigns=["doc._.drafts"], default_config={"rules": []})
def make_labs(nlp: Language, name: str, rules: list[str]) -> LabFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return LabFinder(load_rules(rules))
