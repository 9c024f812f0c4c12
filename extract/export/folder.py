"""Exports a run's folder, article by article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extract.errors import CasetabError
from extract.export.bioc import BIOC, BIOC_JSON
from extract.export.brat import BRAT
from extract.export.model import ExportArticle, Format
from extract.export.phenopackets import PHENOPACKETS
from extract.report.tables import ArticleRows, RunFolder
from extract.review.identity import plain_cells
from extract.review.texts import Texts, misplaced
from extract.run.write import writing
from extract.tables.csv import whole_file

FORMATS: dict[str, Format] = {"brat": BRAT, "bioc": BIOC, "bioc-json": BIOC_JSON, "phenopackets": PHENOPACKETS}
"""The formats by their names on the command line."""


@dataclass
class Exported:
    """What came of an export.

    Attributes
    ----------
    files : how many files hold articles or patients.
    left_out : what the format cannot express, with how often.
    problems : the articles that could not be exported, with the reason.
    """

    files: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def export_run(folder: Path, name: str, out: Path, more: Sequence[Path] = ()) -> Exported:
    """Write the articles of a run to ``out``; an article that cannot be exported costs only itself.

    Parameters
    ----------
    folder : what ``casetab run --out`` wrote.
    name : a key of ``FORMATS``.
    more : folders in which the article files are now, where they were moved after the run.

    Raises
    ------
    CasetabError
        ``folder`` holds no run, ``out`` cannot be written, or the format's library is missing.
    """
    run, texts, format = RunFolder(folder), Texts(folder, more), FORMATS[name]
    done = Exported()
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        for path, content in format.common.items():
            _write(out, path, content)
        for rows in run.articles():
            if rows.article["status"] == "failed":
                continue
            try:
                for path, content in _files(rows, run, texts if format.needs_text else None, format, done.left_out):
                    _write(out, path, content)
                    done.files += 1
            except ImportError as error:
                raise CasetabError(f"--to {name} needs {error.name}; pip install 'casetab[export]'") from None
            except CasetabError as error:
                done.problems.append(f"{rows.article['article_id']}: {error}")
    done.left_out = +done.left_out
    return done


def _files(
    rows: ArticleRows, run: RunFolder, texts: Texts | None, format: Format, left_out: Counter[str]
) -> Iterator[tuple[str, str]]:
    cells = plain_cells(rows.article)
    tables = {table: [plain_cells(row) for row in found] for table, found in rows.tables.items()}
    text = "" if texts is None else _text(texts, cells, [row for found in tables.values() for row in found])
    return format.write(ExportArticle(cells, tables, text, run.about), left_out)


def _text(texts: Texts, article: dict[str, str], rows: Sequence[dict[str, str]]) -> str:
    """Return the text that the rows' offsets count in."""
    source, problem = texts.source(article)
    if source is None:
        raise CasetabError(problem)
    wrong = misplaced(source, rows)
    if wrong:
        raise CasetabError(f"{wrong} quotes do not stand in {source.path} where the tables say; run casetab again")
    return source.text


def _write(folder: Path, name: str, content: str) -> None:
    if Path(name).name != name:  # no article that casetab has read has such an identifier
        raise CasetabError(f"{name!r} cannot be the name of a file")
    path = folder / name
    with whole_file(path, durable=False) as stream:
        stream.write(content)
