"""The report's pictures: bins, dots, labels, axes, SVG."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from extract.report.daysaxis import days_axis
from extract.report.distribution import Numbers, histogram, short, spread, summary, words
from extract.report.plots import UNKNOWN, bars, canvas, percent, shorten, style, svg


def numbers(*values: float) -> Numbers:
    return np.array(values, dtype=float)


def rectangles(figure: Figure) -> list[Rectangle]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]


def test_one_absurd_value_does_not_flatten_all_others() -> None:
    shown = spread(numbers(*range(1, 30), 1_000_000))
    assert shown.edges[-1] < 40
    assert (shown.below, shown.above) == (0, 1)


def test_a_spread_over_powers_of_ten_has_a_logarithmic_axis() -> None:
    values = numbers(*(10.0**power for power in np.linspace(0, 4, 30)))
    shown = spread(values)
    assert shown.logarithmic
    assert not spread(numbers(*range(40, 80))).logarithmic
    assert not spread(numbers(*np.linspace(-5, 500, 30))).logarithmic, "there is no logarithm of a negative number"
    assert np.histogram(values, shown.edges)[0].sum() == len(values)


@pytest.mark.parametrize("values", [(3.0,), (3.0, 3.0), (0.0, 0.0, 0.0, 5.0), (1e-300, 1e300), (-1e9, 0.0, 1e-9)])
def test_every_value_inside_falls_into_a_bin(values: tuple[float, ...]) -> None:
    shown = spread(numbers(*values))
    assert np.all(np.diff(shown.edges) > 0)
    assert np.histogram(numbers(*values), shown.edges)[0].sum() == len(values) - shown.below - shown.above


def test_whole_numbers_have_a_bar_each() -> None:
    assert spread(numbers(*[0, 1, 2, 3, 5] * 5)).edges.tolist() == [-0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5]


def test_few_values_are_drawn_one_by_one_many_as_bars() -> None:
    with style():
        few, _ = histogram([1.0, 2.0, 2.0], "mg/dL")
        many, _ = histogram([float(i) for i in range(50)], "mg/dL")
    assert len(few.axes[0].lines) == 3
    assert "a dot is a case" in few.axes[0].get_xlabel()
    assert sum(bar.get_height() for bar in rectangles(many)) == 50


def test_an_absurd_value_among_few_is_pointed_out_not_drawn() -> None:
    with style():
        figure, said = histogram([8.0, 9.0, 9.5, 10.0, 10.5, 11.0, 3206.0], "mg/dL")
    (axes,) = figure.axes
    assert len(axes.lines) == 6
    assert [text.get_text() for text in axes.texts] == ["1 above →"]
    assert "range 8 to 3206; 1 above" in said


def test_a_caption_says_what_is_left_out_of_a_picture() -> None:
    with style():
        _, said = histogram([*map(float, range(1, 40)), 1e6, -1e6], "mg/dL")
    assert said.endswith("1 below and 1 above what is drawn, far from all others")
    assert summary(numbers(1, 2, 3, 4, 5)) == "median 3 (quartiles 2 to 4), range 1 to 5"
    assert summary(numbers(7)) == "the value 7"


def test_rare_values_are_summed_up_and_unknown_ones_stand_apart() -> None:
    counts = Counter({f"value {i:02}": 30 - i for i in range(20)})
    with style():
        figure, said = words(counts, "cases", 500, ("not reported", 90))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[:2] == ["value 00", "value 01"]
    assert labels[-2:] == ["8 other values", "not reported"]
    last = rectangles(figure)[-1]
    assert (last.get_width(), last.get_hatch()) == (90, UNKNOWN)
    assert said == "value 00 30, value 01 29, value 02 28"


def test_a_label_is_one_line_of_bounded_length() -> None:
    assert shorten("two\nlines\x00 and\tmore") == "two lines and more"
    assert shorten("right\N{RIGHT-TO-LEFT OVERRIDE}left") == "right left"
    long = shorten("a" * 20 + "b" * 20 + "c" * 20, 30)
    assert len(long) <= 30
    assert long.startswith("aaa")
    assert long.endswith("ccc")


@pytest.mark.parametrize(
    ("part", "total", "told"), [(0, 9, "0%"), (1, 1000, "<1%"), (999, 1000, ">99%"), (1, 3, "33%"), (5, 5, "100%")]
)
def test_a_share_is_nothing_or_all_only_where_it_is(part: int, total: int, told: str) -> None:
    assert percent(part, total) == told


def test_numbers_are_short() -> None:
    assert [short(value) for value in (0.000123456, 12.3456, 9999.0, 123456.0, 1e12)] == [
        "0.0001235",
        "12.35",
        "9999",
        "123,456",
        "1e+12",
    ]


def drawn(name: str = "plot-a") -> str:
    with style():
        figure = bars(["<script>alert(1)</script>", "a & b", "$x^2$"], [("cases", [3, 2, 1])], "cases")
        return svg(figure, name, 'a "b"')


def test_a_picture_is_the_same_every_time() -> None:
    assert drawn() == drawn()


def test_names_are_text_in_a_picture_never_markup_or_mathematics() -> None:
    text = drawn()
    assert "<script" not in text
    for name in ("&lt;script&gt;alert(1)&lt;/script&gt;", "a &amp; b", "$x^2$"):
        assert f">{name}<" in text, name
    assert 'aria-label="a &quot;b&quot;"' in text


def test_identifiers_of_two_pictures_differ_and_references_are_kept() -> None:
    a, b = drawn("plot-a"), drawn("plot-b")
    known = [set(re.findall(r'\bid="([^"]+)"', text)) for text in (a, b)]
    assert not known[0] & known[1]
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', a)) <= known[0]


def test_the_axis_of_days_holds_everything_and_names_its_ticks() -> None:
    with style():
        _, (axes,) = canvas(5, 3)
        days_axis(axes, [-3000.0, -0.5, 0.0, 3.0, 400.0])
        low, high = axes.get_xlim()
        ticks = dict(zip((label.get_text() for label in axes.get_xticklabels()), axes.get_xticks(), strict=True))
    assert low < -3000
    assert high > 400
    assert ticks["day 0"] == 0
    assert ticks["−1 year"] == -365
    assert ticks["1 year"] == 365


def test_a_run_does_not_wait_for_what_only_the_report_needs() -> None:
    code = "import extract.cli.app, extract.run.batch, extract.run.write, sys; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
