"""The evaluation as lines to read and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from extract.evaluate.gold import Fact, Row
from extract.evaluate.names import plain
from extract.evaluate.score import Disagreement, Scores

_SHOWN = (
    "analyte_text", "muscle_text", "scale_text", "level", "drug", "drug_text", "side", "comparator", "value",
    "value_text", "unit_text", "result_text", "grade", "grade_text", "dose_value", "dose_unit", "assertion", "when",
)  # fmt: skip
_QUOTE_LENGTH = 120


def report_lines(scores: Scores) -> Iterator[str]:
    """Yield the figures: tables, then attributes, then the mean."""
    yield f"{scores.articles} articles"
    yield f"{'table':<22} precision  recall     F1   (right / gold / found)"
    for name, counts in scores.tables.items():
        figures = f"{counts.precision:9.3f} {counts.recall:7.3f} {counts.f1:6.3f}"
        yield f"{name:<22} {figures}   ({counts.right} / {counts.gold} / {counts.found})"
    for name, share in scores.attributes.items():
        yield f"{name:<22} {share.right / share.of if share.of else 0.0:9.3f}   ({share.right} / {share.of})"
    yield f"{'macro F1':<22} {scores.macro_f1:9.3f}"


def error_lines(scores: Scores) -> Iterator[str]:
    """Yield a line for each fact that was missed, made up or read with another unit."""
    for problem in scores.disagreements:
        yield _error_line(problem)


def _error_line(problem: Disagreement) -> str:
    sides = []
    if problem.gold is not None:
        sides.append(f"gold {_shown(problem.gold)}")
    if problem.found is not None:
        sides.append(f"found {_shown(problem.found)}")
    fact = problem.gold or problem.found or {}
    quote = plain(fact.get("quote"))
    if quote:
        sides.append(f'"{quote[:_QUOTE_LENGTH]}"')
    return " | ".join((problem.article_id, problem.table, problem.problem, *sides))


def _shown(fact: Fact | Row) -> str:
    return ", ".join(f"{name}={plain(str(fact[name]))}" for name in _SHOWN if fact.get(name))


def report_json(scores: Scores) -> dict[str, Any]:
    """Return all figures by name."""
    return {
        "articles": scores.articles,
        "tables": {
            name: {
                "precision": round(counts.precision, 4),
                "recall": round(counts.recall, 4),
                "f1": round(counts.f1, 4),
                "right": counts.right,
                "gold": counts.gold,
                "found": counts.found,
            }
            for name, counts in scores.tables.items()
        },
        "attributes": {
            name: {"share": round(share.right / share.of, 4), "right": share.right, "of": share.of}
            for name, share in scores.attributes.items()
        },
        "macro_f1": round(scores.macro_f1, 4),
    }
