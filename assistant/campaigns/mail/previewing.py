"""Pictures of e-mails, at the widths and in the colours that customers see them in."""

from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.campaigns.browser import open_browser, refuse
from assistant.records.mails import Mail

WIDTHS = {"phone": 390, "desktop": 1280}
SCHEMES = ("light", "dark")
_HEIGHT = 844


def preview_mails(
    mails: Sequence[Mail],
    folder: Path,
    on_step: Callable[[int, int], None] = lambda done, total: None,
    browser: str | None = None,
) -> list[Path]:
    """PIECE-phone-light.png and so on of each mail: two widths, light and dark.

    Args:
        mails: filled, so that they look as a customer sees them.
        folder: where the pictures go.
        on_step: told of pictures taken, of all.
        browser: the program; None: Playwright's own.

    Raises:
        MissingPackage: there is no browser that can be driven.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    total = len(mails) * len(WIDTHS) * len(SCHEMES)
    with open_browser(browser) as chromium:
        for name, width in WIDTHS.items():
            for scheme in SCHEMES:
                context = chromium.new_context(
                    viewport={"width": width, "height": _HEIGHT},
                    color_scheme="dark" if scheme == "dark" else "light",
                    java_script_enabled=False,
                )
                page = context.new_page()
                page.route("**/*", refuse)
                for mail in mails:
                    page.set_content(mail.html, wait_until="load")
                    path = folder / f"{mail.piece}-{name}-{scheme}.png"
                    page.screenshot(path=str(path), full_page=True)
                    written.append(path)
                    on_step(len(written), total)
                context.close()
    return sorted(written)
