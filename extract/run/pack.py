"""An article's result as bytes: how it travels between processes and rests in the ledger."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from pydantic import create_model

from extract.records.cases import Article, Case
from extract.records.finish import RECORDS, Records
from extract.run.article import ArticleResult

_LEVEL = 1  # of zlib: a fifth of the size for a hundredth of the time that the article took


@dataclass(frozen=True, slots=True)
class Packed:
    """A result that is only handed on: its bytes, and what the run needs to know without unpacking them.

    Attributes
    ----------
    status, error : as in ``articles.csv``.
    lasting : the article would come out the same again; False where time, memory or a disk was at fault.
    body : compressed JSON.
    """

    status: str
    error: str
    lasting: bool
    body: bytes


# one field for each table, so that rows get their own model back
_fields: dict[str, Any] = {name: (list[model], []) for name, (model, _) in RECORDS.items()}  # type: ignore[valid-type]
_Body = create_model("_Body", article=(Article, ...), cases=(list[Case], []), source_text=(str, ""), **_fields)


def pack(result: ArticleResult) -> Packed:
    """Return a result as bytes.

    Raises
    ------
    ValueError
        a text holds half a surrogate pair, which no encoding can write.
    """
    # the parts are models already: nothing is left to validate
    body = _Body.model_construct(
        article=result.article, cases=result.records.cases, source_text=result.source_text, **result.records.tables
    )
    data = zlib.compress(body.model_dump_json().encode("utf-8"), _LEVEL)
    return Packed(result.article.status, result.article.error, result.lasting, data)


def unpack(body: bytes) -> ArticleResult:
    """Return the result that was packed."""
    found: Any = _Body.model_validate_json(zlib.decompress(body))
    records = Records(found.cases, {name: getattr(found, name) for name in RECORDS})
    return ArticleResult(found.article, records, found.source_text)
