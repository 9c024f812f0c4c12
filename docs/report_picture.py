"""Writes docs/report.png, a part of the report over corpus/articles: python docs/report_picture.py REPORT.

REPORT is the report.html of a run over corpus/articles with corpus/protocol.yaml. Needs Playwright and a browser
(chromium, or the one that CASETAB_BROWSER names).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).resolve().parent / "report.png"
SHOWN = ("strength-change", "timeline-cases")
_WIDTH, _GAP = 1000, 12


def take(report: Path) -> None:
    """Write the picture of the plots shown, one below the other."""
    browser = shutil.which(os.environ.get("CASETAB_BROWSER", "chromium"))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = started.new_page(viewport={"width": _WIDTH, "height": 900})
        page.goto(report.resolve().as_uri())
        shown = ", ".join(f"#{name}" for name in SHOWN)
        hidden = f"header, h2, section > p, figure:not({shown}), section:not(:has({shown})), details"
        page.add_style_tag(
            content=f"{hidden} {{ display: none }} section, .plots {{ margin: 0; padding: 0; gap: 0 }}"
            f" figure {{ margin: {_GAP}px 0 0 }} body {{ padding: 0 }}"
        )
        page.locator("main").screenshot(path=PICTURE)
        started.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    take(Path(sys.argv[1]))
