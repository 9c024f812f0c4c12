"""Pictures of one variable: a histogram of numbers, bars of words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from extract.report.plots import BLUE, FAINT, NARROW, RED, UNKNOWN, bars, canvas, soften

Numbers = npt.NDArray[np.float64]

_FENCE = 3.0  # interquartile ranges beyond the quartiles: "far out" by Tukey (1977), Exploratory Data Analysis
_WIDE_HALF, _WIDE_ALL = 3.5, 30.0  # times, between quartiles and between the 5th and 95th percentile: logarithmic axis
_DOTS = 20  # numbers that are drawn one by one
_PLACES = 36  # across a picture, at which dots stand on one another
_FEWEST, _MOST_BINS = 5, 24
_WORDS = 12  # bars of a variable's values


@dataclass(frozen=True)
class Spread:
    """The part of some numbers that a histogram shows.

    Attributes
    ----------
    edges : of its bins.
    below, above : how many numbers lie outside, far from all others.
    logarithmic : the bins grow by a factor.
    """

    edges: Numbers
    below: int
    above: int
    logarithmic: bool


def spread(values: Numbers) -> Spread:
    """Return bins for at least one finite number, so that a few absurd ones do not flatten all the others."""
    logarithmic = _is_wide(values)
    scaled = np.log10(values) if logarithmic else values
    quarter, three_quarters = np.percentile(scaled, [25, 75])
    fence = _FENCE * (three_quarters - quarter)
    inside = scaled
    if fence > 0:
        inside = scaled[(scaled >= quarter - fence) & (scaled <= three_quarters + fence)]
    low, high = float(inside.min()), float(inside.max())
    edges = _edges(inside, low, high, logarithmic=logarithmic)
    below, above = int((scaled < low).sum()), int((scaled > high).sum())
    return Spread(10.0**edges if logarithmic else edges, below, above, logarithmic)


def _is_wide(values: Numbers) -> bool:
    if len(values) < 8 or values.min() <= 0:
        return False
    low, quarter, three_quarters, high = np.percentile(values, [5, 25, 75, 95])
    return bool(three_quarters / quarter > _WIDE_HALF and high / low > _WIDE_ALL)


def _edges(inside: Numbers, low: float, high: float, *, logarithmic: bool) -> Numbers:
    if low == high:
        room = 0.5 if not logarithmic else 0.1
        return np.array([low - room, high + room])
    whole = not logarithmic and bool(np.all(inside == np.round(inside)))
    if whole and high - low < _MOST_BINS:
        return np.arange(low - 0.5, high + 1.0)
    bins = min(_MOST_BINS, max(_FEWEST, math.ceil(math.sqrt(len(inside)))))
    # a hair of room, so that rounding leaves no number outside
    room = (high - low) * 1e-9
    return np.linspace(low - room, high + room, bins + 1)


def draw_histogram(axes: Axes, values: Numbers, shown: Spread) -> None:
    """Draw numbers into axes."""
    soften(axes.hist(values, bins=shown.edges.tolist(), color=BLUE)[2])  # type: ignore[arg-type]
    if shown.logarithmic:
        axes.set_xscale("log")
        decades = np.log10(shown.edges[-1] / shown.edges[0])
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0) if decades < 2.5 else (1.0,), numticks=6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_major_locator(_even(values))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")
    _point_out(axes, shown)


def _point_out(axes: Axes, shown: Spread) -> None:
    """Say in the picture that values lie outside of it."""
    parts = [f"← {shown.below:,} below" if shown.below else "", f"{shown.above:,} above →" if shown.above else ""]
    said = ", ".join(filter(None, parts))
    if said:
        axes.annotate(said, (1, 1), xycoords="axes fraction", ha="right", va="bottom", fontsize=8, color=RED)


def histogram(values: Sequence[float], xlabel: str, ylabel: str = "cases") -> tuple[Figure, str]:
    """Return a picture of at least one number, and what its caption says: median, quartiles, range, outsiders.

    Few numbers are dots, as bars would make more of them than they are.
    """
    numbers = np.asarray(values, dtype=float)
    shown = spread(numbers)
    if len(numbers) <= _DOTS:
        return _dots(numbers, shown, xlabel), f"{summary(numbers)}{outsiders(shown)}"
    figure, (axes,) = canvas(NARROW, 2.7)
    draw_histogram(axes, numbers, shown)
    axes.set_xlabel(xlabel + (" (logarithmic axis)" if shown.logarithmic else ""))
    axes.set_ylabel(ylabel)
    return figure, f"{summary(numbers)}{outsiders(shown)}"


def _even(values: Numbers) -> MaxNLocator:
    """Return round places for the marks of an axis, whole ones for whole numbers."""
    return MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=bool(np.all(values == np.round(values))))


def _dots(numbers: Numbers, shown: Spread, xlabel: str) -> Figure:
    """Draw each number as a dot, those at one place on one another."""
    values = numbers[(numbers >= shown.edges[0]) & (numbers <= shown.edges[-1])]
    low, high = float(values.min()), float(values.max())
    step = (high - low) / _PLACES or 1.0
    ordered = np.sort(values).tolist()
    heights: Counter[int] = Counter(round((value - low) / step) for value in ordered)
    highest = max(3, *heights.values())
    figure, (axes,) = canvas(NARROW, 0.75 + 0.14 * highest)
    taken: Counter[int] = Counter()
    for value in ordered:
        place = round((value - low) / step)
        axes.plot(value, taken[place], marker="o", ms=6.5, color=BLUE, ls="", mec="white", mew=0.6)
        taken[place] += 1
    axes.set_ylim(-0.8, highest)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.06)
    axes.xaxis.set_major_locator(_even(values))
    axes.set_xlabel(f"{xlabel}; a dot is a case")
    axes.grid(axis="x")
    _point_out(axes, shown)
    return figure


def summary(values: Numbers) -> str:
    """Return the median, quartiles and range of numbers in words."""
    low, quarter, middle, three_quarters, high = np.percentile(values, [0, 25, 50, 75, 100])
    if len(values) == 1 or low == high:
        return f"all {short(low)}" if len(values) > 1 else f"the value {short(low)}"
    quartiles = f" (quartiles {short(quarter)} to {short(three_quarters)})" if len(values) >= 4 else ""
    return f"median {short(middle)}{quartiles}, range {short(low)} to {short(high)}"


def outsiders(shown: Spread) -> str:
    """Return what to say of numbers that a histogram leaves out."""
    parts = [f"{shown.below:,} below" if shown.below else "", f"{shown.above:,} above" if shown.above else ""]
    said = " and ".join(filter(None, parts))
    return f"; {said} what is drawn, far from all others" if said else ""


def words(counts: Counter[str], xlabel: str, total: int, unknown: tuple[str, int]) -> tuple[Figure, str]:
    """Return bars of the commonest values, and what its caption says of them.

    Parameters
    ----------
    unknown : name and number of the cases without a value; a bar of its own, below the others and drawn in another way.
    """
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = ranked[:_WORDS], ranked[_WORDS:]
    if len(rest) == 1:
        shown, rest = ranked, []
    labels, numbers = [name for name, _ in shown], [n for _, n in shown]
    if rest:
        labels.append(f"{len(rest):,} other values")
        numbers.append(sum(n for _, n in rest))
    figure = bars([*labels, unknown[0]], [(xlabel, [*numbers, unknown[1]])], xlabel, NARROW, total)
    last = figure.axes[0].patches[-1]
    last.set(facecolor=FAINT, hatch=UNKNOWN, edgecolor="white")
    return figure, ", ".join(f"{name} {n:,}" for name, n in shown[:3])


def short(value: float) -> str:
    """Return a number with four significant digits, or all those before its point."""
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e9 else f"{value:.4g}"
