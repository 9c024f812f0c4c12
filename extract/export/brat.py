"""brat standoff files: ID.txt, ID.ann and annotation.conf (brat.nlplab.org/standoff.html).

Written so that INCEpTION reads them too: it knows text spans, attributes, relations and notes, and refuses a file with
brat's normalisations (``N`` lines), so that codes stand in the notes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, get_args, get_origin

from extract.export.model import LABELS, ExportArticle, Fact, Format, facts, patient_links
from extract.tables.schema import TABLES

_BREAK = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")  # what ends a line for one reader or another
_PIECE = re.compile(r"[^\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_WORD = re.compile(r"\w+")
_RELATION = "of_patient"


def write_brat(article: ExportArticle, left_out: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield the text and the annotations of an article."""
    lines: list[str] = []
    names: dict[str, str] = {}
    attributes = 0
    found = facts(article)
    for number, fact in enumerate(found, start=1):
        spans = fragments(article.text, fact.start, fact.end)
        if not spans:
            left_out["rows whose quote is empty"] += 1
            continue
        name = names[fact.name] = f"T{number}"
        places = ";".join(f"{start} {end}" for start, end in spans)
        lines.append(f"{name}\t{fact.label} {places}\t{' '.join(article.text[a:b] for a, b in spans)}")
        for column, value in _closed(fact):
            attributes += 1
            lines.append(f"A{attributes}\t{column} {name} {value}")
        lines.append(f"#{number}\tAnnotatorNotes {name}\t{_note(fact)}")
    links = [(a, b) for a, b in patient_links(found) if a.name in names and b.name in names]
    for number, (fact, patient) in enumerate(links, start=1):
        lines.append(f"R{number}\t{_RELATION} Arg1:{names[fact.name]} Arg2:{names[patient.name]}")
    yield f"{article.id}.txt", article.text
    yield f"{article.id}.ann", "".join(f"{line}\n" for line in lines)


def fragments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the pieces of a span between line breaks, without the blanks around them: brat allows no break inside."""
    found = []
    for piece in _PIECE.finditer(text, start, end):
        written = piece.group()
        begin = piece.start() + len(written) - len(written.lstrip())
        stop = piece.start() + len(written.rstrip())
        if begin < stop:
            found.append((begin, stop))
    return found


def configuration() -> str:
    """Return annotation.conf: the kinds of spans, and the attributes with their values from the record models."""
    rows = "|".join(label for table, label in LABELS.items() if table != "cases")
    lines = [
        "[entities]",
        *LABELS.values(),
        "",
        "[relations]",
        f"{_RELATION}\tArg1:{rows}, Arg2:Patient",
        "",
        "[events]",
    ]
    lines += ["", "[attributes]"]
    for column in sorted({column for table in LABELS for column in _values(table)}):
        having = [table for table in LABELS if column in _values(table)]
        values = dict.fromkeys(value for table in having for value in _values(table)[column])
        lines.append(f"{column}\tArg:{'|'.join(LABELS[table] for table in having)}, Value:{'|'.join(values)}")
    return "".join(f"{line}\n" for line in lines)


@cache
def _values(table: str) -> Mapping[str, tuple[str, ...]]:
    """Return the columns of a table that hold words of a closed list, with the words."""
    found = {}
    for column, field in TABLES[table].model_fields.items():
        if get_origin(field.annotation) is Literal:
            words = tuple(str(word) for word in get_args(field.annotation) if word)
            if len(words) > 1 and all(_WORD.fullmatch(word) for word in words):
                found[column] = words
    return found


def _closed(fact: Fact) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a row."""
    for column, words in _values(fact.table).items():
        if fact.cells.get(column) in words:
            yield column, fact.cells[column]


def _note(fact: Fact) -> str:
    """Return all that the row says on one line."""
    told = [("record_id", fact.name)] if fact.table != "cases" else []
    told += list(fact.data().items())
    return "; ".join(f"{column}: {_BREAK.sub(' ', value)}" for column, value in told)


BRAT = Format(write_brat, True, {"annotation.conf": configuration()})
"""brat standoff."""
