"""Whatever the text, the context of any stretch is one of the contract's values, and the same each time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from extract.nlp.extensions import context, patients

PIECES = [
    "Case report\n",
    "Discussion\n",
    "Case 2\n",
    "References\n",
    "A 45-year-old man ",
    "a newborn ",
    "her mother ",
    "was admitted ",
    "on 3 March ",
    "on day 3 ",
    "two weeks later ",
    "POD 2 ",
    "postoperative day ",
    "CRP 20\t",
    "Day 1\t",
    "\n",
    ". ",
    ", ",
    "(",
    ")",
    "no ",
    "possible ",
    "was negative ",
    "et al. [3] ",
    "in our case ",
    "patients with ",
    "from 12 to 3 ",
    "years ",
    "month ",
    "½ ",
    "µ",
    "\u0130",
    "Table 1. ",
    "Patient 2\t",
    "followed by ",
    "12/3/20\t",
]


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40), place=st.floats(0, 1))
def test_any_text(nlp: Language, pieces: list[str], place: float) -> None:
    text = "".join(pieces)
    start = int(place * len(text))
    facts = []
    for _ in range(2):
        doc = nlp(text)
        fact = context(doc).at(start, min(start + 3, len(text)))
        assert fact.subject in ("patient", "family", "literature", "other")
        assert fact.assertion in ("present", "absent", "possible")
        assert fact.when in ("", "baseline", "followup", "history")
        assert fact.time_text in text
        assert 1 <= fact.case <= max(len(patients(doc)), 1)
        facts.append(fact)
    assert facts[0] == facts[1]
