"""`assistant segments define`: an audience by rule."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from assistant.facts import format_money, format_percent, minor_units
from assistant.pipeline import Paths, Pipeline
from assistant.records.audiences import Audience
from assistant.segments.audiences import audience_to_toml, check_rule, freeze, load_audience, parse_phrase, preview
from assistant.workspace import write_atomic


def define(
    phrase: Annotated[str | None, typer.Argument(help='Such as "bought wine, not in 60 days".')] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="A rule as TOML, instead of a phrase.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only; keep nothing.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Define an audience by a rule, shown as TOML with the customers it takes; edit the file and type the same again.

    Audiences stand beside the segments: with a fact sheet, a persona and copy of their own.
    """
    if (phrase is None) == (file is None):
        raise ConfigError('Give either a phrase, such as "bought wine, not in 60 days", or --file FILE.')
    place = open_workspace(workspace)
    currency = place.settings.shop.currency
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.audience_groups()
        features = pipeline.table()
        shop = pipeline.shop(features, pipeline.memberships())
        if file is not None:
            rule = load_audience(file)
        else:
            rule = parse_phrase(phrase or "", shop.catalogue, minor_units(currency))
        check_rule(rule, shop.catalogue)
        rule = freeze(rule, features)
        counted = preview(rule, shop, lambda amount: format_money(amount, currency))
        name = "" if dry_run else _keep(Paths(place), rule)
        if name:
            fresh = Pipeline(place, listener)
            fresh.facts()
    if as_json:
        emit_json([{"segment": name or None, **counted.model_dump(mode="json"), "toml": audience_to_toml(rule)}])
        return
    emit_text(audience_to_toml(rule))
    emit_text(
        f"{counted.customers:,} customers, {format_percent(counted.share)} of all, with "
        f"{format_percent(counted.revenue_share)} of revenue."
    )
    if len(counted.conditions) > 1:
        emit_table(
            ("condition alone", "customers"),
            [(condition.condition, f"{condition.customers:,}") for condition in counted.conditions],
        )
    least = place.settings.facts.min_group_size
    if counted.customers < least:
        say(f"Fewer than the {least} customers of facts.min_group_size, so nothing will be stated of it.")
    if name:
        say(f"Kept as {name} in {Paths(place).audiences / name}.toml; type `assistant facts {name}` for its facts.")


def _keep(paths: Paths, rule: Audience) -> str:
    """Write the audience's file; one of the same name is replaced."""
    taken = {path.stem: load_audience(path).name for path in paths.audiences.glob("A*.toml")}
    same = [name for name, own in taken.items() if own == rule.name]
    highest = max((int(name[1:]) for name in taken if name[1:].isdigit()), default=0)
    name = same[0] if same else f"A{highest + 1}"
    write_atomic(paths.audiences / f"{name}.toml", audience_to_toml(rule))
    return name
