"""Is the name a treatment of the patient, and what became of it: given, stopped, history or withheld."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.drug_names import DrugName
from extract.nlp.drug_rules import DrugRules
from extract.nlp.model import Sentence
from extract.nlp.regimen import Slot
from extract.normalize.blocks import BlockKind

_REACH = 70
_LEAD = 90  # characters before a name in which "refused", "denied", "stopped" may stand
_FILLERS = frozenset(
    [
        "the",
        "a",
        "an",
        "any",
        "his",
        "her",
        "all",
        "both",
        "further",
        "initial",
        "systemic",
        "oral",
        "intravenous",
        "iv",
        "high-dose",
        "low-dose",
        "drug",
        "drugs",
        "medication",
        "medications",
        "like",
        "such",
        "as",
        "including",
        "intake",
        "of",
        "use",
        "treatment",
        "therapy",
        "with",
        "maintenance",
        "regular",
        "current",
        "chronic",
        "long-term",
        "other",
        "concomitant",
        "prior",
        "previous",
        "additional",
        "taking",
        "receiving",
        "having",
        "using",
    ]
)
_CLAUSE = re.compile(
    r"[;.]\s|\bbecause\b|\bsince\b|\bas (?:he|she|the|it)\b|,\s(?:and|but|which|while|then)\s|\b(?:and|but|while|whereas|however|then|followed by|although)\s(?=\w+\s(?:was|were|had|is|are)\b)|\bbut\b"
)
_OBJECT = re.compile(r"\s(?:the|his|her|all|its|any|a|an|seizures?|bleeding|further)\b")
_WHICH_STOPPED = re.compile(
    r"[^.;]{0,60}?\b(?:which|that|but) (?:it )?(?:was|were|had to be|has been)\b[^.;]{0,40}?\b(?:stopped|discontinued|withdrawn|ceased|suspended)\b"
)
_INDICATION = re.compile(
    r"\s?(?:therapy |treatment |prophylaxis |tablets? |infusion |supplementation |was (?:given|started|administered|initiated|added|prescribed) )?"
    r"(?:for (?:the )?(?:treatment of |management of |prophylaxis of |prevention of |control of |suspected |presumed |possible |presumptive )?|to treat |to control |to prevent |to manage |because of |due to )"
    r"(?P<what>(?:her |his |the |a |an )?[A-Za-z][\w\-'’]*(?: (?!(?:and|with|was|were|at|on|in|which|who|but|for|to|after|before|since|until|as|by|from)\b)[\w\-'’]+){0,4})"
)
_NO_INDICATION = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|several|many|the (?:past|last|next|first|following|same)|a (?:few|total|period|couple|week|month|year|day|long)|"
    r"further|another|at least|discharge|example|instance|this|that|which|it|patient|her\b$|his\b$|one|two|three|four|five|six|seven|ten|more|her own|review|approximately|about|up|over|life|long)\b",
    re.I,
)


_LEGEND = re.compile(r"(?:^|[,;.]\s)[A-Z][\w/ ]{0,9}\s?[:=]\s?(?=\w)")  # "AB: antibiotics, CS: corticosteroids": a key


def is_treatment(text: str, sentence: Sentence, slot: Slot, mates: Sequence[Slot], rules: DrugRules) -> bool:
    """Tell whether the sentence speaks of the drug as a treatment, not as a measurement, organism's test or topic.

    Parameters
    ----------
    mates : the slots of the list in which the drug stands, its own included.
    """
    name = slot.name
    if slot.dose is None and len(_LEGEND.findall(text, sentence.start, sentence.end)) >= 3:
        return False
    if slot.dose is None and rules.phrases["screen"].search(text, sentence.start, sentence.end):
        return False
    tail = text[name.end : min(sentence.end, name.end + 40)]
    if rules.starts["not_after"].match(tail):
        return False
    if name.kind == "class" and rules.starts["class_not_after"].match(tail):
        return False
    head = text[max(sentence.start, name.start - 40) : name.start]
    if rules.ends["not_before"].search(head):
        return False
    if _in_susceptibility_list(text, sentence, name, rules):
        return False
    if name.kind == "element" and (slot.dose is None or sentence.kind is BlockKind.TABLE):
        return _evidence(text, sentence, name, rules) and _element_given(text, sentence, name, slot, mates)
    if slot.dose is not None:
        return True
    if sentence.kind is BlockKind.TABLE:
        return bool(rules.phrases["susceptibility_ends"].search(text, sentence.start, sentence.end))
    evidence = _evidence(text, sentence, name, rules)
    if evidence:
        return True
    return sentence.section in ("case", "abstract", "caption", "") and name.kind in (
        "drug",
        "combination",
        "regimen",
        "class",
    )


_NEW_CLAUSE = re.compile(r",\s(?:and|so|but|thus|hence|therefore)\s|;|\bso\b|\bthus\b|\bhence\b|\btherefore\b")


def _in_susceptibility_list(text: str, sentence: Sentence, name: DrugName, rules: DrugRules) -> bool:
    cue = None
    for match in rules.phrases["susceptibility"].finditer(text, sentence.start, name.start):
        cue = match
    if cue is None:
        # "Meropenem and colistin were the only sensitive drugs": the cue follows
        late = rules.phrases["susceptibility"].search(text, name.end, sentence.end)
        if late is None or rules.phrases["given"].search(text, sentence.start, name.start):
            return False
        return not rules.phrases["susceptibility_ends"].search(text, sentence.start, sentence.end)
    ends = rules.phrases["susceptibility_ends"]
    if ends.search(text, cue.end(), name.start):
        return False
    after = ends.search(text, name.end, min(sentence.end, name.end + 60))
    return after is None or not _NEW_CLAUSE.search(text, cue.end(), name.start)


def _evidence(text: str, sentence: Sentence, name: DrugName, rules: DrugRules) -> bool:
    return bool(rules.phrases["given"].search(text, sentence.start, sentence.end))


_ELEMENT_BEFORE = re.compile(
    r"\b(?:given|gave|received|receiving|administered|started(?: on)?|taking|takes|took|prescribed|treated with|treatment with|therapy with|"
    r"supplement\w*(?: with| of)?|replacement of|replaced with|infusion of|infusions of|injection of|injections of|administration of|bolus of|boluses of|dose of|doses of|"
    r"on|with|oral|intravenous|IV|i\.v\.|subcutaneous|intramuscular|topical|parenteral|replacement with|loaded with|course of|plus|continued|"
    r"use of|using|commenced(?: on)?|added|initiated|initiation of|instilled|applied|vaccinated with|switched to|high-dose|low-dose|exogenous|prophylactic|including|included|continue)\s(?:\w+\s){0,2}$",
    re.I,
)
_MEASURED = re.compile(
    r"\s*(?:\(|(?:being|was|is|of|at|:|=|<|>)\s*)*[<>]?\s?\d+(?:\.\d+)?\s*(?!m?g\b|mcg|µg|units?\b|IU|%|mEq|tab|days?|weeks?|months?|h)"
)
_ELEMENT_AFTER = re.compile(
    r"\s(?:supplement\w*|therapy|treatment|replacement|infusions?|injections?|tablets?|capsules?|drip|drops|was (?:given|started|administered|"
    r"added|initiated|commenced|prescribed|applied|used|instilled)|were (?:given|started|administered|added|initiated|used)|administration|bolus(?:es)?|pump|prophylaxis|"
    r"regimen|glargine|units|embolization|instillation|sliding|enema|cream|chelation)\b",
    re.I,
)


def _element_given(text: str, sentence: Sentence, name: DrugName, slot: Slot, mates: Sequence[Slot]) -> bool:
    """Tell whether the words next to a nutrient, electrolyte or hormone say that it was given."""
    if _MEASURED.match(text, name.end, sentence.end):
        return False
    if slot.way is not None or any(mate.name.kind in ("drug", "combination") for mate in mates):
        return True
    if _ELEMENT_AFTER.match(text, name.end, min(sentence.end, name.end + 40)):
        return True
    return bool(_ELEMENT_BEFORE.search(text[max(sentence.start, name.start - 60) : name.start]))


def status_of(
    text: str, sentence: Sentence, slot: Slot, mates: Sequence[Slot], rules: DrugRules, when: str
) -> str | None:
    """Return the status of a slot; None where the sentence denies it and nothing is to be written down.

    Parameters
    ----------
    mates : the slots of the list in which the drug stands, its own included: what is said of one is said of all.
    when : the time of the fact as the context says it ("history" before the presenting illness).
    """
    if slot.distant:
        return "given"
    first, last = min(mates, key=lambda s: s.start), max(mates, key=lambda s: s.end)
    head, tail = _clause_before(text, sentence, first.start), _clause_after(text, sentence, last.end)
    allergy = rules.phrases["allergy"]
    if allergy.search(tail[:24]) or allergy.search(head[-60:]):
        whole = text[sentence.start : sentence.end]
        return None if rules.phrases["allergy_denied"].search(whole) else "withheld"
    leads = _leads(head)
    if first is not slot:
        leads += _leads(_clause_before(text, sentence, slot.start))
    if any(rules.ends["denied_before"].search(lead) for lead in leads):
        return None
    if any(rules.ends["withheld_before"].search(lead) for lead in leads) or rules.phrases["withheld_after"].search(
        tail[:_REACH]
    ):
        return "withheld"
    if any(rules.ends["stopped_before"].search(lead) for lead in leads) or _passive(
        rules.phrases["stopped_after"], tail
    ):
        return "stopped"
    if _WHICH_STOPPED.match(text, last.end, sentence.end):
        return "stopped"
    whole = text[sentence.start : sentence.end]
    if when == "history":
        return "history"
    if rules.phrases["history"].search(whole) and not rules.phrases["present"].search(whole):
        return "history"
    return "given"


def _passive(pattern: re.Pattern[str], tail: str) -> bool:
    """Tell whether a phrase follows that is said of the drug: "was stopped", not "stopped the bleeding"."""
    found = pattern.search(tail[:_REACH])
    return found is not None and not _OBJECT.match(tail, found.end())


def _leads(head: str) -> list[str]:
    """Return the text that ends right before a name, as it stands and without each further filler at its end.

    "Refused any further oral" is tried as "refused any further" and "refused", too.
    """
    words = head[-_LEAD:].replace("(", " ").split()
    leads = [" ".join(words)]
    while words and words[-1].lower() in _FILLERS:
        words.pop()
        leads.append(" ".join(words))
    return leads


def _clause_before(text: str, sentence: Sentence, start: int) -> str:
    head = text[max(sentence.start, start - 200) : start]
    cut = 0
    for match in _CLAUSE.finditer(head):
        cut = match.end()
    return head[cut:]


def _clause_after(text: str, sentence: Sentence, end: int) -> str:
    tail = text[end : min(sentence.end, end + 160)]
    match = _CLAUSE.search(tail)
    return tail[: match.start()] if match else tail


def indication_of(text: str, sentence: Sentence, slots: Sequence[Slot], slot: Slot) -> str:
    """Return what the drug was given for, as written; "" where the sentence does not say it."""
    ends = [slot.end]
    for part in (slot.frequency, slot.way, slot.duration):
        if part is not None and slot.end <= part.start <= slot.end + 60:
            ends.append(part.end)
    match = _INDICATION.match(text, max(ends), sentence.end)
    if (
        match is None
        or _NO_INDICATION.search(match["what"])
        or any(s.name.start < match.end() and match.start("what") <= s.name.start for s in slots)
    ):
        return ""
    return match["what"]
