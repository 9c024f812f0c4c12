"""The patients of the article: how many, how old, which sex, and which stretch of the text is about each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.ages import AgeMention, find_ages
from extract.nlp.cues import Cue, cue_table, find_cues
from extract.nlp.extensions import sentences, text_of
from extract.nlp.family import Relatives
from extract.nlp.grids import find_grids
from extract.nlp.model import BlockKind, Patient, Sentence
from extract.nlp.persons import FEMALE, MALE, Introduction, introduce
from extract.nlp.regions import CaseIndex, find_labels
from extract.nlp.subject import FAMILY, LITERATURE, OTHER, SubjectFinder, SubjectIndex, is_excerpt, subject_weights
from extract.rules.load import RuleSet, load_rules

for _name in ("subjects", "cases", "grids"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)

_TOLD = ("case", "", "abstract", "introduction", "discussion", "conclusion")
_FEWEST = 3  # mentions of one person that make a patient where no age and no "our patient" does
_FALLBACK = (
    ("case", ""),
    ("abstract",),
    ("introduction",),
    ("title",),
    ("discussion", "conclusion"),
    ("caption", "table", "other"),
)
_SAME_YEARS = 1.01  # "at the age of 44" and "45-year-old" may be the same person
_BABY_SENTENCES = 5


@dataclass
class _Story:
    """What is known of one patient while the text is read."""

    label: str = ""
    first: Introduction | None = None
    begins: int = 0
    sexes: Counter[str] = field(default_factory=Counter)


class PatientFinder:
    """Component ``casetab_patients``: assigns ``_.subjects``, ``_.patients`` and ``_.cases``."""

    def __init__(self, rules: RuleSet) -> None:
        self._table = cue_table(rules)
        self._subjects = SubjectFinder(subject_weights(rules), self._table)

    def __call__(self, doc: Doc) -> Doc:
        """Find the patients of ``doc``."""
        text, found, cues = text_of(doc), sentences(doc), find_cues(doc, self._table)
        ages = [list(find_ages(text, group)) for group in cues]
        doc._.grids = list(find_grids(text, found))
        subjects = self._subjects.find(doc, ages, doc._.grids)
        doc._.subjects = subjects
        reading = _Reading(text, found, cues, ages, subjects)
        stories = reading.stories()
        if not stories:
            subjects.tells_of_nobody()
        doc._.cases = CaseIndex.build(text, found, [(s.label, s.begins) for s in stories], reading.labels)
        species = [s.first.animal for s in stories if s.first is not None and s.first.animal]
        if species:
            warning = f"reports an animal: {', '.join(dict.fromkeys(species))}"
            doc.user_data.setdefault("warnings", []).append(warning)
        doc._.patients = reading.patients(stories, doc._.cases)
        relatives = Relatives(text, doc._.patients)
        for sentence, group in zip(found, cues, strict=True):
            if any(c.group in ("kin.noun", "subject.family") for c in group):
                subjects.relatives(relatives.spans(sentence, group))
        return doc


class _Reading:
    """One article's introductions and labels, from which the patients are told apart."""

    def __init__(
        self,
        text: str,
        found: Sequence[Sentence],
        cues: Sequence[Sequence[Cue]],
        ages: Sequence[Sequence[AgeMention]],
        subjects: SubjectIndex,
    ) -> None:
        self._text, self._found, self._cues, self._subjects = text, found, cues, subjects
        self.introductions = sorted(self._introductions(ages), key=lambda p: p.start)
        self.labels = find_labels(text, found)

    def stories(self) -> list[_Story]:
        """Return the patients; none where the article tells of no one."""
        return self._by_labels() or self._by_introductions()

    def patients(self, stories: Sequence[_Story], cases: CaseIndex) -> list[Patient]:
        """Return the finished patients."""
        own: list[list[int]] = [[] for _ in stories]
        for sentence in self._found if stories else ():
            if sentence.kind is not BlockKind.TABLE and self._is_own(sentence):
                own[cases.at(sentence.start) - 1].append(sentence.index)
        return [self._patient(n, story, own[n - 1]) for n, story in enumerate(stories, 1)]

    def _patient(self, number: int, story: _Story, own: Sequence[int]) -> Patient:
        first = story.first
        sex = first.sex if first is not None and first.sex else self._sex(own, first)
        start, end = (first.start, first.end) if first is not None else (0, 0)
        age = first.age if first is not None else None
        return Patient(
            number,
            story.label,
            start,
            end,
            age.years if age is not None else None,
            age.text if age is not None else "",
            sex,
        )

    def _is_own(self, sentence: Sentence) -> bool:
        return self._subjects.at(sentence.start) not in (LITERATURE, OTHER, FAMILY)

    def _introductions(self, ages: Sequence[Sequence[AgeMention]]) -> Iterator[Introduction]:
        for sentence, group, cues in zip(self._found, ages, self._cues, strict=True):
            bounds = (sentence.start, sentence.end)
            for age in group:
                if self._subjects.at(age.start) in (LITERATURE, OTHER) or sentence.section == "references":
                    continue
                yield introduce(self._text, bounds, sentence.index, age, cues)

    def _by_labels(self) -> list[_Story]:
        """Return the patients where each has a label ("Case 1", "Patient 2") and an introduction of its own."""
        heads = [label for label in self.labels if label.opens]
        if len({label.number for label in heads}) < 2:
            return []
        stories: list[_Story] = []
        seen: dict[int, _Story] = {}
        places = [p.start for p in self.introductions]
        for i, label in enumerate(heads):
            stop = heads[i + 1].start if i + 1 < len(heads) else len(self._text)
            first = _best(self.introductions[bisect_left(places, label.start) : bisect_left(places, stop)])
            if label.number in seen:
                story = seen[label.number]
                story.first = story.first or first
            elif first is not None:
                story = _Story(label.text, first, label.start)
                seen[label.number] = story
                stories.append(story)
        return stories if len(stories) > 1 else []

    def _by_introductions(self) -> list[_Story]:
        stories: list[_Story] = []
        for person in self._ordered():
            if person.kin or person.age is None or person.age.form == "at_age":
                continue
            same = next((s for s in stories if s.first is not None and _same(s.first, person)), None)
            if same is not None:
                if same.first is not None and not same.first.sex and person.sex:
                    same.sexes[person.sex] += 1
                continue
            if not stories or self._another(person, stories):
                stories.append(_Story("", person, self._found[person.sentence].start))
        if not stories:
            stories = self._without_age()
        stories.sort(key=lambda s: s.begins)
        return stories + self._newborn(stories)

    def _ordered(self) -> list[Introduction]:
        """Return the introductions, those of the case section first."""
        rank = {section: i for i, group in enumerate(_FALLBACK) for section in group}
        weak = ("newborn",)
        return sorted(
            self.introductions,
            key=lambda p: (
                rank.get(self._found[p.sentence].section, 9),
                p.age is not None and p.age.form in weak,
                p.start,
            ),
        )

    def _another(self, person: Introduction, stories: Sequence[_Story]) -> bool:
        sentence = self._found[person.sentence]
        if sentence.section not in ("case", "") or sentence.kind is not BlockKind.PARAGRAPH:
            return False
        if person.age is None or person.age.form not in ("old", "decade") or not person.new or not person.leads:
            return False
        if _SOMEBODY.search(self._text, sentence.start, person.start):
            return False
        first = stories[0].first
        return first is not None and self._found[first.sentence].section in ("case", "")

    def _without_age(self) -> list[_Story]:
        """Return the one patient of an article that gives no age; none where it tells of nobody."""
        own = [s for s in self._found if s.section in _TOLD and s.kind is BlockKind.PARAGRAPH and self._is_own(s)]
        counts = Counter(cue.group for s in own for cue in self._cues[s.index])
        if not counts["subject.own"] and counts["subject.person"] < _FEWEST:
            return [_Story()] if own and is_excerpt(self._text, self._found, self._cues) else []
        for sentence in own:
            for cue in self._cues[sentence.index]:
                plural = self._text[cue.end - 3 : cue.end].lower() in ("men", "les", "oys", "rls")
                if cue.group in ("sex.female", "sex.male") and not plural:
                    sex = cue.group.removeprefix("sex.")
                    person = Introduction(cue.start, cue.end, sentence.index, None, sex, True, True, False)
                    return [_Story("", person, sentence.start)]
        return [_Story()]

    def _newborn(self, stories: Sequence[_Story]) -> list[_Story]:
        """Return the newborn that the article follows beside its mother."""
        if len(stories) != 1 or stories[0].first is None or stories[0].first.sex != FEMALE:
            return []
        age = stories[0].first.age
        if age is None or not 12 <= age.years <= 55:
            return []
        about = [
            s
            for s in self._found
            if s.section in ("case", "")
            and s.kind is BlockKind.PARAGRAPH
            and _BABY.match(self._text, s.start, min(s.end, s.start + 60))
        ]
        if len(about) < _BABY_SENTENCES:
            return []
        born = about[0]
        text = self._text[born.start : born.start + 3000]
        sex = _baby_sex(text)
        match = _BABY.match(self._text, born.start, born.end)
        end = match.end() if match is not None else born.end
        mention = AgeMention(born.start, end, 0.0, self._text[born.start : end], "newborn")
        person = Introduction(born.start, end, born.index, mention, sex, True, True, False)
        return [_Story("", person, born.start)]

    def _sex(self, own: Sequence[int], first: Introduction | None) -> str:
        """Return the sex that nouns and pronouns of the patient's sentences tell; "" where they do not."""
        counts: Counter[str] = Counter()
        for i in own:
            for cue in self._cues[i]:
                if cue.group in ("sex.female", "sex.male"):
                    counts[cue.group.removeprefix("sex.")] += 2
                elif cue.group in ("pronoun.female", "pronoun.male"):
                    counts[cue.group.removeprefix("pronoun.")] += 1
                elif cue.group == "sex.pregnancy":
                    counts[FEMALE] += 2
            if first is not None and i > first.sentence + 40 and counts:
                break
        if not counts:
            return ""
        (sex, n), *rest = counts.most_common()
        return sex if not rest or n > rest[0][1] else ""


# "the differential diagnosis of dyspnoea in a 70-year-old woman" is about nobody
_SOMEBODY = re.compile(
    r"\b(?:differential|diagnos\w+|causes?|common|usual\w*|expected|risk)\b[^.;]*\b(?:in|of|for)\s$", re.IGNORECASE
)
_BABY = re.compile(
    r"(?:[\w\s,]{0,30}\b)?(?:the|this|a|her|both)\s(?:\w+\s){0,2}(?:baby|newborn|neonate"
    r"|infant)\b",
    re.IGNORECASE,
)
_HIS, _HER = re.compile(r"\b(?:his|he|scrot\w+|test[ei]s)\b"), re.compile(r"\b(?:her|she)\b")
_BABY_SEX = re.compile(r"\b(male|female|boy|girl)\b", re.IGNORECASE)


def _baby_sex(text: str) -> str:
    """Return the sex of a newborn from the text that begins with its birth; "" where it does not say."""
    match = _BABY_SEX.search(text)
    if match is not None:
        return MALE if match[1].lower() in ("male", "boy") else FEMALE
    return MALE if _HIS.search(text) else FEMALE if _HER.search(text) else ""


def _same(a: Introduction, b: Introduction) -> bool:
    if a.age is None or b.age is None:
        return True
    close = abs(a.age.years - b.age.years) < (_SAME_YEARS if not (a.new and b.new and a.leads and b.leads) else 0.01)
    return close and (not a.sex or not b.sex or a.sex == b.sex)


def _best(persons: Sequence[Introduction]) -> Introduction | None:
    """Return the person whom a numbered case introduces: told by age, early, not a relative of the patient."""

    def rank(person: Introduction) -> tuple[bool, bool, bool, int]:
        told = person.age is not None and person.age.form not in ("at_age", "newborn")
        return not told, person.kin and not person.leads, not (person.new or person.leads), person.start

    return min(persons, key=rank, default=None)


@Language.factory(
    "casetab_patients",
    requires=["doc._.sentences"],
    assigns=["doc._.patients"],
    default_config={"rules": []},
)
def make_patients(nlp: Language, name: str, rules: list[str]) -> PatientFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return PatientFinder(load_rules(rules))
