"""Where reviewers differ, and the measures of their agreement."""

from __future__ import annotations

import pytest

from extract.review.agreement import ADDED, DECISION, ROW, Action, Agreement, Judgement, agreement, differences, pairs


def judged(reviewer: str, record: str, action: Action = "accept", table: str = "labs", **values: str) -> Judgement:
    values = values or {"analyte": "sodium", "value": "128", "when": "baseline"}
    return Judgement(reviewer, "A", table, record, action, values)


def added(reviewer: str, record: str, start: int, end: int, analyte: str, value: str = "4") -> Judgement:
    return Judgement(reviewer, "A", "labs", record, "add", {"analyte": analyte, "value": value}, start, end)


def lines(first: list[Judgement], second: list[Judgement]) -> dict[str, Agreement]:
    return {line.item: line for line in agreement(pairs(first, second))}


def test_reviewers_who_say_the_same_do_not_differ() -> None:
    first = [judged("ann", "r1"), judged("ann", "r2", "reject")]
    second = [judged("bob", "r1"), judged("bob", "r2", "reject")]
    assert differences(pairs(first, second)) == []


def test_the_same_value_is_agreement_whoever_typed_it() -> None:
    first = [judged("ann", "r1", "correct", value="130")]
    second = [judged("bob", "r1", "accept", value="130")]
    assert differences(pairs(first, second)) == []


def test_a_difference_names_the_columns() -> None:
    first = [judged("ann", "r1", analyte="sodium", value="128", when="baseline")]
    second = [judged("bob", "r1", "correct", analyte="sodium", value="138", when="followup")]
    (found,) = differences(pairs(first, second))
    assert (found.record, found.columns) == ("r1", ("value", "when"))
    assert (found.first, found.second) == (first[0], second[0])


def test_one_keeps_what_the_other_rejects() -> None:
    (found,) = differences(pairs([judged("ann", "r1")], [judged("bob", "r1", "reject")]))
    assert found.columns == (DECISION,)


def test_a_row_that_only_one_has_judged_is_no_difference_and_does_not_count() -> None:
    first, second = [judged("ann", "r1")], [judged("bob", "r2")]
    assert differences(pairs(first, second)) == []
    assert agreement(pairs(first, second)) == []


def test_the_same_row_of_two_tables_is_two_rows() -> None:
    first, second = [judged("ann", "r1")], [judged("bob", "r1", "reject", table="drugs")]
    assert differences(pairs(first, second)) == []


def test_added_facts_are_the_same_where_quotes_overlap_and_names_agree() -> None:
    first = [added("ann", "a1", 10, 30, "sodium"), added("ann", "a2", 40, 50, "potassium")]
    second = [added("bob", "b1", 20, 35, "Sodium"), added("bob", "b2", 40, 50, "calcium")]
    found = differences(pairs(first, second))
    assert [(one.record, one.columns) for one in found] == [("a1", ("analyte",)), ("a2", (ADDED,)), ("b2", (ADDED,))]
    line = lines(first, second)[ADDED]
    assert (line.n, line.agreed, line.kappa) == (3, 1, None)
    assert line.percent == pytest.approx(50)  # 2 * 1 / (2 * 1 + 1 + 1)


def test_each_added_fact_is_matched_once() -> None:
    first = [added("ann", "a1", 0, 50, "sodium"), added("ann", "a2", 0, 50, "sodium")]
    second = [added("bob", "b1", 5, 9, "sodium")]
    assert [one.record for one in differences(pairs(first, second))] == ["a2"]


def test_kappa_of_keeping_rows_by_hand() -> None:
    # 20 rows kept by both, 5 and 10 by one of them, 15 by none: the example of Cohen's kappa in textbooks, 0.4
    choices = [("accept", "accept")] * 20 + [("accept", "reject")] * 5
    choices += [("reject", "accept")] * 10 + [("reject", "reject")] * 15
    first = [judged("ann", str(i), "accept" if a == "accept" else "reject") for i, (a, _) in enumerate(choices)]
    second = [judged("bob", str(i), "accept" if b == "accept" else "reject") for i, (_, b) in enumerate(choices)]
    line = lines(first, second)[DECISION]
    assert (line.n, line.agreed, line.percent) == (50, 35, pytest.approx(70))
    assert line.kappa == pytest.approx(0.4)


def test_columns_are_compared_where_both_keep_the_row() -> None:
    first = [judged("ann", str(i), value=v, when=w) for i, (v, w) in enumerate([("1", "baseline"), ("2", "followup")])]
    second = [
        judged("bob", "0", value="1", when="baseline"),
        judged("bob", "1", "correct", value="3", when="followup"),
    ]
    first.append(judged("ann", "2", "reject", value="9", when=""))
    second.append(judged("bob", "2", value="9", when=""))
    found = lines(first, second)
    assert (found["value"].n, found["value"].agreed) == (2, 1)
    assert (found["when"].percent, found["when"].kappa) == (100, 1.0)
    assert (found[ROW].n, found[ROW].agreed) == (2, 1)


def test_kappa_of_one_value_throughout_is_not_defined_and_says_so() -> None:
    line = lines([judged("ann", "r1")], [judged("bob", "r1")])[DECISION]
    assert (line.percent, line.kappa) == (100, None)
    assert "not defined" in line.note


def test_a_column_of_thousands_of_values_keeps_its_percentage() -> None:
    first = [judged("ann", str(i), value=str(i)) for i in range(2_100)]
    second = [judged("bob", str(i), value=str(i)) for i in range(2_100)]
    line = lines(first, second)["value"]
    assert (line.n, line.percent, line.kappa) == (2_100, 100, None)
    assert "left out" in line.note
