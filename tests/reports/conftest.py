"""What the report's tests share: the grocer's records and the page made of them."""

import pytest
from report_grocer import grocer

from assistant.reports import ReportData, render_report


@pytest.fixture(scope="session")
def shop() -> ReportData:
    return grocer()


@pytest.fixture(scope="session")
def page_text(shop: ReportData) -> str:
    return render_report(shop)
