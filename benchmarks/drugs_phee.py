"""Drug names, doses, routes and frequencies on sentences of case reports (PHEE: labels Drug, Dosage, Route, Freq).

    python benchmarks/drugs_phee.py ../shared/corpora/phee/dev.jsonl [--errors]

Each sentence is read alone, as a paragraph of a case. A found span counts as right where it overlaps an annotated one.
Counted are the sentences with a Subject that is the sentence's own patient: no plural ("patients", "women"); the
share of all sentences that this is stands in the output. Of the Dosage spans only those with a number count ("high
doses" is no dose in the table), of the doses found only those given to a drug.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path

from benchmarks_common import Score, find_treatments

Span = tuple[int, int]
_PLURAL = re.compile(
    r"\b(?:patients|women|men|children|cases|subjects|people|infants|individuals|volunteers|adults)\b", re.I
)


def main() -> None:
    """Print precision, recall and F1 by label."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--all", action="store_true", help="count sentences without an own patient, too")
    options = parser.parse_args()
    scores = {label: Score() for label in ("Drug", "Dosage", "Route", "Freq")}
    errors: dict[str, Counter[str]] = {}
    counted = total = 0
    for line in options.file.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        total += 1
        subjects = [span["text"] for span in item["spans"] if span["label"] == "Subject"]
        if not options.all and (not subjects or any(_PLURAL.search(text) for text in subjects)):
            continue
        counted += 1
        text = item["text"].rstrip("\n")
        gold: dict[str, list[Span]] = {label: [] for label in scores}
        for span in item["spans"]:
            if span["label"] in gold and (span["label"] != "Dosage" or re.search(r"\d", span["text"])):
                gold[span["label"]].append((span["spans"][0][0], span["spans"][-1][-1]))
        names, slots = find_treatments(text)
        found: dict[str, set[Span]] = {
            "Drug": {(n.start, n.end) for n in names},
            "Dosage": {(s.dose.start, s.dose.end) for s in slots if s.dose},
            "Route": {(s.way.start, s.way.end) for s in slots if s.way},
            "Freq": {(s.frequency.start, s.frequency.end) for s in slots if s.frequency},
        }
        for label, score in scores.items():
            missed, extra = score.add(gold[label], sorted(found[label]))
            for kind, spans in (("missed", missed), ("extra", extra)):
                errors.setdefault(f"{label} {kind}", Counter()).update(text[a:b] for a, b in spans)
    print(f"{counted} of {total} sentences counted")
    for label, score in scores.items():
        print(f"{label:7} {score}")
    if options.errors:
        for name, counts in errors.items():
            print(f"{name}: {counts.most_common()}")


if __name__ == "__main__":
    main()
