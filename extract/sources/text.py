"""The reader of plain text files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from extract.sources.encoding import decode
from extract.sources.metadata import find_metadata
from extract.sources.model import SourceError, SourceText

# UTF-8 read as cp1252: a lead byte's character and the characters of its continuation bytes.
_MOJIBAKE = re.compile(r"â€.|Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Î[±²³´¼]|Â[\xa0-\xbf]|â‰[¤¥ˆ]")


def read_text(path: Path, article_id: str) -> SourceText:
    """Read a text file of any common encoding.

    Raises
    ------
    SourceError
        The file is empty, binary or cannot be opened.
    """
    data = read_bytes(path)
    decoded = decode(data)
    if decoded is None:
        raise SourceError(path, "not a text file (binary data)", "save it as plain text, or give it its true extension")
    if not decoded.text.strip():
        raise SourceError(path, "the file holds no text", "check the export it came from")
    return SourceText(
        article_id=article_id,
        path=path,
        format="txt",
        encoding=decoded.encoding,
        sha256=hashlib.sha256(data).hexdigest(),
        text=decoded.text,
        metadata=find_metadata(decoded.text),
        warnings=decoded.warnings + damage_warnings(decoded.text),
    )


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; a file that cannot be opened or is empty is a ``SourceError``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path, f"cannot be read: {error.strerror or error}", "check path and permissions") from error
    if not data:
        raise SourceError(path, "the file is empty", "check the export it came from")
    return data


def damage_warnings(text: str) -> tuple[str, ...]:
    """Report characters that were lost or doubly encoded before this file was written."""
    warnings = []
    lost = text.count("\N{REPLACEMENT CHARACTER}")
    if lost:
        first = text.find("\N{REPLACEMENT CHARACTER}")
        warnings.append(f"{lost} characters were lost before (U+FFFD), the first at offset {first}")
    doubled = sum(1 for _ in _MOJIBAKE.finditer(text))
    if doubled:
        warnings.append(f"{doubled} doubly encoded characters (mojibake)")
    return tuple(warnings)
