"""Table ``levels``: spinal levels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.records.common import Record
from extract.rules.load import RuleSet, load_rules


class Level(Record):
    """A spinal level, or a region of the spine named without a number."""

    level: Annotated[str, Field(description="canonical level, T4 or T4-T5; empty for a region without number")]
    level_text: Annotated[str, Field(description="as written")]
    region: Annotated[
        Literal["cervical", "thoracic", "lumbar", "sacral", "junctional"], Field(description="region of the spine")
    ]
    upper: Annotated[str, Field(description="upper level of a span")] = ""
    lower: Annotated[str, Field(description="lower level of a span")] = ""
    kind: Annotated[
        Literal[
            "vertebra", "disc", "facet_joint", "cord", "root", "dermatome", "foramen", "procedure", "unspecified"
        ],
        Field(description="structure at the level"),
    ] = "unspecified"
    finding_text: Annotated[str, Field(description="what is at that level, as written")] = ""


class LevelFinder:
    """Component ``casetab_levels``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        """Find the spinal levels of ``doc``."""
        return doc


@Language.factory(
    "casetab_levels", requires=["doc._.sentences", "doc._.terms", "doc._.context"], assigns=["doc._.drafts"], default_config={"rules": []})
def make_levels(nlp: Language, name: str, rules: list[str]) -> LevelFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return LevelFinder(load_rules(rules))
