"""casetab: published medical case reports in, tables for a systematic review out.

``extract.text("...")`` and ``extract.files("folder")`` return the tables as pandas data frames, ``extract.load()``
returns the spaCy pipeline behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Tables", "__version__", "files", "load", "text"]

if TYPE_CHECKING:
    from extract.api import Tables, files, load, text


def __getattr__(name: str) -> Any:
    """Import the interface when it is first asked for: the command line starts faster without it."""
    if name in __all__:
        import extract.api

        return getattr(extract.api, name)
    raise AttributeError(f"module 'extract' has no attribute {name!r}")
