"""What happened when, case by case."""

from __future__ import annotations

from collections import Counter, defaultdict

from extract.report.daysaxis import LIMIT, days_axis
from extract.report.model import Cell, Data, Link, Plot, Section, first_of, of_all
from extract.report.plots import BLUE, GREEN, INK, ORANGE, PURPLE, RED, WIDE, canvas, shorten
from extract.report.tables import ArticleRows, number
from extract.tables.quotes import link

_DRAWN = 40  # cases
_LISTED = 1000  # events in the data
_LOOKS = {
    "labs": ("laboratory value", BLUE, "o"),
    "muscle_grades": ("muscle grade", RED, "^"),
    "levels": ("spinal level", GREEN, "s"),
    "drugs": ("drug", ORANGE, "D"),
    "scores": ("score", PURPLE, "P"),
    "cases": ("last follow-up", INK, "|"),
}
_TEXT = (
    "Rows whose time is told as days from presentation, or can be reckoned from a date. Within a week of "
    "presentation the axis is even; further off each step is a multiple of the one before."
)


class Timelines:
    """A line for each case, a mark for each day at which a table has rows."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str, Counter[tuple[str, float]]]] = []
        self._total = 0

    def add(self, article: ArticleRows) -> None:
        """Take in the events of an article's patients."""
        events: dict[str, Counter[tuple[str, float]]] = defaultdict(Counter)
        for table, row in article.records():
            days = number(row["time_days"])
            if days is not None and abs(days) <= LIMIT and row["subject"] == "patient":
                events[row["case_id"]][table, days] += 1
        for case in article.cases:
            days = number(case["followup_days"])
            if days is not None and 0 <= days <= LIMIT:
                events[case["case_id"]]["cases", days] += 1
        for case_id, found in events.items():
            if len({days for _, days in found}) < 2:
                continue
            self._total += 1
            if len(self._lines) < _DRAWN:
                self._lines.append((case_id, article.article["article_id"], found))

    def section(self) -> Section:
        """Return the plot; none where no case has events at two times."""
        if not self._lines:
            return Section("timeline", "Timeline of each case", "No case has rows of two known times.")
        figure, (axes,) = canvas(WIDE, 1.2 + 0.3 * max(3, len(self._lines)))
        used: set[str] = set()
        for place, (_, _, events) in enumerate(self._lines):
            days = [day for _, day in events]
            axes.plot([min(days), max(days)], [place, place], color="#b0b0b0", lw=0.8, zorder=1)
            for (table, day), count in sorted(events.items()):
                name, colour, mark = _LOOKS[table]
                size = 26 + 9 * min(count - 1, 9)
                shift = 0.0 if table == "cases" else (list(_LOOKS).index(table) - 2) * 0.11
                axes.scatter(
                    day, place + shift, s=90 if table == "cases" else size, color=colour, marker=mark, alpha=0.85,
                    linewidths=1.6 if mark == "|" else 0.4, edgecolors=None if mark == "|" else "white", zorder=2,
                    label=name if table not in used else None,
                )  # fmt: skip
                used.add(table)
        axes.set_yticks(range(len(self._lines)), [shorten(case_id, 26) for case_id, _, _ in self._lines], fontsize=8)
        axes.set_ylim(len(self._lines) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        days_axis(axes, [day for _, _, events in self._lines for _, day in events])
        axes.set_xlabel("time from presentation")
        handles, labels = axes.get_legend_handles_labels()
        order = [name for name, _, _ in _LOOKS.values()]
        ranked = sorted(zip(labels, handles, strict=True), key=lambda item: order.index(item[0]))
        figure.legend([h for _, h in ranked], [name for name, _ in ranked], loc="outside upper left", ncols=6)
        return Section("timeline", "Timeline of each case", _TEXT, (self._plot(figure),))

    def _plot(self, figure: object) -> Plot:
        shown = len(self._lines)
        caption = f"{of_all(shown, self._total, 'cases')} with rows of two known times; a bigger mark is more rows."
        rows: list[list[Cell]] = [
            [Link(case_id, link(article_id, case_id)), day, _LOOKS[table][0], count]
            for case_id, article_id, events in self._lines
            for (table, day), count in sorted(events.items(), key=lambda item: (item[0][1], item[0][0]))
        ]
        more = first_of(_LISTED, len(rows), "marks", "the folder of the run")
        data = Data(("case", "days", "what", "rows"), rows[:_LISTED], more)
        alt = f"A line for each case with marks at the days of its laboratory values, grades, drugs. {caption}"
        return Plot("timeline-cases", "Events by day", caption, alt, figure, data)
