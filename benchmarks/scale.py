"""How a run scales: with the number of workers, in memory over many articles, and in rows of output.

usage: python benchmarks/scale.py FOLDER [--workers 1,2] [--repeats 5] [--articles N] [--copies 10]

Three measurements over the articles of FOLDER (the first N of them), each run through the console command in a
process of its own, into folders that are removed afterwards:

speed   articles per second for each number of workers, medians of the repeats, taken in turn so that a machine
        that gets slower or faster does so for all; ratios to the first. Starting up counts.
memory  one run over --copies copies of the folder under other names: the largest resident set (as the kernel has it,
        pages shared with the run included) of any worker and of the run itself, in each quarter of the run.
        --copies 0 leaves it out.
rows    with --rows N: N rows through the writer of each format, and the memory of that. Linux only, as memory is.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from extract.run.worklist import find_articles

_COMMAND = (sys.executable, "-c", "from extract.cli import main; main()", "run")
_EVERY = 0.2  # s between two looks at the memory
_RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")
_MB = 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how a run scales.")
    parser.add_argument("folder", help="folder of articles")
    parser.add_argument("--workers", default="1,2", help="numbers of workers to compare")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--articles", type=int, default=0, help="only the first N articles; 0 = all")
    parser.add_argument("--copies", type=int, default=10, help="copies of the folder for the memory; 0 = none")
    parser.add_argument("--rows", type=int, default=0, help="rows for each format's writer; 0 = none")
    given = parser.parse_args()
    paths = [item.path for item in find_articles([given.folder])][: given.articles or None]
    with tempfile.TemporaryDirectory(prefix="casetab-scale-") as place:
        articles = Path(place, "articles")
        _copy(paths, articles, 1)
        _speed(articles, len(paths), [int(n) for n in given.workers.split(",")], given.repeats)
        if given.copies:
            many = Path(place, "many")
            _copy(paths, many, given.copies)
            _memory(many, len(paths) * given.copies, max(int(n) for n in given.workers.split(",")))
        if given.rows:
            _rows(Path(place), given.rows)


def _copy(paths: list[Path], folder: Path, times: int) -> None:
    folder.mkdir()
    for number in range(times):
        for path in paths:
            shutil.copy(path, folder / f"{number}_{path.name}")


def _speed(folder: Path, articles: int, workers: list[int], repeats: int) -> None:
    seconds: dict[int, list[float]] = {n: [] for n in workers}
    for _ in range(repeats):
        for n in workers:
            began = time.perf_counter()
            with _run(folder, n) as run:
                _ended_well(run.wait())
            seconds[n].append(time.perf_counter() - began)
    first = statistics.median(seconds[workers[0]])
    print(f"{articles} articles, medians of {repeats}")
    for n in workers:
        median = statistics.median(seconds[n])
        print(f"{n} workers {articles / median:8.1f} articles/s   x {first / median:.2f}")


def _memory(folder: Path, articles: int, workers: int) -> None:
    """Watch a run; its quarters are told by the time that it takes."""
    looks: list[tuple[float, int, int]] = []
    began = time.perf_counter()
    with _run(folder, workers) as run:
        while run.poll() is None:
            helpers = [_resident(child) for child in _children(run.pid)]
            looks.append((time.perf_counter() - began, _resident(run.pid), max(helpers, default=0)))
            time.sleep(_EVERY)
    _ended_well(run.returncode)
    end = looks[-1][0]
    print(f"\n{articles} articles, {workers} workers, {end:.0f} s: largest resident set in each quarter, MB")
    for who, column in (("run", 1), ("worker", 2)):
        quarters = [
            max((look[column] for look in looks if q <= 4 * look[0] / end < q + 1), default=0) for q in range(4)
        ]
        print(f"{who:8}" + "".join(f"{kb / _MB:8.0f}" for kb in quarters))


def _run(folder: Path, workers: int) -> subprocess.Popen[bytes]:
    out = folder.with_name("out")
    shutil.rmtree(out, ignore_errors=True)
    command = [*_COMMAND, str(folder), "--out", str(out), "--workers", str(workers), "--quiet"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def _ended_well(status: int) -> None:
    if status not in (0, 1):  # 1: some articles failed, which costs their time too
        raise SystemExit(f"the run ended with status {status}; its figures would mean nothing")


def _children(number: int) -> list[int]:
    try:
        return [int(n) for n in Path(f"/proc/{number}/task/{number}/children").read_text("ascii").split()]
    except OSError:
        return []


def _resident(number: int) -> int:
    """Return the resident set of a process in kB; 0 when it has ended."""
    try:
        found = _RESIDENT.search(Path(f"/proc/{number}/status").read_text("utf-8", "replace"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


def _rows(place: Path, rows: int) -> None:
    """Write that many rows in each format, in a process of its own for each."""
    print(f"\n{rows} rows of labs")
    for name in ("csv", "parquet", "xlsx", "jsonl"):
        code = f"from scale import write_rows; write_rows({str(place)!r}, {name!r}, {rows})"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        )
        told = json.loads(done.stdout)
        print(
            f"{name:8} {told['seconds']:7.1f} s {told['megabytes']:8.0f} MB written, {told['peak']:5.0f} MB of memory"
        )


def write_rows(place: str, name: str, rows: int) -> None:
    """Write rows in a format and print seconds, size and peak memory as JSON."""
    import resource

    from extract.records.cases import Article
    from extract.records.labs import Lab
    from extract.tables.formats import open_writers
    from extract.tables.schema import TABLES

    folder = Path(place, name)
    folder.mkdir()
    began = time.perf_counter()
    with ExitStack() as stack:
        (writer,) = open_writers([name], folder, stack)
        for number in range(rows // 20):
            article = f"PMC{number}"
            texts = dict.fromkeys((n for n, f in Lab.model_fields.items() if f.annotation is str), "serum sodium")
            given: dict[str, Any] = {**dict.fromkeys(Lab.model_fields), **texts, "article_id": article}
            labs = [
                Lab.model_construct(**{**given, "record_id": f"{article}:lab:{i}", "value": i / 7}) for i in range(20)
            ]
            told = [Article(article_id=article, source_file=f"{article}.txt", status="ok")]
            writer.write({**{table: [] for table in TABLES}, "articles": told, "labs": labs})
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
    print(json.dumps({"seconds": seconds, "megabytes": size, "peak": peak}))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
