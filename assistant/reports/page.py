"""One HTML file from records: no network, no script but its own, every value escaped."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assistant.errors import WorkspaceError
from assistant.facts import format_money, format_percent
from assistant.reports import numbers
from assistant.reports.data import ReportData
from assistant.reports.heatmap import STEPS, TELLING, heat_rows, split
from assistant.reports.pieces import lay_out
from assistant.reports.portraits import portray
from assistant.reports.projection import WIDTH, project
from assistant.reports.receipts import Receipts
from assistant.reports.stability import stability_of
from assistant.workspace import write_atomic

# As many as the style sheet has; further segments take the first again and are told apart by their labels.
COLOURS = 8
# In the order they apply: what a width or a medium changes comes last.
STYLES = ("colours.css", "page.css", "charts.css", "cards.css", "media.css")


def render_report(data: ReportData) -> str:
    """The whole report as one HTML document; the same data gives the same text."""
    environment = _environment()
    style, script = "\n".join(map(_asset, STYLES)), _asset("report.js")
    receipts = Receipts(data)
    segments = data.segmentation.segments
    colours = {segment.segment: index % COLOURS + 1 for index, segment in enumerate(segments)}
    page = environment.get_template("report.html").render(
        data=data,
        colours=colours,
        names={segment.segment: segment.name for segment in segments},
        measured=_measured(data),
        projection=project(data.points, colours),
        width=WIDTH,
        heat=split(heat_rows(segments, data.currency)),
        steps=STEPS,
        telling=TELLING,
        stability=stability_of(data.segmentation),
        portraits=portray(data, colours, receipts),
        sheets=tuple(lay_out(campaign, number, receipts) for number, campaign in enumerate(data.campaigns, start=1)),
        receipts=receipts,
        policy=_policy(style, script),
        # These files are the package's own and hold no data; everything else is escaped.
        style=Markup(style),
        script=Markup(script),
    )
    return page + "\n"


def write_report(path: Path, data: ReportData) -> None:
    """Render and write aside, then rename, so that a reader never opens half a report.

    Raises:
        WorkspaceError: the file cannot be written there.
    """
    page = render_report(data)
    try:
        write_atomic(path, page)
    except OSError as error:
        raise WorkspaceError(
            f"The report could not be written to {path} ({error.strerror}); expected a folder that can be written "
            "to, name another file."
        ) from error


def _measured(data: ReportData) -> tuple[str, ...]:
    """What the segments were told apart by, in a reader's words where a trait has them."""
    labels = {trait.feature: trait.label for segment in data.segmentation.segments for trait in segment.traits}
    return tuple(labels.get(feature, feature) for feature in data.segmentation.features)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("assistant.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["numbers"] = numbers
    environment.globals["money"] = format_money
    environment.globals["percent"] = format_percent
    return environment


def _asset(name: str) -> str:
    loader = _environment().loader
    assert loader is not None
    return loader.get_source(_environment(), name)[0]


def _policy(style: str, script: str) -> str:
    """A content security policy under which only the page's own style and script count.

    Text that got past escaping would still not run: its hash is not listed, and there is nothing to connect to.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
