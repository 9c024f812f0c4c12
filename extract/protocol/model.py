"""The protocol file as models: what a reviewer may write, and what a complaint says where it is wrong.

The JSON Schema that editors use is generated from these models (schema.py). A check of several fields stands with the
last of them: fields are validated in their order, and ``info.data`` holds those before that are right, so that one
mistake does not hide another.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from extract.protocol.fields import (
    Analyte,
    AnalyteClass,
    Days,
    Drug,
    DrugClass,
    LevelName,
    Many,
    Muscle,
    MuscleGroup,
    Range,
    Scale,
    Specimen,
    mistake,
)
from extract.protocol.unit_checks import checked_unit, default_unit
from extract.records.common import Assertion, Subject
from extract.records.quotes import FORMULA_STARTS

Pick = Literal["first", "last", "worst", "best", "min", "max", "mean", "any", "count", "list", "change"]
Each = Literal["first", "last", "worst", "best", "min", "max", "mean"]
Time = Literal["baseline", "followup", "last_followup", "history", "unknown"]
Route = Literal["oral", "intravenous", "subcutaneous", "intramuscular", "topical", "inhaled", "intrathecal", "other"]
Table = Literal["labs", "muscle_grades", "levels", "drugs", "scores", "cases"]

_VALUE = "the column that is the value;"
NUMERIC_PICKS = frozenset({"min", "max", "mean", "best", "worst", "change"})
DIRECTED = frozenset({"best", "worst"})


class Named(BaseModel):
    """What every variable has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Annotated[Table, Field(description="the table that the variable is taken from")]
    label: Annotated[str, Field(description="what the variable is called in the codebook and in figures")] = ""


class CaseVariable(Named):
    """A column of the table of cases, such as age, sex or outcome."""

    table: Literal["cases"]
    value: Annotated[
        Literal[
            "age_years", "sex", "followup_days", "outcome", "outcome_text", "diagnosis_text", "label", "age_text"
        ],
        Field(description="the column"),
    ]  # fmt: skip


class RecordVariable(Named):
    """What every variable has that is chosen among rows."""

    NUMBERS: ClassVar[frozenset[str]] = frozenset({"time_days"})  # columns that hold numbers
    MEASURED: ClassVar[frozenset[str]] = frozenset()  # those of them that have a unit of their own in each row
    DEFAULT: ClassVar[str] = ""  # the column that is the value where none is named
    LOW_IS_WORSE: ClassVar[bool] = False

    pick: Annotated[Pick, Field(description="which of several values, or what is made of them")]
    value: Annotated[str | None, Field(description="the column that is the value")] = None
    unit: Annotated[
        str | None, Field(description="the unit wanted; other units are converted", validate_default=True)
    ] = None
    plausible: Annotated[
        Range | None,
        Field(description="lowest and highest value that can be true, in the unit; others are left out and counted"),
    ] = None
    each: Annotated[
        Each | None, Field(description="with pick: change: which of several values at one time", validate_default=True)
    ] = None
    worse: Annotated[
        Literal["high", "low"] | None,
        Field(description="with best and worst: which values are worse", validate_default=True),
    ] = None
    subject: Annotated[Many[Subject], Field(description="whose fact")] = ("patient",)
    assertion: Annotated[Many[Assertion], Field(description="whether it holds")] = ("present",)
    when: Annotated[
        Many[Time] | None, Field(description="baseline is before the treatment of interest", validate_default=True)
    ] = None
    days: Annotated[Days | None, Field(description="window in days from presentation: [-7, 3]")] = None

    @property
    def column(self) -> str:
        """The column that is the value."""
        return self.value or self.DEFAULT

    @property
    def is_number(self) -> bool:
        """Whether the variable's values are numbers."""
        return self.pick == "count" or (self.pick not in ("any", "list") and self.column in self.NUMBERS)

    @property
    def reducers(self) -> tuple[str, str]:
        """How one value is chosen among those at baseline, and among those at the last follow-up, for a change."""
        if self.each:
            return self.each, self.each
        return ("worst", "worst") if self.LOW_IS_WORSE and self.column == self.DEFAULT else ("first", "last")

    @property
    def low_is_worse(self) -> bool:
        """Whether the worst value is the lowest."""
        return self.worse == "low" if self.worse else self.LOW_IS_WORSE

    @field_validator("value")
    @classmethod
    def _value_fits_pick(cls, value: str | None, info: ValidationInfo) -> str | None:
        pick, column = info.data.get("pick"), value or cls.DEFAULT
        if pick == "any" and value is not None:
            raise mistake("`pick: any` tells whether there is such a row (yes, no); `value` has no effect, remove it")
        if pick in NUMERIC_PICKS and column not in cls.NUMBERS:
            raise mistake(f"`pick: {pick}` needs numbers, and {column} is text; first, last, list or count can be had")
        if pick == "list" and column in cls.NUMBERS:
            raise mistake(f"`pick: list` joins texts, and {column} is a number; choose one of them or their mean")
        return value

    @field_validator("unit")
    @classmethod
    def _unit_is_possible(cls, unit: str | None, info: ValidationInfo) -> str | None:
        if "pick" not in info.data or "value" not in info.data:
            return unit
        column, pick = info.data["value"] or cls.DEFAULT, info.data["pick"]
        measured = column in cls.MEASURED and pick not in ("any", "list", "count")
        if unit is not None and not measured:
            raise mistake("`unit` has no effect on what this variable counts or tells; remove it")
        if not measured:
            return None
        return checked_unit(unit, info) if unit is not None else default_unit(info)

    @field_validator("plausible")
    @classmethod
    def _plausible_is_of_numbers(cls, ends: Any, info: ValidationInfo) -> Any:
        column, pick = info.data.get("value") or cls.DEFAULT, info.data.get("pick", "mean")
        if ends is not None and (column not in cls.NUMBERS or pick in ("any", "count", "list")):
            raise mistake("`plausible` has no effect on what this variable counts or tells; remove it")
        return ends

    @field_validator("each")
    @classmethod
    def _each_is_of_a_change(cls, each: str | None, info: ValidationInfo) -> str | None:
        if each is not None and info.data.get("pick", "change") != "change":
            raise mistake("`each` belongs to `pick: change`; remove it, or say `pick: change`")
        return each

    @field_validator("worse")
    @classmethod
    def _direction_is_known(cls, worse: str | None, info: ValidationInfo) -> str | None:
        if not {"pick", "each", "value"} <= info.data.keys():
            return worse
        asked = DIRECTED.intersection((info.data["pick"], info.data["each"]))
        known = cls.LOW_IS_WORSE and (info.data["value"] or cls.DEFAULT) == cls.DEFAULT
        if asked and worse is None and not known:
            raise mistake(f"{min(asked)} needs a direction: say `worse: high` or `worse: low`")
        if worse is not None and not asked:
            raise mistake("`worse` has no effect without best or worst; remove it")
        return worse

    @field_validator("when")
    @classmethod
    def _times_fit(cls, when: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        if when is not None and info.data.get("pick") == "change":
            raise mistake("a change is that from baseline to the last follow-up; remove `when`")
        if when is not None and "last_followup" in when and len(when) > 1:
            raise mistake("last_followup is part of followup; name it alone")
        return when

    @field_validator("days")
    @classmethod
    def _no_window_for_a_change(cls, days: Any, info: ValidationInfo) -> Any:
        if days is not None and info.data.get("pick") == "change":
            raise mistake("a change is that from baseline to the last follow-up; remove `days`")
        return days


class _LabConditions(Named):
    analyte: Annotated[Many[Analyte] | None, Field(description="what was measured")] = None
    class_: Annotated[
        Many[AnalyteClass] | None,
        Field(alias="class", description="class of analytes, or a panel", validate_default=True),
    ] = None
    specimen: Annotated[Many[Specimen] | None, Field(description="what it was measured in")] = None
    result: Annotated[
        Many[Literal["positive", "negative", "normal", "abnormal", "high", "low"]] | None,
        Field(description="result in words"),
    ] = None

    @field_validator("class_")
    @classmethod
    def _something_is_named(cls, given: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        if given is None and info.data.get("analyte", ()) is None:
            raise mistake("what was measured is missing: name an `analyte` or a `class`")
        return given


class LabVariable(RecordVariable, _LabConditions):
    """Laboratory results."""

    NUMBERS = frozenset({"value", "titer", "time_days"})
    MEASURED = frozenset({"value"})
    DEFAULT = "value"

    table: Literal["labs"]
    value: Annotated[
        Literal["value", "titer", "time_days", "result", "result_text", "value_text", "flag", "analyte", "specimen"]
        | None,
        Field(description=f"{_VALUE} value, converted to the unit, where nothing is said", validate_default=True),
    ] = None


class _MuscleConditions(Named):
    muscle: Annotated[Many[Muscle] | None, Field(description="muscle, movement or region")] = None
    group: Annotated[Many[MuscleGroup] | None, Field(description="group, such as lower limb")] = None
    side: Annotated[
        Many[Literal["left", "right", "bilateral", "unspecified"]] | None,
        Field(description="side; a bilateral grade counts for left and for right"),
    ] = None


class MuscleVariable(RecordVariable, _MuscleConditions):
    """Muscle strength on the scale of the Medical Research Council: 0 is worst, 5 best."""

    NUMBERS = frozenset({"grade", "time_days"})
    DEFAULT = "grade"
    LOW_IS_WORSE = True

    table: Literal["muscle_grades"]
    value: Annotated[
        Literal["grade", "time_days", "muscle", "side", "grade_text"] | None,
        Field(description=f"{_VALUE} grade where nothing is said", validate_default=True),
    ] = None


class _LevelConditions(Named):
    level: Annotated[Many[LevelName] | None, Field(description="level; spans that hold it count, too")] = None
    region: Annotated[
        Many[Literal["cervical", "thoracic", "lumbar", "sacral", "junctional"]] | None,
        Field(description="region of the spine; junctional spans count for both of their regions"),
    ] = None
    kind: Annotated[
        Many[
            Literal[
                "vertebra", "disc", "facet_joint", "cord", "root", "dermatome", "foramen", "procedure", "unspecified"
            ]
        ]
        | None,
        Field(description="structure at the level"),
    ] = None  # fmt: skip


class LevelVariable(RecordVariable, _LevelConditions):
    """Spinal levels."""

    DEFAULT = "level"

    table: Literal["levels"]
    value: Annotated[
        Literal["level", "time_days", "region", "upper", "lower", "kind", "finding_text"] | None,
        Field(description=f"{_VALUE} level where nothing is said", validate_default=True),
    ] = None


class _DrugConditions(Named):
    drug: Annotated[Many[Drug] | None, Field(description="ingredient")] = None
    class_: Annotated[
        Many[DrugClass] | None, Field(alias="class", description="class of drugs, such as antibiotic")
    ] = None
    status: Annotated[
        Many[Literal["given", "stopped", "history", "withheld"]],
        Field(description="what became of it"),
    ] = ("given", "stopped")
    route: Annotated[Many[Route] | None, Field(description="route of administration")] = None


class DrugVariable(RecordVariable, _DrugConditions):
    """Drugs that the patient got, or did not get."""

    NUMBERS = frozenset({"dose_value", "daily_dose", "frequency_per_day", "duration_days", "time_days"})
    MEASURED = frozenset({"dose_value", "daily_dose"})
    DEFAULT = "drug"

    table: Literal["drugs"]
    value: Annotated[
        Literal[
            "drug", "dose_value", "daily_dose", "frequency_per_day", "duration_days", "time_days", "route", "status",
            "dose_text", "indication_text",
        ]
        | None,
        Field(description=f"{_VALUE} drug where nothing is said", validate_default=True),
    ] = None  # fmt: skip


class _ScoreConditions(Named):
    scale: Annotated[Many[Scale], Field(description="clinical scale")]


class ScoreVariable(RecordVariable, _ScoreConditions):
    """Clinical scales."""

    NUMBERS = frozenset({"value", "time_days"})
    DEFAULT = "value"

    table: Literal["scores"]
    value: Annotated[
        Literal["value", "time_days", "value_text", "components"] | None,
        Field(description=f"{_VALUE} value, a number, where nothing is said", validate_default=True),
    ] = None


Variable = Annotated[
    CaseVariable | LabVariable | MuscleVariable | LevelVariable | DrugVariable | ScoreVariable,
    Field(discriminator="table"),
]
MODELS: dict[str, type[Named]] = {
    "cases": CaseVariable,
    "labs": LabVariable,
    "muscle_grades": MuscleVariable,
    "levels": LevelVariable,
    "drugs": DrugVariable,
    "scores": ScoreVariable,
}
WORDS = frozenset({"yes", "no", "absent"})
"""Words that a cell may hold and that say something."""


class Head(BaseModel):
    """What a protocol says beside its variables."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(description="what the review is about")] = ""
    not_reported: Annotated[
        str,
        Field(description="what stands in a cell of text where the article says nothing; a number's cell is empty"),
    ] = "NR"

    @field_validator("not_reported")
    @classmethod
    def _says_nothing(cls, word: str) -> str:
        if word.lower() in WORDS:
            raise mistake(f"{word!r} says something: not reported is neither {', '.join(sorted(WORDS))}; NR would do")
        if word.lstrip("+-").replace(".", "", 1).isdigit():
            raise mistake(f"{word!r} is a number and would be taken for a value; NR would do")
        if word.startswith(FORMULA_STARTS) and word.strip("+-"):  # the tables' cells would have an apostrophe in front
            raise mistake(f"{word!r} would be taken for a formula by spreadsheets; NR would do")
        return word


class Protocol(Head):
    """A review protocol: the variables of the wide table, one column each."""

    variables: Annotated[
        dict[str, Variable], Field(description="name of the column to what stands in it", min_length=1)
    ]
