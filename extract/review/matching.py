"""Which decisions still hold for the rows of a run: all of them, unless casetab's rules have changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Keyed(Protocol):
    """A row as far as it matters here."""

    @property
    def key(self) -> str:
        """Its place and name."""

    @property
    def content(self) -> str:
        """A hash of what it says."""


class Decided(Keyed, Protocol):
    """A decision as far as it matters here."""

    @property
    def action(self) -> str:
        """What was decided."""

    @property
    def final(self) -> str:
        """A hash of what it says after the decision."""


@dataclass(frozen=True, slots=True)
class Key:
    """A row as far as decisions are matched with it."""

    key: str
    content: str


D = TypeVar("D", bound=Decided)


@dataclass(frozen=True, slots=True)
class Matched(Generic[D]):
    """The decisions of one reviewer beside the rows of one article.

    Attributes
    ----------
    decided : by the row's key, the decision that holds for it: the row says what it said, or what it was corrected to.
    changed : by the row's key, the decision on a row that stands there still, but says something else now.
    orphans : decisions on rows that the run no longer has.
    added : facts that the reviewer has added.
    """

    decided: dict[str, D] = field(default_factory=dict)
    changed: dict[str, D] = field(default_factory=dict)
    orphans: list[D] = field(default_factory=list)
    added: list[D] = field(default_factory=list)


def match(rows: Sequence[Keyed], decisions: Iterable[D]) -> Matched[D]:
    """Return which decision belongs to which row.

    A decision whose row says the same at another place in the order, or what it was corrected to, holds for it.
    An added fact that a later run finds by itself stays an addition.
    """
    by_key: dict[str, Keyed] = {row.key: row for row in rows}
    by_content: dict[str, str] = {}
    for each in rows:
        by_content.setdefault(each.content, each.key)
    found: Matched[D] = Matched()
    left: list[D] = []
    row: Keyed | None
    for one in decisions:
        row = by_key.get(one.key)
        if one.action == "add":
            found.added.append(one)
        elif row is not None and row.content in (one.content, one.final):
            found.decided[row.key] = one
        else:
            left.append(one)
    for one in left:
        moved = by_content.get(one.content) or by_content.get(one.final)
        if moved and moved not in found.decided:
            found.decided[moved] = one
        elif one.key in by_key and one.key not in found.decided:
            found.changed[one.key] = one
        else:
            found.orphans.append(one)
    for key in found.changed.keys() & found.decided.keys():
        found.orphans.append(found.changed.pop(key))
    return found
