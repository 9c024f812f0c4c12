"""Rules files: what is shipped is valid, what is wrong is told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.errors import RulesError
from extract.rules.check import check_rules, describe_rules
from extract.rules.fold import split_words
from extract.rules.load import load_rules
from extract.rules.locate import builtin_rules


def folder_with(tmp_path: Path, name: str, content: str | bytes) -> Path:
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(data)
    return tmp_path


def test_the_shipped_rules_are_valid() -> None:
    problems, files = check_rules([])
    assert [str(problem) for problem in problems] == []
    assert files == len([p for p in builtin_rules().iterdir() if p.suffix in (".tsv", ".yaml")])


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("analytes.tsv", "", "analytes.tsv: no header line"),
        ("analytes.tsv", "analyte\tsynonyms\n", "analytes.tsv:1: the header lacks the column(s) kind"),
        ("routes.tsv", "# mine\n\nroute\tsynonyms\noral\tpo\tx\n", "routes.tsv:4: 3 cells but 2 columns"),
        ("routes.tsv", "route\tsynonyms\n\tpo\n", "routes.tsv:2: the first cell (route) is empty"),
        ("routes.tsv", "route\tsynonyms\noral\tpo\noral\tper os\n", "routes.tsv:3: 'oral' stands in line 2"),
        ("routes.tsv", b"route\tsynonyms\nor\xe1l\tpo\n", "routes.tsv: not UTF-8"),
        ("units.tsv", "unit\tsynonyms\tkind\tdimension\nmg\t\tweight\tmass\n", "units.tsv:2: kind must be"),
        ("context.yaml", "negation:\n  - no\n - denies\n", "context.yaml:3: not valid YAML"),
        ("context.yaml", "- no\n", "context.yaml:1: must be a mapping"),
        ("anlytes.tsv", "analyte\tsynonyms\n", "anlytes.tsv: not a rules file that casetab knows"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, name: str, content: str | bytes, problem: str
) -> None:
    folder = folder_with(tmp_path, name, content)
    with pytest.raises(RulesError) as error:
        load_rules([folder])
    assert f"{folder}/{problem}" in str(error.value)
    problems, _ = check_rules([folder])
    assert [f"{folder}/{problem}" in str(found) for found in problems] == [True]


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="no such rules folder"):
        load_rules([tmp_path / "mine"])
    problems, _ = check_rules([tmp_path / "mine"])
    assert "no such rules folder" in str(problems[0])


def test_the_users_terms_come_on_top_of_the_shipped_ones(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "routes.tsv", "route\tsynonyms\nby dart\tdart gun | =DG\n")
    shipped, own = load_rules(), load_rules([folder])
    text = "given by dart, then with a dart gun, then DG and dg"
    found = own.lexicon.find(text, split_words(text)).get("route", [])
    assert [m.text for m in found if m.name == "by dart"] == ["by dart", "dart gun", "DG"]
    assert len(own.entries["route"]) == len(shipped.entries.get("route", [])) + 1
    assert own.hash != shipped.hash
    assert own.entry("route", "by dart") is not None
    assert shipped.entry("route", "by dart") is None


def test_a_byte_order_mark_and_dos_line_ends_do_no_harm(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "routes.tsv", b"\xef\xbb\xbfroute\tsynonyms\r\nby dart\tdart gun\r\n")
    entry = load_rules([folder]).entry("route", "by dart")
    assert entry is not None
    assert entry["synonyms"] == "dart gun"


def test_lists_of_a_yaml_file_are_joined_to_the_shipped_ones(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder, word in ((first, "one"), (second, "two")):
        folder.mkdir()
        (folder / "extra.yaml").write_text(f"words: [{word}]\nlimit: {len(word)}\n", encoding="utf-8")
    (second / "extra.yaml").write_text("words: [two]\nlimit: 9\n", encoding="utf-8")
    assert load_rules([first, second]).documents["extra.yaml"] == {"words": ["one", "two"], "limit": 9}


def test_the_hash_tells_any_change_of_the_rules(tmp_path: Path) -> None:
    hashes = set()
    for number, term in enumerate(("dart gun", "dart  gun", "darts")):
        folder = tmp_path / str(number)
        folder.mkdir()
        folder_with(folder, "routes.tsv", f"route\tsynonyms\nby dart\t{term}\n")
        hashes.add(load_rules([folder]).hash)
    assert len(hashes) == 3


def test_what_is_loaded_can_be_listed(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "routes.tsv", "route\tsynonyms\nby dart\tdart gun\n")
    assert f"routes.tsv\t1\t{folder}" in list(describe_rules([folder], ""))
    assert "by dart\tdart gun" in list(describe_rules([folder], "route"))


HEADER = "analyte\tsynonyms\tkind\tspecimen\tloinc\tclass\n"


def found_in(folder: Path, text: str) -> list[tuple[str, str]]:
    """Return name and LOINC code of the analytes that the rules with ``folder`` on top find in a text."""
    mentions = load_rules([folder]).lexicon.find(text, split_words(text)).get("analyte", [])
    return [(mention.name, mention.entry["loinc"]) for mention in mentions]


def test_a_users_line_for_a_shipped_name_adds_to_it_and_overrides_only_what_it_gives(tmp_path: Path) -> None:
    shipped = load_rules().entry("analyte", "sodium")
    folder = folder_with(tmp_path, "analytes.tsv", f"{HEADER}sodium\tsalt mark\t\tplasma\t\t\n")
    rules = load_rules([folder])
    own = rules.entry("analyte", "sodium")
    assert shipped is not None
    assert own is not None
    assert (own["loinc"], own["si_factor"], own["kind"]) == (shipped["loinc"], shipped["si_factor"], shipped["kind"])
    assert own["specimen"] == "plasma"
    assert sum(entry.name == "sodium" for entry in rules.entries["analyte"]) == 1
    assert found_in(folder, "salt mark and natremia") == [("sodium", own["loinc"])] * 2


def test_a_users_term_comes_before_a_shipped_one_of_the_same_form(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "analytes.tsv", f"{HEADER}my protein\t=CRP\tanalyte\t\t\tchemistry\n")
    assert found_in(folder, "CRP") == [("my protein", "")]


def test_a_users_form_of_a_shipped_unit_is_converted_like_the_shipped_ones(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "units.tsv", "unit\tsynonyms\tkind\tdimension\nmg/dL\tmgs deci\tlab\tmass\n")
    units = load_rules([folder]).units
    match = units.match("mgs deci", 0)
    assert match is not None
    assert match[1].ucum == "mg/dL"
    assert units.measure("mg/dL") == (0.01, "g/L")


@pytest.mark.parametrize("name", ["wordlist.txt", "layout.yaml", "contxt.yaml"])
def test_a_file_that_nothing_reads_is_reported(tmp_path: Path, name: str) -> None:
    problems, _ = check_rules([folder_with(tmp_path, name, "short: [ab]\n")])
    assert [f"{name}: has no effect" in str(problem) for problem in problems] == [True]


def test_a_drug_of_the_rules_comes_before_its_namesake_in_the_dictionary() -> None:
    entry = load_rules().entry("drug", "zoledronic acid")
    assert entry is not None
    assert (entry["class"], entry["drugbank_id"]) == ("bisphosphonate", "DB00399")
