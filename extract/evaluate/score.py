"""Precision, recall and F1 of each table, and the share of attributes that agree where the fact was found.

============ ======================================================= ==================
line         what must agree                                         its loose form
============ ======================================================= ==================
labs         analyte, value, unit and comparator of a measured value analyte and value
labs-quali   analyte and polarity of a result in words
muscle       muscle, side and grade                                  muscle and grade
levels       level and assertion, once for each article              level
drugs        name, once for each article
regimens     drug, dose and unit of a regimen that has a dose
scores       scale and value, where gold records have scores
============ ======================================================= ==================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extract.evaluate.gold import Fact, Row
from extract.evaluate.matching import Matching, match
from extract.evaluate.names import grade, name_similarity, number, plain, polarity, unit

SCORED = (
    "labs", "labs-loose", "labs-quali", "muscle", "muscle-loose", "levels", "levels-loose", "drugs",
    "regimens",
)  # fmt: skip
MACRO = ("labs", "muscle", "levels", "drugs", "regimens")
_SAME_NAME = 0.3  # least similarity of analytes and muscles of equal value
_SAME_DRUG = 0.5
_SURELY = 0.99


@dataclass(slots=True)
class Counts:
    """How many facts are right, how many there are, how many were found."""

    right: int = 0
    gold: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """Share of the found facts that are right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold facts that were found."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.gold + self.found
        return 2 * self.right / both if both else 0.0


@dataclass(slots=True)
class Share:
    """How many of a number of comparisons agree."""

    right: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A fact that was missed, made up, or found with another unit or comparator."""

    article_id: str
    table: str
    problem: str
    gold: Fact | None = None
    found: Row | None = None


@dataclass
class Scores:
    """The figures of an evaluation over all articles seen so far."""

    articles: int = 0
    tables: dict[str, Counts] = field(default_factory=lambda: {name: Counts() for name in SCORED})
    attributes: dict[str, Share] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)

    @property
    def macro_f1(self) -> float:
        """Mean F1 of labs, muscle, levels, drugs and regimens."""
        return sum(self.tables[name].f1 for name in MACRO) / len(MACRO)

    def count(self, name: str, right: int, gold: int, found: int) -> None:
        """Add the counts of one article."""
        counts = self.tables.setdefault(name, Counts())
        counts.right += right
        counts.gold += gold
        counts.found += found

    def agree(self, attribute: str, agrees: bool) -> None:
        """Add one comparison of an attribute."""
        share = self.attributes.setdefault(attribute, Share())
        share.right += agrees
        share.of += 1


def score_all(
    gold: Mapping[str, Mapping[str, list[Fact]]], run: Mapping[str, Mapping[str, list[Row]]]
) -> Scores:
    """Score the run's rows of the articles that have gold records."""
    scores = Scores()
    for article_id, facts in gold.items():
        scores.articles += 1
        rows = {name: tables.get(article_id, []) for name, tables in run.items()}
        _labs(scores, article_id, facts["labs"], rows["labs"])
        _results(scores, article_id, facts["labs"], rows["labs"])
        _muscles(scores, article_id, facts["muscle_grades"], rows["muscle_grades"])
        _levels(scores, article_id, facts["levels"], rows["levels"])
        _drugs(scores, article_id, facts["drugs"], rows["drugs"])
        _regimens(scores, article_id, facts["drugs"], rows["drugs"])
        _cases(scores, facts["cases"], rows["cases"])
        if "scores" in facts:
            _scales(scores, article_id, facts["scores"], rows.get("scores", []))
    return scores


def _optional(fact: Fact) -> bool:
    return bool(fact.get("optional"))


def _same_time(fact: Fact, row: Row) -> bool:
    return (fact.get("when") or "") == row.get("when", "")


def _keep(
    scores: Scores,
    article_id: str,
    table: str,
    gold: Sequence[Fact],
    found: Sequence[Row],
    matching: Matching,
) -> None:
    """Note what was missed and what was made up."""
    for i in matching.missed:
        scores.disagreements.append(Disagreement(article_id, table, "missed", gold=gold[i]))
    for j in matching.spurious:
        scores.disagreements.append(Disagreement(article_id, table, "spurious", found=found[j]))


def _analyte_similarity(fact: Fact, row: Row) -> float:
    score = name_similarity(fact["analyte_text"], (row.get("analyte_text", ""), row.get("analyte", "")))
    return score if score >= _SAME_NAME else 0.0


def _lab_value(row: Row) -> str | None:
    """Return the measured number, range or titre in one spelling."""
    low, high = row.get("value"), row.get("value_high")
    if not row.get("value_text") and low and high:
        return number(f"{low}-{high}")
    return number(row.get("value_text")) or number(low)


def _labs(scores: Scores, article_id: str, facts: Sequence[Fact], rows: Sequence[Row]) -> None:
    gold = [fact for fact in facts if fact["value"] is not None]
    found = [row for row in rows if _lab_value(row) is not None]

    def agreement(fact: Fact, row: Row) -> float:
        similarity = _analyte_similarity(fact, row)
        if not similarity or number(fact["value"]) != _lab_value(row):
            return 0.0
        # among equal names and values, the row of the same unit and time is meant
        same_unit = unit(fact["unit_text"]) == unit(row.get("unit_text"))
        return similarity + 0.2 * same_unit + 0.1 * _same_time(fact, row)

    matching = match(gold, found, agreement, _optional)
    exact = 0
    for i, j in matching.pairs:
        fact, row = gold[i], found[j]
        if _same_unit(fact, row) and (fact["comparator"] or "=") == row.get("comparator", "="):
            exact += 1
        else:
            scores.disagreements.append(Disagreement(article_id, "labs", "unit/comparator", fact, row))
        if fact["ref_low"] or fact["ref_high"]:
            ends = [(number(fact[name]), number(row.get(name))) for name in ("ref_low", "ref_high")]
            scores.agree("labs reference range", all(ours == theirs for ours, theirs in ends))
        scores.agree("labs time", _same_time(fact, row))
    scores.count("labs-loose", len(matching.pairs), matching.n_gold, matching.n_found)
    scores.count("labs", exact, matching.n_gold, matching.n_found)
    _keep(scores, article_id, "labs", gold, found, matching)


def _same_unit(fact: Fact, row: Row) -> bool:
    return unit(fact["unit_text"]) in (unit(row.get("unit_text")), unit(row.get("unit")))


def _results(scores: Scores, article_id: str, facts: Sequence[Fact], rows: Sequence[Row]) -> None:
    gold = [fact for fact in facts if fact["value"] is None]
    found = [row for row in rows if _lab_value(row) is None and (row.get("result") or row.get("result_text"))]

    def agreement(fact: Fact, row: Row) -> float:
        told = polarity(row.get("result_text")), polarity(row.get("result"))
        return _analyte_similarity(fact, row) if polarity(fact["result_text"]) in told else 0.0

    matching = match(gold, found, agreement, _optional)
    scores.count("labs-quali", len(matching.pairs), matching.n_gold, matching.n_found)
    _keep(scores, article_id, "labs-quali", gold, found, matching)


def _same_side(fact: Fact, row: Row) -> bool:
    return bool(fact["side"] == row.get("side", "unspecified"))


def _muscles(scores: Scores, article_id: str, gold: Sequence[Fact], found: Sequence[Row]) -> None:
    def agreement(fact: Fact, row: Row) -> float:
        if grade(fact["grade"]) not in (grade(row.get("grade_text")), grade(row.get("grade"))):
            return 0.0
        score = name_similarity(fact["muscle_text"], (row.get("muscle_text", ""), row.get("muscle", "")))
        return score + _same_side(fact, row) + 0.3 * _same_time(fact, row) if score >= _SAME_NAME else 0.0

    matching = match(gold, found, agreement, _optional)
    sided = sum(_same_side(gold[i], found[j]) for i, j in matching.pairs)
    scores.count("muscle-loose", len(matching.pairs), matching.n_gold, matching.n_found)
    scores.count("muscle", sided, matching.n_gold, matching.n_found)
    for i, j in matching.pairs:
        scores.agree("muscle time", _same_time(gold[i], found[j]))
    _keep(scores, article_id, "muscle", gold, found, matching)


def _levels(scores: Scores, article_id: str, facts: Sequence[Fact], rows: Sequence[Row]) -> None:
    gold = {(fact["level"], fact["assertion"]) for fact in facts if not _optional(fact)}
    waived = {fact["level"] for fact in facts if _optional(fact)} - {level for level, _ in gold}
    found = {
        (level, row.get("assertion", "present"))
        for row in rows
        if (level := row.get("level", "").replace("–", "-")) and level not in waived
    }
    scores.count("levels", len(gold & found), len(gold), len(found))
    named, named_found = {level for level, _ in gold}, {level for level, _ in found}
    scores.count("levels-loose", len(named & named_found), len(named), len(named_found))
    for level, assertion in sorted(gold - found):
        fact = {"level": level, "assertion": assertion}
        scores.disagreements.append(Disagreement(article_id, "levels", "missed", gold=fact))
    for level, assertion in sorted(found - gold):
        row = {"level": level, "assertion": assertion}
        scores.disagreements.append(Disagreement(article_id, "levels", "spurious", found=row))


def _drugs(scores: Scores, article_id: str, facts: Sequence[Fact], rows: Sequence[Row]) -> None:
    gold = _distinct_drugs(facts)
    written: dict[str, list[str]] = {}
    for row in rows:
        name = plain(row.get("drug")) or plain(row.get("drug_text"))
        written.setdefault(name, []).append(row.get("drug_text", ""))
    found = [{"drug": name, "drug_text": " / ".join(dict.fromkeys(texts))} for name, texts in written.items()]
    names = [(name, *texts) for name, texts in written.items()]

    def agreement(i: int, j: int) -> float:
        score = name_similarity(gold[i]["drug_text"], names[j])
        return score if score >= _SAME_DRUG else 0.0

    matching = match(range(len(gold)), range(len(names)), agreement, lambda i: _optional(gold[i]))
    # a second name of a drug that has been matched under its first one is not missing
    synonyms = {i for i in matching.missed if any(agreement(i, j) >= _SURELY for j in range(len(names)))}
    scores.count("drugs", len(matching.pairs), matching.n_gold - len(synonyms), matching.n_found)
    missed = tuple(i for i in matching.missed if i not in synonyms)
    left = Matching(matching.pairs, missed, matching.spurious, matching.n_gold, matching.n_found)
    _keep(scores, article_id, "drugs", gold, found, left)


def _distinct_drugs(facts: Sequence[Fact]) -> list[Fact]:
    """Return one record for each drug name, those that are certain first."""
    distinct: list[Fact] = []
    for fact in sorted(facts, key=_optional):
        if not any(name_similarity(fact["drug_text"], [other["drug_text"]]) >= _SURELY for other in distinct):
            distinct.append(fact)
    return distinct


def _regimens(scores: Scores, article_id: str, facts: Sequence[Fact], rows: Sequence[Row]) -> None:
    gold = [fact for fact in facts if fact["dose_value"]]
    found = [row for row in rows if row.get("dose_value") or row.get("dose_text")]

    def agreement(fact: Fact, row: Row) -> float:
        similarity = name_similarity(fact["drug_text"], (row.get("drug_text", ""), row.get("drug", "")))
        low, high = row.get("dose_value", ""), row.get("dose_value_high", "")
        same_dose = number(fact["dose_value"]) == number(f"{low}-{high}" if high else low)
        if similarity < _SAME_DRUG or not same_dose or unit(fact["dose_unit"]) != unit(row.get("dose_unit")):
            return 0.0
        return similarity + 0.1 * (plain(fact["frequency_text"]) == plain(row.get("frequency_text")))

    matching = match(gold, found, agreement, _optional)
    scores.count("regimens", len(matching.pairs), matching.n_gold, matching.n_found)
    for i, j in matching.pairs:
        fact, row = gold[i], found[j]
        often, how_often = fact["frequency_text"] or "none", row.get("frequency_text", "none")
        scores.agree("drug frequency", name_similarity(often, [how_often]) >= 0.6)
        scores.agree("drug route", plain(fact["route_text"]) == plain(row.get("route_text")))
        scores.agree("drug status", fact["status"] == row.get("status"))
    _keep(scores, article_id, "regimens", gold, found, matching)


def _scales(scores: Scores, article_id: str, gold: Sequence[Fact], found: Sequence[Row]) -> None:
    def agreement(fact: Fact, row: Row) -> float:
        told = {plain(row.get("value_text")), number(row.get("value")) or ""}
        if plain(fact["value"]) not in told and (number(fact["value"]) or "-") not in told:
            return 0.0
        similarity = name_similarity(fact["scale_text"], (row.get("scale_text", ""), row.get("scale", "")))
        return similarity + 0.3 * _same_time(fact, row) if similarity >= _SAME_NAME else 0.0

    matching = match(gold, found, agreement, _optional)
    scores.count("scores", len(matching.pairs), matching.n_gold, matching.n_found)
    for i, j in matching.pairs:
        scores.agree("scores time", _same_time(gold[i], found[j]))
    _keep(scores, article_id, "scores", gold, found, matching)


def _cases(scores: Scores, gold: Sequence[Fact], found: Sequence[Row]) -> None:
    scores.agree("number of patients", len(gold) == len(found))
    left = [(number(row.get("age_years")), row.get("sex", "")) for row in found]
    for fact in gold:
        patient = number(fact["age_years"]), fact["sex"] or ""
        scores.agree("age and sex", patient in left)
        if patient in left:
            left.remove(patient)
