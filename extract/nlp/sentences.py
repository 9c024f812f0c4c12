"""Blocks and sentence boundaries that survive "et al.", "Fig. 2", "vs.", "0.5 mg. He", "S. aureus"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.extensions import blocks, sentences, text_of
from extract.nlp.model import Block, BlockKind, Sentence
from extract.nlp.sections import SectionFinder
from extract.rules.load import RuleSet, load_rules

# a possible end: the mark, closing quotes or brackets, citation marks in brackets, then white space
_END = re.compile(r"[.!?][\"'”’)\]]*(?:\s?\[[\d,;\s–-]+\])?(?:\d{1,3}(?:[,–-]\d{1,3})*)?\s+(?=[\"'“‘(\[]?[^\W_])")
_LAST_WORD = re.compile(r"[^\s(\[“\"'/]+$")
_LETTERED = re.compile(r"\b(?:vitamin|group|type|stage|grade|class|hepatitis|influenza) $", re.IGNORECASE)
_MAX_SENTENCE = 6000
_MAX_BRACKET = 400  # a bracket that stays open longer is a slip of the author, not a reason not to split


class SentenceSplitter:
    """Component ``casetab_sentences``: assigns ``_.blocks`` where missing, ``_.sentences`` and sentence starts."""

    def __init__(self, rules: RuleSet) -> None:
        rows = rules.tables.get("abbreviations.tsv", [])
        self._closed = {row["abbreviation"].lower() for row in rows}
        self._before_number = {row["abbreviation"].lower() for row in rows if row["before"] == "number"}
        self._sections = SectionFinder(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Set the sentences of ``doc``."""
        text = text_of(doc)
        if doc._.blocks is None:
            doc._.blocks = list(default_blocks(text))
        found: list[Sentence] = []
        for index, (block, section) in enumerate(self._sections.assign(text, blocks(doc))):
            if block.kind in (BlockKind.TABLE, BlockKind.HEADING):
                spans: Iterator[tuple[int, int]] = iter([(block.start, block.end)])
            else:
                spans = self.split(text, block.start, block.end)
            for start, end in spans:
                found.append(Sentence(len(found), start, end, index, block.kind, section))
        doc._.sentences = found
        _mark_starts(doc)
        return doc

    def split(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the offsets of the sentences in ``text[start:end]``."""
        begin = start
        for match in _END.finditer(text, start, end):
            if not self._is_end(text, begin, match):
                continue
            stop = match.end()
            yield from _pieces(text, begin, begin + len(text[begin:stop].rstrip()))
            begin = stop
        if text[begin:end].strip():
            yield from _pieces(text, begin, begin + len(text[begin:end].rstrip()))

    def _is_end(self, text: str, begin: int, match: re.Match[str]) -> bool:
        following = text[match.end() : match.end() + 1]
        if not following:
            return True
        if following.islower() or text[match.start() - 1 : match.start() + 2].replace(".", "").isdigit():
            return False  # "30.6 U/L" is a number, not the end of "30" with a citation mark behind
        head = text[max(begin, match.start() - 2 * _MAX_BRACKET) : match.start()]
        if len(head) - max(head.rfind("("), 0) < _MAX_BRACKET and head.count("(") > head.count(")"):
            return ")" in match.group() and head.count("(") - head.count(")") <= match.group().count(")")
        if text[match.start()] != ".":
            return True
        return not self._is_abbreviation(head, following)

    def _is_abbreviation(self, head: str, following: str) -> bool:
        last = _LAST_WORD.search(head[-30:])
        if last is None:
            return False
        word = last.group().lower()
        if word in self._before_number:
            return following.isdigit()
        if word in self._closed:
            return True
        # an initial ("S. aureus", "J. Smith"), but not a vitamin, a blood group or a unit ("12 g. He")
        return (
            len(word) == 1
            and word.isalpha()
            and last.group().isupper()
            and not _LETTERED.search(head[-24:-1])
            and following.isupper()
            and (head[-2:-1] or " ") in " \t(."
        )


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence, cut at blanks where it is longer than anybody writes: later stages pair what one holds."""
    while end - start > _MAX_SENTENCE:
        cut = text.rfind(" ", start + _MAX_SENTENCE // 2, start + _MAX_SENTENCE)
        cut = cut if cut > 0 else start + _MAX_SENTENCE
        yield start, cut
        start = cut + (text[cut] == " ")
    if start < end:
        yield start, end


def default_blocks(text: str) -> Iterator[Block]:
    """Yield one block per non-empty line: what a text has that did not pass casetab's normalisation."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            kind = BlockKind.TABLE if "\t" in line else BlockKind.PARAGRAPH
            yield Block(kind, start, start + len(line))
        start += len(line) + 1


def _mark_starts(doc: Doc) -> None:
    """Tell spaCy the sentence starts, all at once: setting them token by token costs the square of the length."""
    offsets = doc.to_array(["IDX"]).astype("int64")
    marks = np.full(len(doc), -1, dtype="int64")
    first = np.searchsorted(offsets, [sentence.start for sentence in sentences(doc)])
    marks[first[first < len(doc)]] = 1
    if len(doc):
        marks[0] = 1
        doc.from_array(["SENT_START"], marks.astype("uint64").reshape(-1, 1))  # type: ignore[arg-type]


@Language.factory("casetab_sentences", assigns=["doc._.sentences", "token.is_sent_start"], default_config={"rules": []})
def make_sentences(nlp: Language, name: str, rules: list[str]) -> SentenceSplitter:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return SentenceSplitter(load_rules(rules))
