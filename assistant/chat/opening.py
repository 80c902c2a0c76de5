"""Receipts opened: how a figure was computed, the query, the rows."""

import datetime as dt
from collections.abc import Sequence

from assistant.data import ask
from assistant.facts import fact_query
from assistant.pipeline import Paths
from assistant.records import FactSheet
from assistant.records.chat import OpenedReceipt, Receipt, ToolResult
from assistant.workspace import Workspace, read_record


def open_receipt(workspace: Workspace, receipt: Receipt, results: Sequence[ToolResult]) -> OpenedReceipt:
    """A receipt down to the rows, where a query over the workspace's files gives its number.

    Args:
        workspace: whose rows they are.
        receipt: of a figure that was stated.
        results: of the session; the call that gave the figure is among them.
    """
    figure = receipt.figure
    told = next((result for result in reversed(results) if figure in result.figures), None)
    called = {"tool": told.tool, "arguments": told.arguments} if told else {}
    opened = OpenedReceipt.model_validate({"receipt": receipt.receipt, "figure": figure, **called})
    path = Paths(workspace).facts / f"{figure.source.partition('.')[0]}.json"
    if not path.exists():
        query = figure.definition if figure.definition.startswith("SELECT") else ""
    else:
        sheet = read_record(path, FactSheet)
        fact = next((own for own in sheet.facts if own.fact == figure.source), None)
        query = fact_query(fact, dt.date.fromisoformat(sheet.as_of)) if fact else ""
    if not query:
        return opened
    return opened.model_copy(update={"query": query, "rows": tuple(ask(workspace.root, query))})
