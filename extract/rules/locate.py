"""Where the shipped rules lie: inside the installed wheel, or beside extract/ in a checkout."""

from __future__ import annotations

from pathlib import Path


def builtin_rules() -> Path:
    """Return the folder of the rules that ship with casetab.

    Raises
    ------
    FileNotFoundError
        where neither place exists: the installation is broken.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"casetab's rules are missing beside {package}; install casetab again")
