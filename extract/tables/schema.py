"""The tables of a run: their models in the order in which they are written."""

from __future__ import annotations

from extract.records.cases import Article, Case
from extract.records.common import Table
from extract.records.finish import RECORDS

TABLES: dict[str, type[Table]] = {
    "articles": Article,
    "cases": Case,
    **{name: model for name, (model, _) in RECORDS.items()},
}
