"""Gold records out of tables that people have reviewed: what ``casetab review export`` writes, or corrected by hand.

Where a table holds a fact both as written and in canonical form, the canonical form counts: it is what a reviewer
corrects and an analysis uses, and the run that is measured names things in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from extract.errors import CasetabError
from extract.evaluate.gold import Fact, Row, read_run, read_table
from extract.evaluate.names import number

DECISIONS = ("accepted", "corrected", "added")
"""Values of the column ``decision`` that make a row a gold record; tables without that column are all gold."""
_REJECTED = "rejected"
_DECIDED = frozenset((*DECISIONS, _REJECTED, "reviewed"))


def read_reviewed(folder: Path, only: Collection[str] = ()) -> dict[str, dict[str, list[Fact]]]:
    """Return reviewed tables as gold records by article and table.

    Rejected rows are no facts. A row that nobody has decided on counts neither for nor against a run (it is
    optional), and an article of which nobody has decided anything is left out.

    Parameters
    ----------
    only : identifiers of articles; all where empty.

    Raises
    ------
    CasetabError
        a table is missing, an article is unknown, or nothing has been reviewed.
    """
    tables = read_run(folder)
    articles = read_table(folder / "articles.csv")
    unknown = sorted(set(only) - set(articles))
    if unknown:
        raise CasetabError(f"{folder}: no article {', '.join(unknown)}")
    gold = {}
    for name, (article, *_) in articles.items():
        rows = {table: found.get(name, []) for table, found in tables.items()}
        if (not only or name in only) and _is_reviewed(article, rows):
            gold[name] = {table: list(_facts(table, found)) for table, found in rows.items()}
    if not gold:
        raise CasetabError(f"{folder}: no article has been reviewed; decide on rows with `casetab review` first")
    return gold


def _is_reviewed(article: Row, tables: Mapping[str, list[Row]]) -> bool:
    if article.get("status") == "failed":
        return False
    decisions = [row.get("decision") for rows in (*tables.values(), [article]) for row in rows]
    return any(decision in _DECIDED for decision in decisions) or not any(decisions)


def _facts(table: str, rows: list[Row]) -> Iterator[Fact]:
    for row in rows:
        decision = row.get("decision", "accepted")
        if decision == _REJECTED:
            continue
        fact = fact_of(table, row)
        if fact is not None:
            yield fact if decision in DECISIONS else {**fact, "optional": True}


def fact_of(table: str, row: Row) -> Fact | None:
    """Return what a row says as a gold record; None where it says nothing that is measured."""
    return _FACTS[table](row)


def _span(row: Row, low: str, high: str) -> str | None:
    """Return a number, or both ends of a range, in one spelling."""
    if not row.get(low):
        return None
    return number(f"{row[low]}-{row[high]}" if row.get(high) else row[low])


def _titer(row: Row) -> str | None:
    """Return a titre as written; where the number has been corrected, in the usual spelling."""
    titer, written = row.get("titer", ""), row.get("value_text", "")
    if not titer:
        return None
    return written if written.replace(",", "").endswith(titer) else f"1:{titer}"


def _lab(row: Row) -> Fact | None:
    value = _titer(row) or _span(row, "value", "value_high") or row.get("value_text")
    result = row.get("result") or row.get("result_text")
    if not value and not result:
        return None
    return {
        "analyte_text": row.get("analyte") or row.get("analyte_text", ""),
        "value": value,
        "comparator": row.get("comparator"),
        "unit_text": row.get("unit") or row.get("unit_text"),
        "ref_low": row.get("ref_low"),
        "ref_high": row.get("ref_high"),
        "result_text": result,
        "when": row.get("when", ""),
        "quote": row.get("quote", ""),
    }


def _muscle(row: Row) -> Fact:
    return {
        "muscle_text": row.get("muscle") or row.get("muscle_text", ""),
        "side": row.get("side", "unspecified"),
        "grade": row.get("grade") or row.get("grade_text"),
        "when": row.get("when", ""),
        "quote": row.get("quote", ""),
    }


def _level(row: Row) -> Fact | None:
    if not row.get("level"):
        return None  # a region without a number is no level
    return {
        "level": row["level"],
        "assertion": row.get("assertion", "present"),
        "quote": row.get("quote", ""),
    }


def _drug(row: Row) -> Fact:
    return {
        "drug_text": row.get("drug") or row.get("drug_text", ""),
        "dose_value": _span(row, "dose_value", "dose_value_high"),
        "dose_unit": row.get("dose_unit"),
        "frequency_text": row.get("frequency_text"),
        "route_text": row.get("route_text"),
        "status": row.get("status"),
        "quote": row.get("quote", ""),
    }


def _score(row: Row) -> Fact:
    return {
        "scale_text": row.get("scale") or row.get("scale_text", ""),
        "value": row.get("value") or row.get("value_text"),
        "when": row.get("when", ""),
        "quote": row.get("quote", ""),
    }


def _case(row: Row) -> Fact:
    return {"age_years": row.get("age_years"), "sex": row.get("sex")}


_FACTS = {
    "labs": _lab,
    "muscle_grades": _muscle,
    "levels": _level,
    "drugs": _drug,
    "scores": _score,
    "cases": _case,
}
