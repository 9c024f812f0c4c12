"""The default pipeline as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import ARTICLES

from extract.nlp.extensions import drafts
from extract.nlp.model import Draft
from extract.nlp.pipeline import annotate, load_pipeline
from extract.normalize.stage import normalize
from extract.sources.read import read_source


def found(path: Path, *, patients_only: bool) -> list[Draft]:
    return list(drafts(annotate(load_pipeline(), normalize(read_source(path, path.stem)), patients_only=patients_only)))


@pytest.mark.parametrize("path", sorted(ARTICLES.iterdir()), ids=lambda path: path.stem)
def test_what_is_not_read_where_only_patients_count_is_of_others(path: Path) -> None:
    everything = found(path, patients_only=False)
    wanted = found(path, patients_only=True)
    assert [d for d in wanted if d.context.subject == "patient"] == [
        d for d in everything if d.context.subject == "patient"
    ]


def test_something_is_left_out() -> None:
    counts = [
        len(found(path, patients_only=False)) - len(found(path, patients_only=True)) for path in ARTICLES.glob("*.txt")
    ]
    assert min(counts) >= 0
    assert max(counts) > 0
