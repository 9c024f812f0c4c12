"""JSON Lines: one object for each article, its cases and records nested in it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from extract.tables.csv import whole_file
from extract.tables.schema import Rows


class JsonLinesWriter:
    """The file ``articles.jsonl``; values are typed, a missing number is null."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._stream = stack.enter_context(whole_file(folder / "articles.jsonl"))

    def write(self, rows: Rows) -> None:
        """Append one article."""
        (article,) = rows["articles"]
        nested = {name: [row.model_dump() for row in found] for name, found in rows.items() if name != "articles"}
        json.dump({**article.model_dump(), **nested}, self._stream, ensure_ascii=False, separators=(",", ":"))
        self._stream.write("\n")
