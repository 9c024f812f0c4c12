"""Tables ``cases`` and ``articles``: who was reported, and what was read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from extract.records.common import Table


class Case(Table):
    """A patient of an article."""

    case_id: Annotated[str, Field(description="ARTICLE#1, ARTICLE#2, ...")]
    article_id: Annotated[str, Field(description="the input file's stem")]
    label: Annotated[str, Field(description="what the article calls the patient, such as Case 2")] = ""
    age_years: Annotated[float | None, Field(description="age", json_schema_extra={"unit": "a"})] = None
    age_text: Annotated[str, Field(description="age as written")] = ""
    sex: Annotated[Literal["female", "male", ""], Field(description="sex as reported")] = ""
    followup_days: Annotated[float | None, Field(description="last follow-up", json_schema_extra={"unit": "d"})] = None
    outcome: Annotated[
        Literal["recovered", "improved", "unchanged", "worsened", "died", ""], Field(description="outcome")
    ] = ""
    outcome_text: Annotated[str, Field(description="outcome as written")] = ""
    diagnosis_text: Annotated[str, Field(description="diagnosis as written")] = ""
    quote: Annotated[str, Field(description="verbatim slice of the source that introduces the patient")] = ""
    start: Annotated[int | None, Field(description="offset of the quote in the decoded source text")] = None
    end: Annotated[int | None, Field(description="offset of the first character after the quote")] = None
    n_labs: Annotated[int, Field(description="rows in labs")] = 0
    n_muscle_grades: Annotated[int, Field(description="rows in muscle_grades")] = 0
    n_levels: Annotated[int, Field(description="rows in levels")] = 0
    n_drugs: Annotated[int, Field(description="rows in drugs")] = 0
    n_scores: Annotated[int, Field(description="rows in scores")] = 0


class Article(Table):
    """An input file and what became of it."""

    article_id: Annotated[str, Field(description="the input file's stem, made unique where two are equal")]
    source_file: Annotated[str, Field(description="the file, relative to the input named on the command line")]
    format: Annotated[str, Field(description="txt, xml, html or pdf")] = ""
    encoding: Annotated[str, Field(description="character encoding found")] = ""
    sha256: Annotated[str, Field(description="SHA-256 of the file's bytes")] = ""
    title: Annotated[str, Field(description="title")] = ""
    doi: Annotated[str, Field(description="DOI")] = ""
    pmid: Annotated[str, Field(description="PubMed identifier")] = ""
    journal: Annotated[str, Field(description="journal")] = ""
    year: Annotated[str, Field(description="year of publication")] = ""
    n_words: Annotated[int, Field(description="words read")] = 0
    n_cases: Annotated[int, Field(description="patients found")] = 0
    status: Annotated[Literal["ok", "failed", "empty"], Field(description="whether the file was read")]
    error: Annotated[str, Field(description="what went wrong and what to do")] = ""
    warnings: Annotated[str, Field(description="what a reader should know, separated by ' | '")] = ""
