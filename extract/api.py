"""casetab from Python: texts and files in, pandas data frames out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from spacy.language import Language

from extract.nlp.ner_choice import RULES, check_ner
from extract.nlp.pipeline import load_pipeline
from extract.records.common import Table, columns
from extract.run.article import ArticleResult, process_text
from extract.sources.model import SourceText
from extract.tables.schema import TABLES

if TYPE_CHECKING:
    from pandas import DataFrame

_FORMAT = "txt"


class Tables(Mapping[str, "DataFrame"]):
    """The tables of one article or of many, by name and as attributes: ``tables["labs"]`` is ``tables.labs``.

    Columns and their meaning are those of the CSV files (docs/tables.md); a number that is missing is ``NaN`` or
    ``<NA>``, a text that is missing is empty, and a text that a spreadsheet would run as a formula stays as it is.
    """

    articles: DataFrame
    cases: DataFrame
    labs: DataFrame
    muscle_grades: DataFrame
    levels: DataFrame
    drugs: DataFrame
    scores: DataFrame

    def __init__(self, results: Iterable[ArticleResult]) -> None:
        """Gather the rows of the articles in their order."""
        rows: dict[str, list[Table]] = {name: [] for name in TABLES}
        for result in results:
            rows["articles"].append(result.article)
            rows["cases"].extend(result.records.cases)
            for name, records in result.records.tables.items():
                rows[name].extend(records)
        self._frames = {name: _frame(model, rows[name]) for name, model in TABLES.items()}
        self.__dict__.update(self._frames)

    def __getitem__(self, name: str) -> DataFrame:
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {len(frame)}" for name, frame in self._frames.items())
        return f"<Tables {sizes}>"


def load(rules: Iterable[str | Path] = ()) -> Language:
    """Return casetab's spaCy pipeline: blank English with the components ``casetab_*``.

    Parameters
    ----------
    rules : folders of your own rules, on top of the shipped ones.

    Raises
    ------
    RulesError
        a rules file cannot be used; the message names file and line.
    """
    return load_pipeline(_folders(rules))


def text(
    text: str,
    *,
    article_id: str = "text",
    rules: Iterable[str | Path] = (),
    all_subjects: bool = False,
    ner: str = RULES,
) -> Tables:
    """Return the tables of one text; offsets in them count characters of ``text``.

    Parameters
    ----------
    article_id : how the article is called in the tables.
    rules : folders of your own rules, on top of the shipped ones.
    all_subjects : also rows that are not about the article's own patients, and facts told twice.
    ner : who proposes names that no lexicon knows: ``rules`` (nobody), ``hybrid`` or ``scispacy:NAME``.

    Raises
    ------
    CasetabError
        ``ner`` is none of these, or its model is not installed.
    """
    check_ner(ner)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    source = SourceText(article_id, Path(article_id), _FORMAT, "utf-8", digest, text)
    return Tables([process_text(source, rules=_folders(rules), all_subjects=all_subjects, ner=ner)])


def files(
    paths: str | Path | Iterable[str | Path],
    *,
    workers: int = 1,
    rules: Iterable[str | Path] = (),
    all_subjects: bool = False,
    ner: str = RULES,
) -> Tables:
    """Return the tables of article files; ``articles`` says of each whether it could be read.

    Parameters
    ----------
    paths : files, folders (searched with their subfolders) or patterns such as ``"papers/*.pdf"``.
    workers : processes. On Windows and macOS a script that asks for more than one must do so below
        ``if __name__ == "__main__":``, as always where Python starts processes.
    rules, all_subjects, ner : as for ``text``.

    Raises
    ------
    CasetabError
        there is nothing to read at ``paths``, or a rules file or ``ner`` cannot be used.
    """
    from extract.run.batch import run_all
    from extract.run.options import Options
    from extract.run.worklist import find_articles

    named = [paths] if isinstance(paths, (str, Path)) else list(paths)
    options = Options(workers=workers, rules=_folders(rules), all_subjects=all_subjects, ner=check_ner(ner))
    with closing(run_all(find_articles([str(path) for path in named]), options)) as results:
        return Tables(results)


def _folders(rules: Iterable[str | Path]) -> tuple[str, ...]:
    named = [rules] if isinstance(rules, (str, Path)) else rules
    return tuple(str(Path(folder).resolve()) for folder in named)


def _frame(model: type[Table], rows: list[Table]) -> DataFrame:
    from pandas import DataFrame, Series

    kinds = {name: _kind(model, name) for name in columns(model)}
    return DataFrame(
        {name: Series([getattr(row, name) for row in rows], dtype=kind) for name, kind in kinds.items()},
        columns=list(kinds),
    )


def _kind(model: type[Table], column: str) -> str:
    """Return the pandas type of a column: whole numbers that may be missing need one of their own."""
    annotation = model.model_fields[column].annotation
    allowed = set(get_args(annotation)) or {annotation}
    if float in allowed:
        return "float64"
    if int in allowed:
        return "Int64" if type(None) in allowed else "int64"
    return "str"
