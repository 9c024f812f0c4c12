"""One article from file to records: the function through which everything else uses the rooms above."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from extract.errors import CasetabError
from extract.nlp.ner_choice import RULES
from extract.nlp.pipeline import annotate, load_pipeline
from extract.normalize.stage import normalize
from extract.records.cases import Article
from extract.records.finish import Records, finish
from extract.run.worklist import writable
from extract.sources.model import SourceText
from extract.sources.read import read_source

_EXPORTED_SOURCES = ("pdf", "xml", "html")


@dataclass(frozen=True)
class ArticleResult:
    """What became of one input file.

    Attributes
    ----------
    source_text : the decoded source where offsets cannot point into the file (PDF, XML, HTML); else "".
    lasting : the file would come out the same again; False where time, memory or a disk was at fault.
    """

    article: Article
    records: Records = field(default_factory=Records)
    source_text: str = ""
    lasting: bool = True


def process(
    path: Path,
    article_id: str,
    source_file: str,
    *,
    rules: tuple[str, ...] = (),
    all_subjects: bool = False,
    ner: str = RULES,
) -> ArticleResult:
    """Read one article and return its rows; depends on the file, the rules and the version only.

    A file that cannot be read gives a result with status ``failed`` and the reason, never an exception.
    """
    try:
        source = read_source(path, article_id)
    except CasetabError as error:
        return failure(article_id, source_file, str(error), lasting=not isinstance(error.__cause__, OSError))
    except (OSError, MemoryError, RecursionError, ValueError) as error:
        problem = f"{path.name}: cannot be read: {error}"
        return failure(article_id, source_file, problem, lasting=not isinstance(error, (OSError, MemoryError)))
    return process_text(source, source_file, rules=rules, all_subjects=all_subjects, ner=ner)


def process_text(
    source: SourceText,
    source_file: str = "",
    *,
    rules: tuple[str, ...] = (),
    all_subjects: bool = False,
    ner: str = RULES,
) -> ArticleResult:
    """Return the rows of an article that is read already."""
    text = normalize(source)
    doc = annotate(load_pipeline(rules, ner), text, patients_only=not all_subjects)
    records = finish(doc, source, text, all_subjects=all_subjects)
    words = len(text.text.split())
    meta = source.metadata
    article = Article(
        article_id=source.article_id,
        source_file=source_file,
        format=source.format,
        encoding=source.encoding,
        sha256=source.sha256,
        title=meta.get("title", ""),
        doi=meta.get("doi", ""),
        pmid=meta.get("pmid", ""),
        journal=meta.get("journal", ""),
        year=meta.get("year", ""),
        n_words=words,
        n_cases=len(records.cases) if words else 0,
        status="ok" if words else "empty",
        warnings=" | ".join(dict.fromkeys((*source.warnings, *text.warnings, *doc.user_data.get("warnings", ())))),
    )
    if not words:
        return ArticleResult(article)
    return ArticleResult(article, records, source.text if source.format in _EXPORTED_SOURCES else "")


def failure(article_id: str, source_file: str, error: str, *, lasting: bool = True) -> ArticleResult:
    """Return the result of an article that could not be processed."""
    article = Article(article_id=article_id, source_file=source_file, status="failed", error=writable(error))
    return ArticleResult(article, lasting=lasting)
