"""Which time expression of a sentence belongs to a fact in it: "rose to 340 on day 3 and fell to 20 a week later"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from extract.nlp.time_expression import NONE, RUNNING, TimeExpression
from extract.nlp.time_patterns import TREATMENT

_BOUNDARY = re.compile(
    r";|,|\band\b|\bbut\b|\bthen\b|\bwhile\b|\bwhereas\b|\bfollowed\sby\b"
    r"|\bto\b(?=\s[\d.,]+)|\(|\)|\bwhich\b|\bwith\b"
)
# what comes after the turn is another event: "was given, but ... changed on day 10"
_TURN = re.compile(
    r"\b(?:but|because|resulting\sin|resulted\sin|leading\sto|led\sto|whereas|while|until|however|(?:was|were)\s(?:then\s)?(?:changed|switched|replaced"
    r"|discontinued|stopped))\b|;[^;]*\b(?:was|were|had|showed)\b|\band\s(?:they|these|it|both|all)\s(?!of\b)"
)
# "a count of 9 that remained high on day 4", "drug A, and drug B, which had been started two weeks before"
_CLAUSE = re.compile(
    r"\b(?:that|which)\s(?:(?:then|later|subsequently|further|gradually|still)\s)*(?:remained|persisted|normali[sz]ed|decreased|increased"
    r"|improved|rose|fell|resolved|dropped|declined|returned|became|recovered|peaked|worsened|(?:was|were)\sstill)\b"
    r"|(?:,|\band)\s[^;]{0,80}\b(?:that|which)\s(?:(?:was|were|had|has|have)\s)(?:been\s)?(?:then\s|recently\s)?[a-z]+ed\b"
)
_CHANGED = re.compile(
    r"\b(?:peaked|rose|increased|decreased|fell|dropped|declined|climbed|normali[sz]ed|improved|worsened|deteriorated)\b"
    r"|,?\s(?:rising|increasing|climbing|falling|decreasing|dropping|declining|peaking|improving|normali[sz]ing)\s(?:to|at)\b"
)
_ANOTHER = re.compile(r"[,;]|\b(?:and|with|which|but)\b")
# what happens then is no time of what stands before: "despite the antidote he died on the fourth day"
_ENDED = re.compile(
    r"\b(?:died|expired|passed\saway|succumbed|subsequently|eventually|thereafter|developed|suffered|experienced)\b"
)
_DESPITE = re.compile(
    r"(?:despite|in\sspite\sof|because|owing\sto|due\sto|given|considering|as|since|while|although|after|following)\b",
    re.IGNORECASE,
)
_MAIN = re.compile(r",\s(?:he|she|it|they|we|the|his|her|an?|this|these|within|[a-z]+\s(?:was|were|had))\b")
# a history that is a reason: "given the history of bites, ampicillin was added"
_REASON = re.compile(
    r"\b(?:given|considering|because\sof|due\sto|in\sview\sof|in\sconsideration\sof|despite|owing\sto)\b[^;.]{0,60}$",
    re.IGNORECASE,
)
# "improved after initiation of steroids" dates what improved, not the steroids
_AFTER_BEGINNING = re.compile(
    r"(?:after|following)\s(?:the\s)?(?:initiation|administration|starting|discontinuation|cessation|introduction|treatment|therapy)",
    re.IGNORECASE,
)
_OF = re.compile(
    r"(?:(?:\w+\s){0,2}(?:treatment|therapy|course|application|use)\s)?(?P<of>of|with|on)\b(?:\s(?:the|an?|his|her)\b)?"
    r"(?:(?!\s(?:the|his|her)\b)[^.;]){0,90}$"
)
_FINITE = re.compile(r"\b(?:was|were|is|had|has|showed|revealed|received|developed|he|she|we|it|they)\b")
_SPANS = (RUNNING, TREATMENT, NONE)
_LATER_ON = re.compile(r"\b(?:later|subsequently|thereafter|switched|changed|replaced)\b")
_AND_WAS = re.compile(
    r"\band\s(?:(?:he|she|it|they|his|her|the\s\w+)\s)?(?:was|were)\s(?:then|later|subsequently|taken|discharged|transferred)\b"
)
# what comes after "a history of X": the present illness
_CAME = re.compile(
    r"\b(?:presented|presents|presenting|developed|visited|(?:was|were)\s(?:then\s)?(?:admitted|referred|brought|hospitali[sz]ed|transferred)"
    r"|came|(?:is|are)\s(?:currently|now))\b"
)
_HISTORY_OF = re.compile(r"(?:(?:prior\s)?history\sof|known\scase\sof)", re.IGNORECASE)
_LABEL = re.compile(r"\s?[:=]\s?")  # "first day: 9200, second day: 17000"
# "was 1.4 and on day 9 reached 2.3": the expression opens a clause of its own
_VERB = re.compile(r"\b(?:was|were|showed|revealed|had|found|given|started|received|remained)\b")
_AND = re.compile(r"\b(?:and|but)(?:\sthen)?,?\s$")
_GOES_ON = re.compile(
    r",?\s(?:(?:was|were|had|reached|rose|fell|dropped|increased|decreased|declined|improved|became|returned"
    r"|normali[sz]ed|remained|showed|revealed|died|developed)\b|(?:he|she|it|they|the|his|her)\s)"
)
_NEXT = re.compile(r"\bfollowed\sby\b|\bafter\swhich\b")
_STOP = re.compile(r"[a-z]{3}\)?\.\s?[A-Z][a-z]+\s")  # two sentences that nothing has divided
_BRACKET_LEAD = 12  # characters of a bracket before the expression that it holds: "(range, on day 3)"
_BRACKET_GAP = 25  # characters between a fact and the bracket that dates it
_NEIGHBOURS = 4  # expressions looked at before and after a fact
_FARTHEST = 600  # characters between the two
_OPENING_LENGTH = 60
_BOUNDARY_COST = 30
_FRONTED_COST = 60
_OPENING = re.compile(r"(?:(?!was|were|is|are|had)[^\W\d]+\W*){0,2}")  # "However, on day 3 ..."


def attach(text: str, bounds: tuple[int, int], times: Sequence[TimeExpression], start: int, end: int) -> int:
    """Return the index in ``times`` of the expression that dates the fact ``text[start:end]``; -1 without any.

    The distance counts, and every clause boundary between the two; an expression that opens its clause
    ("On day 3, ...") dates what follows it, not what stands before.
    """
    best, lowest = -1, float("inf")
    near = bisect_left(times, start, key=lambda t: t.start)
    for i in range(max(near - _NEIGHBOURS, 0), min(near + _NEIGHBOURS, len(times))):
        time = times[i]
        if time.start < end and start < time.end:  # inside the fact, whose value stands at its end
            cost = float(max(end - time.end, 0))
            if cost < lowest:
                best, lowest = i, cost
            continue
        if time.start >= end and _opens_clause(text, bounds, time):
            break  # this one and those behind it tell of something else
        if max(time.start - end, start - time.end) > _FARTHEST or _is_aside(text, bounds, time, start, end):
            continue
        if _STOP.search(text, min(time.end, end) - 4, max(time.start, start)):
            continue
        cost = _after(text, bounds, time, start) if time.end <= start else _before(text, bounds, time, start, end)
        if cost < lowest:
            best, lowest = i, cost
    return best


def _is_aside(text: str, bounds: tuple[int, int], time: TimeExpression, start: int, end: int) -> bool:
    """Tell whether the expression stands in brackets of another thing: "creatinine (as after surgery), urea"."""
    opening = text.rfind("(", bounds[0], time.start)
    if opening < 0 or text.find(")", opening, time.start) >= 0:
        return False
    closing = text.find(")", time.end, bounds[1])
    if opening < start and (closing < 0 or end <= closing + 1):
        return False  # the fact stands there too
    other = "," in text[end:opening]  # the bracket of another thing: "A, B (on day 1)"
    return other or time.start - opening > _BRACKET_LEAD or not 0 <= opening - end < _BRACKET_GAP


def _after(text: str, bounds: tuple[int, int], time: TimeExpression, start: int) -> float:
    """Return the cost of a fact after the expression."""
    between = text[time.end : start].lstrip(" ,")
    fronted = is_fronted(text, bounds, time)
    reason = "," in between and is_reason(text, bounds, time)
    if time.when == "history" and time.days is None and (reason or _CAME.search(between)):
        return float("inf")
    complement = _OF.match(between) if _FINITE.search(between) is None else None
    span = time.anchor in _SPANS and complement is not None and complement["of"] != "with"
    if span or (complement is not None and _AFTER_BEGINNING.fullmatch(time.text)):
        return float("inf")  # "after two days of azithromycin" is no time of the drug
    if time.text.lower() == "initially" and _LATER_ON.search(between):
        return float("inf")
    if _NEXT.search(between) or (";" in between and not fronted):
        return float("inf")
    hard = len(re.findall(r";|\bthen\b|\bwhereas\b|\bbut\b|\bfollowed\sby\b", between))
    if fronted:
        return 0.3 * len(between) + _BOUNDARY_COST * hard
    return len(between) + _BOUNDARY_COST * len(_BOUNDARY.findall(text[time.end : start]))


def _before(text: str, bounds: tuple[int, int], time: TimeExpression, start: int, end: int) -> float:
    """Return the cost of a fact before the expression."""
    between = text[end : time.start]
    if _MAIN.search(between) and _DESPITE.match(text, bounds[0], end):
        return float("inf")
    changed = _CHANGED.search(between)
    measured = any(c.isdigit() for c in text[start:end])
    if changed is not None and (measured or _ANOTHER.search(between, 0, changed.start())):
        return float("inf")  # the value that changed is an earlier one
    if (
        _AND_WAS.search(between)
        or _TURN.search(between)
        or _ENDED.search(between)
        or _CLAUSE.search(between)
        or _HISTORY_OF.fullmatch(time.text)
    ):
        return float("inf")
    adverb = time.text.lower()
    if (adverb == "initially" and "," in between) or (adverb == "previously" and text[time.end : time.end + 1] == " "):
        return float("inf")  # "by a tube previously placed"
    if _LABEL.match(text, time.end, bounds[1]):
        return float("inf")
    cost = float(len(between) + _BOUNDARY_COST * len(_BOUNDARY.findall(between)))
    return cost + _FRONTED_COST if is_fronted(text, bounds, time) else cost


def _opens_clause(text: str, bounds: tuple[int, int], time: TimeExpression) -> bool:
    """Tell whether a verb stands before the expression and a clause of its own after it."""
    if _AND.search(text[max(bounds[0], time.start - 10) : time.start]) is None:
        return False
    goes_on = _GOES_ON.match(text, time.end, bounds[1])
    return goes_on is not None and _VERB.search(text, max(bounds[0], time.start - _FARTHEST), time.start) is not None


def is_reason(text: str, bounds: tuple[int, int], time: TimeExpression) -> bool:
    """Tell whether a history is given as a reason: "given the history of bites, ampicillin was added"."""
    return _REASON.search(text, max(bounds[0], time.start - 70), time.start) is not None


def is_fronted(text: str, bounds: tuple[int, int], time: TimeExpression) -> bool:
    """Tell whether the expression opens the sentence or a clause of it."""
    before = text[max(bounds[0], time.start - _OPENING_LENGTH) : time.start].rstrip()
    following = text[time.end : min(bounds[1], time.end + 10)]
    if time.start - bounds[0] < _OPENING_LENGTH and _OPENING.fullmatch(before):
        return True
    opens = before.endswith((",", ";", ":", " and", " but", "(", " then"))
    closes = following[:1] in (".", ";", ")", "") or following.lstrip()[:4] == "and "
    return opens and not closes
