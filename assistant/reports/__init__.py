"""Reports: the workspace as one self-contained HTML file, its data's quality and a campaign's audit as others."""

from assistant.reports.audit import AuditData, render_audit
from assistant.reports.data import Counts, ReportData, StageRun
from assistant.reports.page import render_quality_page, render_report, write_page, write_quality_page, write_report

__all__ = [
    "AuditData",
    "Counts",
    "ReportData",
    "StageRun",
    "render_audit",
    "render_quality_page",
    "render_report",
    "write_page",
    "write_quality_page",
    "write_report",
]
