"""Do the same facts come out whatever the layout was? Records of two versions of the same articles compared.

usage: python benchmarks/layout_invariance.py CHANGED CLEAN [--errors]

CHANGED and CLEAN are folders with files of the same stems, e.g. texts as pdftotext leaves them (or the PDF
themselves) and the texts they were typeset from. A record is the same where article, table and the columns that
make it the record it is agree; the order of records and how often one occurs count, too. F1 is over the four
tables together.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from extract.run.article import process
from extract.run.worklist import find_articles

Record = tuple[str, ...]

IDENTITY = {
    "labs": ("analyte", "assertion", "comparator", "value_text", "titer", "unit", "result"),
    "muscle_grades": ("muscle", "side", "grade", "assertion"),
    "levels": ("level", "region", "assertion", "kind"),
    "drugs": ("drug", "dose_value", "dose_value_high", "dose_unit", "route", "status"),
    "scores": ("scale", "comparator", "value", "value_text", "minute"),
}


def records_of(folder: Path) -> Counter[Record]:
    """Return the records of all articles of a folder, each as (table, article, identity columns...)."""
    found: Counter[Record] = Counter()
    for item in find_articles([str(folder)]):
        result = process(item.path, item.article_id, item.source_file)
        if result.article.status == "failed":
            raise SystemExit(result.article.error)
        for table, columns in IDENTITY.items():
            for row in result.records.tables.get(table, ()):
                values = (_cell(getattr(row, name)) for name in columns)
                found[(table, item.article_id, *values)] += 1
    return found


def _cell(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def f1(changed: Counter[Record], clean: Counter[Record]) -> float:
    """Return twice the records in both over the records of either."""
    both = (changed & clean).total()
    either = changed.total() + clean.total()
    return 2 * both / either if either else 1.0


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description="Compare the records of two versions of the same articles.")
    parser.add_argument("changed", type=Path, help="folder of the articles as a layout left them")
    parser.add_argument("clean", type=Path, help="folder of the same articles undamaged")
    parser.add_argument("--errors", action="store_true", help="also the records that differ")
    given = parser.parse_args()
    changed, clean = records_of(given.changed), records_of(given.clean)
    if given.errors:
        for sign, only in (("lost", clean - changed), ("new", changed - clean)):
            for record, count in sorted(only.items()):
                print(sign, *record, *([f"({count} times)"] if count > 1 else []), sep=" | ")
    for table in IDENTITY:
        mine, theirs = (Counter({r: n for r, n in side.items() if r[0] == table}) for side in (changed, clean))
        both = (mine & theirs).total()
        counts = f"both {both}, lost {theirs.total() - both}, new {mine.total() - both}"
        print(f"{table:<14} F1 {f1(mine, theirs):.4f}   {counts}")
    print(f"{'all':<14} F1 {f1(changed, clean):.4f}")


if __name__ == "__main__":
    main()
