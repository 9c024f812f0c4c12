"""What a run needs to know beside its work list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from extract.nlp.ner_choice import RULES

TIME_LIMIT = 60.0
"""Seconds for one article: a hundred times what a long one takes."""


@dataclass(frozen=True, slots=True)
class Options:
    """How articles are processed.

    Attributes
    ----------
    workers : processes of the local engine.
    all_subjects : also rows that are not about the article's own patients.
    rules : folders of the user's own rules.
    ner : who proposes names that no lexicon knows: ``rules`` (nobody), ``hybrid`` or ``scispacy:NAME``.
    time_limit : seconds for one article; 0 = none.
    engine : where the processes run.
    scheduler : address of the Dask scheduler.
    """

    workers: int = 1
    all_subjects: bool = False
    rules: tuple[str, ...] = ()
    ner: str = RULES
    time_limit: float = TIME_LIMIT
    engine: Literal["local", "dask"] = "local"
    scheduler: str = ""
