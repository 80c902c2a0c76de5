"""Reports: the workspace as one self-contained HTML file, and the quality of its data as another."""

from assistant.reports.data import Counts, ReportData, StageRun
from assistant.reports.page import render_quality_page, render_report, write_quality_page, write_report

__all__ = [
    "Counts",
    "ReportData",
    "StageRun",
    "render_quality_page",
    "render_report",
    "write_quality_page",
    "write_report",
]
