"""Precision, recall and F1 by label: a span counts where its ends are right, or where it overlaps one of its label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.corpora import Span


@dataclass(slots=True)
class Counts:
    """Spans by label: in the gold standard, found, and right in two ways (overlap: once from either side)."""

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)  # gold spans that a found one overlaps
    touching: Counter[str] = field(default_factory=Counter)  # found spans that overlap a gold one

    def add(self, gold: Iterable[Span], found: Iterable[Span]) -> None:
        """Count the spans of one text."""
        gold, found = set(gold), set(found)
        self.gold.update(s[2] for s in gold)
        self.found.update(s[2] for s in found)
        self.exact.update(s[2] for s in gold & found)
        self.touched.update(s[2] for s in gold if any(_overlap(s, other) for other in found))
        self.touching.update(s[2] for s in found if any(_overlap(s, other) for other in gold))

    def figures(self, label: str) -> dict[str, float]:
        """Return gold, precision, recall, f1 and overlap_f1 of a label; 0 where nothing is to be divided by."""
        gold, found = self.gold[label], self.found[label]
        p, r = _ratio(self.exact[label], found), _ratio(self.exact[label], gold)
        op, our = _ratio(self.touching[label], found), _ratio(self.touched[label], gold)
        return {"gold": gold, "precision": p, "recall": r, "f1": _mean(p, r), "overlap_f1": _mean(op, our)}

    def table(self) -> str:
        """Return the figures of all labels as lines of text."""
        lines = [f"{'label':12} {'gold':>5} {'P':>6} {'R':>6} {'F1':>6} {'overlap F1':>10}"]
        for label in sorted(self.gold):
            gold, precision, recall, f1, overlap = self.figures(label).values()
            lines.append(f"{label:12} {gold:5.0f} {precision:6.3f} {recall:6.3f} {f1:6.3f} {overlap:10.3f}")
        return "\n".join(lines)


def _overlap(a: Span, b: Span) -> bool:
    return a[2] == b[2] and a[0] < b[1] and b[0] < a[1]


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0
