"""`assistant init`: a workspace."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from assistant.cli.output import say
from assistant.config import Settings, ShopSettings
from assistant.errors import ConfigError
from assistant.workspace import SETTINGS_FILE, Workspace, write_atomic

app = typer.Typer(add_completion=False)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    name: Annotated[str, typer.Option(help="The shop's name, as customers know it.")] = "The shop",
    currency: Annotated[str, typer.Option(help="ISO 4217 code of every amount.")] = "USD",
) -> None:
    """Make a workspace: settings, and a brief to start from."""
    try:
        settings = Settings(shop=ShopSettings(name=name, currency=currency))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"--{first['loc'][0]} is {first['input']!r}; {first['msg'][:1].lower()}{first['msg'][1:]}."
        ) from None
    workspace = Workspace.create(folder, settings)
    brief = workspace.root / "briefs" / "example.toml"
    if not brief.exists():
        write_atomic(brief, resources.files("assistant.cli").joinpath("demo_brief.toml").read_bytes())
    say(f"{workspace.root / SETTINGS_FILE} and {brief} are there to edit.")
    say(f"Next: assistant ingest --workspace {folder} --orders FILE --products FILE")
