"""One HTML file from records: no network, no script but its own, every value escaped."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assistant.errors import WorkspaceError
from assistant.facts import format_money, format_percent
from assistant.records.quality import DataQuality
from assistant.reports import numbers
from assistant.reports.axes import DRAWN
from assistant.reports.cautions import cautions_of
from assistant.reports.cohorts import retention_of
from assistant.reports.concentration import curve_of
from assistant.reports.contents import contents
from assistant.reports.data import ReportData
from assistant.reports.drift import moved_of
from assistant.reports.heatmap import STEPS, TELLING, heat_rows, split
from assistant.reports.lifetime import expected_of
from assistant.reports.pieces import lay_out
from assistant.reports.portraits import portray
from assistant.reports.projection import WIDTH, project
from assistant.reports.quality import quality_of
from assistant.reports.receipts import Receipts
from assistant.reports.rfm import grid_of
from assistant.reports.trust import trust_of
from assistant.workspace import write_atomic

# The package whose templates and styles every page has.
HOUSE = "assistant.reports"
# As many as the style sheet has; further segments take the first again and are told apart by their labels.
COLOURS = 8
# In the order they apply: what a width or a medium changes comes last.
STYLES = ("colours.css", "page.css", "charts.css", "plots.css", "cards.css", "media.css")
AUDIT_STYLES = ("colours.css", "page.css", "cards.css", "media.css", "audit.css")


def render_report(data: ReportData) -> str:
    """The whole report as one HTML document; the same data gives the same text."""
    groups = (*data.segmentation.segments, *data.audiences)
    carded = [group.segment for group in groups]
    receipts = Receipts(data.currency, data.as_of, data.sheets, data.documents, carded)
    colours = {segment.segment: index % COLOURS + 1 for index, segment in enumerate(data.segmentation.segments)}
    pictures = _pictures(data, colours)
    sheets = tuple(lay_out(campaign, number, receipts) for number, campaign in enumerate(data.campaigns, start=1))
    shown = {
        "shares", "apart", "segments", "trust", "making", "reading",
        *(section for section, picture in _SECTIONS.items() if pictures[picture]),
        *(("copy", "review") if sheets else ()),
    }  # fmt: skip
    return render_page(
        "report.html",
        "report.js",
        data=data,
        parts=contents(shown),
        colours=colours,
        names={segment.segment: segment.name for segment in groups},
        measured=_measured(data),
        width=WIDTH,
        heat=split(heat_rows(data.segmentation.segments, data.currency)),
        steps=STEPS,
        telling=TELLING,
        cautions=cautions_of(data),
        portraits=portray(data, colours, receipts),
        sheets=sheets,
        receipts=receipts,
        whole=False,
        **pictures,
    )


# Section -> the picture without which it is left out.
_SECTIONS = {
    "data": "quality",
    "revenue": "curve",
    "returning": "retention",
    "recency": "grid",
    "map": "projection",
    "moved": "moved",
    "worth": "expected",
}


def _pictures(data: ReportData, colours: dict[str, int]) -> dict[str, Any]:
    """What is drawn, each laid out or none."""
    grid = data.rfm or data.segmentation.grid
    projection = project(data.points, colours)
    return {
        "quality": quality_of(data.quality) if data.quality else None,
        "grid": grid_of(grid) if grid else None,
        "curve": curve_of(data.concentration) if data.concentration else None,
        "retention": retention_of(data.cohorts, f"{data.counts.first_day:%Y-%m}") if data.cohorts else None,
        "projection": projection if projection.points else None,
        "trust": trust_of(data.segmentation, data.certificate),
        "moved": moved_of(data.drift, _labels(data)) if data.drift else None,
        "expected": expected_of(data.lifetime) if data.lifetime else None,
    }


def write_report(path: Path, data: ReportData) -> None:
    """Render and write aside, then rename, so that a reader never opens half a report.

    Raises:
        WorkspaceError: the file cannot be written there.
    """
    write_page(path, render_report(data))


def render_quality_page(quality: DataQuality, title: str) -> str:
    """What was read, with every file, reason and column unfolded, as one HTML document without a script."""
    return render_page("quality.html", title=title, quality=quality_of(quality), whole=True)


def write_quality_page(path: Path, quality: DataQuality, title: str) -> None:
    """Render the page of the data's quality and write it as `write_report` does.

    Args:
        path: the file, `quality.html` by custom.
        quality: of the workspace's data.
        title: the shop, as the reader knows it.

    Raises:
        WorkspaceError: the file cannot be written there.
    """
    write_page(path, render_quality_page(quality, title))


def write_page(path: Path, page: str) -> None:
    """Write a page aside, then rename.

    Raises:
        WorkspaceError: the file cannot be written there.
    """
    try:
        write_atomic(path, page)
    except OSError as error:
        raise WorkspaceError(
            f"The report could not be written to {path} ({error.strerror}); expected a folder that can be written "
            "to, name another file."
        ) from error


def render_page(
    template: str, script: str = "", styles: Sequence[str] = STYLES, package: str = HOUSE, **values: object
) -> str:
    """A page of the house: its own style and script, and a policy under which nothing else counts.

    Args:
        template: its file, which may extend and import those of the house.
        script: its file; empty: none.
        styles: their files, in the order they apply.
        package: whose folder `templates` is looked in first; what it lacks is the house's.
        values: what the template shows.
    """
    style = "\n".join(_asset(name, package) for name in styles)
    code = _asset(script, package) if script else ""
    page = (
        _environment(package)
        .get_template(template)
        .render(
            policy=_policy(style, code),
            # These files are the package's own and hold no data; everything else is escaped.
            style=Markup(style),
            script=Markup(code),
            **values,
        )
    )
    return page + "\n"


def _measured(data: ReportData) -> tuple[str, ...]:
    """What the segments were told apart by, in a reader's words where a trait has them."""
    labels = _labels(data)
    return tuple(labels.get(feature, feature) for feature in data.segmentation.features)


def _labels(data: ReportData) -> dict[str, str]:
    """Feature -> what a reader calls it."""
    return {trait.feature: trait.label for segment in data.segmentation.segments for trait in segment.traits}


@cache
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(own) for own in dict.fromkeys((package, HOUSE))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["numbers"] = numbers
    environment.globals["drawn"] = DRAWN
    environment.globals["money"] = format_money
    environment.globals["percent"] = format_percent
    return environment


def _asset(name: str, package: str) -> str:
    environment = _environment(package)
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _policy(style: str, script: str) -> str:
    """A content security policy under which only the page's own style and script count.

    Text that got past escaping would still not run: its hash is not listed, and there is nothing to connect to.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'" if script else "script-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
