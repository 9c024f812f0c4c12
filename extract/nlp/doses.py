"""Doses: a number, or a range of numbers, with a unit in which medicines are measured.

The unit is read by grammar, not from a list: a measure ("mg", "million units", "tablets"), then any number of
divisors ("/kg", " per hour", "/m2", ".kg-1"). "4 × 1 g", "90 and 25 mg" and "1 g/bid" are read here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.nlp.quantities import plain

_NUM = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[ \u2009\u202f]\d{3})+(?![\d.])|\d+(?:[.·]\d+)?|\.\d+)"
_WORDS = {"half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10, "a": 1}
_FORMS = (
    r"tablets?|tabs?|capsules?|caps|pills?|drops?|puffs?|vials?|ampoules?|ampules?|sachets?|flacons?|patches|"
    r"lozenges?|suppositor(?:y|ies)|teaspoons?|tablespoons?|inhalations?|sprays?"
)
_MEASURE = (
    r"(?:[x×]\s?10(?:\^|\*\*)?[3-9⁶⁹]\s?)?(?:(?:million|mill\.?|mio\.?|M(?=\s(?:of|IU|U|units)\b)|"
    r"MM)\s?(?:of\s)?(?:international\s)?(?:IU|I\.U\.?|UI|U|[Uu]nits)|"
    r"(?:international\s|USP\s|million\s)?[Uu]nits?|IU|I\.U\.?|UI|MIUs?|MU|mU|U|IE|"
    r"[Mm]icrograms?|[Mm]ill?igrams?|[Gg]rams?|[Nn]anograms?|mcgs?|[µμu]gr?|µgm|mgs?|Mg(?=[\s/,.;)])|MG|ng|gms?|grs?|g|"
    r"mEq\.?|meq|mmo[lL]|mMol?|µmol|mM|[Mm]illimoles?|[Mm]illiequivalents?|mL|mls?|ML|ccs?|cm3|"
    r"[Mm]illilit(?:er|re)s?|mCi|MBq|GBq|%)"
)
_PER = (
    r"kg|Kg|KG|[Kk]ilogram|m2|m²|m\^2|m\(2\)|sqm|h|hr|hrs|hour|hourly|H|min|mins|minute|mn|day|Day|d|D|"
    r"die|daily|week|wk|weekly|month|"
    r"dose|cycle|year|24\s?h(?:ours|rs?)?|12\s?h(?:ours|rs?)?|8\s?h(?:ours|rs?)?|6\s?h(?:ours|rs?)?|mL|ml|cc|L|l|dL|dl"
)
_LATIN = r"bid|BID|tid|TID|qid|QID|qd|QD|BD|bd|TDS|tds|OD|od|b\.i\.d\.|t\.i\.d\.|q\d{1,2}h|Q\d{1,2}H"
_DIVISOR = (
    rf"(?:\s?/\s?(?:per\s)?(?:{_PER})|\sper\s(?:kg|kilogram|hour|hr|minute|min|m2|mL|ml|dose|kilo)|"
    r"\s?[.·⋅ ]?\s?(?:kg|m|h|hr|min|day|d)\s?[-−–⁻][12¹²]|\s?(?:body weight|BW|bw)(?=\s?/))(?![A-Za-z0-9])"
)
_ALIAS = r"(?:\s?\((?:mcg|[µμu]g|mg|g|IU|U)\)(?=\s?/))?"  # "0.6 micrograms (mcg)/kg/min"
_UNIT = rf"(?P<unit>(?:{_MEASURE})(?![A-Za-z0-9]){_ALIAS}(?:{_DIVISOR})*)"
_GAP = r"(?:[^\S\n\t]|-)?"
_JOINT = r"\s?(?:-|–|—|to|~)\s?"
_DOSE = re.compile(
    rf"(?<![\w.,/])(?:(?P<times>\d{{1,2}})\s?[×xX*]\s?(?!10(?:\^|\*\*)?[3-9⁶⁹]\s?(?:I?U|units)))?"
    rf"(?P<list>(?:{_NUM}(?:\s?,\s|,?\sand\s|"
    rf"\s?[/+]\s?))*)(?P<low>{_NUM})(?P<unit1>{_GAP}(?:{_MEASURE})(?:{_DIVISOR})*(?={_JOINT}{_NUM}))?"
    rf"(?:{_JOINT}(?P<high>{_NUM}))?{_GAP}{_UNIT}(?:\s?/\s?(?P<latin>{_LATIN})\b)?(?:\s?[×xX*]\s?(?P<times2>\d{{1,2}})(?![\w.]))?"
)
_COUNT = re.compile(
    rf"(?<![\w.,/])(?:(?P<low>{_NUM})(?:{_JOINT}(?P<high>{_NUM}))?|(?P<word>half|one|two|three|four|five|"
    rf"six|eight|ten))"
    rf"\s(?:of\s)?(?P<unit>(?:{_FORMS}))\b(?P<rest>\s?/\s?(?:day|d))?",
    re.I,
)
_AUC = re.compile(r"(?P<unit>AUC|area under the curve)(?:\s?[=:of]{1,2})?\s?(?P<low>\d(?:\.\d)?)\b")
_CONCENTRATION = re.compile(r"/\s?(?:[dmun]?[lL])\b|%$|\bmM$")
_PER_CREATININE = re.compile(r"\s?(?:/|per)\s?(?:g|mg|mmol|mol)\b")
DAILY = re.compile(r"(?:/\s?(?:per\s)?(?:day|d|die|daily|24\s?h\w*)|day\s?[-−–⁻]1|\bd\s?[-−–⁻]1)$", re.I)
_LOOSE_VOLUME = re.compile(r"(?:mL|mls?|ML|ccs?|cm3|[Mm]illilit\w+|%|M$|mM)(?![A-Za-z])")
_CHANGE = re.compile(r"(?:increas|titrat|escalat|rais|up)\w*\s(?:\w+\s){0,3}from\s$", re.I)


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose in a text.

    Attributes
    ----------
    start, end : the whole as written, "4 ×" and "/bid" included.
    value, high : the dose; both ends of a range.
    unit_text : the unit as written.
    times : doses a day said in front ("4 × 1 g"); times_text the words that say so.
    latin : a Latin frequency behind a slash ("1 g/bid"), with its place.
    daily : the unit is an amount a day.
    weak : volume or percentage: a dose only right by a drug's name. A volume for each kilogram is a dose as any other.
    shared : the further numbers of "90 and 25 mg", which are doses of this unit.
    """

    start: int
    end: int
    value: float
    high: float | None
    unit_text: str
    times: float | None = None
    times_text: str = ""
    latin: tuple[int, int] | None = None
    daily: bool = False
    weak: bool = False
    shared: tuple[tuple[int, int, float], ...] = ()


def find_doses(text: str, start: int, end: int) -> list[Dose]:
    """Return the doses in ``text[start:end]`` in order; laboratory concentrations are left out."""
    found: list[Dose] = []
    for match in _DOSE.finditer(text, start, end):
        found.extend(_doses(text, match))
    for match in _COUNT.finditer(text, start, end):
        if not any(d.start < match.end() and match.start() < d.end for d in found):
            found.append(_count(match))
    found.extend(Dose(m.start(), m.end(), float(m["low"]), None, m["unit"]) for m in _AUC.finditer(text, start, end))
    return sorted(found, key=lambda d: d.start)


def _doses(text: str, match: re.Match[str]) -> Iterator[Dose]:
    unit = match["unit"].strip()
    if _CONCENTRATION.search(unit) and not unit.startswith("%") and "per m" not in unit:
        return
    if _PER_CREATININE.match(text, match.end()):
        return
    low, high = float(plain(match["low"])), float(plain(match["high"])) if match["high"] else None
    start, end = match.start("low"), match.end()
    times_text, times = "", None
    if match["times"]:
        start, times = match.start(), float(match["times"])
        times_text = text[match.start() : match.start("low")].strip()
    elif match["times2"]:
        times = float(match["times2"])
        times_text = text[match.end("unit") : match.end("times2")].strip()
    latin = match.span("latin") if match["latin"] else None
    weak = bool(_LOOSE_VOLUME.match(unit) or unit.endswith(("per mL", "per ml"))) and "kg" not in unit
    shared = tuple(_shared(match))
    if shared and ("/" in match["list"] or "+" in match["list"]):
        # the parts of a combination, "800/100 mg", "2.0 + 0.5 g": the first is its dose
        start, low, high, shared = match.start("list"), shared[0][2], None, ()
    if high is not None and (high <= low or _CHANGE.search(text[max(0, match.start() - 30) : match.start("low")])):
        # two doses, not a range: "reduced from 40 mg to 20 mg"
        first = match["unit1"].strip() if match["unit1"] else unit
        yield Dose(
            start,
            match.end("unit1") if match["unit1"] else match.end("low"),
            low,
            None,
            first,
            daily=bool(DAILY.search(first)),
            weak=weak,
        )
        start, low, high = match.start("high"), high, None
        shared = ()
    yield Dose(start, end, low, high, unit, times, times_text, latin, bool(DAILY.search(unit)), weak, shared)


def _shared(match: re.Match[str]) -> Iterator[tuple[int, int, float]]:
    if match["list"]:
        for number in re.finditer(_NUM, match["list"]):
            place = match.start("list") + number.start()
            yield place, place + len(number.group()), float(plain(number.group()))


def _count(match: re.Match[str]) -> Dose:
    word = match["word"]
    low = float(_WORDS[word.lower()]) if word else float(plain(match["low"]))
    high = float(plain(match["high"])) if match["high"] else None
    unit = match["unit"] + (match["rest"] or "")
    return Dose(match.start(), match.end(), low, high, unit, daily=bool(match["rest"]))
