"""Where the articles went: given, failed, empty, read, with rows; and their cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from extract.report.model import Cell, Data, Link, Plot, Section, count, first_of
from extract.report.plots import INK, WIDE, canvas, shorten
from extract.report.tables import RECORD_TABLES, ArticleRows
from extract.tables.quotes import link

_LISTED = 200  # articles that failed or are empty, in the data
_MAIN, _SIDE = "#e8f1f8", "#f4f4f4"
_SHOWN_PROBLEMS = 3


class Flow:
    """The flow of articles and cases, after the diagram of PRISMA 2020 (Page et al., BMJ 2021;372:n71)."""

    def __init__(self) -> None:
        self._status: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()
        self._reporting: Counter[str] = Counter()
        self._articles_with_rows = 0
        self._cases = 0
        self._cases_with_rows = 0
        self._listed: list[list[Cell]] = []

    def add(self, article: ArticleRows) -> None:
        """Count an article and its cases."""
        status = article.article["status"]
        self._status[status] += 1
        self._cases += len(article.cases)
        if status != "ok":
            self._note(article, status)
        found = [name for name in RECORD_TABLES if article.tables[name]]
        self._articles_with_rows += bool(found)
        holders: set[str] = set()
        for name in found:
            here = {row["case_id"] for row in article.tables[name] if row["case_id"]}
            self._reporting[name] += len(here)
            holders |= here
        self._cases_with_rows += len(holders)

    def _note(self, article: ArticleRows, status: str) -> None:
        error = article.article.get("error", "")
        if status == "failed":
            self._problems[shorten(error or "no reason given", 46)] += 1
        if len(self._listed) < _LISTED:
            name = article.article["article_id"]
            self._listed.append([Link(name, link(name)), status, error])

    @property
    def articles(self) -> int:
        """Return the number of articles so far."""
        return sum(self._status.values())

    def section(self) -> Section:
        """Return the diagram, and the list of articles that failed or are empty."""
        status, read = self._status, self._status["ok"]
        steps = [
            ("Articles given", self.articles),
            ("Articles that failed", status["failed"]),
            ("Articles without text", status["empty"]),
            ("Articles read", read),
            ("Articles without a row", read - self._articles_with_rows),
            ("Articles with rows", self._articles_with_rows),
            ("Cases", self._cases),
            ("Cases without a row", self._cases - self._cases_with_rows),
            ("Cases with rows", self._cases_with_rows),
        ]
        said = "; ".join(f"{label.lower()}: {number:,}" for label, number in steps)
        rows: list[list[Cell]] = [[label, number] for label, number in steps]
        rows += [[f"Cases with {_words(name)}", self._reporting[name]] for name in RECORD_TABLES]
        plot = Plot(
            id="flow-articles",
            title="From articles to cases",
            caption=f"{count(self.articles, 'articles')}, {count(self._cases, 'cases')}.",
            alt=f"Flow diagram. {said}.",
            figure=self._diagram(dict(steps)),
            data=Data(("step", "number"), rows),
        )
        return Section("flow", "Flow of articles and cases", self._text(), (plot,))

    def unread(self) -> Data | None:
        """Return the articles that gave nothing; None where there is none."""
        nothing = self._status["failed"] + self._status["empty"]
        if not nothing:
            return None
        more = first_of(_LISTED, nothing, "articles", "articles.csv")
        return Data(("article", "status", "reason"), self._listed, more)

    def _text(self) -> str:
        if not self._status["failed"]:
            return "Every article could be read." if not self._status["empty"] else "No article failed."
        return f"{count(self._status['failed'], 'articles')} failed: the list below says why."

    def _diagram(self, steps: dict[str, int]) -> object:
        figure, (axes,) = canvas(WIDE, 4.9)
        axes.set_axis_off()
        axes.set_xlim(0, 100)
        axes.set_ylim(-1, 99)
        problems = [f"{n:,} × {text}" for text, n in _first(self._problems)]
        _box(axes, 2, 84, 38, 14, [f"Articles given: {steps['Articles given']:,}"], bold=True)
        out = [f"Failed: {steps['Articles that failed']:,}", *problems, f"Empty: {steps['Articles without text']:,}"]
        _side(axes, 77, out)
        _box(axes, 2, 56, 38, 14, [f"Articles read: {steps['Articles read']:,}"], bold=True)
        _side(axes, 49, [f"Without any row: {steps['Articles without a row']:,}"])
        with_rows = f"Articles with rows: {steps['Articles with rows']:,}"
        _box(axes, 2, 28, 38, 14, [with_rows, f"with {steps['Cases']:,} cases in all"], bold=True)
        _side(axes, 21, [f"Cases without any row: {steps['Cases without a row']:,}"])
        _box(axes, 2, 0, 38, 14, [f"Cases with rows: {steps['Cases with rows']:,}"], bold=True)
        each = [f"{_words(name)}: {self._reporting[name]:,}" for name in RECORD_TABLES]
        _box(axes, 52, 0, 46, 14, ["Cases with " + ", ".join(each[:2]), ", ".join(each[2:])], colour=_MAIN)
        _arrow(axes, (40, 7), (52, 7))
        for top in (84, 56, 28):
            _arrow(axes, (21, top), (21, top - 14))
        return figure


def _words(table: str) -> str:
    return table.replace("_", " ")


def _first(problems: Counter[str]) -> list[tuple[str, int]]:
    """Return the commonest reasons, ties in alphabetical order."""
    return sorted(problems.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN_PROBLEMS]


def _side(axes: Axes, middle: float, lines: Sequence[str]) -> None:
    """Draw what left the flow, beside the arrow at a height."""
    height = 7 + 3.9 * (len(lines) - 1)
    _box(axes, 52, middle - height / 2, 46, height, lines, colour=_SIDE, dashed=True)
    _arrow(axes, (21, middle), (52, middle))


def _box(
    axes: Axes,
    x: float,
    y: float,
    width: float,
    height: float,
    lines: Sequence[str],
    *,
    bold: bool = False,
    colour: str = _MAIN,
    dashed: bool = False,
) -> None:
    look = "--" if dashed else "-"
    axes.add_patch(
        FancyBboxPatch(
            (x, y), width, height, boxstyle="round,pad=0,rounding_size=1.2", fc=colour, ec=INK, lw=0.9, ls=look
        )
    )
    gap = min(4.2, height / (len(lines) + 0.3))
    top = y + height / 2 + gap * (len(lines) - 1) / 2
    for index, line in enumerate(lines):
        weight = "bold" if bold and index == 0 else "normal"
        axes.text(x + 1.5, top - index * gap, line, va="center", fontsize=9.5, fontweight=weight)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 0.9, "shrinkA": 0, "shrinkB": 0})
