"""All rules of a run, loaded once: the shipped files with the user's own on top."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from extract.errors import RulesError
from extract.rules.compiled import keep_lexicon, lexicon_key, read_lexicon
from extract.rules.drug_dictionary import add_drug_dictionary
from extract.rules.lexicon import Entry, Lexicon
from extract.rules.locate import builtin_rules
from extract.rules.scales import KIND as SCORE
from extract.rules.scales import check_scale
from extract.rules.tsv import Row, read_table
from extract.rules.units import UnitTable

# file name -> (kind of its terms, column of the canonical name, further columns that must be there)
LEXICONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "analytes.tsv": ("analyte", "analyte", ("kind", "specimen", "loinc", "class")),
    "implied_results.tsv": ("implied_result", "term", ("analyte", "result")),
    "not_labs.tsv": ("not_lab", "term", ("why",)),
    "results.tsv": ("result", "result_text", ("result",)),
    "specimens.tsv": ("specimen", "specimen", ()),
    "muscles.tsv": ("muscle", "muscle", ("kind", "group")),
    "drugs.tsv": ("drug", "drug", ("kind", "drugbank_id", "class")),
    "not_drugs.tsv": ("not_drug", "term", ("why",)),
    "frequencies.tsv": ("frequency", "frequency", ("per_day",)),
    "routes.tsv": ("route", "route", ()),
    "scores.tsv": ("score", "scale", ("form", "minimum", "maximum", "unsure", "confirm")),
}
# kind -> columns that hold numbers
NUMBERS = {"analyte": ("si_factor", "si_offset", "valence", "molar_mass")}
TABLES: dict[str, tuple[str, ...]] = {
    "sections.tsv": ("heading", "section"),
    "abbreviations.tsv": ("abbreviation",),
}

# libyaml's loader is ten times as fast; PyYAML's wheels hold it, a build without the C library does not
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class RuleSet:
    """The rules of a run.

    Attributes
    ----------
    lexicon : all terms of all TSV lexicons.
    units : the units of measurement.
    tables : the lines of the other TSV files by file name.
    documents : the YAML files by file name.
    hash : SHA-256 over names and contents of all files, in order.
    """

    lexicon: Lexicon
    units: UnitTable
    tables: dict[str, list[Row]]
    documents: dict[str, Any]
    hash: str
    entries: dict[str, list[Entry]] = field(default_factory=dict)

    def entry(self, kind: str, name: str) -> Entry | None:
        """Return the entry of a kind by canonical name; None where there is none."""
        return self._by_name.get((kind, name))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Entry]:
        # the first counts: lines of drugs.tsv stand before the names of the dictionary, which have no class
        return {(kind, entry.name): entry for kind, group in self.entries.items() for entry in reversed(group)}


def load_rules(extra: Sequence[str | Path] = ()) -> RuleSet:
    """Load the shipped rules and, on top, those of the folders ``extra``.

    Raises
    ------
    RulesError
        at the first problem, with file and line.
    """
    return _load(tuple(Path(folder) for folder in extra))


@lru_cache(maxsize=4)
def _load(extra: tuple[Path, ...]) -> RuleSet:
    folders = (builtin_rules(), *extra)
    for folder in folders:
        if not folder.is_dir():
            raise RulesError(folder, 0, "no such rules folder")
    rules = RuleSet(Lexicon(), UnitTable(), {}, {}, _hash(folders))
    key = lexicon_key(rules.hash, Path(__file__).parent.glob("*.py"))
    kept = read_lexicon(key)
    if kept is not None:
        rules.lexicon, rules.entries = kept
    for path in (path for folder in folders for path in rule_files(folder)):
        if kept is None or path.name not in LEXICONS:
            load_file(path, rules)
    if kept is None:
        listed, banned = rules.entries.get("drug", []), rules.entries.get("not_drug", [])
        rules.entries["drug"] = listed + add_drug_dictionary(rules.lexicon, listed, banned)
        keep_lexicon(key, rules.lexicon, rules.entries)
    return rules


def _hash(folders: Iterable[Path]) -> str:
    """Return the hash over all files that decide the rows, the word lists of normalisation among them."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in (*rule_files(folder), *sorted(folder.glob("*.txt"))):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def rule_files(folder: Path) -> list[Path]:
    """Return the rules files of a folder in the order in which they are loaded."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".tsv", ".yaml", ".yml"))


def load_file(path: Path, rules: RuleSet) -> int:
    """Load one file into ``rules``; return its number of lines or keys.

    Raises
    ------
    RulesError
        the file is not of its form, or its name is not one that casetab knows.
    """
    if path.suffix in (".yaml", ".yml"):
        document = _read_yaml(path)
        rules.documents[path.name] = _merge(rules.documents.get(path.name), document)
        return len(document)
    if path.name == "units.tsv":
        rows = read_table(path, ("unit", "synonyms", "kind", "dimension"))
        for row in rows:
            rules.units.add_row(row)
        return len(rows)
    if path.name in TABLES:
        rows = read_table(path, TABLES[path.name])
        rules.tables.setdefault(path.name, []).extend(rows)
        return len(rows)
    if path.name in LEXICONS:
        return _load_lexicon(path, rules)
    known = ", ".join(sorted([*LEXICONS, *TABLES, "units.tsv", "*.yaml"]))
    raise RulesError(path, 0, f"not a rules file that casetab knows ({known})")


def _load_lexicon(path: Path, rules: RuleSet) -> int:
    kind, column, more = LEXICONS[path.name]
    rows = read_table(path, (column, "synonyms", *more))
    entries = rules.entries.setdefault(kind, [])
    shipped = {entry.name: place for place, entry in enumerate(entries)}  # empty while the shipped file itself is read
    seen: dict[str, int] = {}
    for row in rows:
        name = row[column]
        if name in seen:
            raise row.error(f"{name!r} stands in line {seen[name]} already; join the two lines")
        seen[name] = row.line
        if kind == SCORE:
            check_scale(row)
        for number in NUMBERS.get(kind, ()):
            row.number(number)  # complains of what is none
        entry = Entry(name.removeprefix("="), kind, row.cells)
        place = shipped.get(entry.name)
        if place is None:
            entries.append(entry)
        else:
            entry = _on_top(entries[place], entry)
            rules.lexicon.replace(entries[place], entry)
            entries[place] = entry
        rules.lexicon.add(entry, _synonyms(name, row.many("synonyms")), first=bool(shipped))
    return len(rows)


def _on_top(shipped: Entry, own: Entry) -> Entry:
    """Return a shipped line with what the user's line of that name gives; its empty cells change nothing."""
    given = {column: cell for column, cell in own.attributes.items() if cell}
    if own["synonyms"] and shipped["synonyms"]:
        given["synonyms"] = f"{own['synonyms']}|{shipped['synonyms']}"
    return Entry(shipped.name, shipped.kind, {**shipped.attributes, **given})


def _synonyms(name: str, synonyms: Iterable[str]) -> list[str]:
    """Return all written forms; a canonical name listed case-sensitively among the synonyms stays so."""
    forms = list(synonyms)
    return forms if f"={name}" in forms else [name, *forms]


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise RulesError(path, line, f"not valid YAML: {error.problem}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesError(path, 0, f"not valid YAML: {error}") from None
    if not isinstance(document, dict):
        raise RulesError(path, 1, "must be a mapping of names to lists")
    return document


def _merge(base: Any, extra: dict[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the lists of ``extra`` appended and its other values replaced."""
    merged: dict[str, Any] = dict(base or {})
    for key, value in extra.items():
        old = merged.get(key)
        if isinstance(old, list) and isinstance(value, list):
            merged[key] = old + value
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged
