"""casetab's rate beside that of other programs for clinical text, on the same articles, in one run.

usage: python benchmarks/compare.py FOLDER [--words N] [--rounds N]

Each program runs in a process and an environment of its own (made on the first run under .bench/, as medspaCy and
casetab want different releases of spaCy), loads, reads three articles to warm up, and then takes its turn with the
others, round after round. Printed are the medians over the rounds and their ratios; then casetab's cost against text
length. The programs do different things: the figures say what a pass over an article costs, not who does it better.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".bench"
# program -> what its environment holds; an empty one is casetab's own
PACKAGES = {
    "tokenizer": "",
    "casetab": "",
    "scispacy": "",
    "edsnlp": "edsnlp>=0.17",
    "medspacy": "medspacy>=1.3",
}
LENGTHS = (1_000, 4_000, 16_000, 64_000, 256_000)  # words


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Compare casetab's rate with that of other programs.")
    parser.add_argument("folder", type=Path, help="folder of .txt articles")
    parser.add_argument("--words", type=int, default=40_000, help="words in a round")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        words = choose(given.folder, Path(place), given.words)
        taken = measure(Path(place), given.rounds)
    show(words, {name: statistics.median(seconds) for name, seconds in taken.items()})
    lengths(given.folder)


def choose(folder: Path, place: Path, words: int) -> int:
    """Copy every so many-th article of a folder to ``place`` until they have ``words`` words; return how many."""
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise SystemExit(f"{folder}: no .txt articles")
    total = 0
    for path in paths[:: max(1, len(paths) // 40)]:
        text = path.read_text(encoding="utf-8", errors="replace")
        (place / path.name).write_text(text, encoding="utf-8")
        total += len(text.split())
        if total >= words:
            break
    return total


def measure(place: Path, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each round by program; the programs take turns."""
    taken: dict[str, list[float]] = {}
    with ExitStack() as stack:
        started = {}
        for name, packages in PACKAGES.items():
            python = interpreter(name, packages)
            if python is not None:
                started[name] = stack.enter_context(worker(python, name, place))
        for _ in range(rounds):
            for name, process in started.items():
                taken.setdefault(name, []).append(turn(process))
    return taken


def turn(process: subprocess.Popen[str]) -> float:
    """Let a program read all articles once; return the seconds."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process has no pipes")
    process.stdin.write("go\n")
    return float(process.stdout.readline())


def interpreter(name: str, packages: str) -> Path | str | None:
    """Return the Python with a program's packages, made where there is none; None where they cannot be installed."""
    if not packages:
        return sys.executable
    folder = ENVIRONMENTS / name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / "ready").is_file():
        venv.create(folder, clear=True, with_pip=True)
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", packages], check=False)
        if done.returncode:
            print(f"{name}: cannot be installed, left out")
            return None
        (folder / "ready").touch()
    return python


@contextmanager
def worker(python: Path | str, name: str, place: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a program and wait until it is ready."""
    command = [str(python), str(HERE / "compare_worker.py"), name, str(place)]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1
        )
        try:
            if not (process.stdout and process.stdout.readline().startswith("words")):
                errors.seek(0)
                raise SystemExit(f"{name} did not start:\n{errors.read()}")
            yield process
        finally:
            process.kill()
            process.communicate()


def show(words: int, seconds: dict[str, float]) -> None:
    """Print rates and ratios."""
    print(f"{words:,} words a round\n\n{'program':<12}{'words/s':>10}{'casetab is times as fast':>28}")
    for name, median in sorted(seconds.items(), key=lambda pair: pair[1]):
        print(f"{name:<12}{words / median:>10,.0f}{median / seconds['casetab']:>28.2f}")


def lengths(folder: Path) -> None:
    """Print casetab's rate on texts of growing length, made by putting articles one behind the other."""
    from extract.nlp.pipeline import load_pipeline
    from extract.run.article import process

    load_pipeline()
    text = "\n\n".join(p.read_text(encoding="utf-8", errors="replace") for p in sorted(folder.glob("*.txt"))[:400])
    words = text.split(" ")
    print(f"\n{'words in one article':>20}{'words/s':>12}")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "article.txt"
        for length in (0, *LENGTHS):
            path.write_text(" ".join(words[: length or 1_000]), encoding="utf-8")
            began = time.perf_counter()
            count = process(path, "article", "article.txt").article.n_words
            if length:
                print(f"{count:>20,}{count / (time.perf_counter() - began):>12,.0f}")


if __name__ == "__main__":
    main()
