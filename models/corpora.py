"""The corpora as labelled texts: MACCROBAT (brat), PHEE (JSON lines), and the split of MACCROBAT by document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from extract.evaluate.brat import Labelled, read_brat, read_text

HELD_OUT = 28
"""Documents of MACCROBAT that no training and no choice sees: those whose names have the smallest SHA-256."""

MACCROBAT = {
    "Medication": "DRUG", "Dosage": "DOSE", "Administration": "ROUTE", "Frequency": "FREQUENCY",
    "Duration": "DURATION", "Date": "TIME", "Time": "TIME", "Age": "AGE", "Sex": "SEX", "Lab_value": "LAB_VALUE",
    "Diagnostic_procedure": "TEST", "Therapeutic_procedure": "TREATMENT", "Sign_symptom": "FINDING",
    "Disease_disorder": "DISEASE", "Biological_structure": "BODY_PART", "Severity": "SEVERITY",
}  # fmt: skip
"""MACCROBAT's labels to ours."""

AUXILIARY = frozenset({"TREATMENT", "FINDING", "DISEASE", "BODY_PART", "SEVERITY"})
"""Labels that are learnt to tell the others apart; nothing uses them, and they are not reported."""

PHEE = {
    "Drug": "DRUG", "Dosage": "DOSE", "Route": "ROUTE", "Freq": "FREQUENCY", "Duration": "DURATION",
    "Age": "AGE", "Gender": "SEX",
}  # fmt: skip
"""PHEE's labels to ours; it labels what takes part in an adverse event and leaves the rest of a sentence alone."""

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labelled spans (start, end, label), in text order and without overlap."""

    name: str
    text: str
    spans: tuple[Span, ...]


def read_maccrobat(folder: Path) -> list[Example]:
    """Return the documents of a folder of brat files (``NAME.txt`` beside ``NAME.ann``).

    Raises
    ------
    SystemExit
        the folder holds no such files.
    """
    found = []
    for path in sorted(folder.glob("*.ann")):
        text = read_text(path.with_suffix(".txt"))
        labelled, _ = read_brat(path, text)
        found.append(Example(path.stem, text, _renamed(labelled, MACCROBAT)))
    if not found:
        raise SystemExit(f"{folder}: no brat files (NAME.txt and NAME.ann); see models/README.md for where to get them")
    return found


def read_phee(folder: Path) -> list[Example]:
    """Return the sentences of PHEE's ``train.jsonl`` and ``dev.jsonl``.

    Raises
    ------
    SystemExit
        the folder lacks them.
    """
    found = []
    for path in (folder / "train.jsonl", folder / "dev.jsonl"):
        if not path.is_file():
            raise SystemExit(f"{path}: not there; see models/README.md for where to get PHEE")
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            labelled = [(s["label"], (a, b)) for s in entry["spans"] for a, b in s["spans"]]
            found.append(Example(entry["id"], entry["text"], _renamed(labelled, PHEE)))
    return found


def _renamed(labelled: Iterable[Labelled], names: dict[str, str]) -> tuple[Span, ...]:
    """Return the spans under our labels; of two that overlap the one whose label is listed first, then the longer."""
    order = {label: i for i, label in enumerate(dict.fromkeys(names.values()))}
    ours = {(*place, names[label]) for label, place in labelled if label in names and place[0] < place[1]}
    kept: list[Span] = []
    for span in sorted(ours, key=lambda s: (order[s[2]], s[0] - s[1], s)):
        if all(span[1] <= other[0] or span[0] >= other[1] for other in kept):
            kept.append(span)
    return tuple(sorted(kept))


def split(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    """Return the examples to train on and those held out, by the SHA-256 of their names."""
    ordered = sorted(examples, key=lambda e: hashlib.sha256(e.name.encode()).hexdigest())
    return ordered[HELD_OUT:], ordered[:HELD_OUT]
