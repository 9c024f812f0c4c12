"""The text of an article for the page: found again, checked against the run, normalised as the run did it."""

from __future__ import annotations

import glob
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.errors import CasetabError
from extract.normalize.blocks import NormalizedText
from extract.normalize.stage import normalize
from extract.review.identity import Cells
from extract.run.remote import is_url
from extract.run.write import SOURCES
from extract.sources.model import SourceText
from extract.sources.read import read_source

_KEPT = 24  # articles whose normalised text is kept in memory
_FLOWED = ("xml", "html")


@dataclass(frozen=True, slots=True)
class Text:
    """An article's text; ``problem`` says why there is none, or what is wrong with it."""

    source: SourceText | None = None
    normalized: NormalizedText | None = None
    problem: str = ""


class Texts:
    """The texts of a run's articles.

    Parameters
    ----------
    folder : the run's folder.
    more : folders in which the article files are now, where they were moved after the run.
    """

    def __init__(self, folder: Path, more: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._inputs = [str(path) for path in more] + _inputs(folder)
        self._kept: OrderedDict[str, Text] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, article: Cells) -> Text:
        """Return the text of an article (its line of articles.csv)."""
        if article.get("status") == "failed":
            return Text(problem=f"This article could not be read: {article.get('error', '')}")
        source, problem = self.source(article)
        if source is None:
            return Text(problem=f"{problem} The rows can be reviewed by their quotes.")
        name = f"{article['article_id']}\0{source.sha256}"
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        text = Text(source, normalize(source), problem)
        with self._lock:
            self._kept[name] = text
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return text

    def source(self, article: Cells) -> tuple[SourceText | None, str]:
        """Return an article's text, in which the rows' offsets count; None and why where it is gone or has changed."""
        name, kind, digest = article.get("article_id", ""), article.get("format", ""), article.get("sha256", "")
        kept = self._folder / SOURCES / f"{name}.txt"
        if kind != "txt" and kept.exists():
            with kept.open(encoding="utf-8", newline="") as stream:  # as it is: offsets count its characters
                text = stream.read()
            return SourceText(name, kept, kind, "utf-8", digest, text, flowed=kind in _FLOWED), ""
        changed = ""
        for path in self._places(article.get("source_file", "")):
            try:
                found = read_source(path, name)
            except (CasetabError, OSError) as error:
                changed = changed or str(error)
                continue
            if found.sha256 == digest:
                return found, ""
            changed = f"{path} has changed since the run, so that the places of the rows are not known in it."
        shown = article.get("source_file", "")
        missing = f"{shown} is not where it was when casetab ran. Say with --articles FOLDER where it is now."
        return None, changed or missing

    def _places(self, source_file: str) -> Iterator[Path]:
        """Yield the files that may be the one that the tables call ``source_file``, relative to an input."""
        for given in self._inputs:
            if is_url(given):
                continue
            for base in (Path(), self._folder, self._folder.parent):
                path = base / given
                near = [path / source_file, path / Path(source_file).name] if path.is_dir() else [path]
                if not path.exists():
                    near = [Path(one) for one in glob.glob(str(path), recursive=True)]  # noqa: PTH207
                    near = [one / source_file if one.is_dir() else one for one in near]
                yield from (one for one in near if one.name == Path(source_file).name and one.is_file())


def misplaced(source: SourceText, rows: Sequence[Cells]) -> int:
    """Return how many rows' quotes do not stand where the row says."""
    return sum(bool(row.get("quote")) and slice_of(source.text, row) != row["quote"] for row in rows)


def slice_of(text: str, row: Cells) -> str:
    """Return the characters between the offsets of a row; nothing where it has none."""
    start, end = row.get("start", ""), row.get("end", "")
    return text[int(start) : int(end)] if start.isdecimal() and end.isdecimal() else ""


def _inputs(folder: Path) -> list[str]:
    try:
        told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        return [str(one) for one in told["options"]["inputs"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
