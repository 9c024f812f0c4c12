"""What the times of a table say together: which of them come first, and from where their days are counted."""

from __future__ import annotations

import re
from dataclasses import replace

from extract.nlp.grid_cells import BASELINE, FOLLOWUP, HISTORY, CellTime, days_back, is_again
from extract.nlp.time_patterns import RECENTLY

_BEFORE_TREATMENT = re.compile(
    r"\b(?:pre|before|prior\sto)\b[\s-]?(?!admission|hospital|presentation|arrival|referral|onset|illness|visit)\w",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\b(?:after|following|post|postop\w*|during)\b", re.IGNORECASE)
_ADMITTED = re.compile(
    r"\b(?:day|D)\s?\+?\s?\d{1,3}\W{0,3}(?:hospital\s)?admi(?:ssion|tted)\b(?!\s(?:to|in)\b)", re.IGNORECASE
)
_ARRIVAL = re.compile(r"\b(?:admission|presentation|arrival)\b", re.IGNORECASE)
_UNIT = re.compile(r"\b[PNMSC]?ICU\b|\bintensive\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:[PNMSC]?ICU|intensive|units?|wards?|department|clinic|rehab\w*|tertiary|our|other|second|referral|this|local)\b",
    re.IGNORECASE,
)


def order_times(times: dict[int, CellTime]) -> None:
    """Settle the times of a table's columns, or of its rows, in place; the keys are in the table's order.

    The first of several dates is the baseline and the others are follow-up; dates count from that of the admission.
    What follows a later admission, or a step back in the count of days, has an origin that is not known.
    """
    _first_date(times)
    origin = next((t.date for t in times.values() if t.days == 0.0 and t.date is not None), None)
    days = [t.days for t in times.values() if t.days is not None]
    before = [key for key, time in times.items() if time.days is None and _BEFORE_TREATMENT.search(time.text)]
    _later_arrivals(times)
    for key, time in list(times.items()):
        if time.when == BASELINE and time.days is not None and time.days > max(min(days), 0.0):
            times[key] = replace(time, when=FOLLOWUP)  # day 1 beside day 0
        elif before and key > before[0] and time.when == BASELINE and time.days == 1.0:
            times[key] = replace(time, when=FOLLOWUP)  # day 1 after a column "before the treatment"
        if time.date is not None and origin is not None and time.days is None:
            times[key] = replace(times[key], days=time.date - origin)
    _back_from_admission(times)
    _before_later(times)
    _after_again(times)


def order_columns(columns: dict[int, CellTime]) -> None:
    """Give days the sign that they lost or got from a hyphen, and none to days that begin anew."""
    _from_admission(columns)
    keys = sorted(columns)
    days = [columns[key].days for key in keys]
    known = [day for day in days if day is not None]
    if len(known) > 1 and max(known) < 0 and known == sorted(set(known), reverse=True):
        for key in keys:  # "Day-1 | Day-3 | Day-7"
            day = columns[key].days
            when = BASELINE if day is None or day >= -1 else FOLLOWUP
            columns[key] = replace(columns[key], when=when, days=None if day is None else -day)
        return
    zero = days.index(0.0) if 0.0 in days else 0
    before = [day for day in days[:zero] if day is not None]
    if len(before) == zero and before == sorted(set(before), reverse=True):
        for key, day in zip(keys, before, strict=False):  # "Day 2 | Day 1 | Day 0 | Day 1"
            columns[key] = replace(columns[key], when=BASELINE, days=-abs(day))
    if zero and _UNIT.search(columns[keys[zero]].text):
        without_days(columns)  # days before "ICU day 0": the patient had come to the hospital earlier
    _begun_anew(columns)


def _from_admission(columns: dict[int, CellTime]) -> None:
    """Count days of something else from the column that names the admission: "D0 | D+10 | D+25 admission | D+28"."""
    start = next((t.days for t in columns.values() if t.days and t.days > 1 and _ADMITTED.search(t.text)), None)
    if start is None:
        return
    for key, time in columns.items():
        if time.days is None or time.date is not None:
            continue
        since = time.days - start
        when = FOLLOWUP if since > 0 else HISTORY if since < -RECENTLY else BASELINE
        columns[key] = replace(time, when=when, days=since)


def without_days(times: dict[int, CellTime]) -> None:
    """Take the days from all times of a table but its admission: they count from something else."""
    for key, time in times.items():
        if time.days is not None and not (time.days == 0.0 and _ARRIVAL.search(time.text)):
            times[key] = replace(time, days=None)


def _begun_anew(columns: dict[int, CellTime]) -> None:
    """Take the days from the columns after a step back: "Day 5 | Immediately after | Day 3" counts anew."""
    keys = [key for key in sorted(columns) if columns[key].days is not None and columns[key].date is None]
    days = [columns[key].days or 0.0 for key in keys]
    if days == sorted(days, reverse=True):  # the latest first
        return
    for i in range(1, len(keys)):
        if days[i] < days[i - 1] and columns[keys[i]].when != HISTORY and days[i] >= 0:
            for key in keys[i:]:
                when = FOLLOWUP if days[i - 1] > 1 else columns[key].when
                columns[key] = replace(columns[key], when=when, days=None)
            return


def _first_date(times: dict[int, CellTime]) -> None:
    dated = [t for t in times.values() if t.date is not None]
    first = min((t.date for t in dated if t.date is not None), default=0.0)
    earliest = next((t.text for t in dated if t.date == first), "")
    for key, time in times.items():
        if time.date is not None and not time.when:
            when = BASELINE if time.date == first and time.text == earliest else FOLLOWUP
            times[key] = replace(time, when=when)


def _later_arrivals(times: dict[int, CellTime]) -> None:
    """Call the arrival at a ward follow-up where the patient had come to the hospital before."""
    starts = [key for key, time in times.items() if time.days == 0.0 and time.date is None]
    first = min(times, default=0)
    for key in starts:
        text = times[key].text
        if key != first and _PLACE.search(text) and (key != starts[0] or times[first].when == FOLLOWUP):
            times[key] = replace(times[key], when=FOLLOWUP, days=None)


def _back_from_admission(times: dict[int, CellTime]) -> None:
    """Count "two weeks before" back from the admission where another column or row is of the admission."""
    if not any(t.days == 0.0 for t in times.values()):
        return
    for key, time in times.items():
        back = days_back(time.text) if time.when == HISTORY and time.days is None else None
        if back is not None:
            times[key] = back


def _before_later(times: dict[int, CellTime]) -> None:
    """Call "before the drainage" follow-up where it comes after times that are so: the course had begun."""
    moved = False
    for key in sorted(times):
        time = times[key]
        if (
            moved
            and time.when == BASELINE
            and time.days is None
            and time.date is None
            and _BEFORE_TREATMENT.search(time.text)
        ):
            times[key] = replace(time, when=FOLLOWUP)
        moved = moved or (time.when == FOLLOWUP and ((time.days or 0.0) > 1 or _AFTER.search(time.text) is not None))


def _after_again(times: dict[int, CellTime]) -> None:
    """Take the days from what comes after a later admission: they count from that."""
    again = False
    for key in sorted(times):
        time = times[key]
        again = again or is_again(time.text)
        if again and time.days is not None and time.date is None:
            times[key] = replace(time, when=FOLLOWUP, days=None)
