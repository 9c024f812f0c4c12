"""Who the patients are: age, sex, follow-up, outcome."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from extract.report.distribution import histogram, short, summary, words
from extract.report.model import Cell, Data, Link, Plot, Section, first_of
from extract.report.plots import BLUE, GREY, HATCH, NARROW, ORANGE, UNKNOWN, canvas, soften
from extract.report.tables import ArticleRows, number
from extract.tables.quotes import link

_LISTED = 500  # cases in the data behind the plots
_OLDEST = 120  # years
_WIDTH = 10  # years that a bar of ages covers
_LOOKS = {"female": (ORANGE, HATCH), "male": (BLUE, ""), "": (GREY, UNKNOWN)}


class Patients:
    """Age by sex, length of follow-up and outcome, from cases.csv."""

    def __init__(self) -> None:
        self._ages = {sex: array("d") for sex in _LOOKS}
        self._followup = array("d")
        self._outcomes: Counter[str] = Counter()
        self._sexes: Counter[str] = Counter()
        self._cases = 0
        self._listed: list[list[Cell]] = []

    def add(self, article: ArticleRows) -> None:
        """Take in an article's patients."""
        for case in article.cases:
            self._cases += 1
            sex = case["sex"] if case["sex"] in _LOOKS else ""
            self._sexes[sex or "not stated"] += 1
            age, followup = number(case["age_years"]), number(case["followup_days"])
            if age is not None and 0 <= age <= _OLDEST:
                self._ages[sex].append(age)
            if followup is not None and followup >= 0:
                self._followup.append(followup)
            self._outcomes.update([case["outcome"]] if case["outcome"] else [])
            if len(self._listed) < _LISTED:
                name = Link(case["case_id"], link(case["article_id"], case["case_id"]))
                self._listed.append([name, age, case["sex"], followup, case["outcome"]])

    def section(self) -> Section:
        """Return the plots; none where there is no patient."""
        if not self._cases:
            return Section("patients", "Patients", "No patient was found.")
        plots = [*self._age_plot(), self._outcome_plot(), *self._followup_plot()]
        return Section("patients", "Patients", "", plots)

    def _data(self, *picked: int) -> Data:
        head = ("case", "age in years", "sex", "follow-up in days", "outcome")
        more = first_of(_LISTED, self._cases, "cases", "cases.csv")
        rows = [[row[i] for i in (0, *picked)] for row in self._listed]
        return Data(tuple(head[i] for i in (0, *picked)), rows, more)

    def _age_plot(self) -> list[Plot]:
        known = sum(len(ages) for ages in self._ages.values())
        if not known:
            return []
        groups = {sex: ages for sex, ages in self._ages.items() if len(ages)}
        everyone = np.concatenate([np.asarray(ages) for ages in groups.values()])
        highest = max(_WIDTH, (int(everyone.max()) // _WIDTH + 1) * _WIDTH)
        figure, (axes,) = canvas(NARROW, 2.9)
        _, _, drawn = axes.hist(
            [np.asarray(ages) for ages in groups.values()],
            bins=list(range(0, highest + 1, _WIDTH)),
            stacked=True,
            color=[_LOOKS[sex][0] for sex in groups],
            label=[f"{sex or 'not stated'} ({len(ages):,})" for sex, ages in groups.items()],
        )
        containers: list[Any] = [drawn] if len(groups) == 1 else list(drawn)  # type: ignore[arg-type]
        for container, sex in zip(containers, groups, strict=True):
            soften(container)
            for bar in container:
                bar.set_hatch(_LOOKS[sex][1])
        axes.set_xlabel("age in years")
        axes.set_ylabel("cases")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=12, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, steps=[1, 2, 5, 10]))
        axes.grid(axis="y")
        figure.legend(loc="outside upper left", ncols=3)
        said = f"{known:,} of {self._cases:,} cases state an age: {summary(everyone)} years."
        sexes = ", ".join(f"{name} {n:,}" for name, n in sorted(self._sexes.items()))
        alt = f"Histogram of ages by sex. {said} Sex: {sexes}."
        return [Plot("patients-age", "Age and sex", said, alt, figure, self._data(1, 2), wide=False)]

    def _outcome_plot(self) -> Plot:
        stated = self._outcomes.total()
        figure, said = words(self._outcomes, "cases", self._cases, ("not stated", self._cases - stated))
        caption = f"{stated:,} of {self._cases:,} cases state an outcome."
        alt = f"Bars of outcomes. {caption} Commonest: {said}."
        return Plot("patients-outcome", "Outcome", caption, alt, figure, self._data(4), wide=False)

    def _followup_plot(self) -> list[Plot]:
        if not self._followup:
            return []
        figure, _ = histogram(self._followup, "last follow-up in days")
        known = np.asarray(self._followup)
        said = f"{len(known):,} of {self._cases:,} cases state it: {summary(known)} days."
        alt = f"Histogram of the length of follow-up. {said} Longest {short(float(known.max()))} days."
        return [Plot("patients-followup", "Length of follow-up", said, alt, figure, self._data(3), wide=False)]
