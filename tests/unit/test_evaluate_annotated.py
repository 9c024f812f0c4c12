"""Annotations in brat's standoff format measure a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from review_runs import write_small_run

from extract.errors import CasetabError
from extract.evaluate.annotated import read_annotated
from extract.evaluate.gold import Fact

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]


def annotated(folder: Path, *lines: str) -> dict[str, list[Fact]]:
    (folder / "A.ann").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_annotated(folder)["A"]


def export(casetab: Command, folder: Path) -> Path:
    """Write a small run and its annotations in ``brat``; return the run's folder."""
    run = write_small_run(folder)
    outcome = casetab("export", run, "--to", "brat", "--out", folder / "brat", "--articles", folder / "articles")
    assert outcome.status == 0, outcome.err
    return run


def test_what_was_exported_is_a_perfect_gold_for_its_run(casetab: Command, tmp_path: Path) -> None:
    run = export(casetab, tmp_path)
    for given in ((), ("--format", "brat")):
        outcome = casetab("evaluate", "--gold", tmp_path / "brat", "--run", run, "--errors", *given)
        assert outcome.status == 0
        assert outcome.out.startswith("3 articles\n")
        assert "labs                       1.000   1.000  1.000   (6 / 6 / 6)" in outcome.out
        assert "age and sex                1.000   (2 / 2)" in outcome.out


def test_a_corrected_note_and_a_deleted_span_count_against_the_run(casetab: Command, tmp_path: Path) -> None:
    run = export(casetab, tmp_path)
    path = tmp_path / "brat" / "sodium.ann"
    text = path.read_text(encoding="utf-8")
    assert "value: 112" in text
    lines = [line for line in text.replace("value: 112", "value: 121").splitlines() if "\tDrug " not in line]
    path.write_text("\n".join(lines), encoding="utf-8")
    outcome = casetab("evaluate", "--gold", tmp_path / "brat", "--run", run, "--errors")
    assert "sodium | labs | missed | gold analyte_text=sodium" in outcome.out
    assert "sodium | drugs | spurious | found drug=hydrochlorothiazide" in outcome.out


def test_attributes_count_where_note_and_attribute_differ(tmp_path: Path) -> None:
    facts = annotated(
        tmp_path,
        "T1\tMuscleGrade 4 11\tdeltoid",
        "#1\tAnnotatorNotes T1\tmuscle: deltoid; side: left; grade: 4; when: baseline",
        "A1\tside T1 right",
    )
    (fact,) = facts["muscle_grades"]
    assert (fact["muscle_text"], fact["side"], fact["grade"], fact["when"]) == ("deltoid", "right", "4", "baseline")


def test_values_may_hold_semicolons_and_colons(tmp_path: Path) -> None:
    note = (
        "analyte: HIV-1; titer: 40; value_text: 1:40; indication: none; result_text: weak; see below; result: positive"
    )
    (fact,) = annotated(tmp_path, "T1\tLab 0 9\tHIV weak;", f"#1\tAnnotatorNotes T1\t{note}")["labs"]
    assert (fact["analyte_text"], fact["value"], fact["result_text"]) == ("HIV-1", "1:40", "positive")


def test_a_drugs_words_are_enough(tmp_path: Path) -> None:
    facts = annotated(tmp_path, "T7\tDrug 10 17;20 24\taspirin 75mg", "A1\tstatus T7 stopped")
    assert [(fact["drug_text"], fact["status"]) for fact in facts["drugs"]] == [("aspirin 75mg", "stopped")]


def test_facts_of_others_and_other_kinds_are_left_out(tmp_path: Path) -> None:
    facts = annotated(
        tmp_path,
        "T1\tLevel 0 5\tT4-T5",
        "#1\tAnnotatorNotes T1\tlevel: T4-T5",
        "A1\tsubject T1 literature",
        "T2\tLevel 9 11\tL1",
        "#2\tAnnotatorNotes T2\tlevel: L1",
        "A2\tassertion T2 absent",
        "T3\tSymptom 20 24\tpain",
        "R1\tof_patient Arg1:T1 Arg2:T2",
        "E1\tSomething:T3",
        "*\tEquiv T1 T2",
        "",
    )
    assert [(fact["level"], fact["assertion"]) for fact in facts["levels"]] == [("L1", "absent")]
    assert sum(map(len, facts.values())) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [("T1\tLab 0 6\tsodium", r"A\.ann:1: .*analyte: sodium"), ("T1\tLab sodium", r"A\.ann:1: no span")],
)
def test_a_span_that_says_too_little_is_named_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(CasetabError, match=told):
        annotated(tmp_path, line)


def test_an_article_without_a_fact_counts(tmp_path: Path) -> None:
    assert not any(annotated(tmp_path).values())


def test_a_folder_or_an_article_without_annotations_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CasetabError, match=r"ARTICLE\.ann"):
        read_annotated(tmp_path)
    (tmp_path / "A.ann").write_text("", encoding="utf-8")
    with pytest.raises(CasetabError, match="B"):
        read_annotated(tmp_path, {"A", "B"})
