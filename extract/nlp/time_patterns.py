"""Patterns of the words around a unit of time, and what a span of time is counted from."""

from __future__ import annotations

import re

from extract.nlp.numbers import NUMBER, ORDINAL

PRESENTATION, INTENSIVE, OPERATION, TREATMENT, DISCHARGE, ONSET, BIRTH = (
    "presentation", "intensive", "operation", "treatment", "discharge", "onset", "birth",
)  # fmt: skip

MOST_DAYS = 100
"""Bare day numbers above this are not taken for days from presentation."""
RECENTLY = 60
"""Days before the presentation that belong to the present illness."""

COUNT = rf"(?:{NUMBER}|an?\b|half\san?\b|a\scouple\sof|several|a\sfew|few|some|many)"
SPAN = rf"(?:{NUMBER}\s*(?:-|–|to|or|and)\s*)?{COUNT}"
SPAN_LEFT = re.compile(rf"(?P<n>{SPAN})(?:\s(?:more|further|full|additional|consecutive))?[\s\-‐‑]*$", re.IGNORECASE)
ORDINAL_LEFT = re.compile(
    rf"(?P<n>\b{ORDINAL})[\s-](?P<kind>(?:post[\s-]?operative|post[\s-]?op|hospital|hospitali[sz]ation"
    rf"|admission|treatment"
    rf"|postpartum|ICU|calendar|febrile|illness)[\s-])?$",
    re.IGNORECASE,
)
DAY_KIND_LEFT = re.compile(
    r"\b(?:(?P<operation>post[\s-]?operative|post[\s-]?op\.?|PO|post[\s-]?surgery|post[\s-]?surgical"
    r"|post[\s-]?transplant(?:ation)?)"
    r"|(?P<presentation>hospital|hospitali[sz]ation|admission|inpatient|in-patient|illness day|post[\s-]?admission)"
    r"|(?P<intensive>ICU|intensive\scare)"
    r"|(?P<treatment>treatment|therapy|cycle|post[\s-]?treatment|post[\s-]?infusion)"
    r"|(?P<onset>illness|disease|symptom|post[\s-]?onset|post[\s-]?exposure|post[\s-]?burn|post[\s-]?injury"
    r"|post[\s-]?partum)"
    r"|(?P<birth>postnatal))[\s-]$",
    re.IGNORECASE,
)
DAY_NUMBER = re.compile(
    r"s?\s?(?:#|no\.\s?|\+)?\s?(?P<n>\d{1,3})(?:\s?(?:-|–|to)\s?\d{1,3})?(?!\d|[./]\d|\s?(?:mg|g|ml|%|mmol"
    r"|years|days)\b)",
    re.IGNORECASE,
)
WORD_NUMBER = re.compile(
    r"\s(?P<n>one|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s(?:of the"
    r"|hundred))",
    re.IGNORECASE,
)

OBJECTS = (
    (INTENSIVE, (r"(?:(?:the|her|his)\s)?(?:[MSPNC]?ICU|intensive\scare(?:\sunit)?)\s"
     r"(?:admission|stay|transfer|hospitali[sz]ation)"
     r"|(?:(?:the|her|his|being)\s)?(?:admission|transfer|admitted|transferred)\sto\s(?:the\s|our\s)?(?:[a-z]+\s){0,2}?"
     r"(?:[MSPNC]?ICU|intensive\scare(?:\sunit)?)")),
    (PRESENTATION, (r"admission|presentation|hospitali[sz]ation|hospital\sadmission|arrival|the\sadmission"
        r"|referral|consultation"
     r"|(?:her|his|the|this|their|initial|first|our)\s(?:initial\s|first\s|hospital\s|current\s)?(?:admission"
     r"|presentation|visit"
     r"|hospitali[sz]ation|evaluation|consultation|arrival|referral)|being\sadmitted|being\shospitali[sz]ed"
     r"|admitting|diagnosis"
     r"|(?:her|his|the)?\s?(?:initial\s)?diagnosis|inpatient|hospital\sstay|presenting|(?:he|she"
     r"|the\spatient)\s(?:was\sadmitted|presented)"
     r"|the\spatient[’']s\s(?:arrival|admission|presentation)")),
    (OPERATION, (r"(?:(?:the|her|his|this|initial|first|second|primary|index|emergency|surgical|definitive|liver"
        r"|renal|kidney|heart|bone\smarrow"
     r"|stem\scell|laparoscopic|open)\s){0,3}(?:surgery|operation|procedure|transplant(?:ation)?|resection"
     r"|intervention|embolization"
     r"|\w+ectomy|\w+plasty|\w+otomy|\w+ostomy|fixation|decompression|laminectomy|implantation|stenting"
     r"|excision|delivery|debridement"
     r"|reconstruction|repair|fusion|drainage|catheteri[sz]ation|biopsy)|being\soperated|post[\s-]?operation"
     r"|(?:he|she|the\spatient)\sunderwent")),
    (TREATMENT, (r"(?:(?:the|her|his|this|first|second|last|initial|its|antibiotic|steroid|corticosteroid"
        r"|antiviral|medical|conservative"
     r"|intravenous|oral|empirical?|immunosuppressive|drug|completion\sof|start\sof|starting|the\sstart\sof"
     r"|initiation\sof|the\sinitiation\sof"
     r"|beginning\sof|commencement\sof|commencing|initiating|beginning|introduction\sof|the\sintroduction\sof"
     r"|receiving|stopping"
     r"|discontinuation\sof|the\sdiscontinuation\sof|cessation\sof|withdrawal\sof|onset\sof|administration\sof"
     r"|the\sadministration\sof|antifungal"
     r"|antituberculous|replacement|combination|dose\sof|doses\sof|infusion\sof|injection\sof)\s){0,4}"
     r"(?:treatment|therapy|chemotherapy|radiotherapy|medication|antibiotics|dose|doses|infusion|injection"
     r"|administration|initiation"
     r"|dialysis|hemodialysis|haemodialysis|steroids?|prednisolone|prednisone|methylprednisolone"
     r"|discontinuation|cessation|withdrawal|cycles?"
     r"|immunotherapy|pulse|vaccination|supplementation|rehabilitation|physiotherapy)"
     r"|(?:starting|initiating|beginning|commencing|discontinuing|stopping|(?:the\s)?(?:start|initiation"
     r"|introduction|commencement"
     r"|discontinuation|completion|administration|end)\sof)\s\w+")),
    (DISCHARGE, r"(?:(?:the|her|his|hospital)\s){0,2}discharge|being\sdischarged|leaving\sthe\shospital"),
    (ONSET, (r"(?:(?:the|her|his|initial|first|symptom|disease|fever|these|of)\s){0,3}(?:onset|symptoms"
        r"|beginning\sof|injury|trauma|accident"
     r"|fall|ingestion|exposure|infection|illness|event|bite|sting|episode|insult)")),
    (BIRTH, r"birth|being\sborn|life"),
)  # fmt: skip
OBJECT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in OBJECTS)
RIGHT = re.compile(
    rf"s?[,\s]*(?:(?P<after>after|following|post|since|from|into|of"
    rf"|s?\s?status\spost)[\s-](?:the\sday\sof\s)?(?:{OBJECT})\b"
    rf"|(?P<later>later|afterwards?|thereafter|on\b(?=[,;.])|subsequently)"
    rf"|(?P<afterwhat>after|following|post|since)\b"
    rf"|(?P<beforewhat>before|prior\sto|preceding|previous\sto|earlier\sthan|pre(?=-))[\s-]*(?P<object>(?:the\s"
    rf"|her\s|his\s|this\s|our\s|current"
    rf"\s|initial\s|hospital\s|being\s|first\s)*\w+)?"
    rf"|(?P<ago>ago|earlier|previously|prior|before(?=[,;.)]|$)|back\b|beforehand)"
    rf"|(?P<postop>post[\s-]?operative(?:ly)?|post[\s-]?surgery|post[\s-]?op\b|post[\s-]?procedure"
    rf"|post[\s-]?transplant(?:ation)?)"
    rf"|(?P<posttreatment>post[\s-]?treatment|post[\s-]?infusion|post[\s-]?therapy)"
    rf"|(?P<followup>(?:of\s)?(?:clinical\s|radiological\s|regular\s|outpatient\s|out-patient\s|postoperative\s"
    rf"|post-operative\s|post-discharge\s)?"
    rf"(?:follow[\s-]?ups?|control|review|check-?up|visit|mark|time[\s-]?point|re-?evaluation|reassessment"
    rf"|interval\b(?!\s)|surveillance))"
    rf"|(?P<history>(?:long\s|duration\s)?(?:history|duration|course)\b|long-standing))",
    re.IGNORECASE,
)
NEXT_LEFT = re.compile(
    r"\b(?:(?:over|during|in|within|for|throughout|across)\s)?(?:the|her|his)?\s?(?:very\s)?(?:next|following"
    r"|subsequent|ensuing|coming|succeeding)\s"
    rf"(?P<n>{SPAN})?[\s-]*$",
    re.IGNORECASE,
)
LAST_LEFT = re.compile(rf"\b(?:last|past|previous|preceding|prior)\s(?P<n>{SPAN}[\s-]*)?$", re.IGNORECASE)
SAME_LEFT = re.compile(r"\b(?:on\s)?(?:the|that)\s(?:very\s)?same\s$", re.IGNORECASE)
LEAD = re.compile(
    r"(?P<lead>\b(?:after(?:\sonly|\san?\sadditional)?|following|within|in|at|by|over|on|upon|during|until"
    r"|through|beyond|only|about|approximately|around|almost|nearly|another"
    r"|just|some|the|a|an|for|his|her|every|each|last|final|less than|more than|up to|first)\s(?:the\s|about\s"
    r"|approximately\s|around\s|almost\s"
    r"|nearly\s|another\s|just\s|only\s|first\s|last\s|her\s|his\s|of\s|a\s|postoperative\s)*)$",
    re.IGNORECASE,
)
# a dose before "on day 1", and words that tell that such days count within a cycle of treatment
DOSED_LEFT = re.compile(r"\d\s?(?:mg|g|µg|μg|mcg|IU|m2|m²|AUC)(?:/\w+)?\b[^.;]{0,40}$|\bAUC\s?\d[^.;]{0,30}$")
CYCLE = re.compile(
    r"\b(?:cycles?|courses?)\sof\b|\bintra-?operatively\b|\bmg/m[2²]|\b(?:one|two|three|four|six|\d)\scycles?\b|\binduction\b|\bconditioning\b|\b(?:per|each|every|day|week)[\s-]cycles?\b"
    r"|\b(?:every|q)\s?(?:\d{1,2}|two|three|four|six)[\s-]?(?:weeks?|wks?|days?)\b",
    re.IGNORECASE,
)
POSTOP_LEFT = re.compile(r"\bpost[\s-]?operative\s$", re.IGNORECASE)  # "on postoperative 12 days"
FOLLOWED = re.compile(
    r"\b(?:(?:was|were|been|is|be|and|we|regularly)\s(?:\w+ly\s)?followed(?!\sby\b)(?:[\s-]?up)?|followed[\s-]?up|free\sof|disease-free|in\s(?:\w+\s)?remission|no\srecurrence)\b[^.;,]{0,30}$",
    re.IGNORECASE,
)
UNTIL = re.compile(r"\b(?:until|till|through|to|up to)\s(?:the\s)?$", re.IGNORECASE)
GESTATION = re.compile(
    r"\b(?:born|birth|deliver\w*|gestation\w*|pregnan\w*|gravida|premature\w*|preterm"
    r"|cesarean|caesarean)\b",
    re.IGNORECASE,
)
SKIP_LEFT = re.compile(r"(?:/|\bper\s|\bevery\s|\beach\s|\btimes\sa\s|\btwice\sa\s|\bonce\sa\s|\ba\s?)$", re.IGNORECASE)
TIMES_A = re.compile(r"\b(?:once|twice|thrice|times)\san?\s$", re.IGNORECASE)  # "once a day" is how often
FOR_LEFT = re.compile(r"\bfor\s(?:(?:the|her|his)\s)?(?:next|following|subsequent)\s", re.IGNORECASE)  # how long
POST_LEFT = re.compile(r"\bpost[\s-]\w+\s$", re.IGNORECASE)  # counted from an event whose day is not known
IN_LEFT = re.compile(r"\b(?:in|during|by|at|on)\s(?:the|his|her)\s(?:end\sof\s(?:the\s)?)?$", re.IGNORECASE)
EACH_LEFT = re.compile(r"\b(?:every|each|alternate)\s$", re.IGNORECASE)  # "every second day" is how often
SYMPTOMS = re.compile(
    r"\sof\s(?:[\w-]+\s){0,3}?(?:symptoms?|fevers?|illness|\w*pain|cough|complaints?|headaches?|weakness|vomiting"
    r"|diarrh\w+|malaise|discomfort|fatigue|dysp\w+)\b",
    re.IGNORECASE,
)
# "after admission to the ward" is later than the presentation
TO_WARD = re.compile(
    r"\sto\s(?:(?:the|an?|his|her)\s)?(?!emergency\b)(?:[a-z]+\s){0,2}?(?:ward|floor|rehabilitation)\b", re.IGNORECASE
)
# before "over 4 hours": how long a drug ran
INFUSED = re.compile(
    r"\b(?:infus\w+|bolus(?:es)?|drip|slowly|saline|crystalloids?|administered|given|\d\s?(?:mg|g|ml|mL|L|mmol|mEq|units?|IU)(?!/))\b"
    r"(?![^.;]*\b(?:rose|fell|increas|decreas|improv|drop|declin|from)\w*)[^.;]{0,40}$"
)
NO_LEFT = re.compile(
    r"\b(?:no|without|denie[sd]|denying|negative|any|lack\sof|family)\s(?:an?\s|any\s|known\s|prior\s|previous\s|past\s|for\s)*$"
)
# what a span is counted after: "the transfusion", "starting treatment"
THING = re.compile(
    r"\s(?:(?:the|her|his|an?|this|that)\s)?(?!(?:he|she|it|they|we|which)\b)[^\W\d][\w-]*"
    r"(?:\s(?!(?:was|were|is|are|had|has|and|but|or|the|he|she|it|they|we|his|her|a|an|with|without|showed|revealed|which|who"
    r"|that|to|at|in|on|for|by|from|as|because|due|since|when|while|although|despite|until|so)\b)[^\W\d][\w-]*){0,2}"
)
SKIP_RIGHT = re.compile(r"s?[\s-](?:old\b|intervals?\b|of\sage\b|of\sgestation|gestation)|ly\b", re.IGNORECASE)
COLLECTED = re.compile(r"[\s-](?:urin|protein|collection|ambulatory|holter|fast)", re.IGNORECASE)
POSTOP_DAY = re.compile(r"(?P<kind>POD|HD|DOL|ICU[\s-]day)s?[\s-]?#?\s?(?P<n>\d{1,3})(?!\d|[./]\d)")
PRESENTATION_WORDS = re.compile(
    r"admission|presentation|arrival|diagnos|hospitali|referral|visit|consultation|presenting|admitted"
    r"|evaluation|onset",
    re.IGNORECASE,
)
OPERATION_WORDS = re.compile(r"surg|operat|transplant|procedure|ectomy|resection|delivery|intervention", re.IGNORECASE)
AFTER_DAY = re.compile(
    rf"\s?(?:after|following|of|post|since|from|in)[\s-](?:the\s|her\s|his\s)?(?:{OBJECT})\b", re.IGNORECASE
)
AFTER_OPERATION = re.compile(r"\s(?:post[\s-]?operatively|post[\s-]?op\b|post[\s-]?surgery)", re.IGNORECASE)
# "day 9 of ECMO": counted from something whose day is not known; "day 9 of the stay" is not
AFTER_SOMETHING = re.compile(
    r"\s(?:on|with|under)\s(?:v[av]-?)?(?:ECMO|antibiotics?|steroids?|\w*dialysis|\w*therapy|treatment|mechanical)\b"
    r"|\s(?:after|following|of|post|since|from)\s(?!life\b|(?:the\s|her\s|his\s)?(?:illness|hospital|ICU|stay))",
    re.IGNORECASE,
)
