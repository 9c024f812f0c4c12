"""The training project: corpora as labelled texts, the split, the figures, and a training of a few sentences."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from helpers import ARTICLES, ROOT

from extract.nlp.ner_model import Recogniser, shipped
from extract.nlp.pipeline import load_pipeline

sys.path.insert(0, str(ROOT))  # models/ is no part of the package

from models.corpora import HELD_OUT, Example, read_maccrobat, read_phee, split
from models.encode import Encoder, annotated, encode, tag
from models.scoring import Counts
from models.train import main


def test_brat_files_become_examples_under_our_labels(tmp_path: Path) -> None:
    text = "A 40-year-old man took aspirin 75 mg."
    (tmp_path / "one.txt").write_text(text)
    (tmp_path / "one.ann").write_text(
        "T1\tAge 2 13\t40-year-old\nT2\tSex 14 17\tman\nT3\tMedication 23 30\taspirin\nE1\tMedication:T3\n"
        "T4\tDosage 31 36\t75 mg\nT5\tHistory 0 30\tA 40-year-old man took aspirin\n"
        "T6\tSign_symptom 23 36\taspirin 75 mg\n"
    )
    (example,) = read_maccrobat(tmp_path)
    assert [(text[a:b], label) for a, b, label in example.spans] == [
        ("40-year-old", "AGE"),
        ("man", "SEX"),
        ("aspirin", "DRUG"),
        ("75 mg", "DOSE"),
    ]


def test_a_folder_without_brat_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no brat files"):
        read_maccrobat(tmp_path)


def test_phee_sentences_become_examples(tmp_path: Path) -> None:
    entry = {"id": "1_1", "text": "Oral zolpidem.", "spans": [{"label": "Drug", "spans": [[5, 13]]}], "relations": []}
    for name in ("train", "dev"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(entry) + "\n")
    assert [example.spans for example in read_phee(tmp_path)] == [((5, 13, "DRUG"),)] * 2


def test_the_split_depends_on_names_alone() -> None:
    examples = [Example(f"document {i}", "", ()) for i in range(60)]
    training, held_out = split(examples)
    assert len(held_out) == HELD_OUT
    assert {e.name for e in split(examples[::-1])[1]} == {e.name for e in held_out}
    assert not {e.name for e in training} & {e.name for e in held_out}


def test_figures_by_ends_and_by_overlap() -> None:
    counts = Counts()
    counts.add(gold=[(0, 4, "DRUG"), (10, 20, "DRUG")], found=[(0, 4, "DRUG"), (12, 20, "DRUG"), (30, 34, "DRUG")])
    figures = counts.figures("DRUG")
    assert figures["precision"] == pytest.approx(1 / 3)
    assert figures["recall"] == pytest.approx(1 / 2)
    assert figures["overlap_f1"] == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))


def test_tags_say_where_an_entity_begins_and_ends() -> None:
    text = "He took folic acid daily."
    tokens = encode(load_pipeline(), Example("x", text, ())).tokens
    assert tag(tokens, ((8, 18, "DRUG"), (19, 24, "FREQUENCY"))) == ["O", "O", "B-DRUG", "L-DRUG", "U-FREQUENCY", "O"]


def test_a_recogniser_finds_what_it_was_trained_on() -> None:
    pytest.importorskip("pycrfsuite")
    from models.crf import Settings, train

    nlp = load_pipeline()
    names = ("brelquostat", "vorbatin", "lumizeptin", "orfentacol")
    examples = [Example(n, f"She was treated with {n} for a week.", ((21, 21 + len(n), "DRUG"),)) for n in names]
    examples += [Example("none", "The abdomen was soft for a week.", ())]
    encoder = Encoder({})
    sequences = [s for example in examples for s in encoder.sequences(encode(nlp, example))]
    recogniser = Recogniser(train(sequences, {}, Settings(c1=0.0, c2=0.01)))
    doc = annotated(nlp, "He was treated with pralquozin for a month.")
    assert [(doc.text[e.start : e.end], e.label) for e in recogniser.entities(doc)] == [("pralquozin", "DRUG")]


def test_silver_sentences_hold_the_drugs_that_rules_are_sure_of() -> None:
    from models.silver import read_silver

    found = read_silver(load_pipeline(), ARTICLES, shipped(), 5)
    assert len(found) == 5
    for example in found:
        assert "DRUG" in {label for _, _, label in example.spans}
        assert all(0 <= a < b <= len(example.text) for a, b, _ in example.spans)


def test_training_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["train", "--maccrobat", "nowhere", "--articles", "nowhere"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "--maccrobat must name a folder" in capsys.readouterr().err
