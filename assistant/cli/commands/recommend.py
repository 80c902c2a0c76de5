"""`assistant recommend`: what a segment or a customer may be offered next."""

from typing import Annotated

import typer

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from assistant.pipeline import Pipeline, offers_of, recommended_to
from assistant.pipeline.lookup import segment_named
from assistant.recommendations import reason_in_words
from assistant.records.recommendations import Recommendation, RecommendationReport

app = typer.Typer(add_completion=False)


@app.command()
def recommend(
    segment: Annotated[str | None, typer.Argument(help="Its id, such as S1.")] = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="One customer instead of a segment.")] = None,
    quality: Annotated[bool, typer.Option("--quality", help="How good such lists were on days kept back.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What to buy again and what is new, each with its reason; --quality says how good such lists are."""
    if sum((segment is not None, customer is not None, quality)) != 1:
        raise ConfigError("Name one of: a segment, such as S1; --customer ID; --quality.")
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.recommendations()
        report = pipeline.recommendation_report()
        if quality:
            _quality(report, as_json)
            return
        if customer is not None:
            found = recommended_to(pipeline, customer)
        else:
            found = offers_of(pipeline, segment_named(place, segment or "").segment)
    if as_json:
        emit_json([own.model_dump(mode="json") for own in found])
        return
    _list(found)


def _list(found: tuple[Recommendation, ...]) -> None:
    for kind, title in (("again", "To buy again"), ("new", "New to them")):
        rows = [
            (str(own.rank), own.name, own.product_id, reason_in_words(own.reason)) for own in found if own.kind == kind
        ]
        if rows:
            emit_table(("rank", "name", "product", "why"), rows, title=title)
        else:
            emit_text(f"{title}: nothing to offer.")


def _quality(report: RecommendationReport, as_json: bool) -> None:
    if as_json:
        emit_json([own.model_dump(mode="json") for own in report.scores])
        return
    ndcg = f"NDCG@{report.depth}"
    emit_table(
        ("list", "method", "customers", ndcg, "95% interval", "recall", "lead over popularity", "coverage"),
        [
            (
                own.kind,
                own.method,
                f"{own.customers:,}",
                f"{own.ndcg:.3f}",
                f"{own.ndcg_low:.3f}-{own.ndcg_high:.3f}",
                f"{own.recall:.3f}",
                f"{own.lead:+.3f} ({own.lead_low:+.3f} to {own.lead_high:+.3f})",
                f"{own.coverage:.2%}",
            )
            for own in report.scores
        ],
    )
    say(report.fit.why)
    say(report.protocol)
