"""The names that a protocol may use, and what was probably meant where one is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from extract.protocol.groups import Groups
from extract.rules.fold import split_words
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet

_LEXICON = {"analyte": "analyte", "muscle": "muscle", "drug": "drug", "scale": "score", "specimen": "specimen"}
_SIMILAR = 0.6  # difflib's own measure of likeness, from 0 to 1; below, a suggestion is a guess
_SHOWN = 8  # names that a message lists where nothing is like the one given


class UnknownNameError(ValueError):
    """A name that no rule knows; the text says what may have been meant."""


class Names:
    """Looks up names as a reviewer writes them: canonical names, synonyms and abbreviations, in any case.

    Parameters
    ----------
    rules : the rules of the run, the user's own included.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.groups = Groups(rules)

    def known(self, kind: str) -> list[str]:
        """Return the canonical names of a kind: analyte, muscle, drug, scale, specimen, or a class or group."""
        if kind == "analyte class":
            return self.groups.analyte_classes
        if kind == "muscle group":
            return self.groups.muscle_groups
        if kind == "drug class":
            return self.groups.drug_classes
        return [entry.name for entry in self._entries(kind)]

    def resolve(self, kind: str, written: str) -> str:
        """Return the canonical name for a name as written.

        Raises
        ------
        UnknownNameError
            there is none.
        """
        low = written.strip().lower()
        for name in self.known(kind):
            if name.lower() == low:
                return name
        if kind in _LEXICON:
            found = self._find(kind, written.strip())
            if found is not None:
                return found.name
        elif low.endswith("s") and low[:-1] in (name.lower() for name in self.known(kind)):
            return self.resolve(kind, low[:-1])  # "antibiotics"
        raise UnknownNameError(f"{written!r} is no {kind} that casetab knows; {self._advice(kind, written)}")

    def entry(self, analyte: str) -> Entry | None:
        """Return the line of rules/analytes.tsv of an analyte."""
        return self.rules.entry("analyte", analyte)

    def unit(self, written: str) -> str:
        """Return the UCUM code of a unit as written; "" where casetab does not know it."""
        if written in self.rules.units.units or written == "1":
            return written
        found = self.rules.units.match(written, 0)
        if found is not None and found[0] == len(written):
            return found[1].ucum
        return written if self.rules.units.base(written) else ""

    def _entries(self, kind: str) -> list[Entry]:
        return self.rules.entries.get(_LEXICON[kind], [])

    def _find(self, kind: str, written: str, *, whole: bool = True) -> Entry | None:
        """Return the entry that a text names; with ``whole``, nothing else may stand in the text."""
        mentions = self.rules.lexicon.find(written, split_words(written)).get(_LEXICON[kind], [])
        for mention in mentions:
            if not whole or (mention.start == 0 and mention.end == len(written)):
                return mention.entry
        return None

    def _advice(self, kind: str, written: str) -> str:
        suggestion = self._suggestion(kind, written)
        if suggestion:
            return f"did you mean {suggestion}?"
        names = self.known(kind)
        if len(names) <= _SHOWN:
            return f"there are {', '.join(names)}"
        if kind in _LEXICON:
            return f"`casetab rules list --kind {_LEXICON[kind]}` shows the {len(names)} there are"
        return f"there are {', '.join(names)}"

    def _suggestion(self, kind: str, written: str) -> str:
        """Return the name that was probably meant, in quotes; "" where none is like it."""
        if kind in _LEXICON:
            part = self._find(kind, written, whole=False)
            if part is not None:
                specimen = self._find("specimen", written, whole=False) if kind == "analyte" else None
                return repr(part.name) + (f" (with `specimen: {specimen.name}`)" if specimen is not None else "")
        forms = {form.lower(): name for name, form in self._forms(kind)}
        tried = [written.lower()]
        if kind == "analyte":  # "Serum calcum": what is left without the specimen
            tried.append(self._without_specimen(written).lower())
        for text in tried[::-1]:
            alike = get_close_matches(text, forms, n=1, cutoff=_SIMILAR)
            if alike:
                return repr(forms[alike[0]])
        return ""

    def _forms(self, kind: str) -> Iterable[tuple[str, str]]:
        """Yield (canonical name, a form in which it is written), synonyms before canonical names."""
        if kind not in _LEXICON:
            yield from ((name, name) for name in self.known(kind))
            return
        for entry in self._entries(kind):
            yield from ((entry.name, form.strip(" =")) for form in entry["synonyms"].split("|") if form.strip(" ="))
        yield from ((entry.name, entry.name) for entry in self._entries(kind))

    def _without_specimen(self, written: str) -> str:
        mentions = self.rules.lexicon.find(written, split_words(written)).get("specimen", [])
        for mention in mentions[::-1]:
            written = f"{written[: mention.start]} {written[mention.end :]}"
        return " ".join(written.split())


def did_you_mean(word: str, options: Sequence[str]) -> str:
    """Return "; did you mean 'worst'?" for a word that is like one of ``options``; else "" ."""
    alike = get_close_matches(word.lower(), [option.lower() for option in options], n=1, cutoff=_SIMILAR)
    named = next((option for option in options if alike and option.lower() == alike[0]), "")
    return f"; did you mean {named!r}?" if named else ""
