"""A batch through the normalisation stage alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from extract.errors import CasetabError
from extract.normalize.stage import normalize, write_normalized
from extract.run.remote import local_copy
from extract.run.worklist import WorkItem
from extract.run.write import writing
from extract.sources.read import read_source
from extract.tables.csv import whole_file


def normalize_all(items: Sequence[WorkItem], folder: Path) -> Iterator[CasetabError]:
    """Write ``folder``/ID.txt for each article; yield the problem of each that cannot be read.

    Raises
    ------
    CasetabError
        an output would replace its own input, or the folder cannot be written.
    """
    for item in items:
        target = folder / f"{item.article_id}.txt"
        if target.exists() and item.path.exists() and target.samefile(item.path):
            raise CasetabError(f"{target}: the result would replace its own input; choose another --out")
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for item in items:
        if item.problem:
            yield CasetabError(item.problem)
            continue
        try:
            with local_copy(item) as path:
                text = write_normalized(normalize(read_source(path, item.article_id)))
        except CasetabError as problem:
            yield problem
            continue
        except OSError as problem:
            yield CasetabError(f"{item.path.name}: cannot be read: {problem}")
            continue
        with writing(folder), whole_file(folder / f"{item.article_id}.txt", durable=False) as stream:
            stream.write(text)
