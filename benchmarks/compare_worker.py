"""One program of the comparison: loads it, warms it up, then times a pass over all articles for each line it is sent.

The time is that of the processor: the same as the clock's on an idle machine, and less disturbed on a busy one.

usage: python benchmarks/compare_worker.py NAME FOLDER; started by compare.py, in the environment of that program.
Answers are one line each on standard output: "words N" when ready, then seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_WARM = 3  # articles read before the clock starts

Texts = list[tuple[Path, str]]


def tokenizer() -> Callable[[Texts], None]:
    """spaCy's bare tokenizer."""
    import spacy

    return _pipeline(spacy.blank("en").tokenizer)


def casetab() -> Callable[[Texts], None]:
    """casetab: files to CSV tables, one process, all components."""
    from extract.nlp.pipeline import load_pipeline
    from extract.run.article import process
    from extract.run.write import write_run

    load_pipeline()

    def run(texts: Texts) -> None:
        with tempfile.TemporaryDirectory() as folder:
            results = (process(path, path.stem, path.name) for path, _ in texts)
            write_run(Path(folder), results, {}, 0.0)

    return run


def scispacy() -> Callable[[Texts], None]:
    """scispaCy's abbreviation detector behind pysbd's sentences."""
    import pysbd
    import scispacy.abbreviation  # noqa: F401  (registers the component)
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("abbreviation_detector")
    segmenter = pysbd.Segmenter(language="en", clean=False)

    def run(texts: Texts) -> None:
        for _, text in texts:
            segmenter.segment(text)
            nlp(text)

    return run


def medspacy() -> Callable[[Texts], None]:
    """medspaCy's default pipeline: sentences, target matcher, ConText; its debug log off, which slows it down."""
    import medspacy as package
    from loguru import logger

    logger.remove()
    logger.disable("PyRuSH")
    return _pipeline(package.load())


def edsnlp() -> Callable[[Texts], None]:
    """EDS-NLP with sentences, quantities and drugs."""
    import edsnlp as package

    nlp = package.blank("eds")
    for name in ("eds.sentences", "eds.quantities", "eds.drugs"):
        nlp.add_pipe(name)
    return _pipeline(nlp)


def _pipeline(nlp: Callable[[str], object]) -> Callable[[Texts], None]:
    def run(texts: Texts) -> None:
        for _, text in texts:
            nlp(text)

    return run


PROGRAMS = {program.__name__: program for program in (tokenizer, casetab, scispacy, medspacy, edsnlp)}


def main() -> None:
    """Answer with seconds for each line of standard input."""
    answers = sys.stdout
    sys.stdout = sys.stderr  # what the programs print is no answer
    name, folder = sys.argv[1:]
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix == ".txt")
    texts = [(path, path.read_text(encoding="utf-8", errors="replace")) for path in paths]
    run = PROGRAMS[name]()
    run(texts[:_WARM])
    print("words", sum(len(text.split()) for _, text in texts), file=answers, flush=True)
    for _ in sys.stdin:
        if name == "tokenizer":  # a new one for each pass, as it remembers the words that it has seen
            run = tokenizer()
            run(texts[:_WARM])
        began = time.process_time()
        run(texts)
        print(time.process_time() - began, file=answers, flush=True)


if __name__ == "__main__":
    main()
