"""Errors that a user can act upon: what is wrong, where, and what to do next."""

from __future__ import annotations

from pathlib import Path


class CasetabError(Exception):
    """Base of all expected errors; its text is shown to the user without a traceback."""


class RulesError(CasetabError):
    """A rules file cannot be used.

    Parameters
    ----------
    path : the file at fault.
    line : its line, counted from 1; 0 where the file as a whole is meant.
    problem : what is wrong and how to mend it.
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {problem}")
