"""Words per second of the whole pipeline in one process, beside spaCy's bare tokenizer; and the cost by part.

usage: python benchmarks/speed.py FOLDER [--words N]

Both sides read the same articles, as often as it takes to reach N words (default 200,000); files are
decoded and rules loaded before the clock starts. The ratio says how much dearer than splitting into tokens
the whole way to records is, and moves less from machine to machine than the words per second do.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle

import spacy

from extract.errors import CasetabError
from extract.nlp.pipeline import load_pipeline
from extract.normalize.stage import normalize
from extract.records.finish import finish
from extract.run.worklist import find_articles
from extract.sources.model import SourceText
from extract.sources.read import read_source


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure casetab's speed over a folder of articles.")
    parser.add_argument("folder", help="folder of articles")
    parser.add_argument("--words", type=int, default=200_000, help="words to process on each side")
    given = parser.parse_args()
    articles = read_all(given.folder, given.words)
    words = sum(len(source.text.split()) for source in articles)
    print(f"{len(articles)} articles, {words:,} words")

    tokenizer = min(tokenize(articles) for _ in range(3))
    show("spaCy's bare tokenizer", words, tokenizer)

    costs = run_timed(articles)
    whole = sum(costs.values())
    show("casetab, file text to records", words, whole)
    print(f"casetab costs {whole / tokenizer:.2f} times the tokenizer")
    print("\nshare   words/s if alone   part")
    for name, cost in sorted(costs.items(), key=lambda part: -part[1]):
        print(f"{cost / whole:5.1%} {words / cost:18,.0f}   {name}")


def read_all(folder: str, words: int) -> list[SourceText]:
    """Return the articles of a folder, repeated until they have ``words`` words."""
    sources = []
    for item in find_articles([folder]):
        try:
            sources.append(read_source(item.path, item.article_id))
        except CasetabError as problem:
            print(f"left out: {problem}")
    if not any(source.text.split() for source in sources):
        raise SystemExit(f"{folder}: no words to read")
    chosen: list[SourceText] = []
    for source in cycle(sources):
        if words <= 0 and len(chosen) >= len(sources):
            return chosen
        chosen.append(source)
        words -= len(source.text.split())
    return chosen


def run_timed(articles: Sequence[SourceText]) -> dict[str, float]:
    """Return the seconds that each part took over all articles; the parts in the order of ``annotate``."""
    nlp = load_pipeline()
    costs: dict[str, float] = defaultdict(float)
    clock = time.perf_counter
    for source in articles[:3]:  # caches warm
        finish(nlp(normalize(source).text), source, normalize(source))
    for source in articles:
        begun = clock()
        text = normalize(source)
        costs["normalisation"] += clock() - begun
        begun = clock()
        doc = nlp.make_doc(text.text)
        doc._.blocks = list(text.blocks)
        costs["tokenizer"] += clock() - begun
        for name, component in nlp.pipeline:
            begun = clock()
            doc = component(doc)
            costs[name] += clock() - begun
        begun = clock()
        finish(doc, source, text)
        costs["records: filter, offsets, models"] += clock() - begun
    return costs


def tokenize(articles: Sequence[SourceText]) -> float:
    """Return the seconds that spaCy's tokenizer takes; a new one, as it remembers words it has seen."""
    tokenizer = spacy.blank("en").tokenizer
    for source in articles[:3]:
        tokenizer(source.text)
    begun = time.perf_counter()
    for source in articles:
        tokenizer(source.text)
    return time.perf_counter() - begun


def show(name: str, words: int, took: float) -> None:
    """Print a line of the comparison."""
    print(f"{name:<32} {words / took:>10,.0f} words/s   {took:7.2f} s")


if __name__ == "__main__":
    main()
