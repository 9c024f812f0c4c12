"""Milliseconds that the pages of a review take, over a run of thousands of articles.

usage: python benchmarks/review.py [--articles 2000] [--rows 30] [--limit 200] [--folder DIR]

Makes a run of that many articles with that many rows each (kept in DIR where given), decides on a tenth of it as two
reviewers, starts `casetab review` on it, and asks for every kind of page over HTTP, each some times with other articles
and words. Shows the median and the slowest answer of each, and the processor time that the server takes for one, which
moves less where the machine has other work; exit status 1 where an answer took longer than the limit.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from extract.records.cases import Article, Case
from extract.records.drugs import Drug
from extract.records.finish import Records
from extract.records.labs import Lab
from extract.review.run_index import read_rows
from extract.review.store import Store, Verdict
from extract.run.article import ArticleResult
from extract.run.write import write_run

ANALYTES = ("sodium", "potassium", "creatinine", "ferritin", "C-reactive protein", "albumin", "lactate", "glucose")
DRUGS = ("prednisolone", "aspirin", "heparin", "ceftriaxone", "metformin", "levetiracetam", "ramipril", "digoxin")
FILLER = "The patient was seen again in the clinic, where examination was as before and nothing new was found. "
ROUNDS = 25


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the pages of a review.")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=30, help="rows of an article")
    parser.add_argument("--limit", type=float, default=200, help="milliseconds that no page may exceed")
    parser.add_argument("--folder", type=Path, help="where the run is made; kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / "run" / "articles.csv").exists():
            make_run(folder, given.articles, given.rows)
            decide(folder / "run", given.articles // 10)
        with served(folder / "run") as (address, process):
            slowest = measure(address, process, given.articles)
    if slowest > given.limit:
        sys.exit(f"an answer took {slowest:.0f} ms, more than {given.limit:.0f}")


def make_run(folder: Path, articles: int, rows: int) -> None:
    """Write articles and a run over them, as `casetab run` would."""
    chance = random.Random(20260101)
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    about = {"casetab": "benchmark", "rules": "", "options": {"inputs": [str(folder / "articles")]}}
    write_run(folder / "run", (article(folder, number, rows, chance) for number in range(articles)), about, 0.0)


def article(folder: Path, number: int, rows: int, chance: random.Random) -> ArticleResult:
    """Write an article of some 1,500 words; return its rows."""
    import hashlib

    name = f"article{number:05}"
    text = "A 53-year-old woman was admitted.\n\n"
    whose = {"article_id": name, "case_id": f"{name}#1", "subject": "patient", "assertion": "present"}
    case = Case(
        case_id=f"{name}#1", article_id=name, age_years=53, sex="female", quote="53-year-old woman", start=2, end=19
    )
    tables: dict[str, list[Lab | Drug]] = {"labs": [], "muscle_grades": [], "levels": [], "drugs": [], "scores": []}
    for at in range(rows - 1):
        table = "drugs" if at % 3 == 2 else "labs"
        said = f"{chance.choice(DRUGS)} {chance.randint(1, 90)} mg" if table == "drugs" else ""
        said = said or f"{chance.choice(ANALYTES)} {chance.randint(1, 900)} mg/dL"
        start = len(text) + 4
        text += f"The {said} was noted. " + FILLER * 2 + ("\n\n" if at % 5 == 4 else "")
        word, value, _ = re.fullmatch(r"(.+) (\d+) (\S+)", said).groups()  # type: ignore[union-attr]
        common = {**whose, "record_id": f"{name}:{table}:{at}", "when": "", "time_text": "", "time_days": None,
                  "section": "case", "quote": said, "start": start, "end": start + len(said), "page": None,
                  "sentence": f"The {said} was noted.", "rule": "benchmark",
                  "confidence": chance.choice((0.5, 0.8, 0.9))}  # fmt: skip
        if table == "drugs":
            tables[table].append(Drug(**common, drug=word, drug_text=word, dose_value=float(value), dose_unit="mg"))
        else:
            tables[table].append(Lab(**common, analyte=word, analyte_text=word, value=float(value), value_text=value))
    path = folder / "articles" / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    about = Article(article_id=name, source_file=path.name, format="txt", encoding="utf-8", sha256=digest,
                    title=f"Report {number} of {chance.choice(DRUGS)}", status="ok")  # fmt: skip
    return ArticleResult(about, Records([case], tables))  # type: ignore[arg-type]


def decide(run: Path, articles: int) -> None:
    """Let two reviewers decide on the first articles; they differ on a row of each."""
    with Store.beside(run) as store:
        for name in ("Ada", "Bob"):
            store.add_reviewer(name)
        for article_id, rows in list(read_rows(run).items())[:articles]:
            for name in ("Ada", "Bob"):
                verdicts = [Verdict(row.table, row.key, "accept", row.cells) for row in rows]
                if name == "Bob":
                    verdicts[-1] = Verdict(rows[-1].table, rows[-1].key, "reject", rows[-1].cells)
                store.decide(name, article_id, verdicts)
                store.finish(name, article_id)


@contextmanager
def served(run: Path) -> Iterator[tuple[str, int]]:
    """Start the page; yield its address and the number of its process."""
    began = time.perf_counter()
    command = [sys.executable, "-c", "from extract.cli import main; main()", "review", str(run), "--reviewer", "Ada",
               "--no-browser", "--port", "0"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"http://\S+", line):
                print(f"ready after {time.perf_counter() - began:.1f} s")
                yield found.group(), process.pid
                return
        sys.exit("the page did not start")
    finally:
        process.terminate()
        process.wait()


def measure(address: str, process: int, articles: int) -> float:
    """Ask for every kind of page; return the milliseconds of the slowest answer."""
    chance = random.Random(7)
    slowest = 0.0
    with httpx.Client(base_url=address.split("?")[0], follow_redirects=True) as client:
        print(f"first page after the start {timed(client, address):.0f} ms; what it compares in advance is waited for")
        idle(process)
        for name, ask in pages(chance, articles).items():
            before = processor_time(process)
            took = sorted(timed(client, ask()) for _ in range(ROUNDS))
            work = (processor_time(process) - before) / ROUNDS
            slowest = max(slowest, took[-1])
            median = statistics.median(took)
            print(f"{name:<28} median {median:6.1f} ms   slowest {took[-1]:6.1f} ms   processor {work:6.1f} ms")
    return slowest


def idle(process: int) -> None:
    """Wait until a process has nothing to do."""
    before = -1.0
    while (now := processor_time(process)) - before > 10:
        before = now
        time.sleep(1)


def processor_time(process: int) -> float:
    """Return the milliseconds that a process has run for; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pages(chance: random.Random, articles: int) -> dict[str, Callable[[], str]]:
    """Return the kinds of pages, each with a function that says which one to ask for."""

    def some() -> str:
        return f"article{chance.randrange(articles):05}"

    return {
        "list of articles": lambda: f"/?page={chance.randint(1, 40)}",
        "articles that hold a word": lambda: f"/?q={chance.choice(DRUGS)}",
        "articles begun": lambda: "/?state=begun",
        "articles to do": lambda: "/?state=todo",
        "articles with differences": lambda: "/?state=differ",
        "an article": lambda: f"/article?id={some()}",
        "an article, only drugs": lambda: f"/article?id={some()}&table=drugs",
        "its source": lambda: f"/article/source?id={some()}",
        "rows that hold a word": lambda: f"/rows?q={chance.choice(ANALYTES)}",
        "rows that hold two words": lambda: f"/rows?q={chance.choice(DRUGS)}+{chance.randint(1, 90)}",
        "rows of low confidence": lambda: "/rows?below=0.7",
        "rows to decide": lambda: f"/rows?state=open&page={chance.randint(1, 100)}",
        "rows rejected": lambda: "/rows?state=rejected",
        "rows of a table, last pages": lambda: f"/rows?table=labs&page={chance.randint(300, 400)}",
    }


def timed(client: httpx.Client, address: str) -> float:
    """Return the milliseconds of an answer."""
    began = time.perf_counter()
    answer = client.get(address)
    answer.raise_for_status()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
