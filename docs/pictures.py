"""Takes the pictures of README.md and docs/report.md: python docs/pictures.py RUN, with Chromium on the PATH.

RUN is the folder of a run over corpus/articles with corpus/protocol.yaml; the name of the folder is in the picture.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PLACE = Path(__file__).resolve().parent / "images"
PLOTS = ("strength-change", "timeline-cases")  # those of docs/report.md
ARTICLE = "report_thyrotoxic_paralysis"
SIZE = {"width": 1180, "height": 720}
_ADDRESS = re.compile(r"http://\S+")
_CASETAB = (sys.executable, "-c", "from extract.cli import main; main()")


def main(run: Path) -> None:
    """Take the pictures."""
    PLACE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        report(page, run)
        review(page, run)
        browser.close()
    for picture in PLACE.glob("*.png"):
        with Image.open(picture) as full:
            full.convert("RGB").quantize(64).save(picture, optimize=True)


def report(page: Page, run: Path) -> None:
    """Take the variables of the protocol in the report."""
    page.goto((run / "report.html").resolve().as_uri())
    page.get_by_role("heading", name="Variables of the protocol").scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.querySelector('#variables, section:nth-of-type(2)').offsetTop)")
    page.screenshot(path=PLACE / "report.png")
    shown = ", ".join(f"#{name}" for name in PLOTS)
    hidden = f"header, h2, section > p, figure:not({shown}), section:not(:has({shown})), details"
    page.add_style_tag(
        content=f"{hidden} {{ display: none }} section, .plots {{ margin: 0; padding: 0; gap: 0 }}"
        " figure { margin: 12px 0 0 } body { padding: 0 }"
    )
    page.locator("main").screenshot(path=PLACE / "plots.png")


def review(page: Page, run: Path) -> None:
    """Take an article beside its rows, the third of them selected."""
    command = [*_CASETAB, "review", str(run), "--reviewer", "Ada", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            address = next(found.group() for line in server.stderr if (found := _ADDRESS.search(line)))
            page.goto(address)
            page.locator(f"a[href$='id={ARTICLE}']").first.click()
            for key in ("a", "a", "j"):
                page.keyboard.press(key)
                page.wait_for_timeout(400)
            page.screenshot(path=PLACE / "review.png")
        finally:
            server.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
