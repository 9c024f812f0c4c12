"""Numbers with comparator, range and unit: read once here, used by every table."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.extensions import text_of
from extract.nlp.model import Quantity
from extract.nlp.signs import is_negative, sign_apart
from extract.rules.lexicon import Mention
from extract.rules.load import RuleSet, load_rules
from extract.rules.units import Unit, UnitTable

_NUM = (
    r"\d{1,3}(?:\.\d{3}){2,}(?![\d.])|"
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d{1,3}(?:['’′\u2009\u202f\u00a0]\d{3})+(?!\d)|\d+(?:[.·]\d+)?|\.\d+"
)
_B = r"[^\S\t\n]"  # a blank, but neither line end nor TAB: no quantity crosses them
_NUMBER = re.compile(rf"(?<![\d._])(?<!\d[,:])(?:{_NUM})")
_TITER = re.compile(rf"1{_B}?[:∶]{_B}?(\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}})(?![\d:])")
_FRACTION = re.compile(rf"(\d+(?:\.\d+)?[+\-−–]?){_B}?/{_B}?(\d{{1,4}}(?:\.\d+)?[+]?)(?!\d|\.\d|/\d)")
_SLASHES = re.compile(rf"\d+(?:\.\d+)?(?:{_B}?/{_B}?\d+(?:\.\d+)?){{2,9}}(?!\d|\.\d|/)")
_DATE = re.compile(r"(?:\d{4}|\d{1,2})([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)")
_FLAG = re.compile(rf"{_B}?\([HLhl]\)|{_B}[HL](?=[\t\n])")  # "12.3 (H)": high, no hours
_CLOCK = re.compile(r"(?:[01]?\d|2[0-4]):[0-5]\d(?![\d:])(?=\s?(?:h\b|hours|hrs|am\b|pm\b|a\.m|p\.m|[),;]))", re.I)
_SECOND = re.compile(rf"{_B}?(?:[-–—−~]|to|and){_B}?(?:\+{_B}?)?({_NUM})(?![:\d])")
_POWER = re.compile(
    rf"{_B}?(?:[x×✕*·]{_B}?10|10?[eE]){_B}?(?:\^|\*\*|[eE])?{_B}?[-−–]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}(?=[\s/.,;)\]⁻]|$)"
)
_POWER_REST = re.compile(rf"{_B}?/{_B}?[a-zA-Zµμ³]{{1,3}}[0-9]?")
_FROM = re.compile(r"(?<!ranging )(?<!ranged )(?<!range )\bfrom\s+$", re.I)
_AFTER_COMMA = re.compile(r",(\d{1,2})(?![\d,])")
_CELL_THOUSANDS = re.compile(r"[1-9]\d{0,2},\s(\d{3})(?!\d)")  # "12, 995" alone in a cell
_COMMA_RANGE = re.compile(r"(?P<low>\d{1,3},\d{1,2})\s?[-–—−]\s?(?P<high>\d{1,3}(?:[.,]\d{1,2})?)(?![\d.,])")
_CELL_BEGIN = re.compile(r"\t[\s<>≤≥=~]*$")
_CELL_END = re.compile(r"[ *†‡↑↓]*(?:[\t\n]|$)")
_BETWEEN = re.compile(r"(?:between|ranged? from|ranging from|from)\s+$", re.I)
_COMPARATORS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?:{pattern})\s*$", re.I), sign)
    for pattern, sign in (
        (r"<=|≤|⩽|=<|\bnot exceeding|\b(?:no|not) (?:more|greater|higher) than|\bat most", "<="),
        (r">=|≥|⩾|=>|\bat least|\bno (?:less|lower) than|\bnot (?:less|lower) than", ">="),
        (r"[<＜]|\b(?:less|lower|fewer|smaller) than|\bbelow|\bunder", "<"),
        (r"[>＞]|\b(?:more|greater|higher|larger) than|\babove|\bover|\bexceed(?:ing|ed|s)|\bin excess of", ">"),
        (r"[~≈≃∼]|\bapproximately|\bapprox\.?|\babout|\baround|\bnearly|\balmost|\broughly|\bcirca", "~"),
    )
)  # fmt: skip
# what a comparator ends in: most numbers have none, and one look spares five
_COMPARED = re.compile(
    r"(?:[<>=≤≥⩽⩾＜＞~≈≃∼]|\b(?:than|most|least|below|under|above|over|exceed(?:ing|ed|s)|of|approximately|approx\.?|about|"
    r"around|nearly|almost|roughly|circa))\s*$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[,;)](?!\d)")
_MEASURE = re.compile(r"\b(?:level|count|value|rate|titre|titer)s?$", re.IGNORECASE)
_WINDOW = 24
_LONG = 48


class QuantityFinder:
    """Component ``casetab_quantities``: assigns ``_.quantities``.

    A number inside a term ("CA 19-9", "vitamin B12") is part of a name and no quantity; nor is one glued to letters.
    """

    def __init__(self, rules: RuleSet) -> None:
        self._units = rules.units

    def __call__(self, doc: Doc) -> Doc:
        """Find the quantities of ``doc``."""
        doc._.quantities = list(find_quantities(text_of(doc), self._units, doc._.terms or {}))
        return doc


def find_quantities(text: str, units: UnitTable, terms: dict[str, list[Mention]]) -> Iterator[Quantity]:
    """Yield the quantities of a text in order; those inside ``terms`` are left out."""
    names = _NameSpans(terms)
    done = 0
    for match in _NUMBER.finditer(text):
        if match.start() < done or not names.frees(text, match):
            continue
        date = _DATE.match(text, match.start())
        if date is not None:
            done = date.end()
            continue
        clock = _CLOCK.match(text, match.start())
        if clock is not None:
            done = clock.end()
            continue
        if names.holds(match.start()):
            continue
        glued = _after_letter_hyphen(text, match.start())
        if glued and not (names.ends_before(match.start()) or _MEASURE.search(text[: match.start() - 1][-12:])):
            continue
        quantity = _read(text, match, units)
        if quantity is not None and not (glued and quantity.unit is None and not _is_listed_decimal(text, quantity)):
            done = quantity.end
            yield quantity


def _is_listed_decimal(text: str, quantity: Quantity) -> bool:
    """Tell "pH-7.31, ...", a result, from "SF-36", a name, and "COVID-19.4-6", a name before citation marks."""
    return "." in quantity.value_text and _LISTED.match(text, quantity.end) is not None


class _NameSpans:
    """Stretches of terms that hold digits, so that these digits are not read as values."""

    def __init__(self, terms: dict[str, list[Mention]]) -> None:
        kinds = ("analyte", "drug", "not_lab", "not_drug", "muscle", "specimen")
        every = [m for kind in kinds for m in terms.get(kind, [])]
        spans = sorted((m.start, m.end) for m in every if any(c.isdigit() for c in m.text))
        self._starts, self._ends = [s for s, _ in spans], [e for _, e in spans]
        self._term_ends = {m.end for m in every}

    def holds(self, position: int) -> bool:
        i = bisect_right(self._starts, position) - 1
        return any(k >= 0 and self._starts[k] <= position < self._ends[k] for k in (i, i - 1))

    def frees(self, text: str, match: re.Match[str]) -> bool:
        """Tell whether a number stands apart from letters, or is a decimal glued to a term: "pH7.31"."""
        start = match.start()
        if not start or not text[start - 1].isalpha():
            return True
        return "." in match.group() and start in self._term_ends

    def ends_before(self, position: int) -> bool:
        return position - 1 in self._term_ends


def _after_letter_hyphen(text: str, position: int) -> bool:
    return position >= 2 and text[position - 1] in "-‐‑–" and text[position - 2].isalpha()


def _read(text: str, match: re.Match[str], units: UnitTable) -> Quantity | None:
    """Read titre, slash list, fraction, range or number at a match; None where the digits belong to a word."""
    start = match.start()
    titer = _TITER.match(text, start)
    if titer is not None:
        value = float(titer.group(1).replace(",", ""))
        return _build(text, start, titer.end(), f"1:{plain(titer.group(1))}", value, None, "titer", None)
    slashes = _SLASHES.match(text, start)
    if slashes is not None:
        written = re.sub(r"\s", "", slashes.group())
        return _build(text, start, slashes.end(), written, None, None, "list", match_unit(text, slashes.end(), units))
    fraction = _FRACTION.match(text, start)
    if fraction is not None:
        reciprocal = int(fraction.group(2).rstrip("+")) if fraction.group(2).rstrip("+").isdigit() else 0
        if fraction.group(1) == "1" and reciprocal >= 8:
            return _build(text, start, fraction.end(), f"1/{reciprocal}", float(reciprocal), None, "titer", None)
        unit = match_unit(text, fraction.end(), units)
        if unit is not None or _boundary(text, fraction.end()):
            written = re.sub(r"\s", "", fraction.group())
            return _build(text, start, fraction.end(), written, None, None, "fraction", unit)
    return _read_number(text, match, units)


def _read_number(text: str, match: re.Match[str], units: UnitTable) -> Quantity | None:
    start, end = match.span()
    sign = sign_apart(text, start)
    commas = _comma_range(text, start, units)
    if commas is not None:
        return commas
    first = plain(match.group())
    thousands = _CELL_THOUSANDS.match(text, start)
    if thousands is not None and (
        _fills_cell(text, start, thousands.end()) or _is_one_count(text, start, thousands.end(), units)
    ):
        first, end = first + thousands.group(1), thousands.end()
    first, end = _decimal_comma(text, start, first, end, units)
    first, end = _spaced_thousands(text, first, end, units)
    unit = match_unit(text, end, units)
    if unit is not None and _counts(unit[1]) and _DOTTED.fullmatch(first):
        first = first.replace(".", "")
    after = unit[0] if unit else end
    second = _SECOND.match(text, after)
    if second is not None and unit is not None and _FROM.search(text[max(0, start - 16) : start]):
        second = None  # "from 82 U/L to 380 U/L": two measurements
    high, close = (plain(second.group(1)), second.end()) if second is not None else ("", after)
    if second is not None and "." not in first + high and float(high) < float(first):  # "3700-11 000/mm3"
        high, close = _spaced_thousands(text, high, close, units)
    if second is not None and _is_range(text, start, first, high, second.group()):
        unit2 = match_unit(text, close, units)
        if unit2 is not None and unit is not None and unit2[1] != unit[1]:
            unit2 = None
        if unit2 is not None or (unit is None and _boundary(text, close)):
            signed = sign >= 0 or is_negative(text, start)
            low, begin = (f"-{first}", sign if sign >= 0 else start - 1) if signed else (first, start)
            return _build(text, begin, close, f"{low}-{high}", float(low), float(high), "range", unit2)
    if unit is None and not _boundary(text, end):
        return None
    if sign >= 0 or is_negative(text, start):
        begin = sign if sign >= 0 else start - 1
        return _build(text, begin, end, f"-{first}", -float(first), None, "number", unit)
    return _build(text, start, end, first, float(first), None, "number", unit)


def _decimal_comma(text: str, start: int, first: str, end: int, units: UnitTable) -> tuple[str, int]:
    """Read "3,5 mg/dl" as 3.5: one or two digits after a comma, a unit behind or nothing else in a table's cell."""
    match = _AFTER_COMMA.match(text, end)
    if match is None or "." in first:
        return first, end
    if match_unit(text, match.end(), units) is not None or _fills_cell(text, start, match.end()):
        return f"{first}.{match.group(1)}", match.end()
    return first, end


def _fills_cell(text: str, start: int, end: int) -> bool:
    """Tell whether a number is all that a cell of a table holds."""
    return bool(_CELL_BEGIN.search(text[max(0, start - 4) : start]) and _CELL_END.match(text, end))


def _comma_range(text: str, start: int, units: UnitTable) -> Quantity | None:
    """Return "11,5-16,5 g/dL" as a range; None where commas may part the members of a list."""
    match = _COMMA_RANGE.match(text, start)
    if match is None:
        return None
    unit = match_unit(text, match.end(), units)
    if unit is None and not _fills_cell(text, start, match.end()):
        return None
    low, high = (match.group(name).replace(",", ".") for name in ("low", "high"))
    if float(low) > float(high):
        return None
    return _build(text, start, match.end(), f"{low}-{high}", float(low), float(high), "range", unit)


_ONE_COUNT = re.compile(
    r"(?<!urine )(?<!fluid )(?<!CSF )\b"
    r"(?:platelets?|PLT|WBCs?|white (?:blood )?cells?|leu[ck]ocytes?|thrombocytes?)"
    r"(?: counts?)?(?: ?\([A-Za-z]{2,5}\))?(?: counts?)?"
    r"(?:\s(?:of|was|were|is|at|to|dropped to|fell to|rose to)(?=\s)|\s?[:=(]){1,2}\s?$",
    re.I,
)


def _is_one_count(text: str, start: int, end: int, units: UnitTable) -> bool:
    """Tell whether "24, 270/mm3" behind the name of blood cells is one number with a blank after its comma."""
    unit = match_unit(text, end, units)
    return unit is not None and _counts(unit[1]) and bool(_ONE_COUNT.search(text[max(0, start - _LONG) : start]))


_FLAT_POWER = re.compile(r" 10(?:3|6|9|12)\s?/\s?[LlmMuµμ]")
_SPACED = re.compile(r"(?: \d{3})+(?![\d.,])")
_SPACED_END = re.compile(rf"{_B}?[-–—]{_B}?\d{{1,3}}(?: \d{{3}})+(?![\d.,])")
_COUNTED_TIME = re.compile(r"\b(?:day|week|month|hour|year|night|pod|hd|visit|cycle|case|patient)s?[\s#]*$", re.I)
_DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")


def _spaced_thousands(text: str, first: str, end: int, units: UnitTable) -> tuple[str, int]:
    """Read "21 470 U/L" as 21470: groups of three digits and a laboratory unit behind; not "on day 5 133 mmol/L"."""
    match = _SPACED.match(text, end) if len(first) <= 3 and "." not in first else None
    if match is not None and _FLAT_POWER.match(text, end):
        return first, end  # "39 109/L" is 39 × 10^9/L
    if match is not None and not _COUNTED_TIME.search(text, max(0, end - _WINDOW), end - len(first)):
        onward = _SPACED_END.match(text, match.end())  # "135 000-400 000/mm3": the unit stands behind the range
        unit = match_unit(text, onward.end() if onward is not None else match.end(), units)
        alone = text[end - len(first) - 1 : end - len(first)] == "\t" and text[match.end() : match.end() + 1] in "\t\n"
        counted = match.group().count(" ") == 1 and _ONE_COUNT.search(text[max(0, end - _LONG) : end - len(first)])
        if (alone or counted or (unit is not None and unit[1].kind == "lab")) and first != "0":  # alone: a table's cell
            return first + match.group().replace(" ", ""), match.end()
    return first, end


def _counts(unit: Unit) -> bool:
    """Tell whether a unit counts single cells: "12.400/mm3" is twelve thousand four hundred."""
    return unit.dimension == "count_concentration" and not unit.ucum.startswith("10*")


def _is_range(text: str, start: int, first: str, high: str, joint: str) -> bool:
    low = float(first) * (-1 if is_negative(text, start) else 1)
    if " to " in joint or " and " in joint:
        if " to " in joint and not re.search(
            r"\b(?:increas|decreas|ris|rose|fall|fell|drop|improv|declin|reduc|went|chang|elevat)\w*\b[^.;]{0,40}$",
            text[max(0, start - 60) : start],
            re.I,
        ):
            return float(high) > low
        return bool(_BETWEEN.search(text[max(0, start - 16) : start])) and " and " in joint
    if "to" in joint or "and" in joint:
        return False
    return float(high) >= low


def match_unit(text: str, position: int, units: UnitTable) -> tuple[int, Unit, int] | None:
    """Return (end, unit, start) of a unit that follows a number at ``position``; None where none does."""
    if _FLAG.match(text, position):
        return None
    begin = position
    while begin < len(text) and begin - position < 2 and text[begin] in " \u00a0\u2009\u202f-":
        begin += 1
    if begin > position and text[begin - 1] == "-" and begin < len(text) and not text[begin].isalpha():
        return None
    found = units.match(text, begin)
    power = _POWER.match(text, position)
    if power is not None and (found is None or found[0] < power.end()):
        rest = _POWER_REST.match(text, power.end())
        more = units.match(text, power.end()) if rest is None else None
        end = rest.end() if rest else more[0] if more else power.end()
        begin = position + (len(power.group()) - len(power.group().lstrip()))
        return end, Unit(_power_code(text[begin:end]), "lab", "count_concentration"), begin
    if found is None:
        return None
    end = found[0]
    while text[begin] in ")] ":  # "0.76 (normal 0.83-1.52) g/L"
        begin += 1
    if (
        text[end : end + 1] in (")", "]")
        and text[position:begin].count("(") + text[begin:end].count("(") + text[begin:end].count("[") == 1
    ):
        end += 1  # "24 (%)"
    return end, found[1], begin


def _power_code(written: str) -> str:
    """Return the UCUM code of a power of ten: "× 10^9/L" is "10*9/L"."""
    folded = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in written if not c.isspace())
    match = re.match(r"(?:[x×✕*·]10|1?0?[eE])(?:\^|\*\*|[eE])?([-−–]?\d{1,2})(.*)", folded)
    if match is None:
        return written
    return f"10*{match.group(1)}{match.group(2).replace('µ', 'u').replace('μ', 'u').replace('mcl', 'uL')}"


def plain(number: str) -> str:
    """Return a written number without thousands separators and with a decimal point."""
    if number.count(".") > 1:  # "1.090.000"
        number = number.replace(".", "")
    return re.sub(r"[,'’′\s\u00a0\u2009\u202f]", "", number).replace("·", ".")


def _boundary(text: str, end: int) -> bool:
    """Tell whether a number may end here: "5-FU", "2nd" and "18F" are names."""
    if end >= len(text):
        return True
    if text[end].isalpha():
        return False
    return not (text[end] in "-‐‑" and end + 1 < len(text) and text[end + 1].isalpha())


def _build(
    text: str,
    start: int,
    end: int,
    value_text: str,
    value: float | None,
    high: float | None,
    form: str,
    unit: tuple[int, Unit, int] | None,
) -> Quantity:
    comparator, begin = "=", start
    lead = text[max(0, start - _WINDOW) : start]
    for pattern, sign in _COMPARATORS if _COMPARED.search(lead) else ():
        found = pattern.search(lead)
        if found is not None and "\n" not in found.group() and "\t" not in found.group():
            comparator, begin = sign, start - (len(lead) - found.start())
            break
    if value_text.startswith("."):
        value_text = "0" + value_text
    return Quantity(
        start=begin,
        end=unit[0] if unit else end,
        number_start=start,
        number_end=end,
        value_text=value_text,
        value=value,
        value_high=high,
        form=form,
        comparator=comparator,
        unit=unit[1] if unit else None,
        unit_text=text[unit[2] : unit[0]] if unit else "",
    )


@Language.factory(
    "casetab_quantities", requires=["doc._.terms"], assigns=["doc._.quantities"], default_config={"rules": []}
)
def make_quantities(nlp: Language, name: str, rules: list[str]) -> QuantityFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return QuantityFinder(load_rules(rules))
