"""`assistant ingest`: the shop's rows."""

import datetime as dt
from pathlib import Path
from typing import Annotated, get_args

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, say
from assistant.data.converting import Dates, Decimals
from assistant.data.layouts import layout_names, load_mapping, mapping_to_toml
from assistant.errors import ConfigError, DataError
from assistant.pipeline import Paths, Pipeline, Reading, proposed_mapping
from assistant.records import TableName
from assistant.records.quality import DataQuality
from assistant.workspace import read_record, write_atomic

app = typer.Typer(add_completion=False)

DEMO = "complete-journey"

FileOption = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="CSV, JSON lines, Parquet or a database's address; may be given again."),
]


@app.command()
def ingest(
    orders: FileOption = None,
    products: FileOption = None,
    customers: FileOption = None,
    events: FileOption = None,
    past_campaigns: FileOption = None,
    preset: Annotated[
        str | None, typer.Option(help=f"An export whose layout is known: {DEMO}, {', '.join(layout_names())}.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="FILE", help="Your own mapping of columns.")] = None,
    propose: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the proposed mapping here for editing; bring nothing in.")
    ] = None,
    decimal: Annotated[str, typer.Option(help="The decimal sign, where the data does not tell: . or ,")] = "",
    dates: Annotated[
        str, typer.Option(help=f"How moments are written, likewise: {', '.join(filter(None, get_args(Dates)))}.")
    ] = "",
    strict: Annotated[bool, typer.Option("--strict", help="One row that cannot be taken refuses everything.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring rows in as canonical tables. New files add to what is there; the same file twice changes nothing.

    Exports of Shopify, WooCommerce, GA4 and Klaviyo are recognised; of any other file, the columns are matched by
    their names and values. Rows that cannot be taken go to data/quarantine with the reason; data/quality.html says
    what was found.
    """
    given = {
        "orders": orders,
        "products": products,
        "customers": customers,
        "events": events,
        "past_campaigns": past_campaigns,
    }
    files = {table: sources for table, sources in given.items() if sources}
    if propose is not None:
        _propose(files, propose, as_json)
        return
    if preset == DEMO and files:
        raise DataError(f"--preset {preset} brings its own files; leave out --{', --'.join(files)}.")
    if preset not in (None, DEMO, *layout_names()):
        raise ConfigError(f"There is no preset {preset!r}; there are {DEMO}, {', '.join(layout_names())}.")
    for value, allowed, option in ((decimal, get_args(Decimals), "decimal"), (dates, get_args(Dates), "dates")):
        if value not in allowed:
            raise ConfigError(f"--{option} is {value!r}; expected one of {', '.join(filter(None, allowed))}.")
    own = None if mapping is None else load_mapping(mapping)
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        if preset == DEMO:
            result = pipeline.ingest_demo()
        else:
            how = Reading(
                preset=preset,
                mapping=own,
                decimal=decimal,  # type: ignore[arg-type]
                dates=dates,  # type: ignore[arg-type]
                strict=strict,
                today=dt.date.today(),
            )
            result = pipeline.ingest_files(files, how)
    if as_json:
        emit_json([{"table": table, "rows": rows} for table, rows in result.manifest.notes.items()])
    paths = Paths(place)
    if paths.quality.exists():
        _tell(read_record(paths.quality, DataQuality), paths, as_json)


def _propose(files: dict[str, list[str]], out: Path, as_json: bool) -> None:
    if len(files) != 1 or len(next(iter(files.values()))) != 1:
        raise ConfigError(
            "--propose looks at one file; name it with one of --orders, --products, --customers, --events."
        )
    ((table, (file,)),) = files.items()
    known = {name: name for name in get_args(TableName)}
    proposal = proposed_mapping(known[table], Path(file))
    write_atomic(out, mapping_to_toml(proposal.layout))
    rows = [
        (own.table, own.field, ", ".join(own.columns), f"{own.confidence:.0%}", own.reason) for own in proposal.fields
    ]
    columns = ("table", "field", "column", "confidence", "reason")
    if as_json:
        emit_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        emit_table(columns, rows)
    for gap in proposal.gaps:
        say(f"Not found: {gap.field} of {gap.table}, {gap.reason}")
    if proposal.unmatched:
        say(f"Columns without a meaning: {', '.join(proposal.unmatched)}")
    say(f"Written to {out}; edit it, then type `assistant ingest --{table} {file} --mapping {out}`.")


def _tell(quality: DataQuality, paths: Paths, as_json: bool) -> None:
    """What became of the rows; on standard error where the results are JSON."""
    for source in quality.sources:
        # Orders name a product again and again: that is no row lost.
        again = source.named_again
        passed = sum(source.passed_over.values()) - again
        left = [
            f"{count:,} {what}"
            for count, what in (
                (source.quarantined, "quarantined"),
                (source.duplicates, "repeated"),
                (passed, "passed over"),
            )
            if count
        ]
        said = f" ({', '.join(left)})" if left else ""
        rows = f"{source.rows_read:,} rows"
        taken = f"{source.taken:,} named in {rows}" if again else f"{source.taken:,} of {rows} taken"
        say(f"{source.file}, {source.table}: {taken}{said}")
        if not as_json:
            for refusal in source.refusals:
                where = f"{refusal.column}: " if refusal.column else ""
                say(f"  {refusal.rows:,} x {where}{refusal.reason}, expected {refusal.expected}")
    if any(source.quarantined for source in quality.sources):
        say(f"Rows that were not taken: {paths.quality.parent / 'quarantine'}")
    say(f"What the data holds: {paths.quality_page}")
