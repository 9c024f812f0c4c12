"""Finds the encoding of a text file and decodes it, nothing translated."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# UTF-32 before UTF-16: the mark of UTF-32-LE begins with that of UTF-16-LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes that no text file holds; the escape character and form feed may stand in one.
_BINARY_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27})
_SAMPLE = 65536
_HIGH_RUN = re.compile(rb"[\x80-\xff]")

# Typographic signs of English medical prose and the context in which each is to be expected.
_EXPECTED = {
    "’": re.compile(r"[A-Za-z]’[A-Za-z\s,.;]"),
    "‘": re.compile(r"[\s(]‘\w"),
    "“": re.compile(r"[\s(\[]“\w"),
    "”": re.compile(r"[\w.,!?]”[\s.,;:)]"),
    "–": re.compile(r"[\w%)\s]–[\w(\s]"),
    "—": re.compile(r"[\w)\s]—[\w(\s]"),
    "°": re.compile(r"[\d\s]°[\sCF,.;)]"),
    "×": re.compile(r"[\d\sm]×[\d\s]"),
    "µ": re.compile(r"[\d\s(/]µ[a-zA-Z]"),
    "±": re.compile(r"[\d\s]±[\s\d]"),
    "®": re.compile(r"[A-Za-z]®"),
    "™": re.compile(r"[A-Za-z]™"),
    "≥": re.compile(r"[\s(]≥[\s\d]"),
    "≤": re.compile(r"[\s(]≤[\s\d]"),
    "\xa0": re.compile(r"[\w.,%)=]\xa0[\w(=<>×±]"),
    "²": re.compile(r"[mM]²"),
    "³": re.compile(r"[mM]³"),
    "•": re.compile(r"\s•\s"),
    "…": re.compile(r"\w…"),
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text, the name of its encoding and what a reader should know about it."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded | None:
    """Return the decoded text without its byte-order mark; None where ``data`` is not text.

    Order: byte-order mark; UTF-16/32 without one (by the places of its zero bytes); UTF-8; UTF-8
    with single foreign bytes; a single-byte encoding.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_wide(data[len(mark) :], name)
    silent = _utf_without_mark(data[:_SAMPLE])
    if silent:
        return _decode_wide(data, silent)
    if _is_binary(data[:_SAMPLE]):
        return None
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _decode_mixed(data) or _decode_single_byte(data)


def _decode_wide(data: bytes, name: str) -> Decoded:
    try:
        return Decoded(data.decode(name), name)
    except UnicodeDecodeError as error:
        text = data.decode(name, errors="replace")
        return Decoded(text, name, (f"invalid {name} at byte {error.start}: replaced by U+FFFD",))


def _utf_without_mark(sample: bytes) -> str | None:
    """Return the UTF-16 or UTF-32 variant that the places of zero bytes prove."""
    size = len(sample) // 4
    if size < 2 or b"\0" not in sample:
        return None
    zeros = [sample[k : size * 4 : 4].count(0) / size for k in range(4)]
    if min(zeros[2], zeros[3]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if min(zeros[0], zeros[1]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    if min(zeros[1], zeros[3]) > 0.6 and max(zeros[0], zeros[2]) < 0.1:
        return "utf-16-le"
    if min(zeros[0], zeros[2]) > 0.6 and max(zeros[1], zeros[3]) < 0.1:
        return "utf-16-be"
    return None


def _is_binary(sample: bytes) -> bool:
    """Tell whether control characters make up more than one byte in 200."""
    controls = len(sample) - len(sample.translate(None, _BINARY_CONTROLS))
    return controls * 200 > len(sample)


def _decode_mixed(data: bytes) -> Decoded | None:
    """Decode UTF-8 with a few foreign bytes, each of which becomes its cp1252 character.

    None where the valid multi-byte characters are not in a clear majority: chance produces them
    rarely in single-byte text.
    """
    foreign = 0

    def one_byte(error: UnicodeError) -> tuple[str, int]:
        nonlocal foreign
        if not isinstance(error, UnicodeDecodeError):
            raise error
        foreign += 1
        return error.object[error.start : error.start + 1].decode("cp1252", errors="replace"), error.start + 1

    codecs.register_error("casetab-one-byte", one_byte)
    text = data.decode("utf-8", errors="casetab-one-byte")
    valid = sum(1 for c in text if c > "\x7f") - foreign
    if valid < 2 * foreign:
        return None
    return Decoded(text, "utf-8", (f"{foreign} bytes are not UTF-8: read as cp1252",))


def _decode_single_byte(data: bytes) -> Decoded:
    """Decode with whichever of cp1252 and MacRoman gives the more plausible characters.

    charset-normalizer, asked to choose between these two, takes most short MacRoman texts for
    cp1252: it weighs letters, while what tells the two apart in English prose is typography.
    """
    try:
        windows, name = data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        windows, name = data.decode("latin-1"), "latin-1"
    apple = data.decode("mac_roman")
    places = [m.start() for m in _HIGH_RUN.finditer(data)][:5000]
    if _plausibility(apple, places) > _plausibility(windows, places) + 1:
        windows, name = apple, "mac_roman"
    return Decoded(windows, name)


def _plausibility(text: str, places: list[int]) -> float:
    """Add up how well the characters at ``places`` fit where they stand."""
    total = 0.0
    for place in places:
        char = text[place]
        around = text[max(0, place - 1) : place + 2]
        before = around[0] if place else " "
        after = text[place + 1] if place + 1 < len(text) else " "
        pattern = _EXPECTED.get(char)
        if pattern is not None:
            total += 2 if pattern.search(f"{before}{char}{after}") else 0
        elif char.islower() or char.isupper():
            total += _letter_plausibility(before, char, after)
        elif not char.isprintable():
            total -= 3
    return total


def _letter_plausibility(before: str, char: str, after: str) -> float:
    """Weigh an accented letter by its case and neighbours."""
    if not (before.isalpha() or after.isalpha()):
        return -1
    if char.isupper():
        return -2 if before.islower() else 0.5
    return -1 if before.isupper() and after.isupper() else 1
