"""GA4GH Phenopackets v2 (ISO 4454:2022): one for each patient, by the library ``phenopackets``.

Only what has a sure code in an ontology goes into a phenopacket; what has none is counted as left out. The text of each
fact and the row it comes from stand in the fact's description. Nothing depends on when a file was written: ``created``
is the Unix epoch, as the time of a run is no fact of the article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from extract.export.model import Cells, ExportArticle, Format

_CREATED = "1970-01-01T00:00:00Z"
_SCHEMA = "2.0"

# prefix -> resource; LOINC and the NCI Thesaurus never give a code another meaning, so that any release will do
_RESOURCES: dict[str, dict[str, str]] = {
    "LOINC": {
        "id": "loinc",
        "name": "Logical Observation Identifiers Names and Codes",
        "url": "https://loinc.org",
        "version": "any",
        "iriPrefix": "https://loinc.org/",
    },
    "UCUM": {
        "id": "ucum",
        "name": "Unified Code for Units of Measure",
        "url": "https://ucum.org",
        "version": "2.1",
        "iriPrefix": "https://ucum.org/ucum#",
    },
    "DrugBank": {
        "id": "drugbank",
        "name": "DrugBank",
        "url": "https://go.drugbank.com",
        "version": "any",
        "iriPrefix": "https://go.drugbank.com/drugs/",
    },
    "NCIT": {
        "id": "ncit",
        "name": "NCI Thesaurus",
        "url": "http://purl.obolibrary.org/obo/ncit.owl",
        "version": "any",
        "iriPrefix": "http://purl.obolibrary.org/obo/NCIT_",
    },
    "HP": {
        "id": "hp",
        "name": "Human Phenotype Ontology",
        "url": "http://purl.obolibrary.org/obo/hp.owl",
        "version": "any",
        "iriPrefix": "http://purl.obolibrary.org/obo/HP_",
    },
}
# LOINC answers of presence tests
_ANSWERS = {"positive": ("LOINC:LA6576-8", "Positive"), "negative": ("LOINC:LA6577-6", "Negative")}
_PRESENCE = frozenset({"antibody", "antigen", "nucleic acid"})  # kinds whose LOINC code asks "present?"
# routes of administration as the FDA's structured product labels code them
_ROUTES = {
    "oral": ("NCIT:C38288", "Oral Route of Administration"),
    "intravenous": ("NCIT:C38276", "Intravenous Route of Administration"),
    "subcutaneous": ("NCIT:C38299", "Subcutaneous Route of Administration"),
    "intramuscular": ("NCIT:C28161", "Intramuscular Route of Administration"),
    "topical": ("NCIT:C38304", "Topical Route of Administration"),
    "inhaled": ("NCIT:C38216", "Inhalation Route of Administration"),
    "intrathecal": ("NCIT:C38267", "Intrathecal Route of Administration"),
}
_WEAKNESS = ("HP:0001324", "Muscle weakness")
_SEXES = {"female": "FEMALE", "male": "MALE"}
_DAYS = 365.25  # of a year, as casetab turns ages in days into years


def write_phenopackets(article: ExportArticle, left_out: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield a file for each patient of an article."""
    from google.protobuf.json_format import MessageToJson, ParseDict
    from phenopackets.schema.v2.phenopackets_pb2 import Phenopacket

    for case in article.tables["cases"]:
        rows = {table: [row for row in found if _of(row, case)] for table, found in article.tables.items()}
        packet = ParseDict(_packet(article, case, rows, left_out), Phenopacket())
        number = case["case_id"].rpartition("#")[2]
        yield f"{article.id}-{number}.json", MessageToJson(packet, indent=1, ensure_ascii=False) + "\n"


def _of(row: Cells, case: Cells) -> bool:
    return row.get("case_id") == case["case_id"] and row.get("subject", "patient") == "patient"


def _packet(
    article: ExportArticle, case: Cells, rows: Mapping[str, list[dict[str, str]]], left_out: Counter[str]
) -> dict[str, Any]:
    """Return a phenopacket as its JSON."""
    packet = {
        "id": case["case_id"],
        "subject": _subject(case),
        "phenotypicFeatures": list(_features(rows["muscle_grades"])),
        "measurements": [m for m in (_measurement(row, left_out) for row in rows["labs"]) if m],
        "medicalActions": list(_actions(rows["drugs"], left_out)),
    }
    left_out["muscle grades (only that there is weakness)"] += len(rows["muscle_grades"])
    left_out["spinal levels"] += len(rows["levels"])
    left_out["scores"] += len(rows["scores"])
    left_out["diagnoses and outcomes other than death"] += bool(case.get("diagnosis_text")) + bool(
        case.get("outcome") not in ("", None, "died")
    )
    return {**packet, "metaData": _meta(article, packet)}


def _subject(case: Cells) -> dict[str, Any]:
    subject: dict[str, Any] = {"id": case["case_id"], "sex": _SEXES.get(case.get("sex", ""), "UNKNOWN_SEX")}
    if case.get("age_years"):
        subject["timeAtLastEncounter"] = {"age": {"iso8601duration": iso_age(float(case["age_years"]))}}
    if case.get("outcome") == "died":
        subject["vitalStatus"] = {"status": "DECEASED"}
    return subject


def iso_age(years: float) -> str:
    """Return an age as an ISO 8601 duration: in years and months, below two years in days where months do not fit."""
    months = round(years * 12)
    if months and (years >= 2 or abs(years * 12 - months) < 0.02):
        whole, rest = divmod(months, 12)
        return "P" + (f"{whole}Y" if whole else "") + (f"{rest}M" if rest else "")
    return f"P{round(years * _DAYS)}D"


def _class(code: tuple[str, str]) -> dict[str, str]:
    return {"id": code[0], "label": code[1]}


def _told(row: Cells) -> str:
    """Return which row says something, how, and when: a time that counts from presentation has no place of its own."""
    day = f"day {row['time_days']}" if row.get("time_days") else ""
    time = ", ".join(part for part in (row.get("when", ""), day) if part)
    return f"{row['record_id']}: {' '.join(row['quote'].split())}" + (f" [{time}]" if time else "")


def _measurement(row: Cells, left_out: Counter[str]) -> dict[str, Any] | None:
    """Return a laboratory result in the unit that its LOINC code has; None, counted, where it cannot be said."""
    value, why = _value(row)
    if value is None:
        left_out[f"laboratory results {why}"] += 1
        return None
    return {"description": _told(row), "assay": _class((f"LOINC:{row['loinc']}", row["analyte"])), "value": value}


def _value(row: Cells) -> tuple[dict[str, Any] | None, str]:
    if not row.get("loinc"):
        return None, "without a LOINC code"
    if row.get("assertion") != "present":
        return None, "that are denied or uncertain"
    kind, has_unit = _analyte(row["analyte"])
    if not row.get("value"):
        answer = _ANSWERS.get(row.get("result", ""))
        if answer is None or has_unit or kind not in _PRESENCE:
            return None, "in words without a code"
        return {"ontologyClass": _class(answer)}, ""
    if row.get("comparator", "=") != "=" or row.get("value_high"):
        return None, "that are a limit or a range"
    if has_unit and row.get("value_conventional"):
        unit = row["unit_conventional"]
        return _quantity(row["value_conventional"], unit), ""
    if not has_unit and not row.get("unit") and kind not in _PRESENCE:
        return _quantity(row["value"], "1"), ""
    return None, "without a unit, or in one that does not fit the LOINC code"


def _quantity(value: str, unit: str) -> dict[str, Any]:
    return {"quantity": {"unit": _class((f"UCUM:{unit}", unit)), "value": float(value)}}


def _analyte(name: str) -> tuple[str, bool]:
    """Return the kind of an analyte and whether it has a unit."""
    from extract.rules.load import load_rules

    entry = load_rules().entry("analyte", name)
    return (entry["kind"], bool(entry["unit_conventional"])) if entry is not None else ("", True)


def _features(grades: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield muscle weakness, once, where a muscle was graded below 5."""
    for row in grades:
        if row.get("assertion") == "present" and row.get("grade") and float(row["grade"]) < 5:
            yield {"description": _told(row), "type": _class(_WEAKNESS)}
            return


def _actions(drugs: list[dict[str, str]], left_out: Counter[str]) -> Iterator[dict[str, Any]]:
    """Yield each drug and route once. A dose would need the day on which it began and ended."""
    seen = set()
    for row in drugs:
        if not row.get("drugbank_id"):
            left_out["drugs without a DrugBank identifier"] += 1
            continue
        if row.get("assertion") != "present" or row.get("status") == "withheld":
            left_out["drugs not given, or perhaps given"] += 1
            continue
        left_out["doses of drugs"] += bool(row.get("dose_value"))
        route = _ROUTES.get(row.get("route", ""))
        if (row["drugbank_id"], route) in seen:
            continue
        seen.add((row["drugbank_id"], route))
        treatment: dict[str, Any] = {"agent": _class((f"DrugBank:{row['drugbank_id']}", row["drug"]))}
        if route is not None:
            treatment["routeOfAdministration"] = _class(route)
        yield {"treatment": treatment}


def _meta(article: ExportArticle, packet: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a phenopacket says of itself: its ontologies, its article, the program that made it."""
    used = {identifier.partition(":")[0] for identifier in _identifiers(packet)}
    resources = [{**about, "namespacePrefix": prefix} for prefix, about in _RESOURCES.items() if prefix in used]
    meta: dict[str, Any] = {
        "created": _CREATED,
        "createdBy": f"casetab {article.about.get('casetab', '')}".strip(),
        "resources": resources,
        "phenopacketSchemaVersion": _SCHEMA,
    }
    references = [f"{name.upper()}:{article.cells[name]}" for name in ("doi", "pmid") if article.cells.get(name)]
    if references:
        title = article.cells.get("title", "")
        meta["externalReferences"] = [{"id": reference, "description": title} for reference in references]
    return meta


def _identifiers(part: Any) -> Iterator[str]:
    """Yield the codes of ontologies in a phenopacket's JSON."""
    if isinstance(part, list):
        for each in part:
            yield from _identifiers(each)
    elif isinstance(part, dict):
        if part.keys() == {"id", "label"}:
            yield part["id"]
        for each in part.values():
            yield from _identifiers(each)


PHENOPACKETS = Format(write_phenopackets, False, {})
"""GA4GH Phenopackets v2."""
