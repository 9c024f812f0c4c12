"""Does the sentence speak of the drug as a treatment, not as a measurement, an organism's test or a topic?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.drug_names import DrugName
from extract.nlp.drug_rules import classes_of
from extract.nlp.drug_wording import Wording
from extract.nlp.regimen_model import Slot

_NARRATIVE = ("case", "abstract", "caption", "")
_COMMENT = ("discussion", "conclusion", "introduction")
# a key: "AB: antibiotics, CS: corticosteroids", "AB, antibiotics; CS, corticosteroids"
_LEGEND = re.compile(r"(?:^|[,;.]\s)[A-Z][\w/ ]{0,9}\s?[:=]\s?(?=\w)|(?:^|[;.]\s)[A-Z][A-Za-z/-]{0,5}[A-Z],\s(?=\w)")
_ABOUT = re.compile(r"(?:[<>~≤≥≈]|\b(?:approximately|about|around|nearly))\s*$")
_MICROGRAMS = re.compile(r"(?:mcg|[µμu]g|micrograms?)", re.I)
_SECOND_NAME = re.compile(r"^\s?\([^()\s]{2,14}\)")  # "interferon alpha (IFN-alpha) treatment"
_PURPOSE = re.compile(
    r"\b(?:for|(?<!well )as)\s(?:(?:an?|the|his|her|adequate|further|additional|postoperative|post-operative|systemic|"
    r"combined|multimodal|rescue|empiric|empirical|prophylactic|adjuvant|therapeutic|initial|long-term|continuous|"
    r"broad-spectrum)\s){0,3}$",
    re.I,
)
_NEW_CLAUSE = re.compile(r",\s(?:and|so|but|thus|hence|therefore)\s|;|\bso\b|\bthus\b|\bhence\b|\btherefore\b")
_MEASURED = re.compile(
    r"\s*(?:\(|(?:being|was|is|of|at|:|=|<|>)\s*)*[<>]?\s?\d+(?:\.\d+)?\s*(?!m?g\b|mcg|µg|units?\b|IU|%|"
    r"mEq|tab|days?|weeks?|months?|h)"
)


def is_treatment(wording: Wording, slot: Slot, mates: Sequence[Slot]) -> bool:
    """Tell whether a slot's drug is spoken of as given, taken, stopped or refused, whoever the patient is.

    Parameters
    ----------
    mates : the slots of the list in which the drug stands, its own included.
    """
    name = slot.name
    if _is_named_otherwise(wording, name) or _in_susceptibility_list(wording, name):
        return False
    if _is_yardstick(wording, slot) or _is_disc(wording, slot):
        return False
    if _is_general(wording):
        return False
    if slot.dose is None and (wording.has("screen") or _is_key(wording, name)):
        return False
    if name.kind == "element" and (slot.dose is None or wording.is_table):
        return wording.has("given") and _element_given(wording, slot, mates)
    if slot.dose is not None:
        return True
    if wording.is_table:
        return wording.has("susceptibility_ends")
    return wording.has("given") or (wording.section in _NARRATIVE and name.kind != "element")


def _is_disc(wording: Wording, slot: Slot) -> bool:
    """Tell whether an antibiotic's dose is that of a disc for testing: discs hold micrograms, patients get more."""
    if slot.dose is None or not _MICROGRAMS.fullmatch(slot.dose.unit_text):
        return False
    return "antibiotic" in classes_of(slot.name.name, slot.name.entry["class"], wording.rules)


def _is_general(wording: Wording) -> bool:
    """Tell whether the sentence speaks of treatment in general and of no patient."""
    general = wording.has("general_anywhere") or (wording.section in _COMMENT and wording.has("general"))
    return general and not wording.has("own_patient")


def _is_key(wording: Wording, name: DrugName) -> bool:
    """Tell whether a name stands in a key of abbreviations."""
    around = wording.before(name.start, 120) + wording.after(name.start, 120)
    return len(_LEGEND.findall(around)) >= 3


def _is_named_otherwise(wording: Wording, name: DrugName) -> bool:
    """Tell whether the words that touch the name make a level, a syndrome or an organism's resistance of it."""
    tail = wording.after(name.end, 40)
    if wording.rules.starts["not_after"].match(tail):
        return True
    if name.kind == "class" and wording.rules.starts["class_not_after"].match(tail):
        return True
    return bool(wording.rules.ends["not_before"].search(wording.before(name.start, 40)))


def is_purpose(wording: Wording, slot: Slot, slots: Sequence[Slot]) -> bool:
    """Tell whether a class only says what the named drugs of the sentence are for: "tapentadol for analgesia"."""
    if slot.name.kind != "class" or slot.dose is not None:
        return False
    named = any(other.name.kind != "class" and other.name.end <= slot.name.start for other in slots)
    return named and _PURPOSE.search(wording.before(slot.name.start, 60)) is not None


def _is_yardstick(wording: Wording, slot: Slot) -> bool:
    """Tell whether another drug's dose is only measured by this one: "equivalent to 5 mg of prednisolone"."""
    before = _ABOUT.sub("", wording.before(slot.start, 50))
    return bool(wording.rules.ends["yardstick_before"].search(before))


def _in_susceptibility_list(wording: Wording, name: DrugName) -> bool:
    cue = wording.last_before("susceptibility", name.start)
    if cue is None:
        # "Meropenem and colistin were the only sensitive drugs": the cue follows
        if not wording.has_between("susceptibility", name.end, wording.end):
            return False
        return not wording.has("susceptibility_ends")
    if wording.has_between("susceptibility_ends", cue[1], name.start):
        return False
    if not wording.has_between("susceptibility_ends", name.end, name.end + 60):
        return True
    return not _NEW_CLAUSE.search(wording.text, max(cue[1], name.start - 400), name.start)


def _element_given(wording: Wording, slot: Slot, mates: Sequence[Slot]) -> bool:
    """Tell whether the words next to a nutrient, electrolyte or hormone say that it was given."""
    name = slot.name
    if _MEASURED.match(wording.text, name.end, min(wording.end, name.end + 60)):
        return False
    if slot.way is not None or any(mate.name.kind in ("drug", "combination") for mate in mates):
        return True
    if wording.rules.starts["element_after"].match(_SECOND_NAME.sub("", wording.after(name.end, 60))):
        return True
    words = wording.before(name.start, 60).split()
    ends = wording.rules.ends["element_before"]
    return any(ends.search(" ".join(words[: len(words) - k])) for k in range(3))
