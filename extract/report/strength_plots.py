"""Pictures of muscle grades."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from extract.report.daysaxis import days_axis
from extract.report.plots import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RED, SKY, WIDE, canvas, shorten
from extract.report.tables import Row, number

CHANGES = {"better": (BLUE, "-", "o"), "the same": (GREY, ":", "s"), "worse": (RED, "--", "v")}
"""What becomes of a grade: the colour, line and mark of each."""
MUSCLES = 8
"""Lines in a case's own panel."""
_MARKS = "osv^Dx*P"
_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, SKY, INK, GREY)
_COLUMNS = 2
_NAMED = 20  # lines whose cases are named in the picture
_STEP = 0.04  # grades by which lines that would cover one another are moved apart
_HALO = {"fc": "white", "ec": "none", "pad": 0.8, "alpha": 0.8}
_SIDES = {"left": " L", "right": " R"}
_ORDER = {"history": 0, "baseline": 1}


@dataclass(frozen=True)
class Point:
    """The lowest grade told of a case at a time.

    Attributes
    ----------
    days : from presentation; None where unknown.
    told : number of grades at that time.
    """

    case_id: str
    article_id: str
    when: str
    days: float | None
    lowest: float
    muscle: str
    told: int
    record_id: str

    def change(self, later: Point) -> str:
        """Return what has become of the grade: one of ``CHANGES``."""
        if self.lowest == later.lowest:
            return "the same"
        return "better" if later.lowest > self.lowest else "worse"


def moment(row: Row) -> tuple[str, str]:
    """Return what tells the times of a case's rows apart."""
    return row["when"], row["time_days"] or row["time_text"]


def change_figure(pairs: Sequence[tuple[Point, Point]], counts: Mapping[str, int]) -> Figure:
    """Return a line for each case from its grade before treatment to the last one.

    Parameters
    ----------
    counts : cases by ``CHANGES``, for the legend; there may be more cases than lines.
    """
    figure, (axes,) = canvas(WIDE, 4.6)
    _lines(axes, [[first, last] for first, last in pairs], [[0.0, 1.0]] * len(pairs))
    _legend(figure, axes, {name: f"{name} ({counts.get(name, 0):,})" for name in CHANGES})
    axes.set_xticks([0, 1], ["baseline", "last follow-up"])
    axes.set_xlim(-0.08, 1.3 if len(pairs) <= _NAMED else 1.08)
    return figure


def days_figure(courses: Sequence[Sequence[Point]]) -> Figure:
    """Return a line for each case over the days from presentation."""
    figure, (axes,) = canvas(WIDE, 4.6)
    places = [[point.days or 0.0 for point in course] for course in courses]
    _lines(axes, courses, places)
    _legend(figure, axes, {name: f"{name} at the end" for name in CHANGES})
    days_axis(axes, [day for days in places for day in days])
    axes.set_xlabel("time from presentation")
    return figure


def muscles_figure(cases: Sequence[tuple[str, Sequence[Row]]]) -> Figure:
    """Return a panel for each case with a line for each muscle."""
    lines = -(-len(cases) // _COLUMNS)
    columns = min(_COLUMNS, len(cases))
    figure, panels = canvas(WIDE, 2.3 * lines + 0.2, lines, columns)
    for axes, (case_id, rows) in zip(panels, cases, strict=False):
        _panel(axes, case_id, rows)
    for axes in panels[len(cases) :]:
        axes.set_visible(False)
    return figure


def _lines(axes: Axes, courses: Sequence[Sequence[Point]], places: Sequence[Sequence[float]]) -> None:
    """Draw a line for each case, those with the same ends beside one another, and name them where they are few."""
    taken: Counter[tuple[float, float]] = Counter()
    ends: defaultdict[tuple[float, float], list[str]] = defaultdict(list)
    for course, days in zip(courses, places, strict=True):
        first, last = course[0], course[-1]
        colour, line, mark = CHANGES[first.change(last)]
        key = (first.lowest, last.lowest)
        shift = _shift(taken[key])
        taken[key] += 1
        ends[days[-1], last.lowest].append(shorten(last.case_id, 18))
        axes.plot(days, [p.lowest + shift for p in course], color=colour, ls=line, marker=mark, ms=4.5, lw=1.3)
    if len(courses) <= _NAMED:
        for (day, grade), names in ends.items():
            more = f" +{len(names) - 2}" if len(names) > 2 else ""
            label = ", ".join(names[:2]) + more
            at = (day, grade)
            axes.annotate(label, at, (7, 0), textcoords="offset points", va="center", fontsize=7.5, bbox=_HALO)
    _grades(axes)


def _legend(figure: Figure, axes: Axes, labels: Mapping[str, str]) -> None:
    for name, (colour, line, mark) in CHANGES.items():
        axes.plot([], [], color=colour, ls=line, marker=mark, label=labels[name])
    figure.legend(loc="outside upper left", ncols=3)


def _shift(nth: int) -> float:
    """Return 0, +1, -1, +2, -2 ... steps, within a third of a grade."""
    steps = (nth + 1) // 2 * (1 if nth % 2 else -1)
    return max(-8, min(8, steps)) * _STEP


def _grades(axes: Axes) -> None:
    axes.set_ylim(-0.35, 5.35)
    axes.set_yticks(range(6))
    axes.set_ylabel("MRC grade")
    axes.grid(axis="y")


def _panel(axes: Axes, case_id: str, rows: Sequence[Row]) -> None:
    """Draw a case's muscles at the times told, in their order; the lowest of several grades at a time."""
    ordered = sorted(rows, key=lambda row: (_ORDER.get(row["when"], 2), number(row["time_days"]) or 0.0))
    moments = list(dict.fromkeys(map(moment, ordered)))
    courses: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for row in ordered:
        place = moments.index(moment(row))
        course = courses[row["muscle"], row["side"]]
        course[place] = min(course.get(place, 5.0), float(row["grade"]))
    # those told at several times first, then those told last
    ranked = sorted(courses.items(), key=lambda item: (-len(item[1]), -max(item[1])))
    for index, ((muscle, side), course) in enumerate(ranked[:MUSCLES]):
        shift = _shift(index)
        name = shorten(muscle, 24) + _SIDES.get(side, "")
        axes.plot(
            list(course), [grade + shift for grade in course.values()],
            marker=_MARKS[index], color=_COLOURS[index], ms=5, lw=1.1, label=name,
        )  # fmt: skip
    axes.set_title(shorten(case_id, 34), fontsize=9, loc="left")
    axes.set_xticks(range(len(moments)), [_told(each) for each in moments], fontsize=8)
    axes.set_xlim(-0.4, len(moments) - 0.6)
    _grades(axes)
    axes.legend(fontsize=7.5, loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=1.6, labelspacing=0.3)


def _told(when_and_time: tuple[str, str]) -> str:
    when, time = when_and_time
    word = {"followup": "follow-up", "": "unknown"}.get(when, when)
    if number(time) is not None:
        return f"{word}\nday {time}"
    return f"{word}\n{shorten(time, 16)}" if time else word
