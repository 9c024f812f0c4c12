"""A folder salted with files that are made to break readers: each costs itself, and only itself."""

from __future__ import annotations

import io
import os
import random
import stat
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import RECORD_TABLES, rows_of

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

TEXT = "A 50-year-old man had a fever. Serum sodium was 128 mmol/L. He took aspirin 100 mg daily."
_LIMIT = 20  # s for one article: far more than any good one needs, also on a busy machine


def zip_bomb() -> bytes:
    """Return an archive of 100 MB of zeros in archives."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(10_000_000))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(10):
            archive.writestr(f"{i}.zip", inner.getvalue())
    return outer.getvalue()


def pdf(stream: bytes, *, pages: str = "3 0 R") -> bytes:
    """Return a PDF of one page whose content is a compressed stream."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{pages}] /Count 1 >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        start,
    )


def good_pdf() -> bytes:
    return pdf(zlib.compress(f"BT /F 1 Tf 1 5 Td ({TEXT}) Tj ET".encode()))


def article(body: str, head: str = "") -> bytes:
    return f"<?xml version='1.0'?>{head}<article><body>{body}</body></article>".encode()


def laughs(entity: str) -> bytes:
    """Return XML whose entity grows tenfold in each of ten steps."""
    steps = "".join(f'<!ENTITY {entity}{i} "{f"&{entity}{i - 1};" * 10}">' for i in range(1, 11))
    return article(f"<p>&{entity}10;</p>", f'<!DOCTYPE article [<!ENTITY {entity}0 "ha">{steps}]>')


def hostile_files(address: str) -> dict[str, bytes]:
    """Return files that hold no article, whatever is tried.

    Parameters
    ----------
    address : of a web server that must not hear of them.
    """
    chance = random.Random(0)
    noise = chance.randbytes(50_000)
    whole = good_pdf()
    image = b"\x89PNG\r\n\x1a\n" + noise
    parameter = f'<!DOCTYPE article [<!ENTITY % p SYSTEM "{address}/p"> %p;]>'
    files = {f"empty.{kind}": b"" for kind in ("txt", "pdf", "xml", "html")}
    files |= {f"noise.{kind}": noise for kind in ("txt", "pdf", "xml")}
    files |= {f"zeros.{kind}": bytes(100_000) for kind in ("txt", "pdf", "xml")}
    files |= {f"bomb.{kind}": zip_bomb() for kind in ("txt", "pdf", "xml")}
    files |= {f"picture.{kind}": image for kind in ("txt", "pdf", "xml")}
    files |= {f"blanks.{kind}": b" \r\n\t" * 10_000 for kind in ("txt", "pdf", "xml", "html")}
    files |= {f"cut{share}.pdf": whole[: len(whole) * share // 100] for share in (5, 10, 20, 35, 50, 60)}
    files |= {
        "header.pdf": b"%PDF-1.7\n",
        "pages.pdf": pdf(b"", pages="2 0 R"),
        "inflating.pdf": pdf(zlib.compress(bytes(30_000_000))),
        "picture_only.pdf": pdf(zlib.compress(b"q Q")),
        "laughs.xml": laughs("lol"),
        "laughs.nxml": laughs("haha"),
        "letter.pdf": TEXT.encode(),
        "program.txt": b"\x7fELF\x02\x01\x01" + noise,
        "parameter.xml": article("<p></p>", parameter),
        "deep.xml": article("<sec>" * 100_000 + "</sec>" * 100_000),
        "open.xml": article("<sec>" * 1_000).replace(b"</body></article>", b""),
        "squared.xml": article("<p>" + "&a;" * 50_000 + "</p>", f"<!DOCTYPE article [<!ENTITY a '{'a' * 50_000}'>]>"),
        "cut.xml": article(f"<p>{TEXT}</p>")[:-30],
        "other_root.xml": b"<html><body><p>x</p></body></html>",
        "no_body.xml": b"<?xml version='1.0'?><article/>",
        "liar.xml": "<?xml version='1.0' encoding='utf-16'?><article/>".encode("ascii"),
        "tagless.xml": TEXT.encode(),
        "unknown_encoding.xml": b"<?xml version='1.0' encoding='klingon'?><article/>",
        "deep.html": b"<html><body>" + b"<div>" * 100_000 + TEXT.encode() + b"</div>" * 100_000,
        "scripts.html": b"<html><script>" + b"x" * 100_000 + b"</script></html>",
        "frames.html": b"<html><frameset><frame src='http://localhost/'></frameset></html>",
    }
    return files


def harmless_files(address: str) -> dict[str, bytes]:
    """Return files that look odd, or would have something fetched, and hold an article nevertheless."""
    text = TEXT.encode()
    external = f'<!DOCTYPE article [<!ENTITY x SYSTEM "{address}/x">]>'
    local = '<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    nested = b"<div>" * 100 + f"<p>{TEXT}</p>".encode() + b"</div>" * 100
    return {
        "plain.txt": text,
        "new\nline.txt": text,
        "\N{GRINNING FACE}.txt": text,
        "=1+1.txt": text,
        "a,b;c\"d'.txt": text,
        "  blanks  .txt": text,
        "%s%n{0}.txt": text,
        "x" * 250 + ".txt": text,
        "\u202etxt.exe.txt": text,
        "CON.txt": text,
        "long_line.txt": text + b" " + b"and so on " * 50_000,
        "one_word.txt": text + b" " + b"x" * 500_000,
        "brackets.txt": text + b" " + b"(" * 50_000,
        "combining.txt": text + b" a" + "\u0301".encode() * 50_000,
        "returns.txt": text.replace(b". ", b".\r"),
        "utf16.txt": TEXT.encode("utf-16"),
        "nested.html": b"<html><body>" + nested + b"</body></html>",
        "good.pdf": good_pdf(),
        "external.xml": article(f"<p>{TEXT} &x;</p>", external),
        "local.xml": article(f"<p>{TEXT} &x;</p>", local),
    }


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a web server and the list of what it has been asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        running.shutdown()


def fill(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse some of the names")
def test_fifty_hostile_files_cost_themselves_only(
    casetab: Command, tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    hostile, harmless = hostile_files(address), harmless_files(address)
    fill(folder, hostile)
    fill(folder, harmless)
    (folder / os.fsdecode(b"no_utf8_\xff\xfe.txt")).write_bytes(b"")
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    (folder / "circle.txt").symlink_to(folder / "circle2.txt")
    (folder / "circle2.txt").symlink_to(folder / "circle.txt")
    (folder / "up").symlink_to(folder)
    (folder / "folder.txt").mkdir()
    bad = len(hostile) + 4
    assert bad >= 50
    done = casetab("run", folder, "--out", out, "-j", 2, "--time-limit", _LIMIT)
    rows = {row["source_file"]: row for row in rows_of(out, "articles")}
    failed = {name for name, row in rows.items() if row["status"] == "failed"}
    problems = {name: rows[shown(name)]["error"] for name in harmless if rows[shown(name)]["status"] != "ok"}
    assert problems == {}
    assert set(hostile) - failed == set()
    assert done.status == 1
    assert len(failed) == bad
    assert f"{bad} of {bad + len(harmless)} articles failed" in done.err
    assert all(rows[name]["error"] and "internal error" not in rows[name]["error"] for name in failed)
    assert asked == []
    assert "root:" not in (out / "sources" / "local.txt").read_text(encoding="utf-8")
    alone = tmp_path / "alone"
    alone.mkdir()
    fill(alone, harmless)
    assert casetab("run", alone, "--out", tmp_path / "clean", "-j", 1).status == 0
    for table in ("cases", *RECORD_TABLES):
        assert rows_of(out, table) == rows_of(tmp_path / "clean", table)
    assert len(rows_of(out, "labs")) >= len(harmless) - 1


def shown(name: str) -> str:
    """Return a file's name as a cell of ``articles.csv`` shows it."""
    return f"'{name}" if name.startswith("=") else name


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to an administrator")
def test_what_may_not_be_read_is_reported(casetab: Command, tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "closed").mkdir(parents=True)
    fill(folder, {"good.txt": TEXT.encode(), "secret.txt": TEXT.encode()})
    (folder / "secret.txt").chmod(0)
    (folder / "closed").chmod(0)
    try:
        assert casetab("run", folder, "--out", out, "-j", 1).status == 1
    finally:
        (folder / "closed").chmod(stat.S_IRWXU)
    errors = {row["source_file"]: row["error"] for row in rows_of(out, "articles")}
    assert errors["good.txt"] == ""
    assert "Permission denied" in errors["secret.txt"]
    assert "cannot be searched: Permission denied" in errors["closed"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
def test_a_pipe_that_nobody_writes_to_is_given_up_at_the_time_limit(casetab: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "never.txt")
    (tmp_path / "good.txt").write_text(TEXT, encoding="utf-8")
    inputs = (tmp_path / "never.txt", tmp_path / "good.txt")
    done = casetab("run", *inputs, "--out", tmp_path / "out", "-j", 1, "--time-limit", 3)
    assert done.status == 1
    rows = {row["article_id"]: row for row in rows_of(tmp_path / "out", "articles")}
    assert rows["good"]["status"] == "ok"
    assert rows["never"]["error"] == "never.txt: not done within 3 s; allow more with --time-limit"
