"""The trained recogniser: its file, its arithmetic, and what the shipped weights find."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from helpers import ROOT

from extract.errors import CasetabError
from extract.nlp.ner_features import REACH, read_tokens, shape_of, sign_features, sign_key, word_features, word_key
from extract.nlp.ner_model import SHIPPED, Recogniser, Weights, shipped
from extract.nlp.ner_viterbi import Viterbi
from extract.nlp.pipeline import load_pipeline

TAGS = ("B-DRUG", "I-DRUG", "L-DRUG", "O", "U-DRUG")


def weights(features: dict[str, tuple[str, float]]) -> Weights:
    """Return weights in which each feature votes for one tag; any tag may follow any other."""
    keys = sorted((crc32(name.encode()), tag, score) for name, (tag, score) in features.items())
    scores = np.zeros((len(keys), len(TAGS)), dtype=np.float16)
    for row, (_, tag, score) in enumerate(keys):
        scores[row, TAGS.index(tag)] = score
    bias = np.array([float(tag == "O") for tag in TAGS], dtype=np.float32)
    numbers = np.array([key for key, _, _ in keys], dtype=np.uint32)
    none = np.zeros(0, dtype=np.uint32), np.zeros((0, 3), dtype=np.uint16)
    return Weights(TAGS, numbers, scores, bias, np.zeros((5, 5), dtype=np.float32), *none)


def found(recogniser: Recogniser, text: str) -> list[tuple[str, str]]:
    nlp = load_pipeline()
    doc = nlp.make_doc(text)
    for name in ("casetab_sentences", "casetab_terms", "casetab_abbreviations", "casetab_quantities"):
        doc = nlp.get_pipe(name)(doc)
    return [(text[e.start : e.end], e.label) for e in recogniser.entities(doc)]


def test_a_word_is_an_entity_where_its_features_say_so() -> None:
    recogniser = Recogniser(weights({"0 w=vorbatin": ("U-DRUG", 3.0)}))
    assert found(recogniser, "We saw Vorbatin. Later vorbatin again.") == [("Vorbatin", "DRUG"), ("vorbatin", "DRUG")]


def test_a_neighbour_counts_at_its_distance_and_not_across_sentences() -> None:
    recogniser = Recogniser(weights({"-1 w=received": ("U-DRUG", 3.0)}))
    assert found(recogniser, "He received vorbatin. Relatives received. Nothing else.") == [
        ("vorbatin", "DRUG"),
        (".", "DRUG"),
    ]


def test_an_entity_of_several_words_is_one_and_leaves_the_full_stop() -> None:
    votes = {"0 w=units": ("B-DRUG", 3.0), "0 w=of": ("I-DRUG", 3.0), "0 w=l": ("L-DRUG", 3.0)}
    assert found(Recogniser(weights(votes)), "There were many units of L.") == [("units of L", "DRUG")]


def test_a_row_of_tags_that_is_none_is_no_entity() -> None:
    assert found(Recogniser(weights({"0 w=units": ("I-DRUG", 3.0)})), "There were many units here.") == []


def test_a_text_without_sentences_has_no_entities() -> None:
    assert found(shipped(), "") == []


def test_the_best_row_of_tags_is_the_best_of_all() -> None:
    random = np.random.default_rng(3)
    lengths = [4, 1, 3, 5, 1]
    emissions = random.normal(size=(sum(lengths), 3)).astype(np.float32)
    moves = random.normal(size=(3, 3)).astype(np.float32)
    best = Viterbi(moves).best(emissions, lengths)
    at = 0
    for length in lengths:
        rows = emissions[at : at + length]

        def score(tags: tuple[int, ...], rows: np.ndarray = rows) -> float:
            steps = sum(moves[a, b] for a, b in pairwise(tags))
            return float(steps + sum(row[tag] for row, tag in zip(rows, tags, strict=True)))

        assert tuple(best[at : at + length]) == max(product(range(3), repeat=length), key=score)
        at += length


def test_weights_come_back_as_they_were_saved_and_always_as_the_same_bytes(tmp_path: Path) -> None:
    held = weights({"0 w=vorbatin": ("U-DRUG", 3.0)})
    held.save(tmp_path / "a.npz")
    held.save(tmp_path / "b.npz")
    again = Weights.load(tmp_path / "a.npz")
    assert again.tags == held.tags
    assert np.array_equal(again.scores, held.scores)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_weights_of_another_form_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "old.npz").open("wb") as file:
        np.savez(file, format=np.array([99]))
    with pytest.raises(CasetabError, match="form 99, this version reads form 1"):
        Weights.load(tmp_path / "old.npz")


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"PK\x03\x04 cut off"])
def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(CasetabError, match="not the weights of a recogniser"):
        Weights.load(tmp_path / "bad.npz")


def test_weights_that_are_missing_are_said_to_be() -> None:
    with pytest.raises(CasetabError, match="are not there"):
        Weights.load(Path("nowhere.npz"))


@pytest.mark.parametrize(
    ("word", "shape"), [("Serum", "Xxx"), ("IL-6", "XX-d"), ("2500", "dd"), ("a", "x"), ("mmHg", "xxXx")]
)
def test_the_shape_of_a_word(word: str, shape: str) -> None:
    assert shape_of(word) == shape


def test_digits_case_and_a_final_full_stop_make_no_other_word() -> None:
    assert word_key("T1.") == word_key("t9")
    assert word_key("T1") != word_key("T11")


def test_features_by_offset_differ() -> None:
    at = word_features("serum", {})
    assert len(at) == 2 * REACH + 1
    assert not set(at[REACH]) & set(at[REACH + 1])
    assert sign_features(-1) == [[]] * len(at)
    assert sign_key(1) != sign_key(2)


def test_the_shipped_weights_name_what_a_case_report_says_first() -> None:
    text = (
        "A 67-year-old woman was admitted with fever. Haemoglobin was 8.1 g/dL and bilirubin 34 µmol/L. "
        "She was treated with prednisolone 40 mg daily and received intravenous vancomycin."
    )
    held = found(shipped(), text)
    assert ("67-year-old", "AGE") in held
    assert ("woman", "SEX") in held
    assert ("prednisolone", "DRUG") in held
    assert ("8.1 g/dL", "LAB_VALUE") in held


def test_the_shipped_weights_are_small_and_hold_no_words() -> None:
    assert SHIPPED.stat().st_size < 4_000_000
    with np.load(SHIPPED) as held:
        assert {name: held[name].dtype.kind for name in held.files if held[name].dtype.kind == "U"} == {"tags": "U"}
        assert all(len(tag) < 16 for tag in held["tags"].tolist())


def test_training_and_recognition_see_the_same_features(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from models.corpora import Example
    from models.encode import Encoder, annotated, encode

    nlp = load_pipeline()
    example = Example("own", "Serum IL-6 was 34 pg/mL. She received vorbatin 40 mg daily, i.v.", ())
    (first, second) = Encoder({}).sequences(encode(nlp, example))
    keys = np.array(sorted({int(f) for s in (first, second) for token in s.features for f in token}), dtype=np.uint32)
    scores = np.random.default_rng(1).normal(size=(len(keys), 5)).astype(np.float16)
    none = np.zeros(0, dtype=np.uint32), np.zeros((0, 3), dtype=np.uint16)
    held = Weights(TAGS, keys, scores, np.zeros(5, dtype=np.float32), np.zeros((5, 5), dtype=np.float32), *none)
    doc = annotated(nlp, example.text)
    seen = Recogniser(held)._emissions(doc, read_tokens(doc))
    row = {int(key): scores[i].astype(np.float32) for i, key in enumerate(keys.tolist())}
    wanted = [sum(row[int(f)] for f in token) for s in (first, second) for token in s.features]
    assert np.allclose(seen, np.array(wanted), atol=0.05)
