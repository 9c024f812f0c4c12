"""Laboratory values on case reports with brat annotations (MACCROBAT: labels Lab_value and Diagnostic_procedure).

    python benchmarks/labs_maccrobat.py ../shared/corpora/maccrobat [--errors]

Counted are the Lab_value spans that hold a digit and are tied by MODIFY to a Diagnostic_procedure that is a
laboratory test: one that our lexicon names an analyte. A span counts as found where a row of the table ``labs`` has
that number as its value and its text overlaps the span. Left out, and counted by reason, are spans whose procedure
the lexicon does not know as an analyte (vital signs, imaging, physical examination, biopsies), panels (they have no
number of their own), goals of treatment, pressures and scores whose abbreviation is an analyte's too, and spans whose
digits are no value of the analyte ("2 times normal").
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

from extract.evaluate.brat import Span, read_brat, read_text
from extract.nlp.extensions import drafts
from extract.nlp.model import Draft
from extract.nlp.pipeline import load_pipeline
from extract.rules.fold import split_words
from extract.rules.lexicon import Lexicon
from extract.rules.load import load_rules

_NUMBER = re.compile(r"\d+(?:[.,·]\d+)*")
_GOAL = re.compile(r"\b(?:target\w*|goal|to maintain)\b[^.]*$")
_PRESSURE = re.compile(r"\bPAP\b|\bscore\b")
_NO_VALUE = re.compile(r"times|fold|upper limit|normal range|reference", re.IGNORECASE)


def read_pairs(path: Path, text: str) -> list[tuple[Span, Span]]:
    """Return the (Lab_value, Diagnostic_procedure) pairs of a brat file."""
    _, pairs = read_brat(path, text)
    return [(a[1], b[1]) for a, b in pairs if a[0] == "Lab_value" and b[0] == "Diagnostic_procedure"]


def reason_to_leave_out(value: str, procedure: str, lexicon: Lexicon) -> str:
    """Return why a pair is not counted; empty where it is."""
    if not re.search(r"\d", value):
        return "no digit in the value"
    if _NO_VALUE.search(value):
        return "digits are no value of the analyte"
    terms = lexicon.find(procedure, split_words(procedure))
    other = {m.text.lower() for m in terms.get("not_lab", [])}
    analytes = [m for m in terms.get("analyte", []) if m.text.lower() not in other]
    if not analytes:
        return "procedure is no analyte: not a laboratory test, or unknown"
    if all(m.entry["kind"] == "panel" for m in analytes):
        return "procedure is a panel"
    if all(m.name.endswith("oxygen saturation") for m in analytes):
        return "oxygen saturation, measured by oximeter as a rule"
    return ""


def not_measured(text: str, span: Span) -> str:
    """Return why a value was not measured in a laboratory, judged by the words around it; empty where it was."""
    if _GOAL.search(text[max(0, span[0] - 90) : span[0]]):
        return "goal of treatment"
    if _PRESSURE.search(text[max(0, span[0] - 40) : span[1]]):
        return "pressure or score"
    return ""


def is_found(text: str, span: Span, rows: list[Draft]) -> bool:
    """Tell whether a row's text overlaps a value and holds one of its numbers."""
    numbers = {
        re.sub(r"[,·]", lambda m: "." if m.group() == "·" else "", n) for n in _NUMBER.findall(text[slice(*span)])
    }
    return any(
        row.start < span[1]
        and span[0] < row.end
        and not numbers.isdisjoint(re.findall(r"\d+(?:\.\d+)?", row.values.get("value_text", "")))
        for row in rows
    )


def main() -> None:
    """Print the share of values found, and what was left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true", help="list the values that no row has")
    arguments = parser.parse_args()
    pipeline, lexicon = load_pipeline(), load_rules().lexicon
    counts: Counter[str] = Counter()
    for path in sorted(arguments.folder.glob("*.ann")):
        text = read_text(path.with_suffix(".txt"))
        rows: list[Draft] | None = None
        for value, procedure in read_pairs(path, text):
            why = reason_to_leave_out(text[slice(*value)], text[slice(*procedure)], lexicon)
            why = why or not_measured(text, value)
            counts[why or "counted"] += 1
            if why:
                continue
            if rows is None:
                rows = [row for row in drafts(pipeline(text)) if row.table == "labs"]
            right = is_found(text, value, rows)
            counts["found"] += right
            if arguments.errors and not right:
                around = " ".join(text[max(0, value[0] - 110) : value[1] + 30].split())
                print(f"{path.stem}\t{text[slice(*procedure)]}\t{text[slice(*value)]}\t{around}")
    total = counts.pop("counted")
    found = counts.pop("found")
    print(f"values found {found}/{total} = {found / total if total else 0:.3f}")
    for why, count in counts.most_common():
        print(f"  left out {count}: {why}")


if __name__ == "__main__":
    main()
