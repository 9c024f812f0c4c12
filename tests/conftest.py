"""Fixtures: the command line in this process, and one run over the project's corpus."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import spacy
from helpers import ARTICLES
from spacy.language import Language

import extract.nlp.pipeline  # noqa: F401  (registers the components)
from extract.cli import main
from extract.nlp.tokenizer import make_tokenizer


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def casetab(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Return a function that runs the command line in this process, as the console command does."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["casetab", *map(str, arguments)])
        capfd.readouterr()
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        captured = capfd.readouterr()
        return Outcome(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Return the pipeline up to the context: what finds patients, times and whose a fact is."""
    language = spacy.blank("en")
    language.tokenizer = make_tokenizer(language)
    for name in ("sentences", "terms", "patients", "timeline", "context"):
        language.add_pipe(f"casetab_{name}")
    return language


@pytest.fixture(scope="session")
def corpus_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run over the project's corpus, one worker."""
    from extract.run.batch import Options, run_all
    from extract.run.worklist import find_articles
    from extract.run.write import write_run

    folder = tmp_path_factory.mktemp("corpus") / "tables"
    write_run(folder, run_all(find_articles([str(ARTICLES)]), Options(workers=1)), {}, 0.0)
    return folder
