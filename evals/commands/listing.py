"""`assistant eval list`."""

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import emit_json, emit_table
from assistant.workspace import read_record
from evals.commands.places import RunsOption, runs_folder
from evals.comparing import runs_in
from evals.records import Run
from evals.runs import RUN_FILE
from evals.suites import known_suites, read_document

app = typer.Typer(add_completion=False)


@app.command("list")
def list_(runs: RunsOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Suites that ship and those of the workspace, and the runs there are."""
    place = workspace_if_any(workspace)
    suites = []
    for name, path in known_suites(place).items():
        content = read_document(path).content
        told = content if isinstance(content, dict) else {}
        suites.append(
            {
                "kind": "suite",
                "name": name,
                "target": str(told.get("target", "")),
                "told": str(told.get("description", "")),
                "place": str(path),
            }
        )
    found = []
    for name, folder in runs_in([runs_folder(runs, place)]).items():
        head = read_record(folder / RUN_FILE, Run)
        found.append(
            {
                "kind": "run",
                "name": name,
                "target": head.target,
                "told": f"{len(head.systems)} systems, {len(head.cases)} cases x {head.samples}"
                + ("" if head.finished_at else "; not finished"),
                "place": str(folder),
                "created_at": head.created_at,
            }
        )
    if as_json:
        emit_json([*suites, *found])
        return
    for title, rows in (("Suites", suites), ("Runs", found)):
        if rows:
            emit_table(
                ("name", "target", "told"), [(row["name"], row["target"], row["told"]) for row in rows], title=title
            )
