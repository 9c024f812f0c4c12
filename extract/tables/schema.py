"""The tables of a run: their models in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extract.records.cases import Article, Case
from extract.records.common import Table
from extract.records.finish import RECORDS

TABLES: dict[str, type[Table]] = {
    "articles": Article,
    "cases": Case,
    **{name: model for name, (model, _) in RECORDS.items()},
}

Models = Mapping[str, type[Table]]
"""Models by the names of their tables: ``TABLES``, and with a protocol the wide table, too."""

Rows = Mapping[str, Sequence[Table]]
"""The rows of one article by the names of the tables."""
