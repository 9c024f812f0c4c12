"""Megabytes per second of the normalisation stage on one core, beside plain file reading plus one regex pass.

usage: python benchmarks/normalize_speed.py FOLDER [--mb N]

The articles of FOLDER are read as one list until they have N megabytes (default 2). The yardstick reads and
decodes the same files and finds their words with one regular expression; the ratio moves less from machine to
machine than the megabytes do. Below it: the time by size for one text, of 0.1 to 10 MB of articles and of 0.1
and 1 MB of what no article is; a time for each megabyte that stays the same shows that the stage is linear.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

from extract.errors import CasetabError
from extract.normalize.stage import normalize
from extract.run.worklist import find_articles
from extract.sources.model import SourceText
from extract.sources.read import read_source

MB = 1_000_000
SIZES = (0.1, 1.0, 10.0)
_WORD = re.compile(r"\w+")
DEGENERATE = {
    "tiny lines": "a\n",
    "numbers on lines": "12\n",
    "brackets": "(",
    "one long line of words": "word ",
    "hyphens at line ends": "co-\nop ",
    "blank lines": "\n",
    "form feeds": "Head\f",
    "captions": "Figure 1. A view.\n",
    "cells": "1\t2\n",
    "marks": "a1,2 ",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the normalisation stage over a folder of text articles.")
    parser.add_argument("folder", help="folder of text files")
    parser.add_argument("--mb", type=float, default=2.0, help="megabytes to normalise")
    given = parser.parse_args()
    sources = read_all(given.folder, int(given.mb * MB))
    size = sum(source.path.stat().st_size for source in sources) / MB
    plain = min(timed(lambda: read_plainly(sources)) for _ in range(3))
    stage = timed(lambda: [normalize(source) for source in sources])
    print(f"{len(sources)} articles, {size:.1f} MB")
    print(f"reading and one regex pass {size / plain:8.2f} MB/s")
    print(f"normalisation              {size / stage:8.2f} MB/s")
    print(f"normalisation costs {stage / plain:.1f} times the reading\n")
    print("seconds for each MB of one text of" + "".join(f"{size:>9g} MB" for size in SIZES))
    show_sizes("articles in a row", "\n\n".join(source.text for source in sources))
    for name, piece in DEGENERATE.items():
        show_sizes(name, piece, SIZES[:2])


def read_all(folder: str, size: int) -> list[SourceText]:
    """Return the text articles of a folder, repeated until they have ``size`` bytes."""
    found: list[SourceText] = []
    for item in find_articles([folder]):
        try:
            source = read_source(item.path, item.article_id)
        except CasetabError:
            continue
        if source.format == "txt":
            found.append(source)
    if not found:
        raise SystemExit(f"{folder}: no text files")
    taken: list[SourceText] = []
    total = 0
    for source in cycle(found):
        taken.append(source)
        total += source.path.stat().st_size
        if total >= size:
            return taken
    return taken


def read_plainly(sources: Sequence[SourceText]) -> int:
    """Read and decode the files and find their words; return how many."""
    return sum(len(_WORD.findall(Path(s.path).read_bytes().decode(s.encoding, "replace"))) for s in sources)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def show_sizes(name: str, piece: str, sizes: Sequence[float] = SIZES) -> None:
    """Print the seconds for each megabyte of one text of each size, made of ``piece`` again and again."""
    cells = []
    for size in sizes:
        text = (piece * (int(size * MB) // len(piece) + 1))[: int(size * MB)]
        source = SourceText("x", Path("x.txt"), "txt", "utf-8", "", text)
        cells.append(f"{timed(partial(normalize, source)) / size:12.3f}")
    print(f"{name:<34}{''.join(cells)}")


if __name__ == "__main__":
    main()
