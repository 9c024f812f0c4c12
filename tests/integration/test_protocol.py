"""A run with a protocol: the wide table, what it comes from, and what says so."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml
from frictionless import Package, system
from helpers import ARTICLES, RECORD_TABLES, ROOT, Row, rows_of
from jsonschema import Draft7Validator

from extract.protocol.analysis import Analysis
from extract.protocol.model import MODELS
from extract.protocol.read import ProtocolError, read_protocol
from extract.rules.load import load_rules
from extract.run.batch import Options, run_all
from extract.run.worklist import find_articles
from extract.run.write import write_run

if TYPE_CHECKING:
    from conftest import Outcome

PROTOCOL = ROOT / "corpus" / "protocol.yaml"
VARIABLES: dict[str, dict[str, Any]] = yaml.safe_load(PROTOCOL.read_text(encoding="utf-8"))["variables"]
WRITTEN = ("analysis.csv", "codebook.md", "missingness.csv", "datapackage.json")
BYTE_ORDER_MARK = "\ufeff"


def analysis() -> Analysis:
    rules = load_rules()
    return Analysis(read_protocol(PROTOCOL, rules), rules)


@pytest.fixture(scope="module")
def wide_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run over the corpus with its protocol."""
    folder = tmp_path_factory.mktemp("wide") / "tables"
    results = run_all(find_articles([str(ARTICLES)]), Options(workers=1))
    write_run(folder, results, {}, 0.0, ("csv", "parquet", "xlsx", "jsonl"), analysis())
    return folder


def cells(run: Path) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield case_id, variable, value and sources of all cells of the wide table."""
    for row in rows_of(run, "analysis"):
        for name in VARIABLES:
            sources = row[f"{name}_source"]
            yield row["case_id"], name, row[name], sources.split(";") if sources else []


def all_rows(run: Path) -> dict[str, Row]:
    """Return the rows of all tables by their identifiers."""
    found = {row["record_id"]: row for table in RECORD_TABLES for row in rows_of(run, table)}
    return found | {row["case_id"]: row for row in rows_of(run, "cases")}


def test_there_is_a_row_for_each_case_and_a_column_for_each_variable(wide_run: Path) -> None:
    rows = rows_of(wide_run, "analysis")
    assert [row["case_id"] for row in rows] == [row["case_id"] for row in rows_of(wide_run, "cases")]
    assert list(rows[0]) == ["article_id", "case_id", *(column for v in VARIABLES for column in (v, f"{v}_source"))]


def test_every_cell_comes_from_rows_of_its_case_and_these_from_the_source_text(wide_run: Path) -> None:
    rows, places = all_rows(wide_run), {row["article_id"]: row for row in rows_of(wide_run, "articles")}
    told = 0
    for case_id, name, value, sources in cells(wide_run):
        assert bool(sources) == (value not in ("", "NR")), (case_id, name)
        for source in sources:
            row = rows[source]
            assert row["case_id"] == case_id
            exported = wide_run / "sources" / f"{row['article_id']}.txt"
            place = places[row["article_id"]]
            text = (
                exported.read_bytes().decode("utf-8")
                if exported.exists()
                else (ARTICLES / place["source_file"]).read_bytes().decode(place["encoding"])
            ).removeprefix(BYTE_ORDER_MARK)
            assert text[int(row["start"]) : int(row["end"])] == row["quote"] != ""
            told += 1
    assert told > 100


def test_every_number_is_that_of_its_row(wide_run: Path) -> None:
    rows = all_rows(wide_run)
    seen = 0
    for case_id, name, value, sources in cells(wide_run):
        about = VARIABLES[name]
        if about["table"] not in ("labs", "muscle_grades", "scores") or about["pick"] in ("any", "list") or not value:
            continue
        numbers = [number_of(rows[source], about.get("unit", "")) for source in sources]
        expected = numbers[-1] - numbers[0] if about["pick"] == "change" else numbers[0]
        assert float(value) == pytest.approx(expected, rel=1e-4), (case_id, name)
        seen += 1
    assert seen > 20


def number_of(row: Row, unit: str) -> float:
    """Return a row's number in a unit in which one of its columns has it."""
    if "grade" in row:
        return float(row["grade"])
    for value, column in (("value", "unit"), ("value_si", "unit_si"), ("value_conventional", "unit_conventional")):
        if row.get(column, "") == unit:
            return float(row[value])
    raise AssertionError((row["record_id"], unit))


def test_what_a_reviewer_reads_in_the_articles(wide_run: Path) -> None:
    found = {(case_id.partition("#")[0], name): value for case_id, name, value, _ in cells(wide_run)}
    assert found["report_thyrotoxic_paralysis", "potassium_first"] == "1.8"
    assert found["spinal_flavum_abscess", "strength_before"] == "2"
    assert found["spinal_flavum_abscess", "strength_after"] == "4"
    assert found["wrapped_guillain_barre", "corticosteroid"] == "no"
    assert found["jats_acquired_haemophilia", "corticosteroid"] == "yes"
    assert found["html_linezolid_lactate", "corticosteroid"] == "NR"
    assert found["serology_overlap_vasculitis", "ana"] == "yes"
    assert found["jats_acquired_haemophilia", "ana"] == "no"


def test_the_run_is_what_its_data_package_says(wide_run: Path) -> None:
    with system.use_context(trusted=True):
        report = Package(str(wide_run / "datapackage.json")).validate()
    assert report.flatten(["fieldName", "rowNumber", "message"]) == []
    package = json.loads((wide_run / "datapackage.json").read_text(encoding="utf-8"))
    (wide,) = (resource for resource in package["resources"] if resource["name"] == "analysis")
    fields = {field["name"]: field for field in wide["schema"]["fields"]}
    assert fields["potassium_first"]["type"] == "number"
    assert fields["potassium_first"]["unit"] == "mmol/L"
    assert fields["potassium_first"]["title"] == "Serum potassium at presentation"
    assert fields["n_antibiotics"]["type"] == "integer"
    assert fields["ana"]["constraints"]["enum"] == ["yes", "no"]
    assert fields["ana"]["found"]["values"] == {"no": 1, "yes": 1}
    assert "NR" in wide["schema"]["missingValues"]


def test_what_is_missing_adds_up(wide_run: Path) -> None:
    counted = {row["variable"]: row for row in rows_of(wide_run, "missingness")}
    assert list(counted) == list(VARIABLES)
    values: dict[str, list[str]] = {name: [] for name in VARIABLES}
    for _, name, value, _ in cells(wide_run):
        values[name].append(value)
    for name, row in counted.items():
        not_reported, denied = (sum(v in words for v in values[name]) for words in (("", "NR"), ("no", "absent", "0")))
        assert int(row["cases"]) == len(values[name])
        assert int(row["not_reported"]) == not_reported
        assert int(row["absent"]) == denied
        assert int(row["reported"]) == len(values[name]) - not_reported - denied


def test_the_codebook_explains_every_variable(wide_run: Path) -> None:
    text = (wide_run / "codebook.md").read_text(encoding="utf-8")
    assert [name for name in VARIABLES if f"\n## {name}\n" not in text] == []
    about = text.partition("\n## potassium_first\n")[2].partition("\n## ")[0]
    for told in (
        "first value in mmol/L",
        "potassium in serum at baseline",
        "* Type: number, in mmol/L",
        "* Range: 1.8 to",
    ):
        assert told in about
    assert "values are not used: in a unit that cannot be converted" in text.partition("\n## prednisolone_dose\n")[2]


def test_all_formats_hold_the_wide_table(wide_run: Path) -> None:
    written = rows_of(wide_run, "analysis")
    numbers = [float(row["age"]) for row in written]
    assert pq.read_table(wide_run / "analysis.parquet")["age"].to_pylist() == numbers
    head, *body = openpyxl.load_workbook(wide_run / "tables.xlsx", read_only=True)["analysis"].iter_rows(
        values_only=True
    )
    assert [row[head.index("age")] for row in body] == numbers
    articles = [json.loads(line) for line in (wide_run / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["age"] for article in articles for row in article["analysis"]] == numbers


@pytest.mark.parametrize("workers", [1, 2])
def test_order_and_workers_make_no_difference(wide_run: Path, tmp_path: Path, workers: int) -> None:
    items = find_articles([str(path) for path in sorted(ARTICLES.iterdir(), reverse=True)])
    write_run(
        tmp_path, run_all(items, Options(workers=workers)), {}, 0.0, ("csv", "parquet", "xlsx", "jsonl"), analysis()
    )
    for name in WRITTEN:
        assert (tmp_path / name).read_bytes() == (wide_run / name).read_bytes(), name


def test_a_protocol_takes_the_rows_of_a_run_that_is_done(
    casetab: Callable[..., Outcome], wide_run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert casetab("run", ARTICLES, "--out", out, "--workers", 1).status == 0
    assert not (out / "analysis.csv").exists()
    again = casetab("run", ARTICLES, "--out", out, "--workers", 1, "--protocol", PROTOCOL)
    assert again.status == 0
    assert f"analysis: 19 cases, {len(VARIABLES)} variables" in again.err
    for name in ("analysis.csv", "codebook.md", "missingness.csv"):
        assert (out / name).read_bytes() == (wide_run / name).read_bytes(), name
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert told["articles"]["taken_over"] == len(rows_of(out, "articles"))
    assert told["options"]["protocol"] == str(PROTOCOL)
    assert len(told["protocol"]) == 64
    assert casetab("run", ARTICLES, "--out", out, "--workers", 1).status == 0
    assert [name for name in WRITTEN[:3] if (out / name).exists()] == []


def test_files_that_are_not_the_protocols_stay(casetab: Callable[..., Outcome], tmp_path: Path) -> None:
    article = ARTICLES / "cp1252_lead_jar.txt"
    (tmp_path / "codebook.md").write_text("my own", encoding="utf-8")
    assert casetab("run", article, "--out", tmp_path, "--workers", 1).status == 0
    assert (tmp_path / "codebook.md").read_text(encoding="utf-8") == "my own"


def test_a_wrong_protocol_stops_the_run_before_it_begins(casetab: Callable[..., Outcome], tmp_path: Path) -> None:
    protocol = tmp_path / "p.yaml"
    protocol.write_text("variables:\n  x: {table: labs, analyte: calcum, pick: frist}\n", encoding="utf-8")
    told = casetab("run", ARTICLES, "--out", tmp_path / "out", "--protocol", protocol)
    assert told.status == 2
    assert f"{protocol}:2: x: analyte: 'calcum'" in told.err
    assert f"{protocol}:2: x: pick: 'frist'" in told.err
    assert not (tmp_path / "out").exists()


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(tmp_path: Path) -> None:
    from extract.records.cases import Article, Case
    from extract.records.finish import Records
    from extract.run.article import ArticleResult

    protocol = tmp_path / "p.yaml"
    protocol.write_text("variables:\n  d: {table: cases, value: diagnosis_text}\n", encoding="utf-8")
    case = Case(case_id="=a#1", article_id="=a", diagnosis_text='=HYPERLINK("x")')
    result = ArticleResult(Article(article_id="=a", source_file="a", status="ok"), Records(cases=[case]))
    rules = load_rules()
    write_run(tmp_path / "out", [result], {}, 0.0, ("csv",), Analysis(read_protocol(protocol, rules), rules))
    (row,) = rows_of(tmp_path / "out", "analysis")
    assert list(row.values()) == ["'=a", "'=a#1", '\'=HYPERLINK("x")', "'=a#1"]


def test_check_tells_what_each_variable_is_or_all_that_is_wrong(
    casetab: Callable[..., Outcome], tmp_path: Path
) -> None:
    right = casetab("protocol", "check", PROTOCOL)
    assert (right.status, len(right.out.splitlines())) == (0, len(VARIABLES))
    assert "potassium_first: The first value in mmol/L" in right.out
    protocol = tmp_path / "p.yaml"
    protocol.write_text("variables:\n  x: {table: labs, analyte: calcum, pick: frist}\n  y: 5\n", encoding="utf-8")
    wrong = casetab("protocol", "check", protocol)
    assert wrong.status == 1
    assert [line.split(":")[1] for line in wrong.err.splitlines()] == ["2", "2", "3"]
    assert casetab("protocol", "check", tmp_path / "none.yaml").status == 1


def test_the_users_own_rules_are_known(casetab: Callable[..., Outcome], tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    header = "analyte\tsynonyms\tkind\tspecimen\tloinc\tclass\n"
    (rules / "analytes.tsv").write_text(f"{header}frogulin\tFrogu\tanalyte\tserum\t\tchemistry\n", encoding="utf-8")
    protocol = tmp_path / "p.yaml"
    protocol.write_text("variables:\n  x: {table: labs, analyte: Frogu, unit: g/L, pick: max}\n", encoding="utf-8")
    assert casetab("protocol", "check", protocol).status == 1
    assert "frogulin" in casetab("protocol", "check", protocol, "--rules", rules).out


def test_a_new_protocol_is_valid_and_names_what_the_run_found(
    casetab: Callable[..., Outcome], wide_run: Path, tmp_path: Path
) -> None:
    file = tmp_path / "new" / "mine.yaml"
    assert casetab("protocol", "new", wide_run, "--min-cases", 3, "--out", file).status == 0
    schema = json.loads((file.parent / "protocol.schema.json").read_text(encoding="utf-8"))
    assert list(Draft7Validator(schema).iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))) == []
    assert file.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=protocol.schema.json\n")
    assert casetab("protocol", "check", file).status == 0
    made = yaml.safe_load(file.read_text(encoding="utf-8"))["variables"]
    cases = {row["case_id"] for row in rows_of(wide_run, "labs") if row["analyte"] == "C-reactive protein"}
    assert len(cases) >= 3
    assert made["c_reactive_protein_baseline"] == {
        "label": "C-reactive protein at baseline", "table": "labs", "analyte": "C-reactive protein",
        "when": "baseline", "unit": "mg/L", "pick": "first",
    }  # fmt: skip
    assert {"age", "sex", "outcome", "antibiotic", "corticosteroid"} <= set(made)
    again = casetab("protocol", "new", wide_run, "--out", file)
    assert (again.status, "exists" in again.err) == (2, True)


def test_a_new_protocol_needs_a_run(casetab: Callable[..., Outcome], tmp_path: Path) -> None:
    told = casetab("protocol", "new", tmp_path, "--out", tmp_path / "p.yaml")
    assert (told.status, "name the folder of a run" in told.err) == (2, True)
    assert not (tmp_path / "p.yaml").exists()


def test_the_examples_of_the_documentation(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "p.yaml"
    path.write_text(example, encoding="utf-8")
    assert len(read_protocol(path, load_rules()).variables) == 6
    wrong = "variables:\n calcium:\n  table: labs\n  pick: first\n\n  analyte: Serum calcum\n"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        read_protocol(path, load_rules())
    assert str(caught.value).replace(str(path), "protocol.yaml") in page


def test_the_documentation_names_every_key(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    keys = {field.alias or name for model in MODELS.values() for name, field in model.model_fields.items()}
    assert {key for key in keys if f"`{key}" not in page and f"    {key}:" not in page} == set()


def test_a_run_without_articles_that_can_be_read_has_an_empty_wide_table(tmp_path: Path) -> None:
    write_run(tmp_path, [], {}, 0.0, ("csv",), analysis())
    with (tmp_path / "analysis.csv").open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.reader(stream))) == 1
    assert all(row["percent_reported"] == "" for row in rows_of(tmp_path, "missingness"))
