"""From a linked result to the columns of the table ``labs``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from spacy.tokens import Doc

from extract.nlp.extensions import context, sentence_at, terms, text_of, within
from extract.nlp.model import FactContext, Quantity
from extract.records.common import add_row
from extract.records.lab_items import LabDraft, Role
from extract.records.lab_units import AnalyteUnits
from extract.records.lab_words import polarity
from extract.rules.fold import fold_key
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet
from extract.rules.units import Unit

_SPECIMEN_BEFORE = re.compile(
    r"(?:(?:highly sensitive|high-sensitivity|serum|plasma|blood|urinary|urine|csf|cerebrospinal fluid|arterial|venous|"
    r"capillary|pleural fluid|ascitic fluid|synovial fluid|fasting|random|total|free|ionized|ionised|intact|direct|"
    r"indirect|other|24-hour|24-h|whole)\s+){1,3}$",
    re.IGNORECASE,
)
_SHORT_FORM = re.compile(r"\s?\([^()]*\)$")
_MISFIT = 0.25  # taken from the confidence of a value whose unit its analyte cannot have


class RowMaker:
    """Fills the columns: names, numbers, units, reference range, flag."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        panels = rules.documents.get("panels.yaml", {}).get("members", {})
        self._members: dict[str, tuple[str, ...]] = {panel: tuple(members) for panel, members in panels.items()}
        self._units = AnalyteUnits(rules.units)
        self._in_specimen: dict[tuple[tuple[str, ...], str], Entry] = {}
        for entry in rules.entries.get("analyte", []):
            for form in entry["in_specimen"].split("|"):
                if form:
                    self._in_specimen[fold_key(form.removeprefix("=")), entry["specimen"].lower()] = entry

    def add(self, doc: Doc, draft: LabDraft, fact: FactContext | None = None) -> None:
        """Append the row of ``draft`` to the Doc's drafts."""
        entry = self._entry(draft)
        if entry is None:
            return
        entry = self._by_unit(draft, self._by_specimen(doc, draft, entry))
        values = self._names(text_of(doc), draft, entry)
        fits = True
        if draft.value is not None:
            values |= _numbers(draft.value, draft, entry, self._units)
            unit = self._rules.units.units.get(values.get("unit", ""), _unit(draft))
            fits = unit is None or self._units.compatible(entry, unit)
        if draft.reference is not None:
            values |= _reference(draft.reference, draft.reference_kind)
            values["flag"] = self._flag(values, entry, draft.reference.unit)
        if draft.result is not None:
            values["result"], values["result_text"] = polarity(text_of(doc), draft.result)
        elif draft.analyte.role is Role.IMPLIED and draft.analyte.entry is not None:
            values["result"] = draft.analyte.entry["result"]
            values["result_text"] = text_of(doc)[draft.analyte.start : draft.analyte.end]
        start = min(draft.start, draft.analyte.start)
        fact = fact if fact is not None else context(doc).at(start, draft.end)
        if fact.assertion == "absent":  # "ANA was negative": the result holds, it is the antibody that is absent
            fact = replace(fact, assertion="present")
        summed = draft.sums or entry["kind"] == "cells"
        parts = (entry.name, *(self._members.get(entry.name, ()) if summed else ()))
        confidence = draft.confidence if fits else max(draft.confidence - _MISFIT, 0.05)
        if not fits and fact.subject == "patient":
            written = f"{entry.name} {values['value_text']} {values['unit_text']}"
            doc.user_data.setdefault("warnings", []).append(f"{written}: this unit does not fit the analyte")
        verbatim = _unit_place(text_of(doc), draft, values.get("unit_text", ""))
        add_row(doc, "labs", start, draft.end, values, draft.rule, confidence, fact, parts, verbatim)

    def _flag(self, values: dict[str, Any], entry: Entry, unit: Unit | None) -> str:
        """Return where the value lies in its range; "" where the two are in units that cannot be compared."""
        numbers = [values.get(name) for name in ("value", "ref_low", "ref_high")]
        if numbers[0] is None or values.get("comparator", "=") != "=" or values.get("value_high") is not None:
            return ""
        own = values.get("unit", "")
        if unit is not None and unit.ucum != own:  # "9,000/uL (normal 4-10 K/uL)"
            codes = (own, unit.ucum, unit.ucum)
            told = [number is not None for number in numbers]
            pairs = zip(numbers, codes, strict=True)
            numbers = [None if n is None else self._units.convert(entry, n, code)[0] for n, code in pairs]
            if told != [number is not None for number in numbers]:
                return ""
        value, low, high = numbers
        if value is not None and low is not None and value < low:
            return "L"
        if value is not None and high is not None and value > high:
            return "H"
        return "N" if low is not None or high is not None else ""

    def _entry(self, draft: LabDraft) -> Entry | None:
        entry = draft.analyte.entry
        if draft.analyte.role is Role.IMPLIED and entry is not None:
            implied = self._rules.entry("analyte", entry["analyte"])
            return None if implied is not None and implied["kind"] == "panel" and draft.value is not None else implied
        return entry

    def _by_specimen(self, doc: Doc, draft: LabDraft, entry: Entry) -> Entry:
        """Return the analyte of the specimen that the sentence names: protein in "the CSF showed protein of ..."."""
        mention = draft.analyte.mention
        sentence = sentence_at(doc, draft.analyte.start)
        if mention is None or sentence is None:
            return entry
        named = within(terms(doc, "implied_result"), max(0, draft.analyte.start - 24), draft.analyte.start)
        if any(m.entry["analyte"] == entry.name for m in named):  # "leukocytosis (WBC 12,400/mm3)" is of blood
            return entry
        key = fold_key(_SHORT_FORM.sub("", mention.text))
        specimens = [(m.start, m.name) for m in within(terms(doc, "specimen"), sentence.start, sentence.end)]
        panels = within(terms(doc, "analyte"), sentence.start, draft.analyte.start)  # "urinalysis showed ..."
        specimens += [
            (p.start, p.entry["specimen"]) for p in panels if p.entry["kind"] == "panel" and p.entry["specimen"]
        ]
        for start, specimen in sorted(specimens, reverse=True):  # the nearest one before, or right behind
            found = self._in_specimen.get((key, specimen.lower())) if start < draft.end + 24 else None
            if found is not None:
                return found
        return entry

    def _by_unit(self, draft: LabDraft, entry: Entry) -> Entry:
        """Return what a unit makes of cells: "neutrophils 82 %" are a percentage, with 10^9/L they are a count."""
        unit = _unit(draft)
        if draft.value is None or unit is None or entry["kind"] != "cells" or entry["specimen"] != "blood":
            return entry
        cells = entry.name.removesuffix("s")
        name = f"{cells} percentage" if unit.ucum == "%" else f"absolute {cells} count"
        return (entry["unit_conventional"] == "" and self._rules.entry("analyte", name)) or entry

    def _names(self, text: str, draft: LabDraft, entry: Entry) -> dict[str, Any]:
        item = draft.named_by if draft.named_by is not None else draft.analyte
        start = item.start
        lead = _SPECIMEN_BEFORE.search(text[max(0, start - 40) : start])
        begin = start - len(lead.group()) if lead is not None else start
        return {
            "analyte": entry.name,
            "analyte_text": " ".join(text[begin : item.end].split()),
            "loinc": entry["loinc"],
            "specimen": entry["specimen"],
        }


def _unit(draft: LabDraft) -> Unit | None:
    for quantity in (draft.value, draft.unit_from, draft.reference):
        if quantity is not None and quantity.unit is not None:
            return quantity.unit
    return None


def _unit_place(text: str, draft: LabDraft, written: str) -> dict[str, tuple[int, int]]:
    """Return where the unit of a result stands: at the end of its quantity; nothing where other words are there."""
    for quantity in (draft.value, draft.unit_from, draft.reference):
        if quantity is not None and quantity.unit is not None:
            place = (quantity.end - len(written), quantity.end)
            return {"unit_text": place} if text[slice(*place)] == written else {}
    return {}


def _numbers(value: Quantity, draft: LabDraft, entry: Entry, units: AnalyteUnits) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "comparator": value.comparator,
        "value_text": value.value_text,
        "value": None if value.form == "titer" else value.value,
        "value_high": value.value_high,
        "titer": value.value if value.form == "titer" else None,
    }
    for quantity in (value, draft.unit_from, draft.reference):
        if quantity is not None and quantity.unit is not None:
            columns["unit_text"], columns["unit"] = quantity.unit_text, quantity.unit.ucum
            break
    power, rest = value.unit, draft.unit_from
    grams = power is not None and power.ucum == "g/L" and value.unit_text in ("G/L", "G/l")
    if grams and entry["unit_si"].startswith("10*9"):
        columns["unit"] = "10*9/L"  # "giga per litre", for cells
    if power is not None and power.ucum == "uL" and entry["unit_conventional"].endswith("/uL"):
        columns["unit"] = "/uL"  # "345,000 µL": the stroke was left out
    bare_power = power is not None and re.fullmatch(r"10\*\d+", power.ucum)
    if power is not None and bare_power and rest is not None and rest.unit is not None and rest.unit.ucum[:1] == "/":
        # "4.26×10^6" in one cell, "/µL" in the next
        columns["unit_text"], columns["unit"] = f"{value.unit_text} {rest.unit_text}", power.ucum + rest.unit.ucum
    if (
        "unit" not in columns
        and draft.analyte.mention is not None
        and draft.analyte.mention.text.rstrip(")] ").endswith("%")
    ):
        columns["unit_text"] = columns["unit"] = "%"  # the name says it: "Neutrophils (%)"
    if value.value is not None and value.form == "number":
        conventional, unit_c, si, unit_s = units.convert(entry, value.value, columns.get("unit", ""))
        columns |= {
            "value_conventional": conventional,
            "unit_conventional": unit_c,
            "value_si": si,
            "unit_si": unit_s,
        }
    return columns


def _reference(reference: Quantity, kind: str) -> dict[str, Any]:
    if kind == "range":
        return {"ref_low": reference.value, "ref_high": reference.value_high}
    if kind == "lower":
        return {"ref_low": reference.value}
    if kind == "upper":
        return {"ref_high": reference.value}
    return {"ref_low": reference.value, "ref_high": reference.value}
