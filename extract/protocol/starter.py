"""A first protocol out of a run's tables: what occurs in enough cases, as variables to keep, change or delete."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extract.errors import CasetabError
from extract.protocol.names import Names
from extract.protocol.schema import FILE as SCHEMA_FILE
from extract.protocol.unit_checks import can_have

_MOST = 25  # variables of a table; further names are listed in a comment
_CASES = (
    ("age", "Age in years", "age_years"),
    ("sex", "Sex", "sex"),
    ("outcome", "Outcome", "outcome"),
    ("followup", "Last follow-up in days", "followup_days"),
)
_LONGEST = 50  # characters of a name, so that an ending fits
_SHOWN_UNITS = 4
_HEAD = """\
# yaml-language-server: $schema={schema}
# A protocol for `casetab run ARTICLES --out DIR --protocol {file}`, made from a run over {articles} articles
# with {cases} cases: what occurs in at least {least} of them. Delete what the review does not ask, change the rest;
# `casetab protocol check {file}` says whether it is right. docs/protocol.md explains every key. Often wanted:
#   when: baseline          # or followup, last_followup, history; none takes all times
#   days: [-7, 3]           # days from presentation
#   pick: first             # or last, min, max, mean, worst, best, any, count, list, change
title: ""

variables:
"""


@dataclass
class Found:
    """What a run says of one name: an analyte, a drug, a group of muscles."""

    cases: set[str] = field(default_factory=set)
    rows: int = 0
    numbers: int = 0
    units: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)


class Starter:
    """Writes the variables; each name once."""

    def __init__(self, names: Names, least: int) -> None:
        self._names = names
        self._least = least
        self._used: set[str] = set()

    def lines(self, run: Path) -> Iterator[str]:
        """Yield the lines of all variables."""
        yield from ("  # -- cases", *self._cases())
        yield from self._labs(_gather(run, "labs", "analyte"))
        yield from self._muscles(_gather(run, "muscle_grades", "muscle"))
        yield from self._levels(_gather(run, "levels", "region"))
        yield from self._drugs(_gather(run, "drugs", "drug"))
        yield from self._scores(_gather(run, "scores", "scale"))

    def _cases(self) -> Iterator[str]:
        for name, label, value in _CASES:
            yield from self._variable(name, label, "", [("table", "cases"), ("value", value)])

    def _labs(self, found: dict[str, Found]) -> Iterator[str]:
        found = {name: about for name, about in found.items() if self._names.entry(name) is not None}
        for name, about in self._frequent(found):
            said = f"{_many(len(about.cases), 'case')}, {_many(about.numbers, 'value')}"
            if about.units:
                units = [f"{unit or 'no unit'} ({count})" for unit, count in about.units.most_common(_SHOWN_UNITS)]
                said += f"; in {', '.join(units)}"
            what = [("table", "labs"), ("analyte", name)]
            if 2 * about.numbers < about.rows:
                common = about.results.most_common(1)[0][0] if about.results else "positive"
                label = f"{_title(name)} {common}"
                yield from self._variable(label, label, said, [*what, ("result", common), ("pick", "any")])
                continue
            unit = self._unit(name, about.units)
            in_unit = [("unit", unit)] if unit else []
            keys = [*what, ("when", "baseline"), *in_unit, ("pick", "first")]
            yield from self._variable(f"{name} baseline", f"{_title(name)} at baseline", said, keys)
        yield from self._rest(found, "analyte")

    def _unit(self, analyte: str, units: Counter[str]) -> str:
        """Return the unit that most values of an analyte have, of those that it can have."""
        entry = self._names.entry(analyte)
        if entry is None:
            return ""
        possible = (unit for unit, _ in units.most_common() if unit and can_have(entry, unit, self._names))
        return next(possible, entry["unit_conventional"])

    def _muscles(self, found: dict[str, Found]) -> Iterator[str]:
        groups = self._grouped(found, ("lower limb", "upper limb"), self._names.groups.muscle_in)
        for group, about in self._frequent(groups):
            said = f"{_many(len(about.cases), 'case')}, {_many(about.rows, 'grade')}"
            for when, told in (("baseline", "baseline"), ("last_followup", "the last follow-up")):
                keys = [("table", "muscle_grades"), ("group", group), ("when", when), ("pick", "worst")]
                label = f"Worst strength of the {group} at {told}"
                yield from self._variable(f"{group} strength {when}", label, said, keys)

    def _levels(self, found: dict[str, Found]) -> Iterator[str]:
        for region, about in self._frequent(found):
            if region != "junctional":
                keys = [("table", "levels"), ("region", region), ("pick", "list")]
                label = f"{_title(region)} levels"
                yield from self._variable(label, label, _many(len(about.cases), "case"), keys)

    def _drugs(self, found: dict[str, Found]) -> Iterator[str]:
        classes = self._grouped(found, self._names.groups.drug_classes, self._names.groups.drug_in)
        for name, about in self._frequent(classes):
            keys = [("table", "drugs"), ("class", name), ("pick", "any")]
            yield from self._variable(name, f"{_title(name)} given", f"class, {_many(len(about.cases), 'case')}", keys)
        for name, about in self._frequent(found):
            if name not in classes:
                keys = [("table", "drugs"), ("drug", name), ("pick", "any")]
                yield from self._variable(name, f"{_title(name)} given", _many(len(about.cases), "case"), keys)
        yield from self._rest(found, "drug")

    def _scores(self, found: dict[str, Found]) -> Iterator[str]:
        for name, about in self._frequent(found):
            said = f"{_many(len(about.cases), 'case')}, {_many(about.rows, 'score')}"
            keys = [("table", "scores"), ("scale", name), ("pick", "first")]
            yield from self._variable(name, f"First {name}", said, keys)

    def _grouped(
        self, found: dict[str, Found], groups: Sequence[str], belongs: Callable[[str, str], bool]
    ) -> dict[str, Found]:
        """Return what is said of groups, from what is said of their members."""
        made: dict[str, Found] = {}
        for group in groups:
            members = [about for name, about in found.items() if belongs(name, group)]
            cases = {case for about in members for case in about.cases}
            made[group] = Found(cases, sum(about.rows for about in members))
        return made

    def _enough(self, found: dict[str, Found]) -> list[tuple[str, Found]]:
        enough = [(name, about) for name, about in found.items() if len(about.cases) >= self._least]
        return sorted(enough, key=lambda item: (-len(item[1].cases), item[0]))

    def _frequent(self, found: dict[str, Found]) -> list[tuple[str, Found]]:
        return self._enough(found)[:_MOST]

    def _rest(self, found: dict[str, Found], what: str) -> Iterator[str]:
        more = self._enough(found)[_MOST:]
        if more:
            yield f"  # further {what}s: {', '.join(f'{name} ({len(about.cases)})' for name, about in more)}"
            yield ""

    def _variable(self, name: str, label: str, said: str, keys: Iterable[tuple[str, str]]) -> Iterator[str]:
        """Yield the lines of a variable; ``said`` is a comment above it."""
        if said:
            yield f"  # {said}"
        yield f"  {self._column(name)}:"
        yield f"    label: {_text(label)}"
        for key, value in keys:
            yield f"    {key}: {_text(value)}"
        yield ""

    def _column(self, name: str) -> str:
        """Return a name for a column, another one for each call."""
        made = re.sub(r"\W+|_+", "_", name.lower(), flags=re.ASCII).strip("_")[:_LONGEST].strip("_")
        if not made[:1].isalpha():
            made = f"v_{made}"
        column, number = made, 2
        while column in self._used or column in ("article_id", "case_id"):
            column, number = f"{made}_{number}", number + 1
        self._used.add(column)
        return column


def starter(run: Path, names: Names, least: int, file: str) -> str:
    """Return a commented protocol over what a run found.

    Parameters
    ----------
    run : the folder of a run, with its tables as CSV.
    least : cases in which a name has to occur.
    file : how the protocol's file will be called.

    Raises
    ------
    CasetabError
        the folder holds no tables.
    """
    counts = {name: sum(1 for _ in _rows(run, name)) for name in ("articles", "cases")}
    head = _HEAD.format(schema=SCHEMA_FILE, file=file, least=least, **counts)
    return head + "\n".join(Starter(names, least).lines(run)).rstrip() + "\n"


def _rows(run: Path, table: str) -> Iterator[dict[str, str]]:
    path = run / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)
    except OSError as error:
        problem = f"{path}: cannot be read ({error.strerror}); name the folder of a run that wrote its tables as csv"
        raise CasetabError(problem) from None


def _gather(run: Path, table: str, column: str) -> dict[str, Found]:
    """Return what a table says, by the names in one of its columns: of patients, and of what holds."""
    found: dict[str, Found] = defaultdict(Found)
    for row in _rows(run, table):
        if row["subject"] != "patient" or row["assertion"] != "present" or row.get("status") in ("history", "withheld"):
            continue
        about = found[row[column]]
        about.cases.add(row["case_id"])
        about.rows += 1
        if row.get("value"):
            about.numbers += 1
            about.units[row.get("unit", "")] += 1
        if row.get("result"):
            about.results[row["result"]] += 1
    return {name: about for name, about in found.items() if name}


def _title(name: str) -> str:
    """Return a name as the beginning of a label: "Calcium", and "pH" as it is."""
    return name[:1].upper() + name[1:] if name[1:2].islower() or name[1:2] == "-" else name


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _text(value: str) -> str:
    """Return a text as YAML has it: in quotes where it would be something else, or a comment."""
    plain = re.fullmatch(r"[A-Za-z][\w /.-]*", value) is not None and value.lower() not in _WORDS
    return value if plain else json.dumps(value, ensure_ascii=False)


_WORDS = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false", "null"})
