"""Which analytes, muscles and drugs a class or group takes in: rules/groups.yaml and the lexicons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from extract.errors import RulesError
from extract.nlp.drug_rules import classes_of, drug_rules
from extract.nlp.movements import JOINTS
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet

FILE = "groups.yaml"
# parts of the body that are no group of muscles.tsv, and the group to which their movements belong there
_PARTS = {"finger": "hand", "thumb": "hand", "forearm": "elbow", "toe": "foot", "great toe": "foot"}


@dataclass(frozen=True)
class Group:
    """A group of rules/groups.yaml: what it takes in, in lower case."""

    wider: frozenset[str]
    names: frozenset[str]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    excluded: frozenset[str]

    def takes(self, name: str, belongs_to: Iterable[str]) -> bool:
        """Tell whether a name belongs to the group, by itself or by a class or group that it belongs to."""
        low = name.lower()
        if low in self.excluded:
            return False
        if low in self.names or not self.wider.isdisjoint(belongs_to):
            return True
        words = low.replace("/", " ").split()
        return any(word.endswith(self.endings) for word in words) or low.startswith(self.beginnings)


class Groups:
    """Answers whether an analyte, a muscle or a drug belongs to a class or group."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        content = rules.documents.get(FILE, {})
        self._drugs = {name: _group(name, given) for name, given in content.get("drugs", {}).items()}
        self._muscles = {name: _group(name, given) for name, given in content.get("muscles", {}).items()}

    @cached_property
    def panels(self) -> dict[str, tuple[str, ...]]:
        """The members of the panels in rules/panels.yaml."""
        members = self._rules.documents.get("panels.yaml", {}).get("members", {})
        return {panel: tuple(names) for panel, names in members.items()}

    @cached_property
    def analyte_classes(self) -> list[str]:
        """Classes of analytes: those of rules/analytes.tsv and the panels whose members are known."""
        listed = {entry["class"] for entry in self._rules.entries.get("analyte", []) if entry["class"]}
        return sorted(listed | set(self.panels))

    @cached_property
    def muscle_groups(self) -> list[str]:
        """Groups of muscles: those of rules/groups.yaml and the column "group" of rules/muscles.tsv."""
        listed = {entry["group"] for entry in self._rules.entries.get("muscle", [])} - {"", "paresis", "limbs"}
        return sorted(listed | set(self._muscles))

    @property
    def drug_classes(self) -> list[str]:
        """Classes of drugs: those of rules/groups.yaml."""
        return sorted(self._drugs, key=str.lower)

    def analyte_in(self, analyte: str, group: str) -> bool:
        """Tell whether an analyte belongs to a class or panel."""
        if analyte in self.panels.get(group, ()):
            return True
        entry = self._rules.entry("analyte", analyte)
        return entry is not None and entry["class"] == group

    def muscle_in(self, muscle: str, group: str) -> bool:
        """Tell whether a muscle, movement or region belongs to a group."""
        own = self._muscle_group(muscle)
        if own == group:
            return True
        found = self._muscles.get(group)
        return found is not None and found.takes(muscle, (own,))

    def drug_in(self, drug: str, group: str) -> bool:
        """Tell whether a drug, or the mention of a class, belongs to a class."""
        found = self._drugs.get(group)
        if found is None:
            return False
        return drug.lower() == group.lower() or found.takes(drug, self._drug_classes(drug))

    def _muscle_group(self, muscle: str) -> str:
        """Return the group of a muscle; movements that no line names have the joint in front."""
        entry = self._rules.entry("muscle", muscle)
        if entry is not None:
            return entry["group"]
        for joint in sorted((*JOINTS, *_PARTS), key=len, reverse=True):
            if muscle.startswith(f"{joint} "):
                return _PARTS.get(joint, joint)
        return ""

    def drug_kind(self, drug: str) -> str:
        """Return what rules/drugs.tsv says that a name is: drug, class, family, regimen; "" where it has no line."""
        entry = self._drug(drug)
        return entry["kind"] if entry is not None else ""

    def _drug_classes(self, drug: str) -> frozenset[str]:
        entry = self._drug(drug)
        return classes_of(drug, entry["class"] if entry is not None else "", drug_rules(self._rules))

    def _drug(self, drug: str) -> Entry | None:
        return self._rules.entry("drug", drug) or self._by_lower.get(drug.lower())

    @cached_property
    def _by_lower(self) -> dict[str, Entry]:
        """Entries whose names have capitals ("ACE inhibitor"), which rows have not."""
        entries = self._rules.entries.get("drug", [])
        return {entry.name.lower(): entry for entry in entries if entry.name != entry.name.lower()}


def _group(name: str, given: Any) -> Group:
    """Return a group as written in rules/groups.yaml."""
    known = ("classes", "groups", "names", "not")
    if not isinstance(given, dict) or not all(key in known and _is_texts(given[key]) for key in given):
        raise RulesError(Path(FILE), 0, f"{name}: must be lists of texts under {', '.join(known)}")
    names = [text.lower() for text in given.get("names", [])]
    return Group(
        wider=frozenset((*given.get("classes", ()), *given.get("groups", ()))),
        names=frozenset(text for text in names if not text.startswith("-") and not text.endswith("-")),
        endings=tuple(text[1:] for text in names if text.startswith("-")),
        beginnings=tuple(text[:-1] for text in names if text.endswith("-")),
        excluded=frozenset(text.lower() for text in given.get("not", [])),
    )


def _is_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
