"""The choice of a recogniser: ``rules``, ``hybrid`` or ``scispacy:NAME``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from extract.errors import CasetabError

RULES = "rules"
HYBRID = "hybrid"
SCISPACY = "scispacy:"
_RELEASES = "https://github.com/allenai/scispacy#available-models"


def check_ner(choice: str) -> str:
    """Return the choice of a recogniser as the user wrote it.

    Raises
    ------
    CasetabError
        it is none of ``rules``, ``hybrid``, ``scispacy:NAME``, or the model is not installed.
    """
    if choice in (RULES, HYBRID):
        return choice
    if not choice.startswith(SCISPACY) or choice == SCISPACY:
        raise CasetabError(f"--ner {choice}: must be rules, hybrid or scispacy:NAME, such as scispacy:en_ner_bc5cdr_md")
    name = choice.removeprefix(SCISPACY)
    if not _is_there(name):
        raise CasetabError(
            f"--ner {choice}: no spaCy model of the name {name} is installed, and no folder is called so. scispaCy's"
            f" models are not on PyPI: take the address of the model for scispaCy 0.5.4 or later from {_RELEASES}"
            " and give it to pip install"
        )
    return choice


def ner_identity(choice: str) -> str:
    """Return what tells one recogniser's proposals from another's; the shipped weights are part of the code's hash."""
    if not choice.startswith(SCISPACY):
        return choice
    from extract.nlp.ner_source import load_scispacy

    meta = load_scispacy(choice.removeprefix(SCISPACY)).meta
    return f"{choice} {meta.get('lang')} {meta.get('name')} {meta.get('version')}"


def _is_there(name: str) -> bool:
    try:
        return Path(name).is_dir() or find_spec(name) is not None
    except (ImportError, ValueError):
        return False
