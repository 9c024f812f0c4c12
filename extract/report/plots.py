"""How the report's pictures look, and how a picture becomes part of the page."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

# Okabe & Ito (2008), Color Universal Design: told apart by people with any kind of colour blindness
BLUE, ORANGE, GREEN, PURPLE, RED, SKY, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#767676",
)  # fmt: skip
INK, FAINT = "#1a1a1a", "#d9d9d9"
HATCH, UNKNOWN = "////", "xx"  # dots would take a hundred times the room
WIDE, NARROW = 9.7, 4.7  # inches
_LINE = 0.27  # inches that a line of a list of bars takes
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be searched, and a browser draws it sharp
    "svg.hashsalt": "casetab",  # the same identifiers every time
    "text.parse_math": False,  # a "$" in a name is a "$"
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same measures on every machine
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#595959",
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
}
_TAG = re.compile(r"<[^<>]+>")
_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)')
_UNWANTED = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@contextmanager
def style() -> Iterator[None]:
    """Draw in the report's style, whatever settings this machine has for matplotlib."""
    with mpl.rc_context(), warnings.catch_warnings():
        # letters that the measuring font lacks are drawn by the browser all the same
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def svg(figure: Figure, name: str, alt: str) -> str:
    """Return a figure as an SVG element for a page; the same bytes every time.

    Parameters
    ----------
    name : unique in the page; put before all identifiers of the picture, which would else be there twice.
    alt : what a screen reader says in its place.
    """
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = _UNWANTED.sub("", stream.getvalue())
    text = _TAG.sub(lambda tag: _REFERENCE.sub(lambda found: f"{found[1]}{name}-", tag[0]), text)
    begin = _ROOT.search(text)
    view = _VIEW.search(begin[0]) if begin else None
    if begin is None or view is None:
        raise ValueError("matplotlib wrote no SVG element")
    width, height = (round(float(size) * 4 / 3) for size in view.groups())  # points to CSS pixels
    root = f'<svg role="img" aria-label="{html.escape(alt)}" {view[0]} width="{width}" height="{height}">'
    return root + text[begin.end() :].strip()


def shorten(text: str, length: int = 34) -> str:
    """Return a text as a label: one line, no control characters, its middle left out where it is long."""
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    plain = " ".join(plain.split())
    if len(plain) <= length:
        return plain
    tail = length // 3
    return f"{plain[: length - tail - 1].rstrip()}…{plain[-tail:].lstrip()}"


def canvas(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure of a size in inches and its axes, row by row."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def bars(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int]]],
    xlabel: str,
    width: float = WIDE,
    total: int = 0,
) -> Figure:
    """Return horizontal bars, the first on top, with the number at the end of each.

    Parameters
    ----------
    series : name and a number for each label; several are stacked, told apart by colour and hatching.
    total : where given, the share of it in per cent stands beside the number.
    """
    figure, (axes,) = canvas(width, 0.75 + _LINE * len(labels) + (0.3 if len(series) > 1 else 0))
    places = range(len(labels))
    left = [0] * len(labels)
    looks = ((BLUE, ""), (ORANGE, HATCH), (FAINT, UNKNOWN))
    for (name, numbers), (colour, hatch) in zip(series, looks, strict=False):
        drawn = axes.barh(places, numbers, left=left, color=colour, hatch=hatch, edgecolor="white", height=0.72)
        drawn.set_label(name)
        left = [a + b for a, b in zip(left, numbers, strict=True)]
    shares = [f"{n:,} ({percent(n, total)})" if total else f"{n:,}" for n in left]
    for place, (end, share) in enumerate(zip(left, shares, strict=True)):
        axes.annotate(share, (end, place), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set_yticks(places, [shorten(label) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, max([*left, 1]) * 1.14)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]))
    axes.set_xlabel(xlabel)
    axes.grid(axis="x")
    if len(series) > 1:
        figure.legend(loc="outside upper left", ncols=len(series))
    return figure


def percent(part: int, total: int) -> str:
    """Return a share in whole per cent; one that would be rounded to nothing, or to all, as less or more."""
    share = part / total
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def soften(drawn: BarContainer) -> None:
    """Let neighbouring bars of a histogram be told apart in print."""
    for bar in drawn:
        bar.set_edgecolor("white")
        bar.set_linewidth(0.6)
