"""A YAML file with the line of each of its keys and items, so that a complaint can name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""Keys and positions from the top of the file to a value: ("variables", "calcium", "days", 0)."""

AGAIN = "\0"
"""Stands in the name of a variable between its name, which another one has, too, and its line."""

_DEEPEST = 5  # levels of a protocol that have lines of their own
_BOOL = "tag:yaml.org,2002:bool"
_DATE = "tag:yaml.org,2002:timestamp"


@dataclass
class Problem:
    """A mistake in a protocol.

    Attributes
    ----------
    line : counted from 1; 0 where the file as a whole is meant.
    """

    line: int
    text: str


@dataclass
class Document:
    """What a YAML file says, and where.

    Attributes
    ----------
    lines : the lines of keys and of the items of lists.
    problems : what reading alone found wrong.
    """

    content: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest thing around it that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


class _Loader(yaml.SafeLoader):
    """YAML as editors check it (version 1.2): "no", "yes" and "on" are words, and so are dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_BOOL, _DATE)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"true|false", re.I), list("tTfF"))


def read_lines(path: Path) -> Document:
    """Read a YAML file; what is wrong with it stands in ``problems``, and ``content`` is None where it is no YAML."""
    document = Document()
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            document.problems.append(Problem(0, "the file is empty"))
            return document
        _walk(node, (), document)
        _rename_again(node)
        document.content = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        text = f"not valid YAML: {error.problem}; is a quote or the indentation wrong?"
        document.problems.append(Problem(line, text))
    except UnicodeDecodeError as error:
        document.problems.append(Problem(0, f"not UTF-8 ({error.reason}); save it as UTF-8"))
    except OSError as error:
        document.problems.append(Problem(0, f"cannot be read: {error.strerror}"))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        document.problems.append(Problem(0, f"not valid YAML: {error}"))
    return document


def _walk(node: yaml.Node, place: Place, document: Document) -> None:
    """Note the lines of a node's keys and items, and the keys that stand in it twice."""
    if len(place) >= _DEEPEST:
        return
    for key, line, value in _children(node):
        inner = (*place, key)
        if inner in document.lines and isinstance(key, str):
            document.problems.append(Problem(line, _twice(inner, document.lines[inner])))
            if place != ("variables",):
                continue
            inner = (*place, f"{key}{AGAIN}{line}")
        document.lines[inner] = line
        _walk(value, inner, document)


def _children(node: yaml.Node) -> Iterator[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            yield name, key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield number, item.start_mark.line + 1, item


def _rename_again(node: yaml.Node) -> None:
    """Give variables that have a name of another one a name of their own, so that both are read."""
    for key, _, value in _children(node):
        if key == "variables" and isinstance(value, yaml.MappingNode):
            seen: set[str] = set()
            for name, _ in value.value:
                if isinstance(name, yaml.ScalarNode) and name.value in seen:
                    name.value = f"{name.value}{AGAIN}{name.start_mark.line + 1}"
                elif isinstance(name, yaml.ScalarNode):
                    seen.add(name.value)


def _twice(place: Place, line: int) -> str:
    what = "variable" if len(place) == 2 and place[0] == "variables" else "key"
    return f"{what} {str(place[-1])!r} stands in line {line} already; rename or remove one of the two"
