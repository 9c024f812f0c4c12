"""casetab from Python."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from helpers import ARTICLES, ROOT

import extract
from extract.errors import CasetabError
from extract.records.common import columns
from extract.tables.schema import TABLES

REPORT = (
    "A 47-year-old man was admitted with cramps. Serum calcium was 6.1 mg/dL (normal 8.5-10.5). "
    "His brother's calcium was 9.9 mg/dL. He was given calcitriol 0.5 µg twice daily."
)


def test_a_text_gives_all_tables_with_the_columns_of_the_files() -> None:
    tables = extract.text(REPORT, article_id="cramps")
    assert list(tables) == list(TABLES)
    for name, model in TABLES.items():
        assert list(tables[name].columns) == columns(model)
        assert getattr(tables, name) is tables[name]
    lab = tables.labs.iloc[0]
    assert (lab["case_id"], lab["analyte"], lab["value"], lab["unit"], lab["flag"]) == (
        "cramps#1", "calcium", 6.1, "mg/dL", "L",
    )  # fmt: skip
    assert REPORT[lab["start"] : lab["end"]] == lab["quote"]
    assert list(tables.drugs["drug"]) == ["calcitriol"]
    assert tables.cases.loc[0, "age_years"] == 47
    assert repr(tables).startswith("<Tables articles: 1, cases: 1, labs: 1,")


def test_other_subjects_come_when_asked_for() -> None:
    subjects = extract.text(REPORT, all_subjects=True).labs["subject"]
    assert sorted(subjects) == ["family", "patient"]


def test_numbers_are_numbers_and_missing_ones_are_missing() -> None:
    labs = extract.text("A 40-year-old man had a sodium of 128 mmol/L. Ferritin was normal.").labs
    assert labs["value"].dtype == "float64"
    assert labs["start"].dtype == "int64"
    assert pd.isna(labs.loc[1, "value"])
    assert labs.loc[1, "value_text"] == ""
    empty = extract.text("").labs
    assert len(empty) == 0
    assert empty["value"].dtype == "float64"


def test_files_are_those_of_a_run(corpus_run: Path) -> None:
    tables = extract.files(ARTICLES)
    for name in ("labs", "drugs", "cases"):
        written = pd.read_csv(corpus_run / f"{name}.csv", keep_default_na=False, dtype=str)
        assert len(tables[name]) == len(written)
        key = "case_id" if name == "cases" else "record_id"
        assert list(tables[name][key]) == list(written[key])


def test_rules_of_the_user_count(tmp_path: Path) -> None:
    (tmp_path / "analytes.tsv").write_text(
        "analyte\tsynonyms\tkind\tspecimen\tloinc\tclass\nzebrine\t\tquantity\tserum\t\tchemistry\n", encoding="utf-8"
    )
    sentence = "A 40-year-old man was admitted. Zebrine was 12 mg/dL."
    confidence = extract.text(sentence, rules=tmp_path).labs["confidence"]
    assert list(confidence) > list(extract.text(sentence).labs["confidence"])
    assert extract.load([tmp_path]) is not extract.load()


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(CasetabError, match="nowhere"):
        extract.files(tmp_path / "nowhere")


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="labz"):
        extract.labz  # noqa: B018


BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", BLOCKS)
def test_the_page_on_python_runs(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "docs/python.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) >= 2
