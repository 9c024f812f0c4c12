"""What ``casetab rules check`` and ``casetab rules list`` show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from extract.errors import CasetabError, RulesError
from extract.rules.lexicon import Lexicon
from extract.rules.load import LEXICONS, RuleSet, load_file, rule_files
from extract.rules.locate import builtin_rules
from extract.rules.units import UnitTable

_NORMALISATION = ("layout.yaml", "wordlist.txt")  # read before the rules of a run are known


def check_rules(extra: Sequence[Path]) -> tuple[list[RulesError], int]:
    """Load every file for itself; return the problems and the number of files read."""
    problems: list[RulesError] = []
    count = 0
    for folder in (builtin_rules(), *extra):
        if not folder.is_dir():
            problems.append(RulesError(folder, 0, "no such rules folder"))
            continue
        for path in rule_files(folder):
            count += 1
            try:
                load_file(path, RuleSet(Lexicon(), UnitTable(), {}, {}, ""))
            except RulesError as problem:
                problems.append(problem)
        problems += _without_effect(folder) if folder != builtin_rules() else ()
    return problems, count


def _without_effect(folder: Path) -> Iterator[RulesError]:
    """Yield the files of a user's folder that nothing reads: of an unknown name, or of normalisation's."""
    shipped = {path.name for path in builtin_rules().iterdir()}
    for path in sorted(folder.iterdir()):
        if path.name in _NORMALISATION or path.suffix == ".txt":
            yield RulesError(path, 0, "has no effect: normalisation reads the shipped word lists only")
        elif path.suffix in (".yaml", ".yml") and path.name not in shipped:
            known = ", ".join(sorted(n for n in shipped if n.endswith(".yaml") and n not in _NORMALISATION))
            yield RulesError(path, 0, f"has no effect: nothing reads a file of this name (there are {known})")


def describe_rules(extra: Sequence[Path], kind: str) -> Iterator[str]:
    """Yield a line for each rules file, or for each term of ``kind``.

    Raises
    ------
    CasetabError
        there is no such kind.
    """
    rules = RuleSet(Lexicon(), UnitTable(), {}, {}, "")
    for folder in (builtin_rules(), *extra):
        for path in rule_files(folder):
            count = load_file(path, rules)
            if not kind:
                yield f"{path.name}\t{count}\t{folder}"
    if not kind:
        return
    if kind not in rules.entries:
        kinds = ", ".join(sorted(name for name, _, _ in LEXICONS.values()))
        raise CasetabError(f"no terms of kind {kind!r}; there are {kinds}")
    for entry in rules.entries[kind]:
        yield f"{entry.name}\t{entry['synonyms']}"
