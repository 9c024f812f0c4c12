"""Drug names and doses on case reports with brat annotations (MACCROBAT: labels Medication and Dosage).

    python benchmarks/drugs_maccrobat.py ../shared/corpora/maccrobat [--errors]

Names are those taken for a treatment, whosever it is. A found name counts as right where it overlaps a Medication
span, a Medication span as found where a name overlaps it. Doses: of the Dosage spans that begin with a number and are
tied to a Medication, the share for which a dose overlapping the span was given to a name overlapping that Medication.
A count of cycles ("6 cycles", how long and not how much) is a duration in the table and is looked for there.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

from benchmarks_common import Score, find_treatments, overlap

from extract.evaluate.brat import Span, read_brat, read_text
from extract.nlp.regimen import Slot

_COURSES = re.compile(r"^\d+ (?:cycles|times|boluses|courses|sessions)")  # how often, not how much


def read_annotations(path: Path, text: str) -> tuple[list[Span], list[tuple[Span, Span]]]:
    """Return the Medication spans and the (Dosage, Medication) pairs of a brat file."""
    spans, pairs = read_brat(path, text)
    names = [span for label, span in spans if label == "Medication"]
    doses = [(a[1], b[1]) for a, b in pairs if a[0] == "Dosage" and b[0] == "Medication"]
    return names, doses


def _says(slot: Slot, dose: Span, words: str) -> bool:
    """Tell whether a regimen holds what a Dosage span says: the dose, or of a count of cycles the duration."""
    part = slot.duration if _COURSES.search(words) else slot.dose
    return part is not None and overlap(dose, (part.start, part.end))


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
            if not re.match(r"\d", words):
                continue
            if any(overlap(owner, (s.name.start, s.name.end)) and _says(s, dose, words) for s in slots):
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
