"""Writes what the documentation shows of casetab's output: python docs/refresh.py RUN.

RUN is the folder of a run over corpus/articles. The columns in docs/tables.md come from the table models,
the sample in README.md from the article and the run, the schema of the protocol from its models and the rules.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extract.protocol.names import Names
from extract.protocol.schema import FILE as SCHEMA_FILE
from extract.protocol.schema import schema_text
from extract.rules.load import load_rules
from extract.tables.datapackage import data_package

ROOT = Path(__file__).resolve().parent.parent
TABLES_PAGE = ROOT / "docs" / "tables.md"
README = ROOT / "README.md"
BELOW = "<!-- below: written by docs/refresh.py -->\n"
SAMPLE = ROOT / "corpus" / "articles" / "damaged_brucella_spine.txt"
FIRST, LAST = "sion, and the neck was", "and <5\N{NO-BREAK SPACE}mg/L)."
SHOWN = {
    "muscle_grades": ("muscle", "side", "grade_text", "when", "start", "end"),
    "levels": ("level", "level_text", "kind", "assertion", "start", "end"),
    "labs": ("analyte", "value", "unit", "ref_high", "flag", "when", "start", "end"),
}


def tables_page() -> str:
    """Return docs/tables.md with a new reference of all columns."""
    parts = [TABLES_PAGE.read_text(encoding="utf-8").partition(BELOW)[0], BELOW]
    for resource in data_package()["resources"]:
        parts.append(f"\n### {resource['name']}.csv\n\n{resource['title']}\n\n")
        fields = resource["schema"]["fields"]
        parts.append(_markdown(("column", "type", "meaning"), [_described(field) for field in fields]))
    return "".join(parts)


def readme(run: Path) -> str:
    """Return README.md with a new sample: lines of the article, and the rows that stand in them."""
    text = SAMPLE.read_text(encoding="utf-8")
    start, end = text.index(FIRST), text.index(LAST) + len(LAST)
    page = _replaced(README.read_text(encoding="utf-8"), "```text\n", f"{text[start:end]}\n", "```")
    for table, columns in SHOWN.items():
        with (run / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["article_id"] == SAMPLE.stem]
        inside = [row for row in rows if start <= int(row["start"]) < int(row["end"]) <= end]
        shown = _markdown(columns, [[row[name] for name in columns] for row in inside])
        page = _replaced(page, f"<!-- {table}.csv -->\n", f"\n{shown}", "\n<!-- end -->")
    return page


def schema() -> str:
    """Return the schema of the protocol file, with the names that the shipped rules know."""
    return schema_text(Names(load_rules()))


def _replaced(page: str, before: str, new: str, after: str) -> str:
    """Return a page with ``new`` between two marks."""
    head, mark, rest = page.partition(before)
    _, closing, tail = rest.partition(after)
    if not (mark and closing):
        raise ValueError(f"{before!r} and {after!r} are not in the page")
    return head + mark + new + closing + tail


def _described(field: dict[str, Any]) -> tuple[str, str, str]:
    kind = f"{field['type']} ({field['unit']})" if "unit" in field else field["type"]
    allowed = field.get("constraints", {}).get("enum", [])
    values = ": " + ", ".join(f"`{value}`" for value in allowed) if allowed else ""
    return field["name"], kind, field["description"] + values


def _markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    TABLES_PAGE.write_text(tables_page(), encoding="utf-8")
    README.write_text(readme(Path(sys.argv[1])), encoding="utf-8")
    (ROOT / "docs" / SCHEMA_FILE).write_text(schema(), encoding="utf-8")
