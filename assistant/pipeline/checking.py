"""What a text that was written elsewhere is held against, out of a workspace."""

from pathlib import Path

from assistant.config import load_brand, load_brief
from assistant.copywriting import channel_named, language_named
from assistant.copywriting.linting import CatalogueEntry, LintGround
from assistant.data import Tables
from assistant.errors import ConfigError
from assistant.pipeline.paths import Paths
from assistant.records import BrandKit, FactSheet
from assistant.workspace import Workspace, read_record

_WORDS = ("name", "category", "department", "brand", "package_size", "description")


def lint_ground(
    workspace: Workspace | None,
    channel: str,
    *,
    brief: Path | None = None,
    segment: str | None = None,
    language: str | None = None,
    market: str | None = None,
) -> LintGround:
    """The sources that a text may draw on.

    Args:
        workspace: its catalogue, brand kit and fact sheets; None: there is nothing but the brief.
        channel: where the text is to stand.
        brief: the campaign's TOML file.
        segment: whose facts the text may state.
        language: of the text; unset: the brief's first one, else English.
        market: whose law holds; unset: the brief's, else the United States'.

    Raises:
        ConfigError: the brief cannot be read, or a channel, language or segment is not known.
    """
    order = load_brief(brief) if brief else None
    said = language or (order.languages[0] if order else "en")
    channel_named(channel)
    language_named(said)
    return LintGround(
        channel=channel,
        language=said,
        market=market or (order.market if order else "US"),
        currency=workspace.settings.shop.currency if workspace else "USD",
        brief=order,
        brand=load_brand(workspace.brand) if workspace and workspace.brand.exists() else BrandKit(),
        catalogue=_catalogue(workspace) if workspace else {},
        sheet=_sheet(workspace, segment) if segment else None,
    )


def _catalogue(workspace: Workspace) -> dict[str, CatalogueEntry]:
    if not (workspace.data / "products.parquet").exists():
        return {}
    products = Tables(workspace.data).products
    words = [products[name].fill_null("") for name in _WORDS if name in products.columns]
    rows = products.select("name", price=products.price_minor, words=_joined(words)).distinct().execute()
    found = {}
    for name, group in rows.groupby("name", sort=False):
        prices = frozenset(int(price) for price in group["price"].dropna())
        found[str(name)] = CatalogueEntry(str(name), prices, " ".join(map(str, group["words"].unique())).lower())
    return found


def _joined(words: list[object]) -> object:
    joined = words[0]
    for word in words[1:]:
        joined = joined + " " + word  # type: ignore[operator]
    return joined


def _sheet(workspace: Workspace | None, segment: str) -> FactSheet:
    if workspace is None:
        raise ConfigError("--segment needs a workspace; go into one or name it with --workspace DIR.")
    folder = Paths(workspace).facts
    known = {path.stem.lower(): path for path in folder.glob("*.json")}
    if segment.lower() not in known:
        there = ", ".join(sorted(path.stem for path in known.values())) or "none yet: type `assistant segments fit`"
        raise ConfigError(f"There is no segment {segment!r}; there are {there}.")
    return read_record(known[segment.lower()], FactSheet)
