"""The drug dictionary of drug-named-entity-recognition as further terms of kind ``drug``.

The package holds names from DrugBank, MedlinePlus, the NHS, Wikipedia and MeSH: drugs, but also endogenous
substances, organisms, allergens, solvents and classes of molecules. Only names with good evidence are taken;
rules/drugs.tsv always comes first, and rules/not_drugs.tsv bans what is left of ordinary words.

The package's data file is read directly: importing the package builds caches in the user's home folder.
"""

from __future__ import annotations

import bz2
import importlib.util
import pickle
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from extract.rules.lexicon import Entry, Lexicon

PACKAGE = "drug_named_entity_recognition"
_DATA = "drug_ner_dictionary.pkl.bz2"

# names and synonyms: letters, digits and hyphens in one to four words
_SHAPE = re.compile(r"[a-z][a-z0-9\-]+(?:[ /][a-z0-9][a-z0-9\-]*){0,3}$")
_LETTERS = re.compile(r"[a-z]{5,}")
# not given to treat anybody: allergens, plants and their parts, organisms, cells, reagents
_FOREIGN = re.compile(
    r"\b(?:whole|pollen|allergenic|extract|leaf|root|seed|flower|bark|fruit|juice|rhizome|oil|antigen|virus|cells?|"
    r"protein|receptor|antibody|antibodies|enzyme|synthetase|receptors|peptide|polypeptide|hormone|factor|ion|cation|"
    r"anion|rna|dna|milk|meat|egg|fish|nut|bean|mite|mold|grass|tree|venom|acids|product|soap|water|transfusions?|"
    r"therapy|homeopathic|preparation|sanitizers?|disinfectants?|kit|device|glands?|contraceptives?|supplements?|"
    r"spp|var|plasmas?|concentrates?|blood|oxygen|implant|phosphatase|dehydrogenase)\b"
)
_SALTS = (
    "sodium", "potassium", "calcium", "hydrochloride", "acetate", "sulfate", "phosphate", "maleate", "tartrate",
    "succinate", "citrate", "fumarate", "mesylate", "besylate", "bromide", "chloride", "nitrate", "lactate",
    "gluconate", "hydrobromide", "tosylate", "disodium", "pamoate", "propionate", "valerate", "furoate", "mofetil",
    "medoxomil", "cilexetil", "axetil", "pivoxil", "dipivoxil", "alafenamide", "etexilate", "trometamol",
    "dipropionate",
)  # fmt: skip
# a form of delivery at the end of a name: "fentanyl patch" is fentanyl, by a way that the text says
_FORM = re.compile(
    r" (?:inhalers?|patch|nasal(?: spray| solution| gel| powder)?|vaginal|sublingual and buccal.*|buccal|"
    r"sublingual(?: spray)?|otic|eye drops|injections|capsules|cream|spray)$"
)
# MeSH trees of things that are no medicine by themselves: enzymes and coenzymes (D08), hormones (D06), peptides and
# proteins (D12), nucleic acids (D13), biological factors (D23), actions (D27); elements and ions (D01.248, D01.268)
_NOT_MEDICINES = ("D06", "D08", "D12", "D13", "D23", "D27", "D01.248", "D01.268", "D05", "D10", "D20", "D26", "B")
# of these, what the suffix of a nonproprietary name marks as a medicine all the same
_MEDICINE = re.compile(
    r"(?:mab|cept|ase|kin|kinra|stim|grel|relin|tide|reotide|poetin|parin|parinux|rudin|irudin|toxina|cog|tocin|pressin|"
    r"actide|gluc[oa]gon|plase|pleukin|leukin|feron|glutide|natide|ximab|zumab|fusp|alfa|beta|beractant|cycline|mycin|micin|"
    r"platin|penem|bactam|cillin)\b"
)


def packed_dictionary() -> bytes:
    """Return the package's data file; empty where the package is not installed as a folder of files."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / _DATA
        if path.is_file():
            return path.read_bytes()
    return b""


def _read() -> Mapping[str, Any]:
    """Return the package's data; empty where there is none."""
    packed = packed_dictionary()
    return cast("Mapping[str, Any]", pickle.loads(bz2.decompress(packed))) if packed else {}


def add_drug_dictionary(lexicon: Lexicon, listed: Iterable[Entry], banned: Iterable[Entry]) -> list[Entry]:
    """Add the dictionary's good names to ``lexicon``; return their entries.

    Entries of rules/drugs.tsv without an identifier get that of the dictionary.

    Parameters
    ----------
    listed : the entries of rules/drugs.tsv: their names keep what the file says.
    banned : the entries of rules/not_drugs.tsv: these names are left out.
    """
    data = _read()
    listed = list(listed)
    _identify(listed, data)
    known = {form.removeprefix("=").lower() for entry in listed for form in _forms(entry)}
    out = {form.removeprefix("=").lower() for entry in banned for form in _forms(entry)}
    entries: dict[str, Entry] = {}
    for synonym, name, number in dictionary_names(data):
        if synonym in known or synonym in out or name in out:
            continue
        entry = entries.get(name)
        if entry is None:
            entry = entries[name] = Entry(_preferred(name), "drug", {"kind": "drug", "drugbank_id": number})
        lexicon.add(entry, (synonym,))
    return list(entries.values())


def _identify(listed: Iterable[Entry], data: Mapping[str, Any]) -> None:
    """Fill in the DrugBank identifiers that rules/drugs.tsv leaves open."""
    details = data.get("drug_canonical_to_data", {})
    for entry in listed:
        if not entry["drugbank_id"] and entry["kind"] in ("drug", "element") and isinstance(entry.attributes, dict):
            facts = details.get(entry.name.lower(), {})
            entry.attributes["drugbank_id"] = str(facts.get("drugbank_id") or "")


def dictionary_names(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (synonym, canonical name, DrugBank identifier) of the names that pass the filter, in a fixed order."""
    if not data:
        return
    details = data["drug_canonical_to_data"]
    good = {name: _good(name, facts) for name, facts in details.items()}
    for synonym, names in data["drug_variant_to_canonical"].items():
        name = names[0]
        # "isoniazid and rifampin" in a text is mostly two drugs; fixed combinations stand in rules/drugs.tsv
        if not good.get(name) or " and " in synonym:
            continue
        known = synonym.strip()
        if known != name and not _good_synonym(known):
            continue
        base = _without_form(name, data)
        if base == name or not _FORM.search(known):
            yield known, base, str(details[base].get("drugbank_id") or "")


def _without_form(name: str, data: Mapping[str, Any]) -> str:
    """Return the canonical name of what a form of delivery delivers; the name itself where that is not known."""
    names: list[str] = data["drug_variant_to_canonical"].get(_FORM.sub("", name), [name])
    return names[0] if names[0] in data["drug_canonical_to_data"] else name


def _good(name: str, facts: Mapping[str, Any]) -> bool:
    """Tell whether a canonical name is that of a medicine."""
    sources = ("medline_plus_id", "nhs_url", "drugbank_id", "wikipedia_url")
    if not any(source in facts for source in sources) or _FOREIGN.search(name):
        return False
    if " and " in name:
        return "medline_plus_id" in facts
    if not _SHAPE.match(name) or not _LETTERS.search(name):
        return False
    approved = "medline_plus_id" in facts or "nhs_url" in facts
    trees = facts.get("mesh_tree") or ()
    if trees and not approved and all(tree.startswith(_NOT_MEDICINES) for tree in trees):
        return bool(_MEDICINE.search(name))
    words = name.split()
    return approved or len(words) == 1 or (len(words) == 2 and words[1] in _SALTS)


def _good_synonym(synonym: str) -> bool:
    """Tell whether a synonym can be told from ordinary words and laboratory jargon."""
    return bool(_SHAPE.match(synonym) and _LETTERS.search(synonym)) and not _FOREIGN.search(synonym)


def _preferred(name: str) -> str:
    """Return a canonical name as the table writes it: "a, b, and c" is "a/b/c"."""
    if " and " in name:
        return re.sub(r",? and |, ", "/", name)
    return name


def _forms(entry: Entry) -> list[str]:
    return [entry.name, *(form.strip() for form in entry["synonyms"].split("|") if form.strip())]
