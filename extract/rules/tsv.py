"""Reader of the tab-separated rule files, with the file and the line in every complaint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.errors import RulesError


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a rules file: its cells by column name."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def many(self, column: str) -> list[str]:
        """Return the parts of a cell that holds a list separated by ``|``."""
        return [part.strip() for part in self[column].split("|") if part.strip()]

    def number(self, column: str) -> float | None:
        """Return a cell as a number; None where it is empty."""
        text = self[column]
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            raise self.error(f"column {column!r} must be a number, not {text!r}") from None

    def error(self, problem: str) -> RulesError:
        """Return an error that names this line."""
        return RulesError(self.path, self.line, problem)


def read_table(path: Path, required: Sequence[str]) -> list[Row]:
    """Read a rules file.

    Comment lines begin with ``#``; the first other line names the columns.

    Raises
    ------
    RulesError
        unreadable file, missing column, too many cells, or an empty first cell.
    """
    return list(_rows(path, required))


def _rows(path: Path, required: Sequence[str]) -> Iterator[Row]:
    columns: list[str] = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if not columns:
            columns = cells
            missing = [name for name in required if name not in columns]
            if missing:
                raise RulesError(path, number, f"the header lacks the column(s) {', '.join(missing)}")
            continue
        if len(cells) > len(columns):
            raise RulesError(path, number, f"{len(cells)} cells but {len(columns)} columns; is there a stray TAB?")
        if not cells[0]:
            raise RulesError(path, number, f"the first cell ({columns[0]}) is empty")
        yield Row(path, number, dict(zip(columns, cells, strict=False)))
    if not columns:
        raise RulesError(path, 0, "no header line; the first line must name the columns")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RulesError(path, 0, f"not UTF-8 ({error.reason}); save it as UTF-8") from None
    except OSError as error:
        raise RulesError(path, 0, f"cannot be read: {error.strerror}") from None
