"""Table ``muscle_grades``: muscle strength on the Medical Research Council scale."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.records.common import Record
from extract.rules.load import RuleSet, load_rules

Side = Literal["left", "right", "bilateral", "unspecified"]


class MuscleGrade(Record):
    """The strength of a muscle, movement or body region on one side at one time."""

    muscle: Annotated[str, Field(description="canonical muscle, movement or body region")]
    muscle_text: Annotated[str, Field(description="as written")]
    kind: Annotated[Literal["muscle", "movement", "region"], Field(description="what was graded")]
    side: Annotated[Side, Field(description="side of the body")]
    grade: Annotated[float, Field(description="0 to 5; 4+ is 4.33 and 4- is 3.67", ge=0, le=5)]
    grade_text: Annotated[str, Field(description="grade as written, without the scale's maximum")]
    scale: Annotated[Literal["MRC"], Field(description="the scale")] = "MRC"


class MuscleGradeFinder:
    """Component ``casetab_muscle_grades``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Find the muscle grades of ``doc``."""
        return doc


@Language.factory(
    "casetab_muscle_grades",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities", "doc._.context"],
    assigns=["doc._.drafts"], default_config={"rules": []})
def make_muscle_grades(nlp: Language, name: str, rules: list[str]) -> MuscleGradeFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return MuscleGradeFinder(load_rules(rules))
