"""Drug names, doses, routes and frequencies on sentences of case reports (PHEE: labels Drug, Dosage, Route, Freq).

    python benchmarks/drugs_phee.py ../shared/corpora/phee/dev.jsonl [--errors] [--strict]

Each sentence is read alone, as a paragraph of a case. A found span counts as right where it overlaps an annotated one.
Counted are the sentences with a Subject that is the sentence's own patient: no plural ("patients", "women"); the
share of all sentences that this is stands in the output. Of the Dosage spans only those with a number count ("high
doses" is no dose in the table), of the doses found only those given to a drug.

PHEE marks what belongs to one event and is uneven in where it draws a span, so that (without ``--strict``)

* a second name in brackets, "methotrexate (MTX)", is no find of its own;
* a route or frequency inside a Drug or Dosage span ("intravenous acyclovir", "100 mg t.i.d.") is right;
* a way and a form of delivery of one drug, "i.v. enalaprilat injection", are one route: either is right;
* Route spans that name no way ("chemotherapy", "starting", "introduction") are left out;
* the label of a structured abstract ("METHODS:") is left out: alone it is no sentence of a case;
* "continuous" and "single dose" are frequencies in some sentences of PHEE and not in most: only missed, never too many.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks_common import Score, find_treatments, overlap

Span = tuple[int, int]
_LABELS = ("Drug", "Dosage", "Route", "Freq")
_PLURAL = re.compile(
    r"\b(?:patients|women|men|children|cases|subjects|people|infants|individuals|volunteers|adults)\b", re.I
)
_NO_WAY = re.compile(
    r"(?:(?:induction )?chemotherapy|starting|introduction|(?:the )?administration|desensiti[sz]ation|exposure|"
    r"maternal|a scolicidal agent|transplantation|concomitant radiation)$",
    re.I,
)
_FORM = re.compile(r"(?:bolus |continuous )?(?:infusions?|injections?)$", re.I)
_LABEL = re.compile(r"[A-Z][A-Z /&-]+:\s")
_UNEVEN = re.compile(r"continuous(?:ly)?|(?:a )?single[ -]dose", re.I)
_NEAR = 40  # characters between a way and the form of delivery of the same drug


def read_gold(item: dict[str, Any], strict: bool) -> dict[str, list[Span]]:
    """Return the annotated spans of a sentence by label."""
    gold: dict[str, list[Span]] = {label: [] for label in _LABELS}
    for span in item["spans"]:
        label = span["label"]
        if label not in gold or (label == "Dosage" and not re.search(r"\d", span["text"])):
            continue
        if label == "Route" and not strict and _NO_WAY.match(span["text"]):
            continue
        gold[label].append((span["spans"][0][0], span["spans"][-1][-1]))
    return gold


def find(text: str, strict: bool) -> dict[str, list[Span]]:
    """Return the found spans of a sentence by label."""
    label = None if strict else _LABEL.match(text)
    if label is not None:
        text = " " * label.end() + text[label.end() :]
    names, slots = find_treatments(text, aliases=strict)
    found = {
        "Drug": {(n.start, n.end) for n in names},
        "Dosage": {(s.dose.start, s.dose.end) for s in slots if s.dose},
        "Route": {(s.way.start, s.way.end) for s in slots if s.way},
        "Freq": {(s.frequency.start, s.frequency.end) for s in slots if s.frequency},
    }
    return {label: sorted(spans) for label, spans in found.items()}


def even_out(text: str, gold: dict[str, list[Span]], found: dict[str, list[Span]]) -> None:
    """Make the spans of both sides comparable, as the module's text says."""
    drawn_in = gold["Drug"] + gold["Dosage"]
    for label in ("Route", "Freq"):
        found[label] = [f for f in found[label] if _annotated(f, gold[label]) or not _annotated(f, drawn_in)]
    found["Freq"] = [f for f in found["Freq"] if _annotated(f, gold["Freq"]) or not _UNEVEN.match(text[f[0] : f[1]])]
    forms = [g for g in gold["Route"] if _FORM.match(text[g[0] : g[1]]) and not _annotated(g, found["Route"])]
    for form in forms:
        near = [f for f in found["Route"] if not _annotated(f, gold["Route"]) and _gap(f, form) <= _NEAR]
        if near:
            gold["Route"][gold["Route"].index(form)] = near[0]


def _annotated(span: Span, others: Sequence[Span]) -> bool:
    return any(overlap(span, other) for other in others)


def _gap(a: Span, b: Span) -> int:
    return max(a[0], b[0]) - min(a[1], b[1])


def own_patients(path: Path, everybody: bool) -> Iterator[dict[str, Any] | None]:
    """Yield the sentences that speak of one patient; None for each other."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item: dict[str, Any] = json.loads(line)
        subjects = [span["text"] for span in item["spans"] if span["label"] == "Subject"]
        own = bool(subjects) and not any(_PLURAL.search(text) for text in subjects)
        yield item if own or everybody else None


def main() -> None:
    """Print precision, recall and F1 by label."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--all", action="store_true", help="count sentences without an own patient, too")
    parser.add_argument("--strict", action="store_true", help="compare the spans as they are annotated")
    options = parser.parse_args()
    scores = {label: Score() for label in _LABELS}
    errors: dict[str, Counter[str]] = {}
    items = list(own_patients(options.file, options.all))
    for item in items:
        if item is None:
            continue
        text = item["text"].rstrip("\n")
        gold, found = read_gold(item, options.strict), find(text, options.strict)
        if not options.strict:
            even_out(text, gold, found)
        for label, score in scores.items():
            missed, extra = score.add(gold[label], found[label])
            for kind, spans in (("missed", missed), ("extra", extra)):
                errors.setdefault(f"{label} {kind}", Counter()).update(text[a:b] for a, b in spans)
    print(f"{sum(item is not None for item in items)} of {len(items)} sentences counted")
    for label, score in scores.items():
        print(f"{label:7} {score}")
    if options.errors:
        for name, counts in errors.items():
            print(f"{name}: {counts.most_common()}")


if __name__ == "__main__":
    main()
