"""One cell of the wide table: the value of a variable in a case, and the rows that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from extract.protocol.model import RecordVariable
from extract.protocol.names import Names
from extract.protocol.select import Chosen, Selector
from extract.protocol.times import in_order, last_followup
from extract.protocol.values import ImplausibleError, Numbers, UnusableError, tidy
from extract.records.common import Record

JOIN = "; "
"""Between the texts of a list."""

State = Literal["reported", "absent", "not_reported"]


@dataclass(frozen=True)
class LeftOut:
    """How many numbers are not used: in a unit that cannot be converted or is not said, or not plausible."""

    unusable: int = 0
    implausible: int = 0


@dataclass(frozen=True)
class Cell:
    """What stands in a cell.

    Attributes
    ----------
    value : None where the article says nothing, and for a number that the article denies.
    sources : the record_ids (of a column of cases: the case_id) of all that the value was made of.
    state : whether the article reports it, says that it is absent, or neither.
    left_out : rows whose number is not used.
    limits : rows used whose number is a limit, as in "< 5".
    """

    value: float | int | str | None
    sources: tuple[str, ...] = ()
    state: State = "not_reported"
    left_out: LeftOut = LeftOut()
    limits: int = 0


@dataclass(frozen=True)
class _Number:
    row: Record
    value: float


class Picker:
    """Makes the cells of one variable from a case's rows.

    Parameters
    ----------
    names : the rules by which classes, groups and units are told.
    """

    def __init__(self, variable: RecordVariable, names: Names) -> None:
        self._variable = variable
        self._selector = Selector(variable, names)
        self._numbers = Numbers(variable, names)

    def cell(self, rows: Iterable[Record]) -> Cell:
        """Return the cell of a case from its rows in the variable's table."""
        variable, chosen = self._variable, self._selector.choose(rows)
        if variable.pick == "any":
            return _yes_or_no(chosen)
        if variable.pick == "count":
            return self._count(chosen)
        if not variable.is_number:
            return self._text(chosen)
        return self._change(chosen) if variable.pick == "change" else self._number(chosen)

    def _count(self, chosen: Chosen) -> Cell:
        """Count values: of numbers every one, of texts those that differ."""
        filled = [row for row in chosen.rows if getattr(row, self._variable.column) not in (None, "")]
        if not filled:
            return Cell(0, _ids(chosen.denying), "absent") if chosen.denying else Cell(None)
        texts = {getattr(row, self._variable.column) for row in filled}
        number = len(filled) if self._variable.column in self._variable.NUMBERS else len(texts)
        return Cell(number, _ids(filled), "reported")

    def _text(self, chosen: Chosen) -> Cell:
        column = self._variable.column
        filled = in_order(row for row in chosen.rows if getattr(row, column))
        if not filled:
            return Cell("absent", _ids(chosen.denying), "absent") if chosen.denying else Cell(None)
        if self._variable.pick == "list":
            values = list(dict.fromkeys(str(getattr(row, column)) for row in filled))
            return Cell(JOIN.join(values), _ids(filled), "reported")
        row = filled[0 if self._variable.pick == "first" else -1]
        return Cell(str(getattr(row, column)), _ids([row]), "reported")

    def _number(self, chosen: Chosen) -> Cell:
        found, left_out = self._read(chosen.rows, self._variable.pick)
        if found:
            used, value = self._reduced(found, self._variable.pick)
            return Cell(value, _ids(n.row for n in used), "reported", left_out, _limits(used))
        if chosen.denying and left_out == LeftOut():
            return Cell(None, _ids(chosen.denying), "absent")
        return Cell(None, left_out=left_out)

    def _change(self, chosen: Chosen) -> Cell:
        """Return the value at the last follow-up less that at baseline; nothing where one of them is missing."""
        at_baseline, at_followup = self._variable.reducers
        earlier, left_out = self._read([row for row in chosen.rows if row.when == "baseline"], at_baseline)
        later, left_out_later = self._read([row for row in chosen.rows if row.when != "baseline"], at_followup)
        left_out = LeftOut(
            left_out.unusable + left_out_later.unusable, left_out.implausible + left_out_later.implausible
        )
        last = {row.record_id for row in last_followup([n.row for n in later])}
        later = [n for n in later if n.row.record_id in last]
        if not earlier or not later:
            return Cell(None, left_out=left_out)
        (before, first), (after, second) = self._reduced(earlier, at_baseline), self._reduced(later, at_followup)
        used = [*before, *after]
        return Cell(tidy(second - first), _ids(n.row for n in used), "reported", left_out, _limits(used))

    def _read(self, rows: Sequence[Record], pick: str) -> tuple[list[_Number], LeftOut]:
        """Return the numbers of rows, and how many are not used."""
        found: list[_Number] = []
        unusable = implausible = 0
        for row in rows:
            try:
                value = self._numbers.of(row, pick)
            except UnusableError:
                unusable += 1
            except ImplausibleError:
                implausible += 1
            else:
                if value is not None:
                    found.append(_Number(row, value))
        return found, LeftOut(unusable, implausible)

    def _reduced(self, found: Sequence[_Number], pick: str) -> tuple[list[_Number], float]:
        """Return what was used of several numbers, and the one number that it gives."""
        if pick == "mean":
            return list(found), tidy(sum(n.value for n in found) / len(found))
        values = {n.row.record_id: n for n in found}
        ordered = [values[row.record_id] for row in in_order(n.row for n in found)]
        if pick in ("best", "worst"):
            pick = "min" if (pick == "worst") == self._variable.low_is_worse else "max"
        choose: dict[str, Callable[[Sequence[_Number]], _Number]] = {
            "first": lambda numbers: numbers[0],
            "last": lambda numbers: numbers[-1],
            "min": lambda numbers: min(numbers, key=lambda n: n.value),  # of equals the earliest
            "max": lambda numbers: max(numbers, key=lambda n: n.value),
        }
        best = choose[pick](ordered)
        return [best], best.value


def _yes_or_no(chosen: Chosen) -> Cell:
    if chosen.rows:
        return Cell("yes", _ids(chosen.rows), "reported")
    return Cell("no", _ids(chosen.denying), "absent") if chosen.denying else Cell(None)


def _ids(rows: Iterable[Record]) -> tuple[str, ...]:
    return tuple(row.record_id for row in rows)


def _limits(used: Iterable[_Number]) -> int:
    return sum(getattr(n.row, "comparator", "=") not in ("=", "~") for n in used)
