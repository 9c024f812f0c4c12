"""The report: all parts put together in one page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from extract.report.flow import Flow
from extract.report.frequent import Frequent
from extract.report.lab_values import LabValues
from extract.report.model import Part, Section, written
from extract.report.patients import Patients
from extract.report.plots import style, svg
from extract.report.reported import Reported
from extract.report.strength import Strength
from extract.report.tables import RunFolder
from extract.report.timelines import Timelines
from extract.report.variables import Variables
from extract.run.write import REPORT, writing
from extract.tables.csv import whole_file
from extract.tables.quotes import templates, write_page


@dataclass(frozen=True)
class Written:
    """What a report holds."""

    path: Path
    articles: int
    plots: int


def write_report(run: Path, out: Path | None = None) -> Written:
    """Write the report of a run, and a page of quotes for each article into the run's folder.

    The same folder gives the same bytes.

    Parameters
    ----------
    run : the folder that ``casetab run`` wrote.
    out : the page; report.html in that folder where None.

    Raises
    ------
    CasetabError
        the tables are missing or cannot be read, or the report cannot be written.
    """
    folder = RunFolder(run)
    path = out or run / REPORT
    flow, variables = Flow(), Variables(folder.fields, folder.missing)
    described: list[Part] = [variables] if folder.fields else []
    parts: list[Part] = [flow, *described, Patients(), Reported(), Strength(), Timelines(), Frequent(), LabValues()]
    with writing(run), style():
        for article in folder.articles():
            write_page(run, article.article, article.tables)
            for part in parts:
                part.add(article)
        sections = [part.section() for part in parts]
        missing = variables.missing() if folder.fields else None
        if missing is not None:
            sections.insert(2, missing)
        content = _render(folder, flow, sections, _way(path, run))
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as stream:
            stream.write(content)
    return Written(path, flow.articles, sum(len(section.plots) for section in sections))


def _render(folder: RunFolder, flow: Flow, sections: Sequence[Section], way: str) -> str:
    pictures = {plot.id: svg(plot.figure, plot.id, plot.alt) for section in sections for plot in section.plots}
    template = templates("extract.report").get_template("report.html")
    return template.render(
        about=folder.about,
        reviewed=folder.reviewed,
        rules=str(folder.about.get("rules", ""))[:12],
        all_subjects=bool(folder.about.get("options", {}).get("all_subjects")),
        articles=flow.articles,
        unread=flow.unread(),
        sections=sections,
        pictures=pictures,
        way=way,
        written=written,
    )


def _way(path: Path, run: Path) -> str:
    """Return what stands before an address in the run's folder, seen from the report."""
    try:
        between = os.path.relpath(run.resolve(), path.resolve().parent)
    except ValueError:  # on another drive
        return f"{run.resolve().as_uri()}/"
    return "" if between == "." else f"{quote(Path(between).as_posix())}/"


