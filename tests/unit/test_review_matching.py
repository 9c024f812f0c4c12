"""Decisions beside the rows of a later run: kept where they still apply, shown where they do not."""

from __future__ import annotations

from dataclasses import dataclass

from extract.review.matching import match


@dataclass(frozen=True)
class Row:
    key: str
    content: str


@dataclass(frozen=True)
class Decided:
    key: str
    content: str
    action: str = "accept"
    final: str = ""


def test_a_decision_holds_while_its_row_says_the_same() -> None:
    one = Decided("k1", "c1")
    assert match([Row("k1", "c1"), Row("k2", "c2")], [one]).decided == {"k1": one}


def test_a_row_that_says_something_else_has_to_be_looked_at_again() -> None:
    one = Decided("k1", "c1", final="c1")
    found = match([Row("k1", "new")], [one])
    assert (found.decided, found.changed, found.orphans) == ({}, {"k1": one}, [])


def test_a_correction_holds_when_the_rules_have_learned_it() -> None:
    one = Decided("k1", "c1", "correct", final="c2")
    assert match([Row("k1", "c2")], [one]).decided == {"k1": one}


def test_a_correction_of_the_name_holds_when_the_rules_have_learned_it() -> None:
    one = Decided("k1", "c1", "correct", final="c2")
    assert match([Row("k9", "c2")], [one]).decided == {"k9": one}


def test_a_decision_without_a_row_is_told_apart() -> None:
    one = Decided("k1", "c1")
    assert match([Row("k2", "c2")], [one]).orphans == [one]


def test_one_of_two_namesakes_goes_and_the_other_keeps_its_decision() -> None:
    first, second = Decided("k1", "c1"), Decided("k2", "c2", "reject", "c2")
    found = match([Row("k1", "c2")], [first, second])
    assert found.decided == {"k1": second}
    assert found.orphans == [first]
    assert found.changed == {}


def test_additions_need_no_row() -> None:
    one = Decided("new", "", "add", "c7")
    assert match([Row("k7", "c7")], [one]).added == [one]
