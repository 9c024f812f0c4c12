"""docs/worked-example.md from articles to pooled estimates: the table is right, and so are the numbers on the page."""

from __future__ import annotations

import csv
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ROOT, Row

if TYPE_CHECKING:
    from conftest import Outcome

SERIES = ROOT / "corpus" / "series"
FOLDER = ROOT / "docs" / "worked-example"

# what the articles say: calcium at presentation as written, bisphosphonate given
TRUTH: dict[str, list[tuple[float, str]]] = {
    "antacid_clinic": [(14.2, "yes"), (12.6, "no"), (13.1, "yes"), (15.0, "NR")],
    "betel_chewers": [(3.61, "yes"), (3.02, "no"), (3.48, "yes")],
    "dialysis_referrals": [(3.92, "yes"), (3.44, "yes"), (3.75, "yes")],
    "elderly_supplements": [(12.1, "NR"), (13.6, "yes"), (12.9, "NR"), (11.8, "NR"), (13.2, "NR")],
    "pregnancy_heartburn": [(14.9, "no"), (16.3, "NR"), (12.4, "NR"), (13.5, "NR")],
    "transplant_unit": [(2.95, "NR"), (3.24, "yes"), (3.10, "NR")],
}
MG_OF_MMOL = 4.0078  # calcium, mg/dL


@pytest.fixture
def analysis(casetab: Callable[..., Outcome], tmp_path: Path) -> Path:
    """Return analysis.csv of the example."""
    protocol = SERIES / "protocol.yaml"
    done = casetab("run", SERIES, "--protocol", protocol, "--out", tmp_path / "tables", "--workers", 1, "--quiet")
    assert (done.status, done.err) == (0, "")
    return tmp_path / "tables" / "analysis.csv"


def read(path: Path) -> list[Row]:

    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def mg_per_dl(value: float) -> float:
    return value * MG_OF_MMOL if value < 5 else value


def numbers(printed: str) -> dict[str, float]:
    """Return the numbers that a script has printed, by name."""
    return {name: float(value) for name, value in re.findall(r"^(\w+) +(-?[\d.]+)$", printed, re.MULTILINE)}


def told() -> str:
    """Return the output that the page shows."""
    page = (ROOT / "docs" / "worked-example.md").read_text(encoding="utf-8")
    return page.partition("<!-- output -->\n```text\n")[2].partition("```")[0]


def test_the_table_is_what_the_articles_say(analysis: Path) -> None:
    rows = read(analysis)
    wanted = [(f"{name}#{n}", *fact) for name, facts in TRUTH.items() for n, fact in enumerate(facts, start=1)]
    assert [(row["case_id"], row["bisphosphonate"]) for row in rows] == [(case, answer) for case, _, answer in wanted]
    found = [float(row["calcium"]) for row in rows]
    assert found == pytest.approx([mg_per_dl(value) for _, value, _ in wanted], rel=1e-3)
    assert all(row["calcium_source"].startswith(f"{row['article_id']}:lab:") for row in rows)


def test_the_page_shows_the_table(analysis: Path) -> None:
    rows = {row["case_id"]: row for row in read(analysis)}
    page = (ROOT / "docs" / "worked-example.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\w+#\d) \| (.*?) \|$", page, re.MULTILINE)
    assert len(shown) == 4
    for case, cells in shown:
        columns = ("calcium", "calcium_source", "bisphosphonate", "bisphosphonate_source")
        assert [cell.strip() for cell in cells.split("|")] == [rows[case][column] for column in columns]


def test_the_page_shows_what_the_script_prints(analysis: Path) -> None:
    pytest.importorskip("statsmodels")
    command = [sys.executable, str(FOLDER / "pool.py"), str(analysis)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert numbers(done.stdout).keys() == numbers(told()).keys()
    # three decimals are shown; the last may depend on the libraries' versions
    assert numbers(done.stdout) == pytest.approx(numbers(told()), abs=2e-3)


def test_r_prints_the_same(analysis: Path) -> None:
    script = shutil.which("Rscript")
    wanted = "library(metafor); library(lme4)"
    if script is None or subprocess.run([script, "-e", wanted], capture_output=True, check=False).returncode:
        pytest.skip("R with metafor and lme4 is not on this machine")
    done = subprocess.run([script, str(FOLDER / "pool.R"), str(analysis)], capture_output=True, text=True, check=True)
    assert numbers(done.stdout) == pytest.approx(numbers(told()), abs=2e-3)


def paule_mandel(effects: list[float], variances: list[float]) -> tuple[float, float]:
    """Return mean and variance between studies: Paule and Mandel (J Res NBS 1982;87:377-85), by halving."""
    low, high = 0.0, 100.0
    for _ in range(200):
        tau2 = (low + high) / 2
        weights = [1 / (variance + tau2) for variance in variances]
        mean = sum(w * y for w, y in zip(weights, effects, strict=True)) / sum(weights)
        excess = sum(w * (y - mean) ** 2 for w, y in zip(weights, effects, strict=True)) - (len(effects) - 1)
        low, high = (tau2, high) if excess > 0 else (low, tau2)
    return mean, tau2


def test_the_numbers_are_those_of_the_formulas() -> None:
    shown = numbers(told())
    groups = [[mg_per_dl(value) for value, _ in facts] for facts in TRUTH.values()]
    means = [sum(group) / len(group) for group in groups]
    spread = [
        sum((v - m) ** 2 for v in g) / (len(g) - 1) / len(g) for g, m in zip(groups, means, strict=True)
    ]  # of the mean
    mean, tau2 = paule_mandel(means, spread)
    assert (mean, math.sqrt(tau2)) == pytest.approx((shown["mean_calcium"], shown["mean_calcium_tau"]), abs=2e-3)
    answers = [answer for facts in TRUTH.values() for _, answer in facts]
    counts = [answers.count(answer) for answer in ("yes", "no", "NR")]
    assert counts == [shown["given"], shown["not_given"], shown["not_reported"]]
    odds, sizes = [], []
    for facts in TRUTH.values():
        given = sum(answer == "yes" for _, answer in facts)
        more = 0.5 if given in (0, len(facts)) else 0.0
        events, others = given + more, len(facts) - given + more
        odds.append(math.log(events / others))
        sizes.append(1 / events + 1 / others)
    mean, tau2 = paule_mandel(odds, sizes)
    assert 1 / (1 + math.exp(-mean)) == pytest.approx(shown["proportion"], abs=2e-3)
    assert math.sqrt(tau2) == pytest.approx(shown["proportion_tau"], abs=2e-3)
