"""Table ``labs``: laboratory results, one row per measured value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.extensions import beginning_in, is_unwanted, patients, quantities, sentences, text_of
from extract.nlp.model import BlockKind, Quantity
from extract.records.common import Record
from extract.records.lab_dipstick import dipstick_items
from extract.records.lab_findings import FindingLinker
from extract.records.lab_items import Item, ItemReader, Role, sign_results, zero_values
from extract.records.lab_links import Linker
from extract.records.lab_results import ResultLinker
from extract.records.lab_rows import RowMaker
from extract.records.lab_serology import Serology
from extract.records.lab_tables import LabTables
from extract.records.lab_unknown import is_concentration
from extract.records.lab_vocabulary import Vocabulary
from extract.records.lab_words import speaks_of_urine
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


_CRITERION = re.compile(r"[^<>≤≥\d]{2,40}[<>≤≥]\s?\d[^.;,]{0,24}")  # a score's "Platelets < 100 x 10^9/L" is no result
_SATURATION = re.compile(r"(?:blood\s)?(?:O2|oxygen) sat(?:uration)?(?: level)?", re.IGNORECASE)


def _is_oximetry(item: Item, items: Sequence[Item]) -> bool:
    """Tell whether an oxygen saturation stands alone: a vital sign; beside a pH or pCO2 it is of a blood gas."""
    if item.entry is None or not item.entry.name.endswith("oxygen saturation"):
        return False
    return not any(
        other is not item
        and other.entry is not None
        and (other.entry["class"] == "blood_gas" or other.entry.name == "blood gas analysis")
        for other in items
    )


class LabFinder:
    """Component ``casetab_labs``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._reader = ItemReader(rules)
        self._vocabulary = Vocabulary(rules)
        self._serology = Serology(rules)
        self._rows = RowMaker(rules)
        self._tables = LabTables(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Find the laboratory results of ``doc``."""
        mentions = self._reader.mentions(doc)
        numbers = quantities(doc)
        m = q = 0
        for sentence in sentences(doc):
            while m < len(mentions) and mentions[m].end <= sentence.start:
                m += 1
            while q < len(numbers) and numbers[q].start < sentence.start:
                q += 1
            first_m, first_q = m, q
            while m < len(mentions) and mentions[m].start < sentence.end:
                m += 1
            while q < len(numbers) and numbers[q].start < sentence.end:
                q += 1
            if sentence.kind in (BlockKind.TABLE, BlockKind.HEADING) or sentence.section == "references":
                continue
            if is_unwanted(doc, sentence.start, sentence.end):
                continue
            self._stretch(doc, sentence.start, sentence.end, mentions[first_m:m], numbers[first_q:q])
        for cell in self._tables.read(doc, mentions, numbers, self._rows):
            if _CRITERION.fullmatch(cell.text):
                continue
            inside = beginning_in(mentions, cell.start, cell.end), beginning_in(numbers, cell.start, cell.end)
            self._stretch(doc, cell.start, cell.end, *inside)
        return doc

    def _of_blood_gas(self, doc: Doc, item: Item, items: Sequence[Item]) -> Item:
        """Return "O2 saturation" as an analyte where the sentence gives a blood gas; the item itself elsewhere."""
        if item.role is not Role.OTHER or item.mention is None or not _SATURATION.fullmatch(item.mention.text):
            return item
        gases = {i.entry.name for i in items if i.entry is not None and i.entry["class"] == "blood_gas"}
        entry = self._vocabulary.named("arterial oxygen saturation") if len(gases) > 1 else None
        return replace(item, role=Role.ANALYTE, mention=replace(item.mention, entry=entry)) if entry else item

    def _stretch(self, doc: Doc, start: int, end: int, mentions: Sequence[Item], numbers: Sequence[Quantity]) -> None:
        """Read a sentence, or a table's cell that holds one."""
        if not any(item.role in (Role.ANALYTE, Role.IMPLIED) for item in mentions) and not any(
            is_concentration(number) for number in numbers
        ):
            return
        mentions = [self._of_blood_gas(doc, m, mentions) for m in mentions if not _is_oximetry(m, mentions)]
        inside = [
            self._vocabulary.hourly(text_of(doc), n, mentions)
            for n in numbers
            if not any(m.start <= n.number_start < m.end for m in mentions if m.role is not Role.RESULT)
        ]
        values = self._reader.quantity_items(doc, start, end, inside)
        text = text_of(doc)
        signs = [*sign_results(text, start, end), *zero_values(text, start, end)]
        if speaks_of_urine(text, start, end):
            free = {item.start for item in mentions}
            signs += [item for item in dipstick_items(text, start, end, self._vocabulary) if item.start not in free]
        items = sorted([*mentions, *values, *signs], key=lambda item: (item.start, item.end))
        items = self._serology.read(text, items)
        sexes = {patient.sex for patient in patients(doc)}
        sex = sexes.pop() if len(sexes) == 1 else ""
        numeric = [i for i in items if i.role is not Role.RESULT]
        measured = Linker(text, numeric, self._vocabulary, start, sex).link()
        words = ResultLinker(text, items, self._vocabulary, start, end).link(measured)
        words += FindingLinker(text, items, self._vocabulary, start, end).link([*measured, *words])
        for draft in sorted([*measured, *words], key=lambda d: (d.start, d.end)):
            self._rows.add(doc, draft)


@Language.factory(
    "casetab_labs",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities", "doc._.patients", "doc._.context"],
    assigns=["doc._.drafts"],
    default_config={"rules": []},
)
def make_labs(nlp: Language, name: str, rules: list[str]) -> LabFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return LabFinder(load_rules(rules))
