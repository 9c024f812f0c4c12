"""Readers of the tables of sentences, and a pipeline that reads one sentence into the rows of a record table."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import extract.nlp.pipeline  # noqa: F401  (registers the components)
from extract.nlp.extensions import drafts
from extract.nlp.model import Draft
from extract.nlp.tokenizer import make_tokenizer

TABLES = Path(__file__).parent / "tables"
_COMPONENTS = (
    "casetab_sentences", "casetab_terms", "casetab_abbreviations", "casetab_quantities", "casetab_patients",
    "casetab_timeline", "casetab_context", "casetab_muscle_grades", "casetab_levels",
    "casetab_scores",
)  # fmt: skip


def lines(name: str) -> list[str]:
    """Return the lines of a file that are no comments."""
    text = (TABLES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def pairs(name: str) -> list[tuple[str, str]]:
    """Return sentence and rows of each line of a table."""
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines(name)[1:]]


@lru_cache(maxsize=1)
def _pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.tokenizer = make_tokenizer(nlp)
    for name in _COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def read(text: str) -> Doc:
    """Return a text with its muscle grades, levels and scores; one block per line."""
    return _pipeline()(text)


def rows(text: str, table: str) -> list[Draft]:
    """Return the rows of a table that a text gives, in text order."""
    return [row for row in drafts(read(text)) if row.table == table]


def muscle_rows(text: str) -> list[str]:
    """Return the muscle grades of a text as "muscle side grade"."""
    found = rows(text, "muscle_grades")
    return [f"{row.values['muscle']} {row.values['side']} {row.values['grade_text']}" for row in found]


def level_rows(text: str) -> list[str]:
    """Return the levels of a text as "level kind", with " absent" where the finding is not there."""
    found = []
    for row in rows(text, "levels"):
        name = row.values["level"] or f"({row.values['region']})"
        holds = "" if row.context.assertion == "present" else f" {row.context.assertion}"
        found.append(f"{name} {row.values['kind']}{holds}")
    return found


def score_rows(text: str) -> list[str]:
    """Return the scores of a text as "scale value (number)/maximum [components] @minute"."""
    found = []
    for row in rows(text, "scores"):
        value, high, written = row.values["value"], row.values["value_high"], row.values["value_text"]
        shown = f"{row.values['scale']} {row.values['comparator'].strip('=') and row.values['comparator']}{written}"
        if value is not None and written != f"{value:g}":
            shown += f" ({value:g}{'' if high is None else f'-{high:g}'})"
        if row.values["maximum"] is not None:
            shown += f"/{row.values['maximum']:g}"
        if row.values["components"]:
            shown += f" [{row.values['components']}]"
        found.append(shown if row.values["minute"] is None else f"{shown} @{row.values['minute']}")
    return found
