"""What the readers of clinical scores hand each other: names of scales, their values, and scores made of both."""

from __future__ import annotations

from dataclasses import dataclass

from extract.rules.scales import Scale


@dataclass(frozen=True, slots=True)
class ScaleName:
    """A scale named in the text at ``start:end``, an abbreviation in brackets behind it included."""

    start: int
    end: int
    scale: Scale
    text: str


@dataclass(frozen=True, slots=True)
class ScoreValue:
    """A value of a scale.

    Attributes
    ----------
    text : as written, without the maximum: "15", "III", "B7", "E4V5M6".
    value, high : number, and the upper end of a range; None for a letter.
    maximum : the maximum where the text gives it.
    components : "E4 V5 M6"; "" where there are none.
    minute : minutes after birth.
    earlier, later : the 3 and the 8 of "from 3 to 8".
    time : offsets of the time expression that a list of times gives to this value.
    """

    start: int
    end: int
    text: str
    value: float | None
    high: float | None = None
    maximum: float | None = None
    comparator: str = "="
    components: str = ""
    minute: int | None = None
    earlier: bool = False
    later: bool = False
    time: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ScoreFact:
    """A score: which scale, which value, and how the two were found."""

    name: ScaleName
    value: ScoreValue
    rule: str
    confidence: float = 0.9

    @property
    def start(self) -> int:
        """Offset of the first character of name and value."""
        return min(self.name.start, self.value.start)

    @property
    def end(self) -> int:
        """Offset behind name and value."""
        return max(self.name.end, self.value.end)
