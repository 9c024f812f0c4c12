"""What the components leave on a spaCy Doc, and typed access to it.

================== =========================================== ==========================
extension          holds                                       assigned by
================== =========================================== ==========================
``_.blocks``       list[Block]                                 casetab_blocks
``_.sentences``    list[Sentence]                              casetab_sentences
``_.words``        Words (folded)                              casetab_terms
``_.terms``        dict kind -> list[Mention]                  casetab_terms
``_.short_forms``  list[ShortForm]                             casetab_abbreviations
``_.quantities``   list[Quantity]                              casetab_quantities
``_.patients``     list[Patient]                               casetab_patients
``_.context``      ContextIndex                                casetab_context
``_.drafts``       list[Draft]                                 the record components
================== =========================================== ==========================
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from spacy.tokens import Doc

from extract.nlp.model import Block, Draft, Patient, Quantity, Sentence
from extract.rules.fold import Words
from extract.rules.lexicon import Mention

if TYPE_CHECKING:
    from extract.nlp.context import ContextIndex

_NAMES = (
    "blocks", "sentences", "words", "terms", "short_forms", "quantities", "patients", "timeline", "context", "drafts",
)  # fmt: skip


class _Placed(Protocol):
    @property
    def start(self) -> int: ...


_T = TypeVar("_T", bound=_Placed)
_start = attrgetter("start")

_TEXT = "casetab_text"
_STARTS = "casetab_sentence_starts"
_PATIENTS_ONLY = "casetab_patients_only"


def _key(name: str) -> Any:
    """Return the key under which spaCy keeps an extension of a Doc; reading it there takes a tenth of ``doc._``."""
    return ("._.", name, None, None)


_BLOCKS, _SENTENCES, _WORDS, _TERMS = _key("blocks"), _key("sentences"), _key("words"), _key("terms")
_SUBJECTS = _key("subjects")
_QUANTITIES, _PATIENTS, _CONTEXT = _key("quantities"), _key("patients"), _key("context")


def register() -> None:
    """Register the extensions once; a second call changes nothing."""
    for name in _NAMES:
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


def keep_text(doc: Doc, text: str) -> None:
    """Keep the text that a Doc was made of for ``text_of``."""
    doc.user_data[_TEXT] = text


def text_of(doc: Doc) -> str:
    """Return the text of a Doc; spaCy's own ``doc.text`` puts it together from the tokens at each call."""
    kept = doc.user_data.get(_TEXT)
    if kept is None:
        kept = doc.user_data[_TEXT] = doc.text
    return cast("str", kept)


def blocks(doc: Doc) -> list[Block]:
    """Return the blocks (paragraphs, headings, captions, table rows) in text order."""
    return cast("list[Block]", doc.user_data.get(_BLOCKS) or [])


def sentences(doc: Doc) -> list[Sentence]:
    """Return the sentences in text order."""
    return cast("list[Sentence]", doc.user_data.get(_SENTENCES) or [])


def words(doc: Doc) -> Words:
    """Return the folded words."""
    return cast("Words", doc.user_data.get(_WORDS))


def terms(doc: Doc, kind: str) -> list[Mention]:
    """Return the mentions of a kind in text order."""
    found = cast("dict[str, list[Mention]] | None", doc.user_data.get(_TERMS))
    return found.get(kind, []) if found else []


def quantities(doc: Doc) -> list[Quantity]:
    """Return the quantities in text order."""
    return cast("list[Quantity]", doc.user_data.get(_QUANTITIES) or [])


def patients(doc: Doc) -> list[Patient]:
    """Return the article's patients."""
    return cast("list[Patient]", doc.user_data.get(_PATIENTS) or [])


def context(doc: Doc) -> ContextIndex:
    """Return the index that knows subject, assertion and time of a stretch of text."""
    return cast("ContextIndex", doc.user_data.get(_CONTEXT))


def keep_patients_only(doc: Doc) -> None:
    """Say that only the patients' own rows are wanted: components need not read what is certainly of others."""
    doc.user_data[_PATIENTS_ONLY] = True


def is_unwanted(doc: Doc, start: int, end: int) -> bool:
    """Tell whether nobody wants the rows of a stretch of text: only the patients' are wanted, and it is of others."""
    return _PATIENTS_ONLY in doc.user_data and doc.user_data[_SUBJECTS].none_of_patient(start, end)


def drafts(doc: Doc) -> list[Draft]:
    """Return the list to which record components append."""
    if doc._.drafts is None:
        doc._.drafts = []
    return cast("list[Draft]", doc._.drafts)


def sentence_at(doc: Doc, position: int) -> Sentence | None:
    """Return the sentence that holds the character ``position``; None outside any."""
    found = sentences(doc)
    i = bisect_right(_sentence_starts(doc, found), position) - 1
    if i >= 0 and found[i].start <= position < found[i].end:
        return found[i]
    return None


def _sentence_starts(doc: Doc, found: list[Sentence]) -> list[int]:
    kept = doc.user_data.get(_STARTS)
    if kept is None or kept[0] is not found:
        kept = doc.user_data[_STARTS] = (found, [sentence.start for sentence in found])
    return cast("list[int]", kept[1])


def beginning_in(items: Sequence[_T], start: int, end: int) -> Sequence[_T]:
    """Return the items that begin in ``start:end``; ``items`` is in text order."""
    return items[bisect_left(items, start, key=_start) : bisect_left(items, end, key=_start)]


def within(items: list[Mention], start: int, end: int) -> list[Mention]:
    """Return the mentions that lie wholly in ``start:end``; ``items`` is in text order."""
    return [item for item in beginning_in(items, start, end) if item.end <= end]


register()
