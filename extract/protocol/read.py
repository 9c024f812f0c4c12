"""Reads a protocol, and names all of its mistakes at once, each with its line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from extract.errors import CasetabError
from extract.protocol.columns import allowed_values
from extract.protocol.lines import AGAIN, Document, Place, Problem, read_lines
from extract.protocol.model import MODELS, Head, Named, Protocol, RecordVariable
from extract.protocol.names import Names, did_you_mean
from extract.rules.load import RuleSet

M = TypeVar("M", bound=BaseModel)

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
SOURCE = "_source"
RESERVED = frozenset({"article_id", "case_id"}) | {name for name in dir(BaseModel) if not name.startswith("_")}
_WANTED = {
    "string_type": "text (in quotes, where it is a number)",
    "float_type": "a number",
    "float_parsing": "a number",
}
_SHOWN = 60  # characters of a value that a message repeats


class ProtocolError(CasetabError):
    """A protocol cannot be used.

    Parameters
    ----------
    path : the file.
    problems : all that is wrong with it, in the order of its lines.
    """

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path = path
        self.problems = sorted(problems, key=lambda problem: problem.line)
        self.lines = [f"{path}:{p.line}: {p.text}" if p.line else f"{path}: {p.text}" for p in self.problems]
        many = len(self.lines) > 1
        super().__init__("\n".join([f"{path} has {len(self.lines)} mistakes:", *self.lines] if many else self.lines))


def read_protocol(path: Path, rules: RuleSet) -> Protocol:
    """Return the protocol in a YAML file.

    Raises
    ------
    ProtocolError
        with all that is wrong.
    """
    document = read_lines(path)
    found = list(document.problems)
    if document.content is None and found:
        raise ProtocolError(path, found)
    protocol = _validated(document, Names(rules), found)
    if protocol is None or found:
        raise ProtocolError(path, found)
    return protocol


def check_subjects(path: Path, protocol: Protocol, *, all_subjects: bool) -> None:
    """Raise where a variable asks for rows that a run does not write.

    Raises
    ------
    ProtocolError
        a variable asks for others than patients, and the run leaves these out.
    """
    if all_subjects:
        return
    found = [
        Problem(0, f"{name}: rows of {subject} are written with --all-subjects only; add it, or leave `subject` out")
        for name, variable in protocol.variables.items()
        if isinstance(variable, RecordVariable)
        for subject in variable.subject
        if subject != "patient"
    ]
    if found:
        raise ProtocolError(path, found)


def sha256(path: Path) -> str:
    """Return the SHA-256 of the protocol's file, for run.json."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _validated(document: Document, names: Names, found: list[Problem]) -> Protocol | None:
    content = document.content
    if not isinstance(content, dict):
        found.append(Problem(1, "a protocol has keys: `title`, `variables`; see docs/protocol.md"))
        return None
    head = _model(Head, {k: v for k, v in content.items() if k != "variables"}, (), document, names, found)
    given = content.get("variables")
    if not isinstance(given, dict) or not given:
        text = "`variables` is missing: names of columns with what stands in them: `sex: {table: cases, value: sex}`"
        found.append(Problem(document.line(("variables",)), text))
        return None
    found.extend(_names_problems(given, document))
    variables = {str(name): _variable(str(name), value, document, names, found) for name, value in given.items()}
    if head is not None:
        found.extend(_confusable(head, variables, document))
    if head is None or found:
        return None
    return Protocol.model_construct(**dict(head), variables=variables)


def _confusable(head: Head, variables: Mapping[str, Named | None], document: Document) -> Iterator[Problem]:
    """Yield the variables that have the word for "not reported" as a value."""
    for name, variable in variables.items():
        if variable is not None and head.not_reported in allowed_values(variable):
            text = f"not_reported: {head.not_reported!r} is a value of {name}; choose another word, such as NR"
            yield Problem(document.line(("not_reported",)), text)


def _variable(name: str, given: Any, document: Document, names: Names, found: list[Problem]) -> Named | None:
    """Return a variable; None where it has mistakes, which are added to ``found``."""
    place: Place = ("variables", name)
    name = name.partition(AGAIN)[0]
    if not isinstance(given, dict):
        text = f"{name}: what it is stands below it: `table`, conditions and `pick`"
        found.append(Problem(document.line(place), text))
        return None
    table = given.get("table")
    if not isinstance(table, str) or table not in MODELS:
        said = "`table` is missing" if table is None else f"there is no table {_short(table)}"
        text = f"{name}: {said}: {', '.join(MODELS)}{did_you_mean(str(table), list(MODELS)) if table else ''}"
        found.append(Problem(document.line((*place, "table")), text))
        return None
    return _model(MODELS[table], given, place, document, names, found)


def _model(
    model: type[M], given: Mapping[Any, Any], place: Place, document: Document, names: Names, found: list[Problem]
) -> M | None:
    """Return a model made of ``given``; None where it has mistakes, which are added to ``found``."""
    try:
        return model.model_validate({str(key): value for key, value in given.items()}, context=names)
    except ValidationError as error:
        before = f"{str(place[1]).partition(AGAIN)[0]}: " if place else ""
        for item in _merged(error):
            where = (*place, *item["loc"])
            found.append(Problem(document.line(where), before + _told(item, model, given)))
        return None


def _merged(error: ValidationError) -> Iterator[Mapping[str, Any]]:
    """Yield the mistakes; one that a union of types tells for each of its types is told once."""
    seen: set[tuple[Any, ...]] = set()
    for item in error.errors(include_url=False):
        where = tuple(part for part in item["loc"] if isinstance(part, int) or "[" not in part)
        if where not in seen:
            seen.add(where)
            yield {**item, "loc": where}


def _told(item: Mapping[str, Any], model: type[BaseModel], given: Mapping[Any, Any]) -> str:
    """Return what pydantic found wrong in words that a reviewer understands."""
    kind, where = item["type"], item["loc"]
    key = next((part for part in where[::-1] if isinstance(part, str)), "")
    if kind == "protocol":
        return f"{key}: {item['ctx']['text']}" if key in given else str(item["ctx"]["text"])
    if kind == "extra_forbidden":
        keys = sorted({field.alias or name for name, field in model.model_fields.items()})
        return f"unknown key {key!r}{did_you_mean(key, keys) or '; there are ' + ', '.join(keys)}"
    if kind == "missing" and isinstance(where[-1], str):
        return f"`{key}` is missing"
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", item["ctx"]["expected"])
        said = _short(item["input"])
        return f"{key}: {said} is not one of {', '.join(options)}{did_you_mean(str(item['input']), options)}"
    if where[0] in ("days", "plausible") and kind not in _WANTED:
        return f"{where[0]}: two numbers in brackets are wanted, such as [-7, 3]"
    return f"{key}: {_short(item['input'])} must be {_WANTED.get(kind, 'something else: ' + str(item['msg']))}"


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return f"a {'mapping' if isinstance(value, dict) else 'list'}"
    return repr(str(value)[:_SHOWN])


def _names_problems(given: Mapping[Any, Any], document: Document) -> Iterator[Problem]:
    """Yield what is wrong with the names of the variables."""
    seen: dict[str, str] = {}
    for key in given:
        name = str(key)
        line = document.line(("variables", name))
        if AGAIN in name:
            continue  # told where it was read
        if not NAME.fullmatch(name):
            told = f"{name!r} is no name for a column: a letter, then letters, digits and _{_better(name)}"
            yield Problem(line, told)
        elif name.endswith(SOURCE):
            yield Problem(line, f"{name}: names that end in {SOURCE} are those of the columns with the record_ids")
        elif name.lower() in RESERVED:
            yield Problem(line, f"{name}: casetab has a column or an attribute of this name; choose another")
        elif name.lower() in seen:
            yield Problem(line, f"{name} and {seen[name.lower()]} differ in capitals only; programs mix them up")
        seen.setdefault(name.lower(), name)


def _better(name: str) -> str:
    made = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return f"; did you mean {made}?" if NAME.fullmatch(made) else ""
