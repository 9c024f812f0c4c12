"""Pools the review's table: mean calcium at presentation, and how many patients were given a bisphosphonate.

    python docs/worked-example/pool.py out/worked-example/analysis.csv

The same as pool.R beside it, by statsmodels. docs/worked-example.md says what the numbers mean, and what they do not.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.meta_analysis import combine_effects

Estimates = dict[str, float]


def pooled(effects: pd.Series, variances: pd.Series, name: str) -> Estimates:
    """Return a random-effects estimate: Paule and Mandel, with the interval of Hartung, Knapp, Sidik and Jonkman.

    ``NAME_tau`` is the standard deviation between articles, on the scale of the effects.
    """
    found = combine_effects(effects.to_numpy(), variances.to_numpy(), method_re="pm")
    _, _, _, (low, high) = found.conf_int(use_t=True)  # the last: random effects, scale estimated
    return {name: found.mean_effect_re, f"{name}_low": low, f"{name}_high": high, f"{name}_tau": found.tau2**0.5}


def mean_calcium(cases: pd.DataFrame) -> Estimates:
    """Return the mean of the articles' means, each weighted by the inverse of its variance; in mg/dL."""
    groups = cases.dropna(subset=["calcium"]).groupby("article_id")["calcium"]
    return pooled(groups.mean(), groups.var(ddof=1) / groups.size(), "mean_calcium")


def one_stage(cases: pd.DataFrame) -> Estimates:
    """Return the mean over all patients, with an effect of their own for each article; in mg/dL."""
    told = cases.dropna(subset=["calcium"])
    groups = pd.Categorical(told["article_id"]).codes
    fit = MixedLM(told["calcium"].to_numpy(), np.ones((len(told), 1)), groups).fit(reml=True)
    low, high = np.asarray(fit.conf_int())[0]
    return {"one_stage_calcium": fit.params[0], "one_stage_calcium_low": low, "one_stage_calcium_high": high}


def proportion(given: pd.Series, articles: pd.Series, name: str) -> Estimates:
    """Return a pooled proportion, on the scale of log odds.

    Half a patient is added to either side where all patients of an article had it, or none.
    """
    counts = given.groupby(articles).agg(["sum", "size"]).astype(float)
    sparse = (counts["sum"] == 0) | (counts["sum"] == counts["size"])
    events, others = counts["sum"] + 0.5 * sparse, counts["size"] - counts["sum"] + 0.5 * sparse
    found = pooled(np.log(events / others), 1 / events + 1 / others, name)
    return {key: value if key.endswith("_tau") else 1 / (1 + np.exp(-value)) for key, value in found.items()}


def estimates(cases: pd.DataFrame) -> Estimates:
    """Return all numbers of the example by their names."""
    answers = cases["bisphosphonate"].value_counts()
    return {
        "articles": cases["article_id"].nunique(),
        "patients": len(cases),
        **mean_calcium(cases),
        **one_stage(cases),
        "given": answers["yes"],
        "not_given": answers["no"],
        "not_reported": answers["NR"],
        **proportion(cases["bisphosphonate"] == "yes", cases["article_id"], "proportion"),
    }


def main() -> None:
    """Print each number with its name."""
    cases = pd.read_csv(Path(sys.argv[1]), keep_default_na=False, na_values=[""])
    for name, value in estimates(cases).items():
        sys.stdout.write(f"{name:<28}{value:>10.3f}\n")


if __name__ == "__main__":
    main()
