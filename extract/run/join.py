"""Joins a library of references to the articles of a run: by file name, DOI or PMID."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extract.records.cases import Article
from extract.run.article import ArticleResult
from extract.run.worklist import WorkItem
from extract.sources.library import Reference, bare_doi, path_parts

_FEWEST_DIGITS = 5  # a shorter number as a file's name is a running number, no PMID
_TOLD = 5  # records and articles that a message names


class Join:
    """The references of a library beside the articles of a run.

    A file that a record names decides; then a file named after the record's DOI, PMID or PMCID; then the DOI or
    PMID that the article itself shows, unless that record has its file already: the number may be that of a
    work that the article cites.
    """

    def __init__(self, name: str, references: Sequence[Reference], items: Sequence[WorkItem]) -> None:
        """Join by file name.

        Parameters
        ----------
        name : the library's file as messages show it.
        """
        self._name, self._references = name, references
        self._by_key: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for index, reference in enumerate(references):
            for key in _keys(reference.doi, reference.pmid, reference.pmcid):
                self._by_key[key].append(index)
        self._by_article = self._by_file(items)
        self._claimed = frozenset(index for found in self._by_article.values() for index in found)
        self._used = set(self._claimed)
        self._without: list[str] = []
        self._articles = 0

    def joined(self, results: Iterable[ArticleResult]) -> Iterator[ArticleResult]:
        """Hand the results on, each article with what the library knows of it."""
        for result in results:
            yield replace(result, article=self._described(result.article))

    def messages(self) -> list[str]:
        """Return what to tell the user after the last article: how many were found, and what was not."""
        found = self._articles - len(self._without)
        lines = [f"{self._name}: {found} of {self._articles} articles have a record{_list(self._without)}"]
        spare = [reference for i, reference in enumerate(self._references) if i not in self._used]
        if spare:
            named = [f"line {r.line} ({r.title[:60] or r.doi or r.pmid or 'no title'})" for r in spare]
            count = f"{len(spare)} of {len(self._references)} records belong to none of the articles"
            lines.append(f"{self._name}: {count}: {_some(named)}")
        return lines

    def _described(self, article: Article) -> Article:
        self._articles += 1
        indices = self._by_article.get(article.article_id, [])
        if not indices:
            indices = self._by_text(article)
            self._used.update(indices)
        if not indices:
            self._without.append(article.article_id)
            warning = f"{self._name} has no record of this article"
            return article.model_copy(update={"warnings": _added(article, warning)})
        reference = self._references[indices[0]]
        update = reference.known()
        if reference.doi and article.doi and reference.doi.casefold() != article.doi.casefold():
            problem = f"the DOI is {reference.doi} by {self._name}:{reference.line}, {article.doi} by the article"
            update["warnings"] = _added(article, problem)
        return article.model_copy(update=update)

    def _by_text(self, article: Article) -> list[int]:
        for key in _keys(article.doi, article.pmid, ""):
            found = [index for index in self._by_key.get(key, []) if index not in self._claimed]
            if found:
                return found
        return []

    def _by_file(self, items: Sequence[WorkItem]) -> dict[str, list[int]]:
        """Return the indices of the records of each article whose file's name tells them."""
        by_name: defaultdict[str, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
        for index, reference in enumerate(self._references):
            for parts in reference.files:
                by_name[parts[-1]].append((index, parts))
        places = {item.article_id: path_parts(item.path.absolute().as_posix()) for item in items}
        namesakes: defaultdict[str, int] = defaultdict(int)
        for parts in places.values():
            namesakes[parts[-1]] += 1
        joined: dict[str, list[int]] = {}
        for article_id, parts in places.items():
            stem = parts[-1]
            # two articles of one file name are told apart by their folders only
            least = 2 if namesakes[stem] > 1 else 1
            indices = self._closest(by_name.get(stem, []), parts, least) or self._named_after(stem)
            if indices:
                joined[article_id] = indices
        return joined

    def _closest(self, named: list[tuple[int, tuple[str, ...]]], place: tuple[str, ...], least: int) -> list[int]:
        """Return the records whose file's path agrees longest with ``place``, none where they differ."""
        shared = [(_agreement(parts, place), index) for index, parts in named]
        most = max((n for n, _ in shared), default=0)
        if most < least:
            return []
        best = list(dict.fromkeys(index for n, index in shared if n == most))
        return best if len({_identity(self._references[index]) for index in best}) == 1 else []

    def _named_after(self, stem: str) -> list[int]:
        """Return the records of the PMID, PMCID or DOI that a file's name consists of."""
        if stem.isdecimal() and len(stem) >= _FEWEST_DIGITS:
            return self._by_key.get(("pmid", stem), [])
        if stem.startswith("10."):  # a file's name cannot hold the slash
            for sign in "_-":
                head, found, tail = stem.partition(sign)
                if found and (indices := self._by_key.get(("doi", bare_doi(f"{head}/{tail}")), [])):
                    return indices
        return self._by_key.get(("pmcid", stem), [])


def _keys(doi: str, pmid: str, pmcid: str) -> list[tuple[str, str]]:
    named = (("doi", doi.casefold()), ("pmid", pmid.lstrip("0")), ("pmcid", pmcid.casefold()))
    return [(kind, value) for kind, value in named if value]


def _identity(reference: Reference) -> str:
    """Return what two records of the same work, as in libraries not yet freed of duplicates, have in common."""
    return reference.doi.casefold() or "".join(filter(str.isalnum, reference.title.casefold())) or str(reference.line)


def _agreement(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Return how many parts two paths share, counted from the end."""
    count = 0
    for x, y in zip(reversed(a), reversed(b), strict=False):
        if x != y:
            break
        count += 1
    return count


def _added(article: Article, warning: str) -> str:
    return f"{article.warnings} | {warning}" if article.warnings else warning


def _list(names: Sequence[str]) -> str:
    return f"; without one: {_some(names)}" if names else ""


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more
