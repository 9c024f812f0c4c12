"""The agreement of reviewers, as a page to read and to quote from in a Methods section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from extract.review.agreement import ADDED, DECISION, ROW, Agreement
from extract.review.final import DECISIONS, Review
from extract.review.identity import REVIEWED

_HASH = 12  # characters of a rules hash that are told, as in --version


def methods_page(review: Review, lines: Sequence[Agreement], run: Mapping[str, Any]) -> str:
    """Return the page, Markdown.

    Parameters
    ----------
    lines : what ``agreement`` says of the review's pairs.
    run : content of the run's run.json.
    """
    parts = ["# Review of the extracted data", "", "## For a Methods section", "", *_paragraph(review, lines, run), ""]
    parts += ["## What became of the rows", "", *_outcomes(review.counts), ""]
    parts += ["## Agreement", "", *_agreement(lines), ""]
    return "\n".join(parts)


def _paragraph(review: Review, lines: Sequence[Agreement], run: Mapping[str, Any]) -> Iterator[str]:
    version, rules = run.get("casetab", ""), str(run.get("rules", ""))[:_HASH]
    yield (
        f"Data were extracted from {_many(review.articles, 'article')} with casetab {version} (rules {rules}) and"
        f" checked against the source text by {_people(review.reviewers)}, each value beside the passage that it was"
        f" taken from. {_checked(review)} {_changed(review)}"
    )
    agreed = _agreed(lines)
    if agreed:
        yield f"\n{agreed} {_resolved(review)}"
        yield (
            "\nBoth reviewers saw the values that casetab proposed, so the agreement is likely to be higher than that"
            " of two people who extract from an empty form."
        )


def _checked(review: Review) -> str:
    told = []
    if review.double:
        blind = "independently by two or more reviewers, blind to each other's decisions until both were done"
        told.append(f"{_many(review.double, 'article')} {_was(review.double)} checked {blind}")
    if review.single:
        told.append(f"{_many(review.single, 'article')} by one reviewer")
    left = review.articles - review.double - review.single
    if left:
        told.append(f"{_many(left, 'article')} {'has' if left == 1 else 'have'} not been checked to the end")
    return f"{_list(told)}."


def _changed(review: Review) -> str:
    total = review.totals()
    judged = sum(total[name] for name in ("accepted", "corrected", "rejected", "unresolved"))
    told = [f"{total[name]:,} {name}{_share(total[name], judged)}" for name in ("accepted", "corrected", "rejected")]
    text = f"Of {_many(judged + total['unreviewed'], 'extracted row')}, {judged:,} {_was(judged)} judged: {_list(told)}"
    if total["unresolved"]:
        text += f", while {total['unresolved']:,} {_was(total['unresolved'])} not settled"
    missed = f"{_many(total['added'], 'fact')} that the extraction had missed {_was(total['added'])} added"
    return f"{text}; {missed}."


def _agreed(lines: Sequence[Agreement]) -> str:
    judged = [line for line in lines if line.item == DECISION]
    if not judged:
        return ""
    told = []
    for line in judged:
        kappa = "not defined" if line.kappa is None else f"{line.kappa:.2f}"
        told.append(f"{_name(line.table)} {line.percent:.1f}% (Cohen's kappa {kappa}, n = {line.n:,})")
    text = f"Agreement on whether an extracted row was to be kept was {_list(told)}."
    added = [f"{_name(line.table)} {line.percent:.1f}% (n = {line.n:,})" for line in lines if line.item == ADDED]
    if added:
        text += f" Positive agreement on facts that were added was {_list(added)}."
    return text


def _resolved(review: Review) -> str:
    total = len(review.resolved) + len(review.unresolved)
    if not total:
        return "There were no differences to resolve."
    text = f"{_many(total, 'difference')} between reviewers {_was(total)} found; "
    text += f"{len(review.resolved):,} {_was(len(review.resolved))} resolved by consensus"
    return text + (
        f", {len(review.unresolved)} {_was(len(review.unresolved))} left open." if review.unresolved else "."
    )


def _outcomes(counts: Counter[tuple[str, str]]) -> Iterator[str]:
    shown = [name for name in DECISIONS if any(counts[table, name] for table in REVIEWED)]
    yield f"| table | {' | '.join(shown)} |"
    yield f"|---|{'---:|' * len(shown)}"
    for table in REVIEWED:
        if any(counts[table, name] for name in DECISIONS):
            yield f"| {table} | {' | '.join(str(counts[table, name]) for name in shown)} |"


def _agreement(lines: Sequence[Agreement]) -> Iterator[str]:
    if not lines:
        yield "No article has been finished by two reviewers yet, so there is nothing to compare."
        return
    yield (
        "*decision* is whether a row was kept or rejected; columns are compared where both kept the row. *n* is the"
        " number of rows that both judged (of added facts: distinct facts that either added; their figure is the"
        " positive agreement, 2a / (2a + b + c), as nobody can count what neither has found). Kappa is Cohen's,"
        " unweighted; it is not defined where both put all rows in one category."
    )
    yield ""
    yield "| table | item | n | agreed | percent | kappa |"
    yield "|---|---|---:|---:|---:|---:|"
    for table in dict.fromkeys(line.table for line in lines):
        rows = [line for line in lines if line.table == table]
        columns = [line for line in rows if line.item not in (DECISION, ROW, ADDED)]
        alike = [line for line in columns if line.agreed == line.n]
        for line in rows:
            if line in alike:
                continue
            kappa = "–" if line.kappa is None else f"{line.kappa:.2f}"
            yield f"| {table} | {line.item} | {line.n} | {line.agreed} | {line.percent:.1f} | {kappa} |"
        if alike:
            which = "all columns" if len(alike) == len(columns) else f"the other {len(alike)} columns"
            yield f"| {table} | {which} | {alike[0].n} | {alike[0].n} | 100.0 | |"
    yield "\nEach column has its line in `agreement.csv`."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _name(table: str) -> str:
    return table.replace("_", " ")


def _share(number: int, total: int) -> str:
    return f" ({100 * number / total:.1f}%)" if total else ""


def _people(names: Sequence[str]) -> str:
    return f"{len(names)} reviewers ({_list(list(names))})" if len(names) != 1 else f"one reviewer ({names[0]})"


def _list(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
