"""Types of the fields of a protocol that need more than Python's types: names that the rules know, levels, windows."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from extract.nlp.spine import LAST, level_order
from extract.protocol.names import Names, UnknownNameError

NAMES_MARK = "x-names"
"""Keyword of the raw JSON Schema in whose place schema.py puts the names of a kind."""

T = TypeVar("T")
_LEVEL = re.compile(r"([CTLS])(\d{1,2})(?:[-–/]([CTLS])?(\d{1,2}))?")


def mistake(text: str) -> PydanticCustomError:
    """Return what a validator raises where the reviewer's file is wrong; ``text`` is shown as it is."""
    return PydanticCustomError("protocol", "{text}", {"text": text})


def _listed(given: Any) -> Any:
    if given == []:
        raise mistake("an empty list takes nothing; name something, or leave the key out")
    return given if isinstance(given, list) else [given]


Many = Annotated[tuple[T, ...], BeforeValidator(_listed), Field(json_schema_extra={"minItems": 1})]
"""One thing or a list of them."""


@dataclass(frozen=True)
class Known:
    """Marks a text as a name of a kind; it becomes the canonical name, a synonym is taken for it."""

    kind: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Let the rules decide."""
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Leave a mark in the JSON Schema."""
        return {**handler(schema), NAMES_MARK: self.kind}

    def _check(self, written: str, info: ValidationInfo) -> str:
        names = info.context
        assert isinstance(names, Names), "a protocol is validated with the names of the rules"
        try:
            return names.resolve(self.kind, written)
        except UnknownNameError as error:
            raise mistake(str(error)) from None


def _check_level(written: str) -> str:
    """Return a spinal level in its canonical form: L4-L5 for "L4/5"."""
    found = _LEVEL.fullmatch(written.strip().upper().replace("TH", "T"))
    if found is None:
        raise mistake(f"{written!r} is no spinal level; write T4 or T4-T5")
    ends = [(found[1], found[2])]
    if found[4]:
        ends.append((found[3] or found[1], found[4]))
    for letter, number in ends:
        if not 1 <= int(number) <= LAST[letter]:
            raise mistake(f"there is no level {letter}{number}; {letter} goes from {letter}1 to {letter}{LAST[letter]}")
    names = [f"{letter}{int(number)}" for letter, number in ends]
    if level_order(names[0]) > level_order(names[-1]):
        raise mistake(f"{written!r} runs upwards; write {names[-1]}-{names[0]}")
    return "-".join(names)


def _check_days(window: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    first, last = window
    if any(day is not None and not math.isfinite(day) for day in window):
        raise mistake("days must be numbers; null leaves an end open")
    if first is None and last is None:
        raise mistake("a window with two open ends takes everything; leave `days` out")
    if first is not None and last is not None and first > last:
        raise mistake(f"the window is reversed: {first:g} comes after {last:g}; did you mean [{last:g}, {first:g}]?")
    return window


def _check_range(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    if not (math.isfinite(low) and math.isfinite(high)):
        raise mistake("both ends of a plausible range are numbers")
    if low >= high:
        raise mistake(f"the range is reversed: {low:g} is not below {high:g}; did you mean [{high:g}, {low:g}]?")
    return ends


Analyte = Annotated[str, Known("analyte")]
AnalyteClass = Annotated[str, Known("analyte class")]
Specimen = Annotated[str, Known("specimen")]
Muscle = Annotated[str, Known("muscle")]
MuscleGroup = Annotated[str, Known("muscle group")]
Drug = Annotated[str, Known("drug")]
DrugClass = Annotated[str, Known("drug class")]
Scale = Annotated[str, Known("scale")]
LevelName = Annotated[str, AfterValidator(_check_level)]
Range = Annotated[tuple[float, float], AfterValidator(_check_range)]
Days = Annotated[tuple[float | None, float | None], AfterValidator(_check_days)]
"""Days from presentation, both ends included; None is open."""
