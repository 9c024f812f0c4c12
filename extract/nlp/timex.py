"""Time expressions of a text: "on day 3", "two weeks later", "at the 6-month follow-up", "on 3 March 2019".

Every expression gets an anchor and a number of days from it. Months count 30.44 days and years 365.25 days; days
that follow are rounded to whole days. "Day 3" and "hospital day 3" are 3, as most articles count from a day 0 or do
not say; the day of presentation itself is 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from extract.nlp.cues import Cue
from extract.nlp.dates import find_dates
from extract.nlp.numbers import NUMBER, ORDINAL, read_number, read_ordinal

DAYS_PER_MONTH = 365.25 / 12
_LENGTH = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": DAYS_PER_MONTH, "y": 365.25}

PRESENTATION, OPERATION, TREATMENT, DISCHARGE, ONSET, RUNNING, BIRTH, DATE, NONE = (
    "presentation", "operation", "treatment", "discharge", "onset", "running", "birth", "date", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time expression at ``start:end``.

    Attributes
    ----------
    text : as written.
    anchor : what ``days`` counts from: ``presentation``, ``operation``, ``treatment``, ``discharge``, ``onset``,
        ``birth``, ``running`` (the time that the narrative has come to), ``date`` (days since 1 January of year 1,
        or of any year where ``year`` is not known) or "" (no number of days).
    days : days from the anchor, negative before it; None where the text gives no number.
    when : what the expression alone says: ``baseline``, ``followup``, ``history`` or "".
    """

    start: int
    end: int
    text: str
    anchor: str
    days: float | None
    when: str


_WHOLE_DAYS = 3  # shorter times keep fractions: 36 hours are 1.5 days
_FIRST_DAYS = 2  # the work-up of the first two days is still the baseline where nothing else speaks against it
_WEEKS_BORN = (20, 43)  # weeks that near "born" or "pregnant" count the pregnancy
_RECENTLY = 60  # days before presentation that belong to the present illness

_COUNT = rf"(?:{NUMBER}|an?\b|half\san?\b|a\scouple\sof|several|a\sfew|few|some|many)"
_SPAN = rf"(?:{NUMBER}\s*(?:-|–|to|or|and)\s*)?{_COUNT}"
_SPAN_LEFT = re.compile(rf"(?P<n>{_SPAN})(?:\s(?:more|further|full|additional|consecutive))?[\s\-‐‑]*$", re.IGNORECASE)
_ORDINAL_LEFT = re.compile(
    rf"(?P<n>\b{ORDINAL})[\s-](?P<kind>(?:post[\s-]?operative|post[\s-]?op|hospital|hospitali[sz]ation|admission|treatment"
    rf"|postpartum|ICU|calendar|febrile|illness)[\s-])?$",
    re.IGNORECASE,
)
_DAY_KIND_LEFT = re.compile(
    r"\b(?:(?P<operation>post[\s-]?operative|post[\s-]?op\.?|post[\s-]?surgery|post[\s-]?surgical|post[\s-]?transplant(?:ation)?)"
    r"|(?P<presentation>hospital|hospitali[sz]ation|admission|inpatient|in-patient|illness day|ICU|post[\s-]?admission)"
    r"|(?P<treatment>treatment|therapy|cycle|post[\s-]?treatment|post[\s-]?infusion)"
    r"|(?P<onset>illness|disease|symptom|post[\s-]?onset|post[\s-]?exposure|post[\s-]?burn|post[\s-]?injury|post[\s-]?partum)"
    r"|(?P<birth>postnatal))[\s-]$",
    re.IGNORECASE,
)
_DAY_NUMBER = re.compile(
    r"s?\s?(?:#|no\.\s?|\+)?\s?(?P<n>\d{1,3})(?:\s?(?:-|–|to)\s?\d{1,3})?(?!\d|[./]\d|\s?(?:mg|g|ml|%|mmol|years|days)\b)",
    re.IGNORECASE,
)
_WORD_NUMBER = re.compile(rf"\s(?P<n>one|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s(?:of the|hundred))", re.IGNORECASE)

_OBJECTS = (
    (PRESENTATION, r"admission|presentation|hospitali[sz]ation|hospital\sadmission|arrival|the\sadmission|referral|consultation"
     r"|(?:her|his|the|this|their|initial|first|our)\s(?:initial\s|first\s|hospital\s|current\s)?(?:admission|presentation|visit"
     r"|hospitali[sz]ation|evaluation|consultation|arrival|referral)|being\sadmitted|being\shospitali[sz]ed|admitting|diagnosis"
     r"|(?:her|his|the)?\s?(?:initial\s)?diagnosis|inpatient|hospital\sstay|presenting|(?:he|she|the\spatient)\s(?:was\sadmitted|presented)"),
    (OPERATION, r"(?:(?:the|her|his|this|initial|first|second|primary|index|emergency|surgical|definitive|liver|renal|kidney|heart|bone\smarrow"
     r"|stem\scell|laparoscopic|open)\s){0,3}(?:surgery|operation|procedure|transplant(?:ation)?|resection|intervention|embolization"
     r"|\w+ectomy|\w+plasty|\w+otomy|\w+ostomy|fixation|decompression|laminectomy|implantation|stenting|excision|delivery|debridement"
     r"|reconstruction|repair|fusion|drainage|catheteri[sz]ation|biopsy)|being\soperated|post[\s-]?operation|(?:he|she|the\spatient)\sunderwent"),
    (TREATMENT, r"(?:(?:the|her|his|this|first|second|last|initial|its|antibiotic|steroid|corticosteroid|antiviral|medical|conservative"
     r"|intravenous|oral|empirical?|immunosuppressive|drug|completion\sof|start\sof|starting|the\sstart\sof|initiation\sof|the\sinitiation\sof"
     r"|beginning\sof|commencement\sof|commencing|initiating|beginning|introduction\sof|the\sintroduction\sof|receiving|stopping"
     r"|discontinuation\sof|the\sdiscontinuation\sof|cessation\sof|withdrawal\sof|onset\sof|administration\sof|the\sadministration\sof|antifungal"
     r"|antituberculous|replacement|combination|dose\sof|doses\sof|infusion\sof|injection\sof)\s){0,4}"
     r"(?:treatment|therapy|chemotherapy|radiotherapy|medication|antibiotics|dose|doses|infusion|injection|administration|initiation"
     r"|dialysis|hemodialysis|haemodialysis|steroids?|prednisolone|prednisone|methylprednisolone|discontinuation|cessation|withdrawal|cycles?"
     r"|immunotherapy|pulse|vaccination|supplementation|rehabilitation|physiotherapy)"
     r"|(?:starting|initiating|beginning|commencing|discontinuing|stopping|(?:the\s)?(?:start|initiation|introduction|commencement"
     r"|discontinuation|completion|administration|end)\sof)\s\w+"),
    (DISCHARGE, r"(?:(?:the|her|his|hospital)\s){0,2}discharge|being\sdischarged|leaving\sthe\shospital"),
    (ONSET, r"(?:(?:the|her|his|initial|first|symptom|disease|fever|these|of)\s){0,3}(?:onset|symptoms|beginning\sof|injury|trauma|accident"
     r"|fall|ingestion|exposure|infection|illness|event|bite|sting|episode|insult)"),
    (BIRTH, r"birth|being\sborn|life"),
)  # fmt: skip
_OBJECT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _OBJECTS)
_RIGHT = re.compile(
    rf"s?[,\s]*(?:(?P<after>after|following|post|since|from|into|of|s?\s?status\spost)[\s-](?:the\sday\sof\s)?(?:{_OBJECT})\b"
    rf"|(?P<later>later|afterwards?|thereafter|on\b(?=[,;.])|subsequently)"
    rf"|(?P<afterwhat>after|following|post|since)\b"
    rf"|(?P<beforewhat>before|prior\sto|preceding|previous\sto|earlier\sthan|pre(?=-))[\s-]*(?P<object>(?:the\s|her\s|his\s|this\s|our\s|current"
    rf"\s|initial\s|hospital\s|being\s|first\s)*\w+)?"
    rf"|(?P<ago>ago|earlier|previously|prior|before(?=[,;.)]|$)|back\b|beforehand)"
    rf"|(?P<postop>post[\s-]?operative(?:ly)?|post[\s-]?surgery|post[\s-]?op\b|post[\s-]?procedure|post[\s-]?transplant(?:ation)?)"
    rf"|(?P<posttreatment>post[\s-]?treatment|post[\s-]?infusion|post[\s-]?therapy)"
    rf"|(?P<followup>(?:of\s)?(?:clinical\s|radiological\s|regular\s|outpatient\s|out-patient\s|postoperative\s|post-operative\s|post-discharge\s)?"
    rf"(?:follow[\s-]?ups?|control|review|check-?up|visit|mark|time[\s-]?point|re-?evaluation|reassessment|interval\b(?!\s)|surveillance))"
    rf"|(?P<history>(?:long\s|duration\s)?(?:history|duration|course)\b|long-standing))",
    re.IGNORECASE,
)
_NEXT_LEFT = re.compile(
    r"\b(?:(?:over|during|in|within|for|throughout|across)\s)?(?:the|her|his)?\s?(?:very\s)?(?:next|following|subsequent|ensuing|coming|succeeding)\s"
    rf"(?P<n>{_SPAN})?[\s-]*$",
    re.IGNORECASE,
)
_LAST_LEFT = re.compile(rf"\b(?:last|past|previous|preceding|prior)\s(?P<n>{_SPAN}[\s-]*)?$", re.IGNORECASE)
_SAME_LEFT = re.compile(r"\b(?:on\s)?(?:the|that)\s(?:very\s)?same\s$", re.IGNORECASE)
_LEAD = re.compile(
    r"(?P<lead>\b(?:after(?:\sonly|\san?\sadditional)?|following|within|in|at|by|over|on|upon|during|until|through|beyond|only|about|approximately|around|almost|nearly|another"
    r"|just|some|the|a|an|for|his|her|every|each|last|final|less than|more than|up to|first)\s(?:the\s|about\s|approximately\s|around\s|almost\s"
    r"|nearly\s|another\s|just\s|only\s|first\s|last\s|her\s|his\s|of\s|a\s|postoperative\s)*)$",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:until|till|through|to|up to)\s(?:the\s)?$", re.IGNORECASE)
_GESTATION = re.compile(r"\b(?:born|birth|deliver\w*|gestation\w*|pregnan\w*|gravida|premature\w*|preterm|cesarean|caesarean)\b", re.IGNORECASE)
_SKIP_LEFT = re.compile(r"(?:/|\bper\s|\bevery\s|\beach\s|\btimes\sa\s|\btwice\sa\s|\bonce\sa\s|\ba\s?)$", re.IGNORECASE)
_SKIP_RIGHT = re.compile(r"s?[\s-](?:old\b|of\sage\b|of\sgestation|gestation)|ly\b", re.IGNORECASE)
_COLLECTED = re.compile(r"[\s-](?:urin|protein|collection|ambulatory|holter|fast)", re.IGNORECASE)
_POSTOP_DAY = re.compile(r"(?P<kind>POD|HD|DOL|ICU[\s-]day)s?[\s-]?#?\s?(?P<n>\d{1,3})(?!\d|[./]\d)")
_PRESENTATION_WORDS = re.compile(
    r"admission|presentation|arrival|diagnos|hospitali|referral|visit|consultation|presenting|admitted|evaluation|onset", re.IGNORECASE
)
_OPERATION_WORDS = re.compile(r"surg|operat|transplant|procedure|ectomy|resection|delivery|intervention", re.IGNORECASE)


def find_times(text: str, start: int, end: int, cues: Sequence[Cue]) -> list[TimeExpression]:
    """Return the time expressions of the sentence ``text[start:end]`` in text order, without overlap.

    ``cues`` are the sentence's triggers; those of the lists ``time.*`` announce expressions.
    """
    found: list[TimeExpression] = []
    for cue in cues:
        if cue.group.startswith("time."):
            free = found[-1].end if found else start
            reader = _READERS.get(cue.group, _fixed)
            expression = reader(text, start, end, cue)
            if expression is None:
                continue
            if expression.start < free and found:
                if found[-1].days is None and expression.days is not None:
                    found[-1] = expression
                continue
            found.append(expression)
    return found


def _make(text: str, start: int, end: int, anchor: str, days: float | None, when: str) -> TimeExpression:
    while start < end and text[start] in " ,":
        start += 1
    return TimeExpression(start, end, text[start:end], anchor, _round(days), when)


def _round(days: float | None) -> float | None:
    if days is None:
        return None
    return float(round(days)) if abs(days) >= _WHOLE_DAYS else round(days, 2) + 0.0


def _unit(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    """Read the expression around a unit of time ("day", "weeks")."""
    left_edge = max(start, cue.start - 70)
    left, right = text[left_edge : cue.start], text[cue.end : min(end, cue.end + 90)]
    length = 1.0 if cue.end - cue.start == 7 else _LENGTH[text[cue.start].lower()]  # "morning", "evening"
    if _SKIP_RIGHT.match(right) or (length < 1 and _COLLECTED.match(right)):
        return None
    if length == 1.0:
        numbered = _numbered_day(text, left_edge, left, right, cue)
        if numbered is not None:
            return numbered
    for read in (_ordinal_day, _next, _same, _spans):
        expression = read(text, left_edge, left, right, cue, length)
        if expression is not None:
            return expression
    return None


def _numbered_day(text: str, edge: int, left: str, right: str, cue: Cue) -> TimeExpression | None:
    match = _DAY_NUMBER.match(right) or _WORD_NUMBER.match(right)
    if match is None or text[cue.start : cue.end].lower() not in ("day", "days"):
        return None
    n = read_number(match["n"])
    if n is None:
        return None
    anchor, begin, stop = PRESENTATION, cue.start, cue.end + match.end()
    kind = _DAY_KIND_LEFT.search(left)
    following = re.match(rf"\s(?:after|following|of|post|since|from)[\s-](?:the\s)?(?:{_OBJECT})\b", right[match.end() :], re.IGNORECASE)
    if kind is not None:
        anchor, begin = kind.lastgroup or PRESENTATION, edge + kind.start()
    elif following is not None:
        anchor, stop = following.lastgroup or PRESENTATION, stop + following.end()
    lead = _LEAD.search(text[edge:begin])
    if _UNTIL.search(text[edge:begin]):
        return None  # "until day 20" is how long
    if lead is not None:
        begin = edge + lead.start()
    when = "baseline" if n == 0 else "" if n <= _FIRST_DAYS and anchor == PRESENTATION else "followup"
    return _make(text, begin, stop, anchor, n, when)


def _ordinal_day(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    match = _ORDINAL_LEFT.search(left)
    if match is None:
        return None
    n = read_ordinal(match["n"])
    if n is None:
        return None
    begin, stop, anchor = edge + match.start(), cue.end, PRESENTATION
    kind = (match["kind"] or "").lower()
    following = re.match(rf"\s?(?:after|following|of|post|since|from|in)[\s-](?:the\s|her\s|his\s)?(?:{_OBJECT})\b", right, re.IGNORECASE)
    after = re.match(r"\s(?:post[\s-]?operatively|post[\s-]?op\b|post[\s-]?surgery)", right, re.IGNORECASE)
    if kind.startswith("post") and not kind.startswith("postpartum"):
        anchor = OPERATION
    elif kind.startswith("treatment"):
        anchor = TREATMENT
    elif following is not None:
        anchor, stop = following.lastgroup or PRESENTATION, stop + following.end()
    elif after is not None:
        anchor, stop = OPERATION, stop + after.end()
    elif length != 1.0:
        return None
    lead = _LEAD.search(text[edge:begin])
    if lead is not None:
        begin = edge + lead.start()
    when = "" if n * length <= _FIRST_DAYS and anchor == PRESENTATION else "followup"
    return _make(text, begin, stop, anchor, n * length, when)


def _next(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    """Read "the next day", "over the following 3 months"."""
    match = _NEXT_LEFT.search(left)
    if match is None:
        return None
    n = _count(match["n"]) if match["n"] else 1.0
    days = n * length if n is not None else None
    return _make(text, edge + match.start(), cue.end, RUNNING, days, "followup")


def _same(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    match = _SAME_LEFT.search(left)
    if match is None or length != 1.0:
        return None
    return _make(text, edge + match.start(), cue.end, RUNNING, 0.0, "")


def _spans(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    """Read a span of time with what it is counted from: "3 days after surgery", "two weeks later", "for 5 days"."""
    last = _LAST_LEFT.search(left)
    if last is not None:
        n = _count(last["n"]) if last["n"] else 1.0
        return _make(text, edge + last.start(), cue.end, NONE, None, "") if n is not None else None
    match = _SPAN_LEFT.search(left)
    if match is None:
        return None
    before = left[: match.start()]
    if _SKIP_LEFT.search(before):
        return None
    n = _count(match["n"])
    days = n * length if n is not None else None
    if n is not None and length == _LENGTH["w"] and _WEEKS_BORN[0] <= n <= _WEEKS_BORN[1] and _GESTATION.search(left + right):
        return None
    begin = edge + match.start()
    lead = _LEAD.search(before)
    preposition = lead["lead"].split()[0].lower() if lead is not None else ""
    if lead is not None:
        begin = edge + lead.start()
    after = _RIGHT.match(right)
    if after is not None:
        return _counted(text, begin, cue, after, days, preposition)
    if preposition in ("after", "following", "within", "in", "at", "by", "over", "on", "until", "during"):
        return _led(text, begin, cue, days, preposition)
    return None


def _counted(
    text: str, begin: int, cue: Cue, match: re.Match[str], days: float | None, preposition: str
) -> TimeExpression | None:
    stop = cue.end + match.end()
    groups = match.groupdict()
    if groups["after"]:
        if match["after"].lower() == "of" and preposition not in ("after", "within", "following", "on", "at", "by", "in", "over", "during"):
            return None  # "5 days of treatment" is how long, not when
        anchor = next(name for name, _ in _OBJECTS if groups.get(name))
        early = anchor == PRESENTATION and (days is None or days <= _FIRST_DAYS)
        return _make(text, begin, stop, anchor, days, "" if anchor in (ONSET, BIRTH) or early else "followup")
    if groups["later"] or groups["afterwhat"]:
        return _make(text, begin, stop, RUNNING, days, "followup")
    if groups["beforewhat"]:
        return _before(text, begin, stop, match["object"] or "", days)
    if groups["ago"]:
        long = days is None and length_is_long(text[cue.start]) or (days is not None and days > _RECENTLY)
        return _make(text, begin, stop, PRESENTATION, -days if days is not None else None, "history" if long else "")
    if groups["postop"]:
        return _make(text, begin, stop, OPERATION, days, "followup")
    if groups["posttreatment"]:
        return _make(text, begin, stop, TREATMENT, days, "followup")
    if groups["followup"]:
        return _make(text, begin, stop, "followup", days, "followup")
    return None


def length_is_long(unit: str) -> bool:
    """Tell whether "several" of a unit of time lie before the present illness."""
    return unit.lower() in "my"


def _before(text: str, begin: int, stop: int, what: str, days: float | None) -> TimeExpression:
    ago = -days if days is not None else None
    if _OPERATION_WORDS.search(what):
        return _make(text, begin, stop, OPERATION, ago, "baseline")
    if _PRESENTATION_WORDS.search(what):
        return _make(text, begin, stop, PRESENTATION, ago, "history" if ago is None or -ago > _RECENTLY else "")
    return _make(text, begin, stop, RUNNING, ago, "")


def _led(text: str, begin: int, cue: Cue, days: float | None, preposition: str) -> TimeExpression | None:
    """Read a span after a preposition alone: "after 2 weeks", "at 6 months"."""
    if preposition in ("after", "following"):
        return _make(text, begin, cue.end, RUNNING, days, "" if days is not None and days <= 0.5 else "followup")
    if preposition == "at":
        return _make(text, begin, cue.end, "followup", days, "followup")
    if preposition in ("over", "in"):  # how long it took, not how much later it was
        return _make(text, begin, cue.end, NONE, None, "followup")
    if preposition in ("within", "by"):
        return _make(text, begin, cue.end, RUNNING, days, "followup")
    return None


def _count(text: str) -> float | None:
    """Return the number of a span; the upper end of a range; None for "several"."""
    low = text.lower().strip(" -‐‑")
    if low.startswith("half"):
        return 0.5
    if low.startswith("a couple"):
        return 2.0
    parts = re.split(r"\s*(?:–|\bto\b|\bor\b|\band\b|-(?=\d))\s*", low)
    return read_number(parts[-1])


def _postop_day(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    match = _POSTOP_DAY.match(text, cue.start, end)
    if match is None:
        return None
    anchor = {"P": OPERATION, "H": PRESENTATION, "D": BIRTH, "I": PRESENTATION}[match["kind"][0]]
    lead = _LEAD.search(text[max(start, cue.start - 30) : cue.start])
    begin = max(start, cue.start - 30) + lead.start() if lead is not None else cue.start
    n = float(match["n"])
    return _make(text, begin, match.end(), anchor, n, "followup" if n > 0 and (anchor != PRESENTATION or n > 1) else "baseline")


def _fixed(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    """Read an expression that is its own trigger ("on admission", "postoperatively", "in the past")."""
    name = cue.group.removeprefix("time.")
    days = 0.0 if name == "presentation" else None
    anchor = PRESENTATION if name == "presentation" else NONE
    return TimeExpression(cue.start, cue.end, text[cue.start : cue.end], anchor, days, _FIXED_WHEN.get(name, ""))


def _date(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    found = find_dates(text, max(start, cue.start - 14), min(end, cue.end + 14))
    for date in found:
        if date.start <= cue.start < date.end:
            lead = _LEAD.search(text[max(start, date.start - 20) : date.start])
            begin = max(start, date.start - 20) + lead.start() if lead is not None else date.start
            return TimeExpression(begin, date.end, text[begin : date.end], "date:" + date.precision, date.days, "")
    return None


_FIXED_WHEN = {"presentation": "baseline", "baseline": "baseline", "followup": "followup", "past": "history"}
_READERS: dict[str, Callable[[str, int, int, Cue], TimeExpression | None]] = {
    "time.unit": _unit,
    "time.code": _postop_day,
    "time.month": _date,
}


def iter_expressions(groups: Sequence[Sequence[TimeExpression]]) -> Iterator[TimeExpression]:
    """Yield the expressions of all sentences in text order."""
    for group in groups:
        yield from group
