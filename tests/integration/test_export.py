"""``casetab export``: what annotation tools and phenopacket readers get of a run over the corpus."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from helpers import ARTICLES, RECORD_TABLES, rows_of

from extract.export.brat import fragments
from extract.export.phenopackets import iso_age

if TYPE_CHECKING:
    from conftest import Outcome

FORMATS = ("brat", "bioc", "bioc-json", "phenopackets")
Run = Callable[..., "Outcome"]


@pytest.fixture(scope="module")
def exported(corpus_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folders of an export to each format."""
    pytest.importorskip("bioc")
    pytest.importorskip("phenopackets")
    from extract.export.folder import export_run

    folders = {name: tmp_path_factory.mktemp("export") / name for name in FORMATS}
    for name, folder in folders.items():
        assert export_run(corpus_run, name, folder, [ARTICLES]).problems == []
    return folders


def read(path: Path) -> str:
    """Return a file's text as it is, line ends untouched."""
    with path.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def placed(run: Path, article: str) -> dict[str, str]:
    """Return the quotes of an article's rows by what identifies them."""
    rows = [row for table in RECORD_TABLES for row in rows_of(run, table) if row["article_id"] == article]
    found = {row["record_id"]: row["quote"] for row in rows}
    cases = [row for row in rows_of(run, "cases") if row["article_id"] == article and row["start"]]
    return found | {row["case_id"]: row["quote"] for row in cases}


# --- brat


def test_every_row_is_a_span_that_says_what_the_text_says(corpus_run: Path, exported: dict[str, Path]) -> None:
    for path in sorted(exported["brat"].glob("*.ann")):
        text, quotes = read(path.with_suffix(".txt")), placed(corpus_run, path.stem)
        spans = {}
        for line in read(path).split("\n"):
            if line.startswith("T"):
                name, head, written = line.split("\t")
                pieces = [text[int(a) : int(b)] for a, b in re.findall(r"(\d+) (\d+)", head)]
                assert " ".join(pieces) == written
                assert not any(re.search(r"[\r\n\t]", piece) for piece in pieces)
                spans[name] = written
            elif line.startswith("#"):
                _, target, note = line.split("\t")
                told = re.match(r"(?:record|case)_id: ([^;]+)", note)
                assert told is not None
                assert "".join(spans[target.split()[1]].split()) == "".join(quotes.pop(told.group(1)).split())
        assert quotes == {}, path


def test_attributes_are_those_of_the_configuration(exported: dict[str, Path]) -> None:
    lines = read(exported["brat"] / "annotation.conf").splitlines()
    allowed = {}
    for line in lines[lines.index("[attributes]") + 1 :]:
        match = re.fullmatch(r"(\w+)\tArg:([\w|]+), Value:([\w|]+)", line)
        assert match is not None
        allowed[match.group(1)] = (match.group(2).split("|"), match.group(3).split("|"))
    used = 0
    for path in exported["brat"].glob("*.ann"):
        kinds = dict(re.findall(r"^(T\d+)\t(\w+)", read(path), re.MULTILINE))
        for column, target, value in re.findall(r"^A\d+\t(\w+) (T\d+) (.+)$", read(path), re.MULTILINE):
            assert kinds[target] in allowed[column][0]
            assert value in allowed[column][1]
            used += 1
    assert used > 1000


def test_rows_of_several_patients_are_tied_to_theirs(exported: dict[str, Path]) -> None:
    text = read(exported["brat"] / "series_leptospirosis.ann")
    patients = dict(re.findall(r"^#\d+\tAnnotatorNotes (T\d+)\tcase_id: ([^;]+)", text, re.MULTILINE))
    tied = dict(re.findall(r"^R\d+\tof_patient Arg1:(T\d+) Arg2:(T\d+)$", text, re.MULTILINE))
    rows = re.findall(r"^#\d+\tAnnotatorNotes (T\d+)\trecord_id: [^;]+; case_id: ([^;]+)", text, re.MULTILINE)
    assert len(rows) > 20
    assert [patients[tied[span]] for span, _ in rows] == [case for _, case in rows]
    assert "of_patient" not in read(exported["brat"] / "cp1252_lead_jar.ann")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one line", ["one line"]),
        ("sodium\n  128 mmol/L", ["sodium", "128 mmol/L"]),
        ("sodium\r\n\r\n128", ["sodium", "128"]),
        ("a\tb \u2028 c", ["a", "b", "c"]),
        (" \n ", []),
    ],
)
def test_a_span_is_cut_where_a_line_ends(text: str, pieces: list[str]) -> None:
    assert [text[a:b] for a, b in fragments(text, 0, len(text))] == pieces


# --- BioC


@pytest.mark.parametrize("name", ["bioc", "bioc-json"])
def test_the_librarys_own_check_passes(corpus_run: Path, exported: dict[str, Path], name: str) -> None:
    from bioc import biocjson, biocxml, validate

    module, pattern = (biocxml, "*.xml") if name == "bioc" else (biocjson, "*.json")
    for path in sorted(exported[name].glob(pattern)):
        with path.open(encoding="utf-8", newline="") as stream:
            collection = module.load(stream)
        validate(collection)
        (passage,) = collection.documents[0].passages
        assert passage.text == read(exported["brat"] / f"{path.stem}.txt")  # carriage returns and all
        assert {a.id: a.text for a in passage.annotations} == placed(corpus_run, path.stem)


def test_codes_and_values_stand_with_an_annotation(exported: dict[str, Path]) -> None:
    collection = json.loads(read(exported["bioc-json"] / "cp1252_lead_jar.json"))
    annotations = collection["documents"][0]["passages"][0]["annotations"]
    told = next(a["infons"] for a in annotations if a["infons"].get("analyte") == "ferritin")
    assert (told["type"], told["identifier"], told["value"], told["unit"]) == ("Lab", "LOINC:2276-4", "88", "ug/L")


def test_what_xml_cannot_hold_is_a_blank_and_counted(casetab: Run, tmp_path: Path) -> None:
    pytest.importorskip("bioc")
    (tmp_path / "a.txt").write_text("A 40-year-old man was admitted.\x0c Sodium was 128 mmol/L.\n", encoding="utf-8")
    casetab("run", tmp_path / "a.txt", "--out", tmp_path / "tables", "--workers", 1)
    done = casetab("export", tmp_path / "tables", "--to", "bioc", "--out", tmp_path / "out")
    assert "left out: 1 characters that XML cannot hold, written as blanks" in done.err
    assert "<text>Sodium was 128 mmol/L</text>" in read(tmp_path / "out" / "a.xml")


# --- phenopackets


def packets(folder: Path) -> dict[str, Any]:
    """Return the phenopackets of an export as the library reads them: it refuses unknown fields and wrong types."""
    from google.protobuf.json_format import Parse
    from phenopackets.schema.v2.phenopackets_pb2 import Phenopacket

    return {path.stem: Parse(read(path), Phenopacket()) for path in sorted(folder.glob("*.json"))}


def test_there_is_a_valid_phenopacket_for_each_patient(corpus_run: Path, exported: dict[str, Path]) -> None:
    found = packets(exported["phenopackets"])
    assert sorted(packet.id for packet in found.values()) == sorted(
        row["case_id"] for row in rows_of(corpus_run, "cases")
    )
    for packet in found.values():
        meta = packet.meta_data
        assert meta.phenopacket_schema_version == "2.0"
        assert meta.HasField("created")
        assert meta.created_by.startswith("casetab")
        prefixes = {resource.namespace_prefix for resource in meta.resources}
        used = [code for m in packet.measurements for code in (m.assay.id, m.value.quantity.unit.id) if code]
        used += [a.treatment.agent.id for a in packet.medical_actions]
        assert {code.partition(":")[0] for code in used} <= prefixes
        assert all(r.id and r.name and r.url and r.version and r.iri_prefix for r in meta.resources)


def test_a_patients_facts_are_there(exported: dict[str, Path]) -> None:
    packet = packets(exported["phenopackets"])["cp1252_lead_jar-1"]
    assert packet.subject.time_at_last_encounter.age.iso8601duration == "P35Y"
    assert packet.subject.sex == 1  # FEMALE
    values = [(m.assay.id, m.value.quantity.value, m.value.quantity.unit.id) for m in packet.measurements]
    assert ("LOINC:718-7", 9.2, "UCUM:g/dL") in values
    assert ("LOINC:1975-2", 1.81287, "UCUM:mg/dL") in values  # reported in umol/L; the code is of mass
    assert [f.type.id for f in packet.phenotypic_features] == ["HP:0001324"]
    assert any(
        m.description == "cp1252_lead_jar:lab:1: Haemoglobin was 9.2 g/dL [baseline]" for m in packet.measurements
    )
    agents = {a.treatment.agent.label: a.treatment for a in packet.medical_actions}
    assert all(treatment.agent.id.startswith("DrugBank:DB") for treatment in agents.values())
    assert agents


TEXT = """Case report

A 3-month-old girl was admitted. Sodium was 128 mmol/L, potassium was <2.5 mmol/L, and pH was 7.21.
Hepatitis B surface antigen was negative. She was given oral amoxicillin 50 mg three times daily.
Vancomycin was not given. She died on day 4.
"""


def test_what_has_no_code_is_left_out_and_told(casetab: Run, tmp_path: Path) -> None:
    pytest.importorskip("phenopackets")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    casetab("run", tmp_path / "a.txt", "--out", tmp_path / "tables", "--workers", 1)
    done = casetab("export", tmp_path / "tables", "--to", "phenopackets", "--out", tmp_path / "out")
    assert done.status == 0
    assert "left out: 1 laboratory results that are a limit or a range" in done.err
    assert "left out: 1 drugs not given, or perhaps given" in done.err
    packet = packets(tmp_path / "out")["a-1"]
    assert packet.subject.time_at_last_encounter.age.iso8601duration == "P3M"
    assert packet.subject.vital_status.status == 2  # DECEASED
    values = {m.assay.label: m.value for m in packet.measurements}
    assert values["sodium"].quantity.value == 128
    assert (values["pH"].quantity.value, values["pH"].quantity.unit.id) == (7.21, "UCUM:1")
    assert values["hepatitis B surface antigen"].ontology_class.id == "LOINC:LA6577-6"
    assert "potassium" not in values
    ((drug, route),) = [
        (a.treatment.agent.label, a.treatment.route_of_administration.id) for a in packet.medical_actions
    ]
    assert (drug, route) == ("amoxicillin", "NCIT:C38288")


@pytest.mark.parametrize(
    ("years", "duration"),
    [
        (53, "P53Y"),
        (0.25, "P3M"),
        (1.5, "P1Y6M"),
        (3 / 365.25, "P3D"),
        (0, "P0D"),
        (21 / 365.25, "P21D"),
        (35.7, "P35Y8M"),
    ],
)
def test_an_age_is_an_iso_duration(years: float, duration: str) -> None:
    assert iso_age(years) == duration


# --- all formats


@pytest.mark.parametrize("name", FORMATS)
def test_two_exports_are_the_same_bytes(corpus_run: Path, exported: dict[str, Path], tmp_path: Path, name: str) -> None:
    from extract.export.folder import export_run

    export_run(corpus_run, name, tmp_path, [ARTICLES])
    first = {path.name: path.read_bytes() for path in exported[name].iterdir()}
    assert first == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(first) >= 16


def test_an_article_that_has_changed_or_gone_costs_only_itself(casetab: Run, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for name in ("cp1252_lead_jar", "letter_insulin_autoimmune", "labs_pyroglutamic_acidosis"):
        shutil.copy(ARTICLES / f"{name}.txt", articles)
    casetab("run", articles, "--out", tmp_path / "tables", "--workers", 1)
    with (articles / "cp1252_lead_jar.txt").open("a", encoding="cp1252") as stream:
        stream.write("An erratum.\n")
    (articles / "letter_insulin_autoimmune.txt").unlink()
    done = casetab("export", tmp_path / "tables", "--to", "brat", "--out", tmp_path / "out")
    assert done.status == 1
    assert "cp1252_lead_jar.txt has changed since the run" in done.err
    assert "letter_insulin_autoimmune.txt is not where it was" in done.err
    assert sorted(path.name for path in (tmp_path / "out").glob("*.ann")) == ["labs_pyroglutamic_acidosis.ann"]


def test_articles_that_were_moved_are_found_where_they_are_said_to_be(casetab: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    casetab("run", tmp_path / "a.txt", "--out", tmp_path / "tables", "--workers", 1)
    (tmp_path / "moved").mkdir()
    (tmp_path / "a.txt").rename(tmp_path / "moved" / "a.txt")
    arguments = ("export", tmp_path / "tables", "--to", "brat", "--out", tmp_path / "out")
    assert casetab(*arguments).status == 1
    assert casetab(*arguments, "--articles", tmp_path / "moved").status == 0


def test_a_folder_without_a_run_is_wrong_usage(casetab: Run, tmp_path: Path) -> None:
    done = casetab("export", tmp_path, "--to", "brat", "--out", tmp_path / "out")
    assert done.status == 2
    assert "casetab run" in done.err
