"""Is the name a treatment of the patient, and what became of it: given, stopped, history or withheld."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.drug_names import DrugName
from extract.nlp.drug_rules import DrugRules
from extract.nlp.gaps import GapWords
from extract.nlp.model import Sentence
from extract.nlp.regimen import Slot
from extract.normalize.blocks import BlockKind

_REACH = 70
_LEAD = 90  # characters before a name in which "refused", "denied", "stopped" may stand
_CLAUSE = re.compile(
    r"[;.]\s|\bbecause\b|\bsince\b|\bas (?:he|she|the|it)\b|,\s(?:and|but|which|while|then)\s|\b(?:and|"
    r"but|while|whereas|however|then|followed by|although)\s(?=\w+\s(?:was|were|had|is|are)\b)|\bbut\b"
)
_OBJECT = re.compile(r"\s(?:the|his|her|all|its|any|a|an|seizures?|bleeding|further)\b")
_WHICH_STOPPED = re.compile(
    r"[^.;]{0,60}?\b(?:which|that|but) (?:it )?(?:was|were|had to be|has been)\b[^.;]{0,40}?\b(?:stopped|"
    r"discontinued|withdrawn|ceased|suspended)\b"
)
_INDICATION = re.compile(
    r"\s?(?:therapy |treatment |prophylaxis |tablets? |infusion |supplementation |was (?:given|started|"
    r"administered|initiated|added|prescribed) )?"
    r"(?:for (?:the )?(?:treatment of |management of |prophylaxis of |prevention of |control of |"
    r"suspected |presumed |possible |presumptive )?|to treat |to control |to prevent |to manage |"
    r"because of |due to )"
    r"(?P<what>(?:her |his |the |a |an )?[A-Za-z][\w\-'’]*(?: (?!(?:and|with|was|were|at|on|in|which|who|"
    r"but|for|to|after|before|since|until|as|by|from)\b)[\w\-'’]+){0,4})"
)
_NO_INDICATION = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|several|many|the (?:past|last|next|first|following|same)|"
    r"a (?:few|total|period|couple|week|month|year|day|long)|"
    r"further|another|at least|discharge|example|instance|this|that|which|it|patient|her\b$|his\b$|one|"
    r"two|three|four|five|six|seven|ten|more|her own|review|approximately|about|up|over|life|long)\b",
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
        return _evidence(text, sentence, name, rules) and _element_given(text, sentence, slot, mates, rules)
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


_MEASURED = re.compile(
    r"\s*(?:\(|(?:being|was|is|of|at|:|=|<|>)\s*)*[<>]?\s?\d+(?:\.\d+)?\s*(?!m?g\b|mcg|µg|units?\b|IU|%|"
    r"mEq|tab|days?|weeks?|months?|h)"
)


def _element_given(text: str, sentence: Sentence, slot: Slot, mates: Sequence[Slot], rules: DrugRules) -> bool:
    """Tell whether the words next to a nutrient, electrolyte or hormone say that it was given."""
    name = slot.name
    if _MEASURED.match(text, name.end, sentence.end):
        return False
    if slot.way is not None or any(mate.name.kind in ("drug", "combination") for mate in mates):
        return True
    if rules.starts["element_after"].match(text, name.end, min(sentence.end, name.end + 40)):
        return True
    words = text[max(sentence.start, name.start - 60) : name.start].split()
    return any(rules.ends["element_before"].search(" ".join(words[: len(words) - k])) for k in range(3))


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
    leads = _leads(head, rules.gaps["qualifiers"])
    if first is not slot:
        leads += _leads(_clause_before(text, sentence, slot.start), rules.gaps["qualifiers"])
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


def _leads(head: str, qualifiers: GapWords) -> list[str]:
    """Return the text that ends right before a name, as it stands and without each further qualifier at its end.

    "Refused any further oral" is tried as "refused any further" and "refused", too.
    """
    words = head[-_LEAD:].replace("(", " ").split()
    leads = [" ".join(words)]
    while words and qualifiers.fill(words[-1]):
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
    parts = (part for part in (slot.frequency, slot.way, slot.duration) if part is not None)
    ends.extend(part.end for part in parts if slot.end <= part.start <= slot.end + 60)
    match = _INDICATION.match(text, max(ends), sentence.end)
    if (
        match is None
        or _NO_INDICATION.search(match["what"])
        or any(s.name.start < match.end() and match.start("what") <= s.name.start for s in slots)
    ):
        return ""
    return match["what"]
