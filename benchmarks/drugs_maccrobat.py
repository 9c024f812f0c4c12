"""Drug names and doses on case reports with brat annotations (MACCROBAT: labels Medication and Dosage).

    python benchmarks/drugs_maccrobat.py ../shared/corpora/maccrobat [--errors]

Names are those taken for a treatment, whosever it is. A found name counts as right where it overlaps a Medication
span, a Medication span as found where a name overlaps it. Doses: of the Dosage spans that begin with a number, not
counts of cycles, and are tied to a Medication, the share for which a dose overlapping the span was given to a name
overlapping that Medication.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

from benchmarks_common import Score, find_treatments, overlap

Span = tuple[int, int]
_COURSES = re.compile(r"^\d+ (?:cycles|times|boluses|courses|sessions)")  # how often, not how much


def read_annotations(path: Path, text: str) -> tuple[list[Span], list[tuple[Span, Span]]]:
    """Return the Medication spans and the (Dosage, Medication) pairs of a brat file."""
    spans: dict[str, tuple[str, Span]] = {}
    events: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, rest = line.partition("\t")
        if key.startswith("T"):
            head, _, surface = rest.partition("\t")
            label, place = head.split(" ", 1)
            numbers = [int(n) for n in re.findall(r"\d+", place)]
            spans[key] = (label, _placed(text, numbers[0], numbers[-1], surface))
        elif key.startswith("E"):
            events[key] = rest.split()[0].split(":")[1]
        elif key.startswith("R") and rest.startswith("MODIFY"):
            arguments = re.findall(r"Arg[12]:(\w+)", rest)
            pairs.append((arguments[0], arguments[1]))
    names = [span for label, span in spans.values() if label == "Medication"]
    doses = []
    for first, second in pairs:
        a, b = spans.get(events.get(first, first)), spans.get(events.get(second, second))
        if a and b and a[0] == "Dosage" and b[0] == "Medication":
            doses.append((a[1], b[1]))
    return names, doses


def _placed(text: str, start: int, end: int, surface: str) -> Span:
    """Return a span, moved where the file's offsets have drifted from its text by a few characters."""
    if text[start:end] == surface:
        return start, end
    found = text.find(surface, max(0, start - 12), end + 12)
    return (found, found + len(surface)) if found >= 0 else (start, end)


def read_text(path: Path) -> str:
    """Return a file's text with its offsets unchanged: odd spaces become plain ones, as in normalisation."""
    with path.open(encoding="utf-8", newline="") as file:
        return re.sub(r"[\u00a0\u2000-\u200a\u202f]", " ", file.read())


def main() -> None:
    """Print precision, recall and F1 of the names and the share of doses on the right drug."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    score, missed, extra = Score(), Counter[str](), Counter[str]()
    right, lost = 0, []
    for path in sorted(options.folder.glob("*.txt")):
        text = read_text(path)
        gold, doses = read_annotations(path.with_suffix(".ann"), text)
        names, slots = find_treatments(text)
        misses, extras = score.add(gold, [(n.start, n.end) for n in names])
        missed.update(text[a:b] for a, b in misses)
        extra.update(text[a:b] for a, b in extras)
        for dose, owner in doses:
            words = text[dose[0] : dose[1]]
            if not re.match(r"\d", words) or _COURSES.search(words):
                continue
            if any(
                s.dose and overlap(dose, (s.dose.start, s.dose.end)) and overlap(owner, (s.name.start, s.name.end))
                for s in slots
            ):
                right += 1
            else:
                lost.append(
                    f"{words!r} of {text[owner[0] : owner[1]]!r}: {text[max(0, dose[0] - 80) : dose[1] + 40]!r}"
                )
    print(f"names {score}")
    print(f"doses on the right drug {right / (right + len(lost)):.3f} of {right + len(lost)}")
    if options.errors:
        print("missed:", missed.most_common())
        print("extra:", extra.most_common())
        print("\n".join(lost))


if __name__ == "__main__":
    main()
