"""Whether the words between a test's name and a result behind it state that result of the test.

"The PCR | taken from the swab was sent and came back | negative": what only interrupts the statement is taken out,
and what is left must be linking words with a verb among them.
"""

from __future__ import annotations

import re

from extract.records.lab_vocabulary import BRACKET, Vocabulary

_BE = (
    r"(?:was|were|is|are|has|have|had|came|returned|resulted|turned|remained|became|proved|showed|tested|appeared|"
    r"yielded)"
)
_DONE = (
    r"(?:ordered|obtained|performed|requested|sent(?:\s(?:off|out))?|drawn|taken|tested|checked|measured|done|collected|"
    r"examined|evaluated|assessed|repeated|completed|analy[sz]ed|carried out|conducted|re-?examined|investigated|"
    r"screened|determined|undertaken|run|made|used|assayed|studied|searched)"
)
_RELATIVE = re.compile(  # ", a marker of damage, was": said between commas
    r",\s(?:which|that|who|as|an?|the|one of|taken|drawn|checked|collected|performed|sent|obtained|done|measured|"
    r"including|such as|namely)\s"
    rf"[^,;:]{{2,90}},\s(?={_BE}\b)",
    re.IGNORECASE,
)
_REPORTED = re.compile(  # "was sent on day 2 and the result came back"
    rf"\b(?:was|were|has been|have been|had been|being)\s(?:\w+ly\s|also\s|then\s|all\s|both\s|again\s)?{_DONE}\b"
    r"[^.;:]{0,70}?,?\s(?:and|but|which|with|(?=negative|positive))\s?"
    r"(?:(?:the|their|its|all)\s)?(?:(?:test\s)?(?:results?|findings?|outcomes?|values?|reports?|levels?)\s"
    r"|(?:it|these|they|both|all|this|again)\s){0,2}"
    rf"(?={_BE}\b|(?:again|all|both|also|found|to be)\b|$)",
    re.IGNORECASE,
)
_SCOPE = re.compile(  # "from the nasopharynx on day 3": where, how and when
    r"^\s*(?:(?:tests?|testing|assays?|stud(?:y|ies)|analys[ie]s|screen(?:ing)?|results?|titers?|titres?|levels?|panel|"
    r"swabs?|samples?|work-?up)\s){0,2}"
    r"(?:of|from|in|on|by|using|via|with|after|before|for|against|to|at|during|performed|obtained|taken|collected|done|"
    rf"sent|carried out)\s[^,;:.]{{2,70}}?\s(?={_BE}\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|but|while|whereas|although|showed|revealed|and the|and an?|because|that)\b",
    re.IGNORECASE,
)
_ANAPHORA = re.compile(  # "; however, all were", ", all results were reported as"
    r"(?:\b(?:and|but)|[,;](?:\s(?:and|but))?(?:\s?however,?)?)\s+"
    r"(?:(?:these|they|both|all|all of (?:these|them)|(?:the|their|all)(?:\s(?:the|tests?))? results|the result|which|"
    r"all of (?:which|them)|(?:the )?results? of which)"
    r"\s+(?:all\s+|both\s+)?(?:was|were|came back|returned|turned out)|"
    r"(?:all|both)(?=\s(?:reported|returned|found|resulted)\b))"
    r"\s*(?:all\s*|both\s*|also\s*)?(?:(?:reported|found|noted|returned|resulted)\s*(?:to be|as)?\s*)?$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:was|were|is|are|be|been|being|came|returned|resulted|tested|remained|remains|became|turned|found|showed|"
    r"revealed|stayed|proved|yielded|reported|demonstrated|had|appeared|normali[sz]ed|fell|dropped|declined|decreased|rose|increased|improved|recovered|went)\b|[:=(\t]|\s[-–—]\s*$",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:all|both|each|either|otherwise|likewise|again|also|therefore|thus|however|to be|as|study|studies|screens?|"
    r"screening|panels?|testing|antibod(?:y|ies)|serolog(?:y|ies)|assays?|findings?|resulted|appeared|seemed|within|"
    r"repeatedly|turned|into|parameters?|abs?|profiles?|drastic|dramatic|significant|marked|slight|mild|gradual|"
    r"progressive|rapid|sharp|steady|further|remarkable|considerable|moderate|severe|titers?|nasopharyngeal|oropharyngeal|swabs?|smears?|markers?|"
    r"always|tested|could not be|proved|proven|reported|immunologic(?:al)?|immunoassays?|serologic(?:al)?|viral|"
    r"observations?|outcomes?|evaluations?|determinations?|estimations?|measurements?|reports?|exams?|examinations?|"
    r"index|constantly|types?\s\d(?:(?:\s?[,/]\s?|\s(?:and|or)\s)\d)?)\b",
    re.IGNORECASE,
)
_MEMBER = r"(?!(?:he|she|it|they|who|which|that|but|a|an|the|his|her|while|whereas)\b)[\w/-]+(?:\s[\w/-]+){0,3}"
_UNKNOWN_MEMBERS = re.compile(
    rf"\s?(?:(?:levels?|tests?|enzymes?|counts?|serolog(?:y|ies)|antibod(?:y|ies))\s?)?(?:,\s{_MEMBER}){{0,3}},?\s(?:and|or)\s{_MEMBER}"
    r"\s(?:were|are|(?:all\s)?came back|returned)\s(?:(?:all|both|also|otherwise|within|repeatedly|each)\s)?"
    r"(?:(?:found|noted|reported)\s(?:to be\s|as\s)?)?",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"(?:,\s(?:including|such as|namely)\s|[\s(\[:=–—-]*)"
    r"(?:(?:(?:was|were) (?:found|detected|seen|noted|observed) in|reports?|"
    r"results?|findings?|levels?|values?|titers?|titres?|tests?|testing|serology|status|counts?|of|for|in|"
    r"the|a|an|his|her|their|on|by|through|via|to|serum|plasma|blood|urine|urinary|csf|against|antibod(?:y|ies)|antigens?|"
    r"respect|regarding|(?:presence|evidence) of|including|both|anti|ranges?|"
    r"baseline|initial|repeat(?:ed)?|follow-?up|previous|prior|subsequent|"
    r"but stable|and stable|any|either|total|concentrations?|laboratory|routine|all|other)[\s(\[:-]*){0,5}",
    re.IGNORECASE,
)
INCLUDED = re.compile(
    r"\s(?:[\w-]+\s){0,2}?(?:studies|tests?|testing|investigations?|work-?ups?|results?|serolog(?:y|ies)|findings?|labs|"
    r"screens?|markers?|antibodies|parameters|values|assays?|analyses)\s"
    r"(?:included|include|were|was|are|consisted of)[\s:]+"
    r"(?:(?:for|the|an?|those|tests?|testing|of)\s){0,3}(?:anti-?)?",
    re.IGNORECASE,
)
_STUDY_FIRST = re.compile(  # "normal | MRI and | urinalysis"
    r"\s(?:[\w-]+\s){0,2}(?:MRI|CT|ECG|EKG|EEG|electrocardiogra\w+|echocardiogra\w+|electroencephalogra\w+|"
    r"X-?rays?|radiogra\w+|ultraso\w+|imaging|examination|vital signs)(?:\s(?:scans?|findings|results))?"
    r"(?:,\s(?:[\w-]+\s){0,2}[\w-]+){0,2},?\s(?:and|or)\s(?:the\s|his\s|her\s)?",
    re.IGNORECASE,
)
_INCLUDING = re.compile(  # "were negative, | including hepatitis A virus, | EBV and CMV"
    r",?\s\(?(?:including|such as|namely)\s"
    r"(?:(?:the|both|anti|serum|antibod(?:y|ies)|IgM|IgG|tests?|for|against|to|of)[\s-]){0,3}"
    r"(?:[\w/-]+(?:\s[\w/-]+){0,3},\s){0,4}(?:[\w/-]+(?:\s[\w/-]+){0,3},?\s)?(?:and\s)?(?:anti-?)?",
    re.IGNORECASE,
)
_UNKNOWN_FOR = re.compile(  # "negative | for malaria parasites, Nocardia, and | HIV", "for germs, including | RSV"
    rf"\s(?:for|of)\s(?:{_MEMBER},\s){{0,3}}{_MEMBER},?\s(?:and|or|including|such as)\s(?:for\s|the\s|anti-?){{0,2}}",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|showed|revealed|then|with|without|after|before|due)\b", re.IGNORECASE
)
MAX_GAP = 90
_MAX_INTERRUPTED = 220


def is_anaphora(gap: str) -> bool:
    """Tell whether a gap takes a list up again: "... were sent, all of which were"."""
    return len(gap) <= _MAX_INTERRUPTED and _ANAPHORA.search(gap) is not None


def ends_list(gap: str) -> bool:
    """Tell whether a gap holds only further members of a list and its verb: ", and the ECG were"."""
    gap = without_doing(gap)
    if len(gap) > MAX_GAP or _UNKNOWN_MEMBERS.fullmatch(gap) is None:
        return False
    return len(_FINITE.findall(gap)) <= 1


def without_doing(gap: str) -> str:
    """Return a gap without what was done before the result: ", and the ECG were | done and | found to be"."""
    return _REPORTED.sub("were ", gap) if len(gap) <= _MAX_INTERRUPTED else gap


def is_study(gap: str) -> bool:
    """Tell whether a gap holds a study that is no laboratory test: "normal | MRI and | urinalysis"."""
    return _STUDY_FIRST.fullmatch(gap) is not None


def is_unknown_first(gap: str) -> bool:
    """Tell whether a gap holds only members that no lexicon knows: "negative | for Nocardia and | HIV"."""
    return len(gap) <= MAX_GAP and _UNKNOWN_FOR.fullmatch(gap) is not None and _FINITE.search(gap) is None


def is_including(gap: str) -> bool:
    """Tell whether a gap opens the list of what a result was said of: "were negative, | including | EBV and CMV"."""
    return _INCLUDING.fullmatch(gap) is not None


def without_relative(gap: str) -> str:
    """Return a gap without what is said between commas: ", drawn on arrival, was"."""
    return _RELATIVE.sub(" ", gap) if "," in gap and len(gap) <= _MAX_INTERRUPTED else gap


def core(gap: str) -> str:
    """Return a gap without clauses and phrases that only interrupt "the test ... was ... negative"."""
    if len(gap) > _MAX_INTERRUPTED:
        return gap
    gap = _RELATIVE.sub(" ", gap)
    gap = _REPORTED.sub(" was ", gap)
    scope = _SCOPE.match(gap)
    if scope is not None and not _CLAUSE.search(scope.group()):
        gap = " " + gap[scope.end() :]
    return gap


def is_predicate(gap: str, vocabulary: Vocabulary, *, verbal: bool) -> bool:
    """Tell whether a gap links a name to the result behind it.

    Parameters
    ----------
    verbal : the result is a verb by itself ("CRP normalised"), so the gap needs none.
    """
    left = core(gap)
    if len(left) > MAX_GAP or vocabulary.unknown(_FILLER.sub(" ", left).lstrip(" )]")) > 0:
        return False
    return verbal or _VERB.search(BRACKET.sub(" ", left)) is not None
