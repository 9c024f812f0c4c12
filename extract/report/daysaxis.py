"""An axis of days from presentation that shows hours and decades alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from matplotlib.ticker import FixedLocator, NullLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = {
    0: "day 0", 1: "1 day", 3: "3 days", 7: "1 week", 30: "1 month", 91: "3 months", 365: "1 year", 1826: "5 years",
    3652: "10 years", 7305: "20 years", 18263: "50 years",
}  # fmt: skip
_SKIPPED = frozenset({1, 3, 91, 1826, 3652})  # where before and after presentation share the axis, for room
LIMIT = 36_525.0  # days: what lies further off is a misread date


def days_axis(axes: Axes, days: Iterable[float]) -> None:
    """Scale an axis linearly within a week around presentation and logarithmically beyond, its ticks in words."""
    known = list(days)
    low, high = min([0.0, *known]), max([1.0, *known])
    axes.set_xscale("symlog", linthresh=7, linscale=0.8)
    axes.set_xlim(low * 1.35 - 0.6, high * 1.35 + 0.6)
    both = low < -1
    ticks = [(day, name) for day, name in _TICKS.items() if not (both and day in _SKIPPED)]
    after = [(day, name) for day, name in ticks if day <= high * 1.3]
    before = [(-day, f"−{name}") for day, name in ticks if 0 < day <= -low * 1.3]
    places = [*reversed(before), *after]
    axes.xaxis.set_major_locator(FixedLocator([place for place, _ in places]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([name for _, name in places], fontsize=8, rotation=30, ha="right", rotation_mode="anchor")
    axes.grid(axis="x")
    if both:
        axes.axvline(0, color="#595959", lw=1)
