"""Characters: what fonts, encodings and word processors put for plain letters, blanks and signs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from extract.normalize.aligned import AlignedText, Edit


def _between(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


_SPACES = "\xa0\u1680\u2028\u202f\u205f\u3000" + _between(0x2000, 0x200A)
# Zero-width characters and marks of writing direction.
_INVISIBLE = "\u180e\ufeff" + _between(0x200B, 0x200F) + _between(0x202A, 0x202E) + _between(0x2060, 0x2069)
_LIGATURES = dict(zip(_between(0xFB00, 0xFB06), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_SIGNS = {
    "\u2010": "-", "\u2011": "-", "\u2212": "-", "\ufe63": "-",
    "\u2266": "\u2264", "\u2267": "\u2265", "\u2a7d": "\u2264", "\u2a7e": "\u2265",
    "\u223c": "~", "\u2217": "*", "\u2029": "\n",
}  # fmt: skip
# Code points of Adobe's Symbol font where a converter left them in the private use area.
_SYMBOL_FONT = {
    "\uf02b": "+", "\uf02d": "-", "\uf03c": "<", "\uf03d": "=", "\uf03e": ">", "\uf061": "α", "\uf062": "β",
    "\uf067": "γ", "\uf06d": "μ", "\uf0a3": "≤", "\uf0b0": "°", "\uf0b1": "±", "\uf0b3": "≥", "\uf0b4": "×",
    "\uf0b7": "•",
}  # fmt: skip
# UTF-8 read as cp1252: the character of a lead byte, then those of its continuation bytes.
_CONTINUATION = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = f"[ÂÃÎÏ][{_CONTINUATION}]|â[{_CONTINUATION}][{_CONTINUATION}]"
_ODD = re.compile(
    rf"\r\n?|{_MOJIBAKE}|[a-zA-Z][\u0300-\u036f]+|\u00ad(?!\s*\n)|[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f"
    + _SPACES
    + _INVISIBLE
    + "".join(_LIGATURES)
    + "".join(_SIGNS)
    + r"\uf020-\uf0ff\uff01-\uff5e\ud800-\udfff]"
)
_LINE_END_U2010 = re.compile(r"\u2010[ \t]*(?:\r?\n|\r)")
_INNER_U2010 = re.compile(r"\u2010(?![ \t]*[\r\n])")


def repair_characters(aligned: AlignedText) -> AlignedText:
    """Return the text with plain letters, blanks, hyphens and line ends.

    Kept as they are: en and em dashes, curly quotes, micro and mu, superscript and subscript
    digits, form feeds (a page's end), TABs, and soft hyphens at line ends, which a later repair
    reads. A U+2010 at a line end becomes a soft hyphen where the text uses U+2010 nowhere else:
    then it is the typesetter's.
    """
    aligned = _mark_typesetters_hyphens(aligned)
    edits: list[Edit] = []
    for match in _ODD.finditer(aligned.text):
        found = match.group()
        plain = "-" if found == "\u00ad" and _joins_a_letter(aligned.text, match.start()) else _plain(found)
        if plain != found:
            edits.append((match.start(), match.end(), plain))
    return aligned.edit(edits)


def _joins_a_letter(text: str, position: int) -> bool:
    """Tell whether a soft hyphen stands for the hyphen of "C-reactive": nobody divides a word behind one capital."""
    before = text[max(0, position - 2) : position]
    return before[-1:].isupper() and not before[:-1].isalnum() and text[position + 1 : position + 2].islower()


def _mark_typesetters_hyphens(aligned: AlignedText) -> AlignedText:
    text = aligned.text
    if "\u2010" not in text or _INNER_U2010.search(text):
        return aligned
    return aligned.edit([(m.start(), m.start() + 1, "\u00ad") for m in _LINE_END_U2010.finditer(text)])


@lru_cache(maxsize=4096)
def _plain(found: str) -> str:
    """Return what stands for one odd character or sequence."""
    char = found[0]
    if char == "\r":
        return "\n"
    if len(found) > 1:
        return _mended(found) if char in "ÂÃÎÏâ" else unicodedata.normalize("NFC", found)
    for table in (_LIGATURES, _SIGNS, _SYMBOL_FONT):
        if char in table:
            return table[char]
    if char in _SPACES:
        return " "
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    if "\ud800" <= char <= "\udfff":
        return "\N{REPLACEMENT CHARACTER}"
    if "\x80" <= char <= "\x9f":
        return bytes([ord(char)]).decode("cp1252", errors="ignore")
    if "\uf020" <= char <= "\uf0ff":
        return char
    # pdfium writes U+0002 for the hyphen of a line end.
    return "-" if char == "\x02" else ""


def _mended(found: str) -> str:
    """Return the character that was doubly encoded; ``found`` where it does not decode."""
    try:
        data = b"".join(c.encode("latin-1") if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in found)
        return data.decode("utf-8")
    except UnicodeError:
        return found
