"""What became of a drug: given, stopped, history or withheld; and what it was given for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.drug_wording import Wording
from extract.nlp.gaps import GapWords
from extract.nlp.model import FactContext
from extract.nlp.regimen_model import Slot

_REACH = 70
_LEAD = 90  # characters before a name in which "refused", "denied", "stopped" may stand
_CLAUSE = re.compile(
    r"(?:;|(?<!\.[a-zA-Z])\.)\s|,\sas\s|,\s(?=(?:we|he|she|it|they|the patient)\s)|"
    r"\bbecause\b|\bsince\b|\bas (?:he|she|the|it)\b|,\s(?:and|but|which|while|then)\s|\b(?:and|"
    r"but|while|whereas|however|then|followed by|although)\s(?=\w+\s(?:was|were|had|is|are)\b)|\bbut\b"
)
_ONLY_LAST = re.compile(r"[^.;]{0,40}?\bwhich (?:was|had|has)\b")  # "A followed by B, which was tapered off"
_NO_SUCH = re.compile(
    r"\b(?:no|not|without|none|nor)\b.*\b(?:such as|like|e\.g\.)|\bno\b.*\b(?:or|nor)\s(?:\w+\s){0,2}$", re.I
)
_NONE_OF_THESE = re.compile(r"\bnone of (?:these|them|which)\b", re.I)
_ADVERB = re.compile(r"\bnot\s(?:\w+ly|yet|ever|even|actually|regularly)\s", re.I)
# "was considered early, but its start was delayed, and it was finally given"
_AFTER_ALL = re.compile(
    r"\b(?:finally|eventually|later|subsequently|ultimately)\s(?:was\s|were\s)?(?:re)?(?:started|given|initiated|administered|"
    r"added|introduced|performed|accepted|agreed|consented)\b"
)
_ALLERGEN_REACH = 30  # characters before "allergy" in which the name of "penicillin allergy" begins
_ALLERGY_GOES_ON = re.compile(r"\b(?:to|and|or|including|also|such as|like)\b|:")
_OFFER = r"(?:offered|recommended|proposed|suggested|advised|discussed|prescribed)"
_OFFERED_BEFORE = re.compile(rf"\b{_OFFER}\s(?:[\w-]+\s){{0,4}}$", re.I)
_OFFERED_AFTER = re.compile(rf"[^.;()]{{0,40}}\b(?:was|were|been)\s(?:\w+\s)?{_OFFER}\b", re.I)
_REFUSAL = re.compile(
    r"(?:,|\b(?:but|however|although|though|who|which|and))\s(?:[\w-]+\s){0,3}?"
    r"(?:(?:declined|refused|rejected|opted against|did not (?:consent|agree|accept|want))"
    r"(?=\s?(?:[.,;)]|$)|\s(?:it|this|that|them|these|due|because|for|owing|after|out|both|treatment|therapy|further|to|"
    r"the (?:treatment|therapy|drug|medication|offer|option|proposal))\b)|risks?\b[^.;]{0,40}\boutweigh)",
    re.I,
)
_ASIDE = re.compile(r"^\s?\([^()]*\)")  # said of the last of a list alone: "A, B and C (stopped on day 12)"
_FINITE = re.compile(r"\b(?:was|were|is|are|has|had)\b")
_RELATIVE = re.compile(r"\s?(?:which|that)\s")  # "A which had been started in June was stopped"
_GOES_ON = re.compile(r"(?:\s?,|\s(?:and|or)\b)[^();]*")  # "A and B were stopped"
_SAME_SUBJECT = re.compile(
    r"\b(?:and|but|or|then|which|that|it|they|also|therefore|thus|later|subsequently|initially|not|been|be|being|was|were|"
    r"had|has|\w+ed|\w+ly)\s*$"
)
_PASSIVE_ADVERB = re.compile(r"\b(was|were|been)\s(?:also|then|thus|therefore|\w+ly)\s")
_OBJECT = re.compile(r"\s(?:the|his|her|all|its|any|a|an|seizures?|bleeding|further)\b")
_WHICH_STOPPED = re.compile(
    r"[^.;]{0,60}?\b(?:which|that|but) (?:it )?(?:was|were|had to be|has been)\b[^.;]{0,40}?\b(?:stopped|"
    r"discontinued|withdrawn|ceased|suspended)\b"
)
# a reaction to a dose that was given
_REACTION_TO = re.compile(r"[\s-]?(?:induced|caused|associated|triggered|related)\b", re.I)
_REASON = re.compile(r",?\s(?:due to|because of|owing to|in view of|for|after|despite|given)\b")  # "A due to B allergy"
_REACTION_AFTER = re.compile(
    r"\b(?:after|following|during|upon|within|by|caused by|induced by|due to|secondary to|triggered by|while|"
    r"treated with|managed with|received|given)\b",
    re.I,
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


def status_of(wording: Wording, slot: Slot, mates: Sequence[Slot], fact: FactContext) -> str | None:
    """Return the status of a slot; None where the sentence denies it and nothing is to be written down.

    Parameters
    ----------
    mates : the slots of the list in which the drug stands, its own included: what is said of one is said of all.
    fact : the context of the drug's mention: its time ("history" before the presenting illness), and whether the
        sentence denies something there.
    """
    if slot.distant:
        return "given"
    first, last = min(mates, key=lambda s: s.start), max(mates, key=lambda s: s.end)
    rules = wording.rules
    head, tail = _around(wording, slot, first, last)
    if _is_allergen(rules.phrases["allergy"], wording, slot, first, head[-60:], tail[:24]):
        return None if wording.has("allergy_denied") else "withheld"
    leads = _leads(head, rules.gaps["qualifiers"])
    if first is not slot:
        leads += _leads(_clause_before(wording, slot.start), rules.gaps["qualifiers"])
    if any(rules.ends["denied_before"].search(lead) for lead in leads):
        return None
    if any(rules.ends["withheld_before"].search(lead) for lead in leads):
        return "withheld"
    if _is_withheld_behind(wording, first, last, tail):
        return "withheld"
    if any(rules.ends["stopped_before"].search(lead) for lead in leads):
        return "stopped"
    which = _ONLY_LAST.match(tail)
    if which is not None and (slot is not last or wording.names_between(last.end, last.end + which.end())):
        return _by_time(wording, fact.when)
    if _said_behind("stopped_after", wording, last, tail):
        return "stopped"
    if slot is last and _WHICH_STOPPED.match(wording.after(last.end, 160)):
        return "stopped"
    if fact.when != "followup" and any(rules.ends["history_before"].search(lead) for lead in leads):
        return "history"
    return None if _is_denied_list(wording, head, last, fact) else _by_time(wording, fact.when)


def _around(wording: Wording, slot: Slot, first: Slot, last: Slot) -> tuple[str, str]:
    """Return what the clause says before and behind a list, as far as it is said of this member."""
    tail = _PASSIVE_ADVERB.sub(r"\1 ", _clause_after(wording, last.end))
    return _clause_before(wording, first.start), tail if slot is last else _ASIDE.sub("", tail)


def _is_denied_list(wording: Wording, head: str, last: Slot, fact: FactContext) -> bool:
    """Tell whether a whole list is denied: "no history of other drugs (such as A, B)", "A and B; none of these"."""
    if _NONE_OF_THESE.search(wording.after(last.end, 200)):
        return True
    denied = wording.rules.phrases["denied_before"].search(head) or _NO_SUCH.search(head)
    return fact.assertion == "absent" and denied is not None


def _by_time(wording: Wording, when: str) -> str:
    """Return whether a drug that was taken is of the past or of the reported episode."""
    if when == "history":
        return "history"
    if wording.has("present"):
        return "given"
    if wording.has("history") or (when != "followup" and wording.has("history_or_later")):
        return "history"
    return "given"


def _is_allergen(allergy: re.Pattern[str], wording: Wording, slot: Slot, first: Slot, head: str, tail: str) -> bool:
    """Tell whether an allergy to the drug is meant, not a reaction to a dose of it: "anaphylaxis during vancomycin"."""
    if allergy.search(slot.name.text):
        return True  # a term of its own: "sulfa allergy"
    own = wording.after(slot.end, 24)
    if allergy.match(own.lstrip(" -")):
        tail = own
    if allergy.search(tail):
        return _REACTION_TO.match(tail) is None and _REASON.match(tail) is None
    found = allergy.search(head)
    if found is None or _REACTION_AFTER.search(head, found.end()) is not None:
        return False
    place = first.start - len(head) + found.start()
    another = wording.names_between(place - _ALLERGEN_REACH, place)  # "in view of penicillin allergy, A was given"
    return not (another and _ALLERGY_GOES_ON.search(head, found.end()) is None)


def _is_withheld_behind(wording: Wording, first: Slot, last: Slot, tail: str) -> bool:
    """Tell whether the words behind a list say that it was not given: "was not started", "was offered but declined"."""
    if _said_behind("withheld_after", wording, last, tail) and not _AFTER_ALL.search(wording.after(last.end, 250)):
        return True
    return _is_declined(wording, first, last)


def _is_declined(wording: Wording, first: Slot, last: Slot) -> bool:
    """Tell whether the drugs were offered or discussed and then not taken: "A was offered, but she declined"."""
    tail = wording.after(last.end, 200)
    refusal = _REFUSAL.search(tail)
    if refusal is None or wording.names_between(last.end, last.end + refusal.start()):
        return False
    offered = _OFFERED_BEFORE.search(wording.before(first.start, 80)) or _OFFERED_AFTER.match(tail, 0, refusal.start())
    return offered is not None and _AFTER_ALL.search(tail) is None


def _said_behind(kind: str, wording: Wording, last: Slot, tail: str) -> bool:
    """Tell whether a phrase follows that is said of the drug: "was stopped", not "stopped the bleeding".

    The phrase is not of the drug where another drug stands between, or a predicate and then another subject: "A was
    tapered, line placement was not attempted".
    """
    found = wording.rules.phrases[kind].search(tail[:_REACH])
    if found is None or _OBJECT.match(tail, found.end()):
        return False
    between = tail[: found.start()]
    if _RELATIVE.match(between):
        return True
    if wording.names_between(last.end, last.end + len(between)):
        return found.group().lower().startswith("were") and _GOES_ON.fullmatch(between) is not None
    return _FINITE.search(between) is None or _SAME_SUBJECT.search(between) is not None


def _leads(head: str, qualifiers: GapWords) -> list[str]:
    """Return the text that ends right before a name, as it stands and without each further qualifier at its end.

    "Refused any further oral" is tried as "refused any further" and "refused", too; "not currently taking"
    is "not taking".
    """
    words = _ADVERB.sub("not ", head[-_LEAD:]).replace("(", " ").split()
    leads = [" ".join(words)]
    while words and qualifiers.fill(words[-1]):
        words.pop()
        leads.append(" ".join(words))
    return leads


def _clause_before(wording: Wording, start: int) -> str:
    head = wording.before(start, 200)
    cut = 0
    for match in _CLAUSE.finditer(head):
        cut = match.end()
    return head[cut:]


def _clause_after(wording: Wording, end: int) -> str:
    tail = wording.after(end, 160)
    match = _CLAUSE.search(tail)
    return tail[: match.start()] if match else tail


def indication_of(wording: Wording, slots: Sequence[Slot], slot: Slot) -> str:
    """Return what the drug was given for, as written; "" where the sentence does not say it."""
    ends = [slot.end]
    parts = (part for part in (slot.frequency, slot.way, slot.duration) if part is not None)
    ends.extend(part.end for part in parts if slot.end <= part.start <= slot.end + 60)
    match = _INDICATION.match(wording.text, max(ends), wording.end)
    if (
        match is None
        or _NO_INDICATION.search(match["what"])
        or any(s.name.start < match.end() and match.start("what") <= s.name.start for s in slots)
    ):
        return ""
    return match["what"]
