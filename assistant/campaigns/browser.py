"""A real browser that may reach nothing: pictures of e-mails, and pages as PDF."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.errors import MissingPackage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

_INSTALL = (
    "This needs a browser; type `pip install 'marketing-assistant[preview]'` and `playwright install chromium`, or "
    "install Chromium."
)


@contextmanager
def open_browser(program: str | None = None) -> "Iterator[Browser]":
    """Chromium without a window.

    Args:
        program: its file; None: Playwright's own.

    Raises:
        MissingPackage: there is none that can be driven.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise MissingPackage(_INSTALL) from None
    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox"])
        except Error as error:
            raise MissingPackage(f"{_INSTALL} ({str(error).splitlines()[0]})") from None
        try:
            yield browser
        finally:
            browser.close()


def print_pdf(page: str, program: str | None = None) -> bytes:
    """A page as the browser prints it on A4, with page numbers.

    Args:
        page: HTML that needs nothing beside itself.
        program: see `open_browser`.

    Raises:
        MissingPackage: there is no browser that can be driven.
    """
    with open_browser(program) as browser:
        opened = browser.new_page(java_script_enabled=False)
        opened.route("**/*", refuse)
        opened.set_content(page, wait_until="load")
        foot = (
            '<p style="font:8px sans-serif;width:100%;text-align:center">'
            '<span class="pageNumber"></span> / <span class="totalPages"></span></p>'
        )
        return opened.pdf(
            format="A4",
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=foot,
            outline=True,
            tagged=True,
        )


def refuse(route: "Route") -> None:
    """Let a page have nothing: a picture of the shop's own would say who looks at a preview, and when."""
    route.abort()
