"""The kept lexicon: the same rules from the cache as from the files, and no harm from a bad cache."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from extract.rules import load
from extract.rules.compiled import keep_lexicon, read_lexicon
from extract.rules.fold import split_words
from extract.rules.lexicon import Entry, Lexicon
from extract.rules.load import load_rules

TEXT = "Serum calcium and ceftriaxone; anti-SSA was positive, the left deltoid weak, furosemide twice daily."


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache folder of its own, and no rules loaded yet."""
    monkeypatch.setattr("extract.rules.compiled.user_cache_path", lambda *_args, **_more: tmp_path / "cache")
    load._load.cache_clear()
    yield tmp_path / "cache"
    load._load.cache_clear()


def test_the_second_start_finds_the_same_terms(cache: Path) -> None:
    first = load_rules()
    assert len(list(cache.glob("*.json"))) == 1
    load._load.cache_clear()
    second = load_rules()
    assert second is not first
    assert second.lexicon.find(TEXT, split_words(TEXT)) == first.lexicon.find(TEXT, split_words(TEXT))
    assert second.entries == first.entries


def test_rules_of_the_user_are_kept_apart(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    rules = own / "analytes.tsv"
    head = "analyte\tsynonyms\tkind\tspecimen\tloinc\tclass\n"
    rules.write_text(f"{head}zebrine\tzebrin\tquantity\tserum\t\tchemistry\n", encoding="utf-8")
    load_rules()
    assert load_rules([own]).entry("analyte", "zebrine") is not None
    rules.write_text(f"{head}okapine\t\tquantity\tserum\t\tchemistry\n", encoding="utf-8")
    load._load.cache_clear()
    changed = load_rules([own])
    assert changed.entry("analyte", "zebrine") is None
    assert changed.entry("analyte", "okapine") is not None
    assert load_rules().entry("analyte", "okapine") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": "other"}', b"\xff\xfe", b'{"key": 3, "entries": 4}'])
def test_a_damaged_file_is_as_good_as_none(cache: Path, damage: bytes) -> None:
    expected = load_rules().lexicon.find(TEXT, split_words(TEXT))
    (kept,) = cache.glob("*.json")
    kept.write_bytes(damage)
    load._load.cache_clear()
    assert load_rules().lexicon.find(TEXT, split_words(TEXT)) == expected
    assert json.loads(kept.read_bytes())["entries"]


def test_a_folder_that_cannot_be_written_is_no_error(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert load_rules().entry("drug", "ceftriaxone") is not None


def test_old_files_go(cache: Path) -> None:
    lexicon = Lexicon()
    lexicon.add(Entry("calcium", "analyte"), ["calcium"])
    for number in range(9):
        keep_lexicon(f"{number:064d}", lexicon, {"analyte": lexicon.entries})
        keep_lexicon(f"{number}{0:063d}", lexicon, {"analyte": lexicon.entries})
    assert 0 < len(list(cache.glob("*.json"))) <= 4
    assert read_lexicon(f"8{0:063d}") is not None
