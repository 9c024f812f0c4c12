"""Why a text gives the rows that it gives: what ``casetab rules try`` shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from spacy.tokens import Doc

from extract.nlp.cues import cue_table, find_cues
from extract.nlp.extensions import beginning_in, drafts, quantities, sentences, text_of
from extract.nlp.model import Draft, FactContext, Sentence
from extract.nlp.pipeline import annotate, load_pipeline
from extract.normalize.stage import normalize
from extract.records.finish import tell_once
from extract.rules.lexicon import Mention
from extract.rules.load import LEXICONS, load_rules
from extract.rules.locate import builtin_rules
from extract.rules.tsv import read_table
from extract.sources.model import SourceText

_FILES = {kind: (name, column) for name, (kind, column, _) in LEXICONS.items()}
_DICTIONARY = "drug dictionary"


def explain(text: str, rules: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield lines that say, sentence by sentence, what was recognised, which rule made each row, and whose it is.

    Parameters
    ----------
    text : a sentence, or as much of an article as it takes.
    rules : folders of the user's own rules, on top of the shipped ones.

    Raises
    ------
    RulesError
        a rules file cannot be used.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    source = SourceText("text", Path("text"), "txt", "utf-8", digest, text)
    doc = annotate(load_pipeline(rules), normalize(source))
    rows = list(drafts(doc))
    shown = {(row.table, row.start, row.end, row.rule) for row in tell_once([r for r in rows if _is_patients(r)])}
    cues = find_cues(doc, cue_table(load_rules(rules)))
    for sentence, triggers in zip(sentences(doc), cues, strict=True):
        yield text_of(doc)[sentence.start : sentence.end]
        yield from _recognised(doc, sentence, rules)
        if triggers:
            named = (f'"{text_of(doc)[cue.start : cue.end]}" ({cue.group})' for cue in triggers)
            yield f"  triggers  {', '.join(named)}  [context.yaml]"
        here = [row for row in rows if sentence.start <= row.start < sentence.end]
        for row in here:
            yield from _row(row, (row.table, row.start, row.end, row.rule) in shown)
        if not here:
            yield "  no row"


def _is_patients(row: Draft) -> bool:
    return row.context.subject == "patient"


def _recognised(doc: Doc, sentence: Sentence, rules: tuple[str, ...]) -> Iterator[str]:
    """Yield the terms and the numbers of a sentence."""
    found = [m for kind in (doc._.terms or {}).values() for m in beginning_in(kind, sentence.start, sentence.end)]
    for mention in sorted(found, key=lambda m: (m.start, m.end, m.kind)):
        yield f'  {mention.kind:<9} "{mention.text}" = {mention.name}  [{_place(mention, rules)}]'
    for quantity in beginning_in(quantities(doc), sentence.start, sentence.end):
        unit = f", unit {quantity.unit.ucum}" if quantity.unit else ""
        written = text_of(doc)[quantity.start : quantity.end]
        yield f'  number    "{written}" = {quantity.comparator} {quantity.value_text}{unit}'


def _row(row: Draft, kept: bool) -> Iterator[str]:
    """Yield the lines of one row: its table and rule, its columns, and whose fact it is."""
    yield f"  -> {row.table}  rule {row.rule}, confidence {row.confidence:g}"
    told = ", ".join(f"{name}: {value}" for name, value in row.values.items() if value not in ("", None))
    yield f"       {told}"
    yield f"       {_context(row.context)}"
    if not _is_patients(row):
        yield "       only with --all-subjects: not the article's own patient"
    elif not kept:
        yield "       only with --all-subjects: told elsewhere with more"


def _context(context: FactContext) -> str:
    """Return whose fact it is, whether it holds, and when."""
    parts = [f"subject {context.subject}", context.assertion, f"when {context.when or 'unknown'}"]
    if context.time_text:
        parts.append(f'"{context.time_text}"')
    if context.time_days is not None:
        parts.append(f"day {context.time_days:g}")
    return ", ".join(parts)


def _place(mention: Mention, rules: tuple[str, ...]) -> str:
    """Return where the line of a term stands: "analytes.tsv:12"; a user's own file before the shipped one."""
    if mention.kind not in _FILES:
        return mention.source
    return _lines(mention.kind, rules).get(mention.name, _DICTIONARY if mention.kind == "drug" else mention.source)


@cache
def _lines(kind: str, rules: Sequence[str]) -> dict[str, str]:
    """Return the places of the terms of a kind by their canonical names."""
    name, column = _FILES[kind]
    found: dict[str, str] = {}
    for folder in _folders(rules):
        if (folder / name).is_file():
            shown = name if folder == builtin_rules() else folder / name
            found |= {row[column].removeprefix("="): f"{shown}:{row.line}" for row in read_table(folder / name, ())}
    return found


def _folders(rules: Iterable[str]) -> list[Path]:
    return [builtin_rules(), *map(Path, rules)]
