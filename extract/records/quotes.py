"""Where a quote begins: verbatim, and yet no formula for a spreadsheet."""

from __future__ import annotations

# a spreadsheet runs a cell that begins so as a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def quote_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span that covers ``text[start:end]`` and does not begin like a formula.

    A quote is the exact slice of its source, so nothing can be put in front of it to make it harmless;
    it begins with the word before instead. Only where there is none (a sign at the very start of the text)
    are the signs left out.
    """
    begin = start
    while begin > 0 and text[begin : begin + 1] in FORMULA_STARTS:
        begin -= 1
        while begin > 0 and text[begin].isspace():
            begin -= 1
        while begin > 0 and not text[begin - 1].isspace():
            begin -= 1
    if text[begin : begin + 1] not in FORMULA_STARTS:
        return begin, end
    begin = start
    while begin < end and (text[begin] in FORMULA_STARTS or text[begin].isspace()):
        begin += 1
    return begin, end
