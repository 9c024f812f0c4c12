"""A page for each article: every row with its sentence, the quote marked in it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from extract.records.common import Record, columns
from extract.tables.csv import row_cells, whole_file
from extract.tables.schema import Rows

if TYPE_CHECKING:
    from jinja2 import Environment

QUOTES = "quotes"
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
_COMMON = frozenset(Record.model_fields)
_USUAL = frozenset({("assertion", "present"), ("comparator", "=")})  # not worth a word
_CASE_COLUMNS = ("label", "age_text", "sex", "outcome_text", "diagnosis_text")


@dataclass(frozen=True)
class Quoted:
    """A row as the page shows it: what it says, and the sentence in three parts, the quote in the middle."""

    anchor: str
    record_id: str
    facts: tuple[tuple[str, str], ...]
    before: str
    marked: str
    after: str
    quote: str
    place: str


def page_name(article_id: str) -> str:
    """Return the name of an article's page, made of characters that every file system, browser and Excel takes."""
    if _PLAIN.fullmatch(article_id):
        return f"{article_id}.html"
    # a name that needs changing gets a sum, so that no two articles share a page
    total = hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{_STRANGE.sub('_', article_id)[:60].strip('._') or 'article'}-{total}.html"


def link(article_id: str, record_id: str = "") -> str:
    """Return the address of an article's page, or of a row on it, seen from the run's folder.

    Parameters
    ----------
    record_id : a row (``ARTICLE:lab:3``) or a patient (``ARTICLE#1``); a list of rows leads to its first.
    """
    place = f"{QUOTES}/{page_name(article_id)}"
    anchor = _anchor(article_id, record_id)
    return f"{place}#{anchor}" if anchor else place


def _anchor(article_id: str, record_id: str) -> str:
    rest = record_id.removeprefix(article_id)
    if rest.startswith("#"):
        return f"case-{rest[1:].split()[0]}"
    found = re.match(r":(\w+):(\w+)", rest)
    return f"{found[1]}-{found[2]}" if found else ""


def write_quotes(folder: Path, rows: Rows) -> None:
    """Write the page of an article from its rows: what the links of a workbook lead to."""
    tables = {
        name: [dict(zip(columns(type(record)), row_cells(record), strict=True)) for record in records]
        for name, records in rows.items()
    }
    for article in tables.pop("articles"):
        write_page(folder, article, tables)


def write_page(folder: Path, article: Mapping[str, str], tables: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
    """Write the page of an article into ``folder``/quotes.

    Parameters
    ----------
    article : its row of articles.csv.
    tables : its rows by table, as cells.
    """
    article_id = article["article_id"]
    groups = [
        (name, [_quoted(name, article_id, row) for row in rows])
        for name, rows in tables.items()
        if rows and name != "analysis"
    ]
    content = templates("extract.tables").get_template("quotes.html").render(article=article, groups=groups)
    place = folder / QUOTES
    place.mkdir(exist_ok=True)
    with whole_file(place / page_name(article_id), durable=False) as stream:
        stream.write(content)


@cache
def templates(package: str) -> Environment:
    """Return a package's templates of pages; what is put into them shows as text, never as markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _quoted(table: str, article_id: str, row: Mapping[str, str]) -> Quoted:
    record_id = row["case_id"] if table == "cases" else row["record_id"]
    quote, sentence = row.get("quote", ""), row.get("sentence", "")
    before, marked, after = split_at(sentence, quote)
    places = [f"page {row['page']}"] if row.get("page") else []
    places += [f"characters {row['start']} to {row['end']}"] if row.get("start") else []
    return Quoted(
        anchor=_anchor(article_id, record_id),
        record_id=record_id,
        facts=tuple(_facts(table, row)),
        before=before,
        marked=marked,
        after=after,
        quote="" if marked else quote,
        place=", ".join(places),
    )


def _facts(table: str, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that say what the row is about, those that are filled."""
    if table == "cases":
        names = list(_CASE_COLUMNS)
    else:
        own = [name for name in row if name not in _COMMON]
        names = [*own, "assertion", "when", "time_text", "time_days", "section", "rule", "confidence"]
    for name in names:
        value = row.get(name, "")
        if value and (name, value) not in _USUAL:
            yield name.replace("_", " "), value


def split_at(sentence: str, quote: str) -> tuple[str, str, str]:
    """Return a sentence before, in and after a quote; all of it before where the quote is not found in it.

    The quote is the source's, the sentence is normalised: white space, broken words and ligatures may differ.
    """
    if not sentence:
        return "", quote, ""
    places: list[int] = []
    letters: list[str] = []
    for place, character in enumerate(sentence):
        plain = _plain(character)
        letters.append(plain)
        places.extend([place] * len(plain))
    wanted = "".join(map(_plain, quote))
    found = "".join(letters).find(wanted) if wanted else -1
    if found < 0:
        return sentence, "", ""
    start, end = places[found], places[found + len(wanted) - 1] + 1
    return sentence[:start], sentence[start:end], sentence[end:]


@cache
def _plain(character: str) -> str:
    """Return a character as it is compared: nothing for white space and signs, letters for a ligature.

    Signs are what normalisation writes in another way: hyphens, minus signs, stars.
    """
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isalnum() else ""
