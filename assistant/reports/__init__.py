"""Reports: the workspace as one self-contained HTML file."""

from assistant.reports.data import Counts, ReportData, StageRun
from assistant.reports.page import render_report, write_report

__all__ = ["Counts", "ReportData", "StageRun", "render_report", "write_report"]
