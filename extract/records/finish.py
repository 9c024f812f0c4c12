"""From drafts to records: whose rows are kept, told-twice facts joined, offsets mapped back to the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from spacy.tokens import Doc

from extract.nlp.extensions import drafts, patients
from extract.nlp.model import Draft, FactContext, Patient
from extract.normalize.blocks import NormalizedText
from extract.records.cases import Case
from extract.records.common import Record
from extract.records.drugs import Drug
from extract.records.labs import Lab
from extract.records.levels import Level
from extract.records.muscle_grades import MuscleGrade
from extract.records.quotes import quote_span
from extract.records.scores import Score
from extract.sources.model import SourceText

RECORDS: dict[str, tuple[type[Record], str]] = {
    "labs": (Lab, "lab"),
    "muscle_grades": (MuscleGrade, "muscle"),
    "levels": (Level, "level"),
    "drugs": (Drug, "drug"),
    "scores": (Score, "score"),
}
"""Table name to its model and the word in its record identifiers."""

# columns that make two rows of one patient the same fact; time is compared apart, as the second telling often omits it
IDENTITY: dict[str, tuple[str, ...]] = {
    "labs": ("analyte", "comparator", "value_text", "result"),
    "muscle_grades": ("muscle", "grade"),
    "levels": ("level", "region"),
    "drugs": (
        "drug", "dose_value", "dose_value_high", "dose_unit", "frequency_text", "route", "duration_text", "status",
    ),
    "scores": ("scale", "comparator", "value", "value_high", "minute"),
}  # fmt: skip


@dataclass(frozen=True)
class Records:
    """All rows of one article."""

    cases: list[Case] = field(default_factory=list)
    tables: dict[str, list[Record]] = field(default_factory=dict)


def finish(doc: Doc, source: SourceText, text: NormalizedText, *, all_subjects: bool = False) -> Records:
    """Return the article's records in text order, with offsets into ``source.text``.

    Parameters
    ----------
    all_subjects : keep rows about relatives, literature and others, and facts told twice.
    """
    rows = list(drafts(doc))
    if not all_subjects:
        rows = tell_once([row for row in rows if row.context.subject == "patient"])
    found = Records(tables={name: _records(name, rows, source, text) for name in RECORDS})
    for patient in patients(doc):
        found.cases.append(_case(patient, found, source, text))
    return found


_ANY_TIME = "*"
_BACK_TO_NORMAL = re.compile(r"normali[sz]|return|back to|recover|revert", re.IGNORECASE)
_CITES_TABLE = re.compile(r"\bTables?\s?\d", re.IGNORECASE)
_RETELLING = ("title", "abstract", "introduction", "discussion", "conclusion")
_SURE = 0.5  # the confidence below which a row is only inferred
_LOOK_BACK = 16  # tellings of one fact that are compared: keeps ten thousand equal rows from pairing with each other


def tell_once(rows: Sequence[Draft]) -> list[Draft]:
    """Join facts that the article tells twice (abstract and body) into the row with more in it.

    Two tellings are joined where they stand in different blocks of the narrative or one lacks the time; repeated
    measurements with different times stay apart, as do the equal values of one table.
    """
    kept: list[Draft] = []
    places: dict[tuple[object, ...], list[int]] = {}
    told: set[tuple[int, int]] = set()  # place in ``kept`` and the table that has told it
    for row in rows:
        key = _identity(row)
        place = next((p for p in places.get(key, [])[-_LOOK_BACK:] if _same(kept[p], row, (p, row.grid) in told)), None)
        if place is None:
            place = len(kept)
            places.setdefault(key, []).append(place)
            kept.append(row)
        else:
            kept[place] = _richer(kept[place], row)
        if row.grid >= 0:
            told.add((place, row.grid))
    return _without_summaries(kept)


def _same(a: Draft, b: Draft, by_this_table: bool) -> bool:
    """Tell whether ``b`` tells ``a`` again; ``by_this_table``: another cell of b's table has told it already."""
    if a.table in ("levels", "drugs"):
        return True
    if by_this_table or a.sentence_start == b.sentence_start:
        return False  # equal values in one sentence or table are each measured
    return _same_side(a, b) and _same_time(a, b)


def _same_side(a: Draft, b: Draft) -> bool:
    """Tell whether the sides agree; an abstract often leaves out the side that the body gives."""
    sides = {row.values.get("side", "") for row in (a, b)} - {"unspecified"}
    return len(sides) <= 1


def _identity(row: Draft) -> tuple[object, ...]:
    """Return what makes two rows the same fact; a measured value says more than the word beside it."""
    names = IDENTITY[row.table]
    if row.table == "labs" and row.values.get("value_text"):
        names = tuple(name for name in names if name != "result")
    if row.table == "scores" and row.values.get("value") is None:  # a letter
        names = ("scale", "value_text")
    return (row.table, row.context.case, row.context.assertion, *(str(row.values.get(name, "")) for name in names))


def _without_summaries(rows: list[Draft]) -> list[Draft]:
    """Drop "elevated CRP" and "deranged liver enzymes" where the article gives the patient's numbers of that time."""
    measured: dict[tuple[int, str, str], None] = {}
    for row in rows:
        if row.table == "labs" and row.values.get("value_text"):
            for when in (row.context.when, _ANY_TIME):
                measured[row.context.case, row.values["analyte"], when] = None
    return [row for row in rows if not (row.table == "labs" and _is_summary(row, measured))]


def _is_summary(row: Draft, measured: Mapping[tuple[int, str, str], None]) -> bool:
    """Tell whether a qualitative result only sums up numbers that the article gives."""
    result, written = row.values.get("result"), row.values.get("result_text", "")
    if row.values.get("value_text") or result in ("positive", "negative") or _BACK_TO_NORMAL.search(written):
        return False
    parts = row.summary_of if result != "normal" else row.summary_of[:1]  # "normal" may speak of those not given
    when = _ANY_TIME if not row.context.when or _CITES_TABLE.search(row.sentence) else row.context.when
    return any((row.context.case, part, when) in measured for part in parts)


def _same_time(a: Draft, b: Draft) -> bool:
    if "table" in (a.section, b.section) or _is_retold(a) != _is_retold(b):
        return True
    days = a.context.time_days, b.context.time_days
    if None not in days and days[0] != days[1]:
        return False
    if a.section == b.section and _other_visit(a.context, b.context):
        return False
    return a.context.when == b.context.when or not a.context.when or not b.context.when


def _is_retold(row: Draft) -> bool:
    """Tell whether a row stands where an article only retells, without a time: its ``when`` is a guess."""
    return row.section in _RETELLING and not row.context.time_text


def _other_visit(a: FactContext, b: FactContext) -> bool:
    """Tell whether one account dates two follow-ups in different words ("at discharge", "at the last visit")."""
    texts = {fact.time_text.casefold() for fact in (a, b)}
    return a.when == b.when == "followup" and "" not in texts and len(texts) == 2


def _richer(a: Draft, b: Draft) -> Draft:
    best, other = (b, a) if (_is_sure(b), _weight(b)) > (_is_sure(a), _weight(a)) else (a, b)
    context = best.context
    if (not context.when and other.context.when) or (_is_retold(best) and not _is_retold(other)):
        context = other.context
    return replace(best, context=context, values=_with_range(best.values, other.values))


def _is_sure(row: Draft) -> bool:
    """Tell whether a row is more than inferred: "0/5" says more than "complete paralysis"."""
    return row.confidence >= _SURE


def _with_range(best: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a result's columns with the reference range that only its other telling (a table, mostly) gives."""
    has = any(best.get(name) is not None for name in ("ref_low", "ref_high"))
    if has or "analyte" not in best or best.get("unit") != other.get("unit"):
        return best
    return best | {name: other[name] for name in ("ref_low", "ref_high", "flag") if other.get(name) not in (None, "")}


def _weight(row: Draft) -> int:
    """Return how much a row says: what the article states counts, what was computed from it does not."""
    computed = ("value_si", "unit_si", "value_conventional", "unit_conventional", "loinc", "specimen", "flag")
    said = sum(value not in (None, "", "unspecified") for name, value in row.values.items() if name not in computed)
    implied = row.table == "labs" and row.values.get("result_text") == row.values.get("analyte_text")
    return said - 3 * implied  # the analyte's own name says more than "hypocalcaemia"


def _records(name: str, rows: Iterable[Draft], source: SourceText, text: NormalizedText) -> list[Record]:
    model, word = RECORDS[name]
    placed = [
        (quote_span(source.text, *text.source_span(row.start, row.end)), row) for row in rows if row.table == name
    ]
    placed.sort(key=lambda item: (item[0][0], item[0][1], item[1].start, str(sorted(item[1].values.items(), key=str))))
    records = []
    for number, ((start, end), row) in enumerate(placed, 1):
        columns = {
            "record_id": f"{source.article_id}:{word}:{number}",
            "article_id": source.article_id,
            "case_id": f"{source.article_id}#{row.context.case}",
            "subject": row.context.subject,
            "assertion": row.context.assertion,
            "when": row.context.when,
            "time_text": row.context.time_text,
            "time_days": row.context.time_days,
            "section": row.section,
            "quote": source.text[start:end],
            "start": start,
            "end": end,
            "page": _page(source, start),
            "sentence": row.sentence,
            "rule": row.rule,
            "confidence": row.confidence,
            **row.values,
            **_verbatim(row, source, text),
        }
        records.append(model.model_validate(columns))
    return records


def _verbatim(row: Draft, source: SourceText, text: NormalizedText) -> dict[str, str]:
    """Return columns in the characters of the source ("mg dL−1" with its own minus), where it has as many of them."""
    found = {}
    for name, (start, end) in row.verbatim.items():
        first, last = text.source_span(start, end)
        if last - first == end - start:
            found[name] = " ".join(source.text[first:last].split())
    return found


def _page(source: SourceText, start: int) -> int | None:
    return bisect_right(source.page_starts, start) if source.page_starts else None


def _case(patient: Patient, found: Records, source: SourceText, text: NormalizedText) -> Case:
    case_id = f"{source.article_id}#{patient.number}"
    start, end = None, None
    if patient.end > patient.start:
        start, end = quote_span(source.text, *text.source_span(patient.start, patient.end))
    counts = {f"n_{name}": sum(r.case_id == case_id for r in rows) for name, rows in found.tables.items()}
    return Case.model_validate(
        {
            "case_id": case_id,
            "article_id": source.article_id,
            "label": patient.label,
            "age_years": patient.age_years,
            "age_text": patient.age_text,
            "sex": patient.sex,
            "followup_days": patient.followup_days,
            "outcome": patient.outcome,
            "outcome_text": patient.outcome_text,
            "diagnosis_text": patient.diagnosis_text,
            "quote": source.text[start:end] if start is not None else "",
            "start": start,
            "end": end,
            **counts,
        }
    )
