"""In which order an article's facts about a patient happened, as far as its rows tell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from extract.records.common import Record

_R = TypeVar("_R", bound=Record)
_PHASES = {"history": 0, "baseline": 1, "": 2, "followup": 3}
FOLLOWUP = _PHASES["followup"]


@dataclass
class Moment:
    """Rows of one time.

    Attributes
    ----------
    phase : history, baseline, unknown, follow-up as 0 to 3.
    days : days from presentation; minus infinity where no row before it in its phase tells.
    text : the time as written.
    """

    phase: int
    days: float
    text: str
    rows: list[Record] = field(default_factory=list)


def moments(rows: Iterable[Record]) -> list[Moment]:
    """Return the rows by time, the earliest first.

    History comes before baseline, baseline before follow-up. Within each, days decide; a row that tells none belongs
    to the row before it in the text, or after it where the article names another time ("at discharge"): a case report
    tells its story in order.
    """
    found: list[Moment] = []
    dated: dict[tuple[int, float], Moment] = {}
    current: dict[int, Moment] = {}
    for row in sorted(rows, key=lambda row: (row.start, row.end, row.record_id)):
        phase = _phase(row)
        moment = _known(row, phase, current.get(phase), dated)
        if moment is None:
            moment = _new(row, phase, current.get(phase))
            found.append(moment)
            if row.time_days is not None:
                dated[phase, row.time_days] = moment
        current[phase] = moment
        moment.rows.append(row)
    found.sort(key=lambda moment: (moment.phase, moment.days))  # stable: the order of the text decides between equals
    return found


def in_order(rows: Iterable[_R]) -> list[_R]:
    """Return rows in the order of their times, and of the text within one time."""
    given = list(rows)
    told = (row for moment in moments(given) for row in moment.rows)
    order = {row.record_id: place for place, row in enumerate(told)}
    return sorted(given, key=lambda row: order[row.record_id])


def last_followup(rows: Sequence[_R]) -> list[_R]:
    """Return the rows of the last follow-up."""
    later = [moment for moment in moments(rows) if moment.phase == FOLLOWUP]
    kept = {row.record_id for row in later[-1].rows} if later else set()
    return [row for row in rows if row.record_id in kept]


def _phase(row: Record) -> int:
    if not row.when and row.time_days is not None:
        return FOLLOWUP if row.time_days > 0 else _PHASES["baseline"]
    return _PHASES[row.when]


def _text(row: Record) -> str:
    return " ".join(row.time_text.casefold().split())


def _known(row: Record, phase: int, before: Moment | None, dated: Mapping[tuple[int, float], Moment]) -> Moment | None:
    """Return the time that a row shares with one before it; None where it has one of its own."""
    if row.time_days is not None:
        return dated.get((phase, row.time_days))
    return before if before is not None and _text(row) in ("", before.text) else None


def _new(row: Record, phase: int, before: Moment | None) -> Moment:
    if row.time_days is not None:
        return Moment(phase, row.time_days, _text(row))
    return Moment(phase, before.days if before is not None else -math.inf, _text(row))
