"""Analytes that no lexicon knows, found by where they stand: "serum xyzin was 12 ng/mL (normal < 5)"."""

from __future__ import annotations

import re

from extract.nlp.model import Quantity
from extract.records.lab_items import Item, Role
from extract.rules.lexicon import Entry, Mention

_SPECIMEN = r"(?P<specimen>serum|plasma|blood|urine|urinary|csf|cerebrospinal fluid|pleural fluid|ascitic fluid)\s+"
_NAME = r"(?P<name>(?:[A-Za-zα-ω0-9][\w'’/+-]*\s+){0,3}?[A-Za-zα-ω0-9][\w'’/+-]*)"
_MEASURE = r"(?:\s+(?P<measure>levels?|concentrations?|titers?|titres?|activity|values?))"
_SHORT = r"(?:\s*\((?P<short>[A-Za-z][\w-]{1,9})\))?"
_LINK = (
    r"\s*(?:(?:was|were|is|had|has|been|of|at|to|be|also|only|markedly|slightly|significantly|mildly|elevated|raised|increased|"
    r"decreased|low|high|reduced|measured|found|remained|reached|peaked|[:=,(])\s*){1,5}$"
)
_BEFORE = re.compile(
    rf"(?<![\w-])(?:{_SPECIMEN})?(?:(?P<of>levels?|concentrations?|activity) of )?"
    rf"{_NAME}{_SHORT}{_MEASURE}?{_SHORT.replace('short', 'short2')}{_LINK}",
    re.I,
)
_STOP = frozenset(
    """
    a an the his her their its our this that these those with and or of in on at to for from by as was were is
    are be been had has have which who showed revealed demonstrated patient patients he she it they level
    levels value values concentration concentrations result results test tests dose doses rate total initial
    mean median maximum minimum peak normal elevated increased decreased high low then also while but serum
    plasma blood urine admission day laboratory showing including significant significantly markedly mildly
    slightly approximately about only over under above below more less than up titer titers titre titres
    activity fluid count index ratio score volume size weight pressure infusion solution contrast saline rose
    fell dropped improved respectively
    """.split()  # noqa: SIM905
)
_WINDOW = 90
_CONCENTRATIONS = frozenset(
    {"mass_concentration", "molar_concentration", "catalytic", "arbitrary", "equivalent_concentration", "osmolality"}
)


def is_concentration(value: Quantity) -> bool:
    """Tell whether a quantity is a concentration or an activity, which only a laboratory measures."""
    return value.unit is not None and value.unit.kind == "lab" and value.unit.dimension in _CONCENTRATIONS


def unknown_analyte(text: str, value: Quantity, floor: int) -> Item | None:
    """Return what stands in an analyte's place before ``value``; None where nothing does.

    A specimen in front or "level", "concentration", "titre", "activity" behind must say that it was measured.

    Parameters
    ----------
    floor : characters before this offset belong to an earlier statement.
    """
    if not is_concentration(value) and value.form != "titer":
        return None
    begin = max(floor, value.start - _WINDOW)
    match = _BEFORE.search(text, begin, value.start)
    if match is None or not (match.group("specimen") or match.group("measure") or match.group("of")):
        return None
    words = list(re.finditer(r"\S+", match.group("name")))
    while words and words[0].group().lower().strip("'’") in _STOP:
        words.pop(0)
    if not words or any(w.group().lower() in _STOP or w.group().isdigit() for w in words):
        return None
    start = match.start("name") + words[0].start()
    end = match.end("name")
    name = text[start:end]
    if len(name) < 3 or not any(c.isalpha() for c in name):
        return None
    entry = Entry(
        name.lower() if not name.isupper() else name, "analyte", {"specimen": (match.group("specimen") or "").lower()}
    )
    return Item(Role.ANALYTE, start, end, mention=Mention(start, end, name, entry, "grammar"), anchor=start)
