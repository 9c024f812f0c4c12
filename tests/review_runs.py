"""A small run and what reviewers say of it, for the tests of the review."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from extract.records.cases import Article, Case
from extract.records.common import Record
from extract.records.finish import Records
from extract.records.labs import Lab
from extract.review.fields import blank
from extract.review.run_index import Row, read_rows
from extract.review.store import CONSENSUS, Store, Verdict
from extract.run.article import ArticleResult
from extract.run.batch import Options, run_all
from extract.run.worklist import find_articles
from extract.run.write import write_run

HYPONATRAEMIA = """Seizures after a change of tablets

A 61-year-old man was admitted with two seizures. Serum sodium was 112 mmol/L and serum potassium was 3.1 mmol/L on
admission. Strength of the left deltoid was 4/5. He was given hydrochlorothiazide 25 mg daily before admission.
The sodium rose to 134 mmol/L within four days, and he went home without complaints.
"""
ANAEMIA = """Tiredness for a winter

A 34-year-old woman complained of tiredness. Haemoglobin was 7.9 g/dL and ferritin was 4 ng/mL. She was given ferrous
sulfate 200 mg twice daily, and haemoglobin was 12.6 g/dL after two months.
"""
NOTHING = """A note on posture

We describe how to sit.
"""


def write_small_run(folder: Path) -> Path:
    """Write a run over three articles; return its folder."""
    articles = folder / "articles"
    articles.mkdir(parents=True)
    for name, text in (("anaemia", ANAEMIA), ("nothing", NOTHING), ("sodium", HYPONATRAEMIA)):
        (articles / f"{name}.txt").write_text(text, encoding="utf-8")
    run = folder / "run"
    about = {"casetab": "1.2.3", "rules": "0123456789abcdef", "options": {"inputs": [str(articles)]}}
    write_run(run, run_all(find_articles([str(articles)]), Options(workers=1)), about, 0.0)
    return run


def write_made_run(folder: Path, name: str, sentences: Sequence[str]) -> Path:
    """Write a run over one article of which each sentence is a lab result, ``NAME VALUE UNIT``; return its folder."""
    (folder / "articles").mkdir(parents=True)
    text = ""
    rows: list[Record] = []
    for number, sentence in enumerate(sentences, start=1):
        analyte, value, unit = sentence.rsplit(" ", 2)
        start = len(text)
        text += f"{sentence}." + (" " if number % 5 else "\n\n")
        rows.append(
            Lab(
                record_id=f"{name}:lab:{number}",
                article_id=name,
                case_id=f"{name}#1",
                subject="patient",
                assertion="present",
                when="",
                time_text="",
                time_days=None,
                section="case",
                quote=sentence,
                start=start,
                end=start + len(sentence),
                page=None,
                sentence=sentence,
                rule="made",
                confidence=0.9,
                analyte=analyte,
                analyte_text=analyte,
                value_text=value,
                value=float(value),
                unit_text=unit,
                unit=unit,
            )
        )
    path = folder / "articles" / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    article = Article(
        article_id=name, source_file=path.name, format="txt", encoding="utf-8", sha256=digest, status="ok", n_cases=1
    )
    records = Records([Case(case_id=f"{name}#1", article_id=name, n_labs=len(rows))], {"labs": rows})
    about = {"casetab": "1.2.3", "rules": "0123456789abcdef", "options": {"inputs": [str(folder / "articles")]}}
    write_run(folder / "run", [ArticleResult(article, records)], about, 0.0)
    return folder / "run"


class Reviewers:
    """Says what reviewers say, by the names of rows as ``lab:1``."""

    def __init__(self, run: Path, store: Store) -> None:
        self.store = store
        self.rows = {name: {_name(row): row for row in rows} for name, rows in read_rows(run).items()}
        for name in ("Ada", "Bob"):
            store.add_reviewer(name)
        store.add_reviewer(CONSENSUS, "consensus")

    def accept(self, who: str, article: str, *names: str) -> None:
        """Accept some rows, or all of an article."""
        rows = [self.rows[article][name] for name in names] if names else self.rows[article].values()
        self.store.decide(who, article, [Verdict(r.table, r.key, "accept", dict(r.cells)) for r in rows])

    def correct(self, who: str, article: str, name: str, **after: str) -> None:
        row = self.rows[article][name]
        verdict = Verdict(row.table, row.key, "correct", dict(row.cells), after)
        self.store.decide(who, article, [verdict], by=_person(who))

    def reject(self, who: str, article: str, name: str, reason: str = "") -> None:
        row = self.rows[article][name]
        verdict = Verdict(row.table, row.key, "reject", dict(row.cells), reason=reason)
        self.store.decide(who, article, [verdict], by=_person(who))

    def add(self, who: str, article: str, key: str, text: str, **cells: str) -> None:
        """Add a lab result at the first place of ``text``."""
        source = {"anaemia": ANAEMIA, "sodium": HYPONATRAEMIA}[article]
        start = source.index(text)
        place = {"quote": text, "start": str(start), "end": str(start + len(text)), "section": "case"}
        after = {**blank("labs", article, f"{article}#1"), **place, **cells}
        self.store.decide(who, article, [Verdict("labs", key, "add", after=after)], by=_person(who))

    def agree(self, article: str, verdict: Verdict) -> None:
        """Enter a consensus, Ada at the keyboard."""
        self.store.decide(CONSENSUS, article, [verdict], by="Ada")

    def finish(self, article: str, *who: str) -> None:
        for name in who or ("Ada", "Bob"):
            self.store.finish(name, article)


def _name(row: Row) -> str:
    return row.cells.get("record_id", row.cells["case_id"]).removeprefix(f"{row.article_id}:")


def _person(who: str) -> str:
    return "Ada" if who == CONSENSUS else ""
