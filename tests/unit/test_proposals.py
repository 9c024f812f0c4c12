"""Where model and rules meet: which proposed names count, and who may propose."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import spacy

from extract.api import text as tables_of
from extract.cli import main
from extract.errors import CasetabError, RulesError
from extract.nlp.ner_choice import check_ner, ner_identity
from extract.nlp.ner_model import Entity
from extract.nlp.pipeline import load_pipeline
from extract.nlp.proposals import ProposalFinder, proposals
from extract.rules.load import load_rules
from extract.run.fingerprint import fingerprint


class Marked:
    """A source that proposes given words wherever they stand."""

    name = "model"

    def __init__(self, label: str, *words: str) -> None:
        self._label, self._words = label, words

    def entities(self, doc: spacy.tokens.Doc) -> list[Entity]:
        found = []
        for word in self._words:
            start = doc.text.find(word)
            while start >= 0:
                found.append(Entity(start, start + len(word), self._label))
                start = doc.text.find(word, start + 1)
        return sorted(found, key=lambda e: e.start)


def proposed(text: str, label: str, *words: str) -> list[str]:
    nlp = load_pipeline()
    doc = nlp.make_doc(text)
    for name in ("casetab_sentences", "casetab_terms", "casetab_abbreviations", "casetab_quantities"):
        doc = nlp.get_pipe(name)(doc)
    doc = ProposalFinder(load_rules(), Marked(label, *words))(doc)
    return [m.text for m in proposals(doc, "drug" if label == "DRUG" else "analyte")]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("She was treated with oral brelquostat and recovered.", "oral brelquostat", ["brelquostat"]),
        ("Brelquostat 40 mg daily was added on day 3.", "Brelquostat", ["Brelquostat"]),
        ("He was given 40 mg of brelquostat at night.", "brelquostat", ["brelquostat"]),
        ("Then 5 mg brelquostat twice daily followed.", "brelquostat", ["brelquostat"]),
        ("For brelquostat, 1 mg adrenaline was at hand.", "brelquostat", []),  # the dose is another drug's
        ("The scan showed brelquostat 50%.", "brelquostat", []),  # a share is no dose
        ("He was treated with brelquostat tamponade.", "brelquostat", []),  # no name, but what the tamponade is like
        ("The brelquostat trial was stopped early in Europe.", "brelquostat", []),
        ("She was treated with prednisolone.", "prednisolone", []),  # the lexicon has it
        ("She was treated with haemodialysis.", "haemodialysis", []),
        ("He was treated with total thyroidectomy.", "total thyroidectomy", []),
        ("He was treated with blood transfusion.", "blood transfusion", []),
    ],
)
def test_a_proposed_drug_counts_where_the_text_says_that_it_was_given(
    text: str, word: str, expected: list[str]
) -> None:
    assert proposed(text, "DRUG", word) == expected


def test_a_name_that_counts_at_one_place_counts_at_all() -> None:
    text = "Brelquostat was considered. She was treated with brelquostat for a month."
    assert proposed(text, "DRUG", "Brelquostat", "brelquostat") == ["Brelquostat", "brelquostat"]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Vorbatin was 40 ng/mL on admission.", "Vorbatin", ["Vorbatin"]),
        ("The vorbatin level was elevated at 40 ng/mL.", "vorbatin level", ["vorbatin"]),
        ("Anti-vorbatin antibodies (1:640) were found.", "Anti-vorbatin antibodies", ["Anti-vorbatin antibodies"]),
        ("Vorbatin was 40 mm wide.", "Vorbatin", []),
        ("Vorbatin was seen, and later 40 ng/mL of it.", "Vorbatin", []),
        ("Creatinine was 1.4 mg/dL.", "Creatinine", []),  # the lexicon has it
        ("Blood pressure was 40 ng/mL.", "Blood pressure", []),
    ],
)
def test_a_proposed_test_counts_in_front_of_a_laboratory_value(text: str, word: str, expected: list[str]) -> None:
    assert proposed(text, "TEST", word) == expected


@pytest.mark.parametrize("choice", ["model", "scispacy:", "", "scispacy"])
def test_a_choice_that_is_none_is_refused(choice: str) -> None:
    with pytest.raises(CasetabError, match="must be rules, hybrid or scispacy:NAME"):
        check_ner(choice)


def test_a_model_that_is_missing_is_named_with_the_way_to_get_it() -> None:
    with pytest.raises(CasetabError, match=r"en_core_nowhere.*not on PyPI.*allenai/scispacy"):
        check_ner("scispacy:en_core_nowhere")


def stand_in(folder: Path, name: str) -> None:
    """Write a spaCy package with an entity component of the labels of en_ner_bc5cdr_md."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler", name="ner")
    ruler.add_patterns([{"label": "CHEMICAL", "pattern": word} for word in ("brelquostat", "prednisolone", "table")])
    nlp.meta["name"], nlp.meta["version"] = name.removeprefix("en_"), "0.5.4"
    package = folder / name
    package.mkdir()
    nlp.to_disk(package / f"{name}-0.5.4")
    (package / "meta.json").write_text((package / f"{name}-0.5.4" / "meta.json").read_text())
    (package / "__init__.py").write_text(
        "from spacy.util import load_model_from_init_py\n\n\n"
        "def load(**overrides):\n    return load_model_from_init_py(__file__, **overrides)\n"
    )
    about = folder / f"{name}-0.5.4.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.5.4\n")


TEXT = "A 60-year-old man came with fever. He was treated with brelquostat 40 mg daily and prednisolone 5 mg daily."


def test_an_installed_scispacy_model_proposes_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, "en_stand_in_one")
    monkeypatch.syspath_prepend(str(tmp_path))
    drugs = tables_of(TEXT, ner="scispacy:en_stand_in_one").drugs
    assert list(drugs["drug"]) == ["brelquostat", "prednisolone"]
    assert list(drugs["rule"]) == ["drugs:scispacy:dose", "drugs:lexicon:dose"]
    assert list(drugs["dose_value"]) == [40, 5]
    assert drugs["confidence"][0] < drugs["confidence"][1]
    assert list(tables_of(TEXT).drugs["drug"]) == ["prednisolone"]
    sys.modules.pop("en_stand_in_one", None)


def test_a_scispacy_model_may_be_a_folder(tmp_path: Path) -> None:
    stand_in(tmp_path, "en_stand_in_two")
    choice = f"scispacy:{tmp_path / 'en_stand_in_two' / 'en_stand_in_two-0.5.4'}"
    assert list(tables_of(TEXT, ner=choice).drugs["drug"]) == ["brelquostat", "prednisolone"]
    assert "0.5.4" in ner_identity(choice)


def test_a_pipeline_that_names_nothing_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "mute")
    with pytest.raises(CasetabError, match="no ner component"):
        tables_of(TEXT, ner=f"scispacy:{tmp_path / 'mute'}")


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CasetabError, match="cannot load this model"):
        tables_of(TEXT, ner=f"scispacy:{tmp_path}")


def test_a_run_with_another_recogniser_is_another_run() -> None:
    alone = fingerprint("rules", all_subjects=False)
    assert fingerprint("rules", all_subjects=False, ner="rules") == alone
    assert fingerprint("rules", all_subjects=False, ner="hybrid") != alone


def test_the_command_refuses_a_missing_model_before_it_reads_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    out = tmp_path / "out"
    command = ["casetab", "run", str(tmp_path / "a.txt"), "--out", str(out), "--ner", "scispacy:en_core_nowhere"]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "en_core_nowhere" in capsys.readouterr().err
    assert not out.exists()


def test_a_pattern_of_the_users_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "proposals.yaml").write_text("drug_before: ['treated (with']\n")
    with pytest.raises(RulesError, match=r"proposals\.yaml.*drug_before"):
        tables_of(TEXT, rules=[tmp_path], ner="hybrid")
