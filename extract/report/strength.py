"""Muscle strength of each case over time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from extract.report.daysaxis import LIMIT
from extract.report.model import Cell, Data, Link, Plot, Section, count, first_of, of_all
from extract.report.strength_plots import CHANGES, MUSCLES, Point, change_figure, days_figure, moment, muscles_figure
from extract.report.tables import ArticleRows, Row, number
from extract.tables.quotes import link

_DRAWN = 60  # cases in a plot
_PANELS = 12  # cases with a panel of their own
_LISTED = 500  # cases, or rows, in the data behind a plot
_TABLE = "muscle_grades.csv"
_HEAD = ("case", "when", "days", "lowest grade", "muscle", "grades told", "row")
_INTRO = (
    "MRC grades, 0 to 5; 4+ counts 4.33 and 4- counts 3.67. The lowest grade is that of the weakest muscle told at the "
    "time, which need not be the same muscle each time: an article often names at follow-up only what has changed."
)


class Strength:
    """Change from before to after treatment, course over days, and the single muscles of cases."""

    def __init__(self) -> None:
        self._graded = 0
        self._pairs: list[tuple[Point, Point]] = []
        self._changes: Counter[str] = Counter()
        self._courses: list[list[Point]] = []
        self._timed = 0
        self._muscles: list[tuple[str, list[Row]]] = []
        self._followed = 0

    def add(self, article: ArticleRows) -> None:
        """Take in the grades of an article's patients."""
        by_case: dict[str, list[Row]] = defaultdict(list)
        for row in article.tables["muscle_grades"]:
            if row["assertion"] == "present" and row["subject"] == "patient" and number(row["grade"]) is not None:
                by_case[row["case_id"]].append(row)
        for case_id, rows in by_case.items():
            self._graded += 1
            self._pair(rows)
            self._course(rows)
            if len({moment(row) for row in rows if row["when"] != "history"}) > 1:
                self._followed += 1
                if len(self._muscles) < _PANELS:
                    self._muscles.append((case_id, rows))

    def _pair(self, rows: list[Row]) -> None:
        before = [row for row in rows if row["when"] == "baseline"]
        after = _last([row for row in rows if row["when"] == "followup"])
        if not before or not after:
            return
        pair = _point(before), _point(after)
        self._changes[pair[0].change(pair[1])] += 1
        if len(self._pairs) < _LISTED:
            self._pairs.append(pair)

    def _course(self, rows: list[Row]) -> None:
        times: dict[float, list[Row]] = defaultdict(list)
        for row in rows:
            days = number(row["time_days"])
            if days is None and row["when"] == "baseline":
                days = 0.0
            if days is not None and abs(days) <= LIMIT:
                times[days].append(row)
        if len(times) > 1:
            self._timed += 1
            if len(self._courses) < _LISTED:
                self._courses.append([_point(times[days], days) for days in sorted(times)])

    def section(self) -> Section:
        """Return the plots for which there are cases."""
        title = "Strength over time"
        if not self._graded:
            return Section("strength", title, "No muscle grade was found.")
        graded = f"{count(self._graded, 'cases')} with a muscle grade"
        plots = []
        if self._pairs:
            plots.append(self._change_plot())
        if self._courses:
            plots.append(self._days_plot())
        if self._muscles:
            plots.append(self._muscle_plot())
        if not plots:
            return Section("strength", title, f"{graded}; none of two times.")
        return Section("strength", title, f"{graded}. {_INTRO}", plots)

    def _change_plot(self) -> Plot:
        total = self._changes.total()
        shown = self._pairs[:_DRAWN]
        counts = ", ".join(f"{name} {self._changes[name]:,}" for name in CHANGES)
        caption = f"{of_all(len(shown), total, 'cases')} with grades before treatment and later. In all: {counts}."
        rows = [[*_cells(point), first.change(last)] for first, last in self._pairs for point in (first, last)]
        return Plot(
            id="strength-change",
            title="Lowest grade, baseline to last follow-up",
            caption=caption,
            alt=f"Lines from the lowest grade before treatment to that at the last follow-up. {caption}",
            figure=change_figure(shown, self._changes),
            data=Data((*_HEAD, "change"), rows, first_of(_LISTED, total, "cases", _TABLE)),
        )

    def _days_plot(self) -> Plot:
        shown = self._courses[:_DRAWN]
        caption = (
            f"{of_all(len(shown), self._timed, 'cases')} with grades at two times or more. A grade before treatment "
            "whose time is not told stands at day 0."
        )
        rows = [_cells(point) for course in self._courses for point in course]
        return Plot(
            id="strength-days",
            title="Lowest grade over days",
            caption=caption,
            alt=f"Lines of the lowest grade of each case over days. {caption}",
            figure=days_figure(shown),
            data=Data(_HEAD, rows, first_of(_LISTED, self._timed, "cases", _TABLE)),
        )

    def _muscle_plot(self) -> Plot:
        caption = (
            f"{of_all(len(self._muscles), self._followed, 'cases')} with grades of two times. A line is a muscle or a "
            f"movement, at most {MUSCLES} in a panel; a mark alone was told once. Times in their order, not to scale."
        )
        rows = [_muscle_cells(row) for _, told in self._muscles for row in told]
        head = ("row", "case", "muscle", "side", "grade", "when", "time", "days")
        return Plot(
            id="strength-muscles",
            title="Each muscle",
            caption=caption,
            alt=f"Small plots, one for each case, with a line for each muscle graded. {caption}",
            figure=muscles_figure(self._muscles),
            data=Data(head, rows[:_LISTED], first_of(_LISTED, len(rows), "rows", _TABLE)),
        )


def _last(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the last time: the most days, or else the last in the text."""
    if not rows:
        return []
    timed = [row for row in rows if number(row["time_days"]) is not None]
    last = max(timed, key=lambda row: float(row["time_days"])) if timed else rows[-1]
    return [row for row in rows if moment(row) == moment(last)]


def _point(rows: Sequence[Row], days: float | None = None) -> Point:
    weakest = min(rows, key=lambda row: float(row["grade"]))
    return Point(
        case_id=weakest["case_id"],
        article_id=weakest["article_id"],
        when=weakest["when"],
        days=days if days is not None else number(weakest["time_days"]),
        lowest=float(weakest["grade"]),
        muscle=weakest["muscle"],
        told=len(rows),
        record_id=weakest["record_id"],
    )


def _cells(point: Point) -> list[Cell]:
    case = Link(point.case_id, link(point.article_id, point.case_id))
    row = Link(point.record_id, link(point.article_id, point.record_id))
    return [case, point.when, point.days, point.lowest, point.muscle, point.told, row]


def _muscle_cells(row: Row) -> list[Cell]:
    record = Link(row["record_id"], link(row["article_id"], row["record_id"]))
    told = number(row["grade"]), row["when"], row["time_text"], number(row["time_days"])
    return [record, row["case_id"], row["muscle"], row["side"], *told]
