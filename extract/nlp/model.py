"""What the components find in a text: plain data with character offsets into ``doc.text``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from extract.normalize.blocks import Block, BlockKind
from extract.rules.units import Unit


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, heading, caption sentence or table row.

    Attributes
    ----------
    block : index of the block it stands in.
    kind : kind of that block.
    section : as in the contract (title abstract introduction case discussion ...).
    """

    index: int
    start: int
    end: int
    block: int
    kind: BlockKind
    section: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what belongs to it.

    Attributes
    ----------
    start, end : the whole, comparator and unit included.
    number_start, number_end : the number (or range, ratio, titre) alone.
    value_text : as written, without thousands separators and spaces ("9.0", "1:2560", "10-12", "2/5").
    value, value_high : numbers; both ends of a range; None where there is none.
    form : ``number``, ``range``, ``titer`` (1:n), ``fraction`` (n/m), ``list`` (n/m/k, three numbers or more).
    comparator : one of ``= < > <= >= ~``.
    unit, unit_text : UCUM entry and verbatim text; None and "" without a unit.
    """

    start: int
    end: int
    number_start: int
    number_end: int
    value_text: str
    value: float | None
    value_high: float | None
    form: str
    comparator: str
    unit: Unit | None
    unit_text: str


@dataclass(frozen=True, slots=True)
class FactContext:
    """Whose fact, when, and whether it holds, as the contract's columns name it."""

    case: int = 1
    subject: str = "patient"
    assertion: str = "present"
    when: str = ""
    time_text: str = ""
    time_days: float | None = None


@dataclass(slots=True)
class Draft:
    """A row before it gets its identifier: offsets are characters of ``doc.text``."""

    table: str
    start: int
    end: int
    values: dict[str, Any]
    context: FactContext
    rule: str
    confidence: float = 0.9
    section: str = ""
    sentence: str = ""
    sentence_start: int = -1  # offset of the sentence
    grid: int = -1  # index of the first block of the table that the row stands in; -1 outside tables
    verbatim: dict[str, tuple[int, int]] = field(default_factory=dict)  # columns that the source's own characters fill
    summary_of: tuple[str, ...] = ()  # what the row sums up: the analytes of "liver enzymes were elevated"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient of the article, as the table ``cases`` names the columns.

    ``start:end`` are the characters of ``doc.text`` that introduce the patient; equal where nothing does.
    """

    number: int
    label: str
    start: int
    end: int
    age_years: float | None = None
    age_text: str = ""
    sex: str = ""
    followup_days: float | None = None
    outcome: str = ""
    outcome_text: str = ""
    diagnosis_text: str = ""


__all__ = ["Block", "BlockKind", "Draft", "FactContext", "Patient", "Quantity", "Sentence"]
