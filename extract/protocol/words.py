"""What a variable is, in words, for the codebook and the data package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extract.protocol.model import (
    CaseVariable,
    DrugVariable,
    LabVariable,
    LevelVariable,
    MuscleVariable,
    Named,
    RecordVariable,
    ScoreVariable,
)
from extract.records.cases import Case

_PICKS = {
    "first": "the first {value} among {rows}",
    "last": "the last {value} among {rows}",
    "worst": "the worst {value} ({direction}) among {rows}",
    "best": "the best {value} ({direction}) among {rows}",
    "min": "the lowest {value} among {rows}",
    "max": "the highest {value} among {rows}",
    "mean": "the mean {value} of {rows}",
    "any": "yes where there are {rows}, no where the text denies it",
    "count": "how many {value}s there are among {rows}",
    "list": "each {value} once, in the order of time, joined by a semicolon, from {rows}",
    "change": "{value} at the last follow-up ({later} of several) less that at baseline ({earlier}) among {rows}",
}
_TIMES = {
    "baseline": "at baseline",
    "followup": "at follow-up",
    "last_followup": "at the last follow-up",
    "history": "before the present illness",
    "unknown": "at a time that is not told",
}
_TABLES = {
    "labs": "laboratory result",
    "muscle_grades": "muscle grade",
    "levels": "spinal level",
    "drugs": "drug",
    "scores": "score",
}


def definition(variable: Named) -> str:
    """Return a sentence that says which value of which rows a variable is."""
    if isinstance(variable, CaseVariable):
        told = Case.model_fields[variable.value].description or variable.value
        return f"{told[:1].upper()}{told[1:]} (column {variable.value} of the table of cases)."
    assert isinstance(variable, RecordVariable)
    rows = " ".join((_about(variable), *_conditions(variable)))
    text = _picked(variable, rows)
    return f"{text[:1].upper()}{text[1:]} (subject {_or(variable.subject)}; assertion {_or(variable.assertion)})."


def _picked(variable: RecordVariable, rows: str) -> str:
    """Return the pick in words: the lowest value in mg/dL among laboratory results for glucose."""
    value = variable.column.replace("_", " ") + (f" in {variable.unit}" if variable.unit else "")
    direction = "low is worse" if variable.low_is_worse else "high is worse"
    earlier, later = variable.reducers
    texts = {"value": value, "direction": direction, "earlier": earlier, "later": later, "rows": rows}
    return _PICKS[variable.pick].format(**texts)


def _about(variable: RecordVariable) -> str:
    """Return the rows in words: laboratory results for calcium in serum."""
    named = ", ".join(_named(variable))
    return f"{_TABLES[variable.table]}s" + (f" for {named}" if named else "")


def _named(variable: RecordVariable) -> list[str]:
    """Return what the variable names."""
    if isinstance(variable, LabVariable):
        found = [*(variable.analyte or ()), *(f"class {name}" for name in variable.class_ or ())]
        return [_or(found) + (f" in {_or(variable.specimen)}" if variable.specimen else "")]
    if isinstance(variable, MuscleVariable):
        found = [*(variable.muscle or ()), *(f"group {name}" for name in variable.group or ())]
        return [part for part in (_or(found), _or(variable.side or ())) if part]
    if isinstance(variable, LevelVariable):
        found = [*(variable.level or ()), *(f"{name} spine" for name in variable.region or ())]
        return [part for part in (_or(found), _or(variable.kind or ())) if part]
    if isinstance(variable, DrugVariable):
        found = [*(variable.drug or ()), *(f"class {name}" for name in variable.class_ or ())]
        return [_or(found)] if found else []
    if isinstance(variable, ScoreVariable):
        return [_or(variable.scale)]
    return []


def _conditions(variable: RecordVariable) -> Iterable[str]:
    """Yield the conditions in words, those included that hold where nothing is said."""
    if isinstance(variable, LabVariable) and variable.result:
        yield f"with result {_or(variable.result)}"
    if isinstance(variable, DrugVariable):
        yield f"with status {_or(variable.status)}"
        if variable.route:
            yield f"by route {_or(variable.route)}"
    if variable.when:
        yield _or([_TIMES[time] for time in variable.when])
    if variable.plausible:
        yield f"between {variable.plausible[0]:g} and {variable.plausible[1]:g}"
    if variable.days:
        yield _window(*variable.days)


def _window(first: float | None, last: float | None) -> str:
    if first is None:
        return f"up to day {last:g} from presentation"
    if last is None:
        return f"from day {first:g} from presentation"
    return f"from day {first:g} to day {last:g} from presentation"


def _or(texts: Sequence[str]) -> str:
    return " or ".join(texts)
