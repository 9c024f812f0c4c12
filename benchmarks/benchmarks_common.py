"""What the drug benchmarks share: the treatments found in a text, and counting spans by overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extract.nlp.drug_evidence import is_treatment
from extract.nlp.drug_names import DrugName, find_drug_names
from extract.nlp.drug_rules import drug_rules
from extract.nlp.drug_sentences import drug_sentences
from extract.nlp.drug_wording import Wording
from extract.nlp.pipeline import load_pipeline
from extract.nlp.regimen import Slot, mates_of, names_of, read_regimens
from extract.rules.load import load_rules

Span = tuple[int, int]


def overlap(a: Span, b: Span) -> bool:
    """Tell whether two spans share a character."""
    return a[0] < b[1] and b[0] < a[1]


@dataclass
class Score:
    """Counts of annotated and found spans and of those that overlap one of the other side."""

    gold: int = 0
    gold_found: int = 0
    found: int = 0
    found_right: int = 0

    def add(self, gold: Sequence[Span], found: Sequence[Span]) -> tuple[list[Span], list[Span]]:
        """Count the spans of a text; return those missed and those too many."""
        missed = [span for span in gold if not any(overlap(span, other) for other in found)]
        extra = [span for span in found if not any(overlap(span, other) for other in gold)]
        self.gold += len(gold)
        self.gold_found += len(gold) - len(missed)
        self.found += len(found)
        self.found_right += len(found) - len(extra)
        return missed, extra

    def __str__(self) -> str:
        precision = self.found_right / self.found if self.found else 0.0
        recall = self.gold_found / self.gold if self.gold else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f} (annotated {self.gold}, found {self.found})"


def find_treatments(text: str, *, aliases: bool = True) -> tuple[list[DrugName], list[Slot]]:
    """Return the names taken for a treatment and the regimens of a text.

    Parameters
    ----------
    aliases : count second names in brackets, and classes that only explain a name, as names of their own.
    """
    doc = load_pipeline()(text)
    rules = drug_rules(load_rules())
    slots: list[Slot] = []
    before: list[DrugName] = []
    for sentence, parts in drug_sentences(doc, rules):
        found = read_regimens(parts, before)
        before = names_of(found) or before
        wording = Wording(sentence, parts, rules)
        for slot in found:
            mates = mates_of(found, slot)
            if slot.distant or is_treatment(wording, slot, mates):
                slots.append(slot)
    names = names_of(slots)
    if not aliases:
        return names, slots
    taken = {name.start for name in names}
    ends = [name.end for name in names]
    for name in find_drug_names(doc, rules):
        alias = any(0 < name.start - end <= 3 and text[end : name.start].strip() in ("(", "[") for end in ends)
        explained = name.kind == "class" and any(0 < start - name.end <= 25 for start in taken)
        if name.start not in taken and (alias or explained):
            names.append(name)
    return names, slots
