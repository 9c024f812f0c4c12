"""``casetab rules try``: what a sentence gives, and why."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ROOT

from extract.explain import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome

    Command = Callable[..., Outcome]


def _shown(text: str, rules: tuple[str, ...] = ()) -> str:
    return "\n".join(explain(text, rules))


def test_terms_are_shown_with_the_line_of_the_file_that_knows_them() -> None:
    line = next(
        number
        for number, row in enumerate(Path(ROOT, "rules", "analytes.tsv").read_text("utf-8").splitlines(), 1)
        if row.startswith("ferritin\t")
    )
    shown = _shown("Serum ferritin was 12 µg/L.")
    assert f'"Serum ferritin" = ferritin  [analytes.tsv:{line}]' in shown
    assert 'number    "12 µg/L" = = 12, unit ug/L' in shown
    assert "-> labs  rule lab.analyte_value" in shown


def test_a_users_own_line_is_named_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "drugs.tsv").write_text(
        "drug\tsynonyms\tkind\tdrugbank_id\tclass\nzibramab\tzibramab\tdrug\t\t\n", encoding="utf-8"
    )
    shown = _shown("The patient was given zibramab 10 mg daily.", (str(tmp_path),))
    assert f'"zibramab" = zibramab  [{tmp_path / "drugs.tsv"}:2]' in shown
    assert "drug: zibramab" in shown


def test_rows_of_others_say_that_they_are_left_out() -> None:
    shown = _shown("A 30-year-old man was admitted with fever. His mother had a sodium of 120 mmol/L.")
    assert "subject family" in shown
    assert "only with --all-subjects: not the article's own patient" in shown


def test_a_sentence_without_rows_says_so() -> None:
    assert _shown("The weather was fine.").endswith("  no row")


def test_the_command_reads_a_sentence_or_standard_input(casetab: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    told = casetab("rules", "try", "Serum ferritin was 12 µg/L.")
    assert told.status == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("Serum ferritin was 12 µg/L."))
    assert casetab("rules", "try", "-").out == told.out
    assert "rule lab.analyte_value" in told.out
