"""`assistant segments certificate` and `drift`: whether segments hold."""

from assistant.cli.options import JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Progressing, emit_json, emit_table, emit_text, say
from assistant.facts import format_percent
from assistant.pipeline import Pipeline
from assistant.records.certificates import Drift, Interval, Range


def certificate(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Whether each segment is found again, and what the segments tell of days kept back beyond RFM quintiles."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.certificate()
        made = pipeline.certified()
    if as_json:
        emit_json([made.model_dump(mode="json")])
        return
    emit_text(made.summary)
    emit_table(
        ("segment", "certified", "customers", "share", "Jaccard", "adjusted Rand", "silhouette", "why not"),
        [
            (
                own.segment,
                "yes" if own.certified else "no",
                f"{own.customers:,}",
                format_percent(own.customer_share),
                _range(own.jaccard),
                _range(own.ari),
                "" if own.silhouette is None else f"{own.silhouette:.2f}",
                "; ".join(own.reasons),
            )
            for own in made.segments
        ],
    )
    emit_table(
        ("target", "RFM quintiles", "with segments", "gain, 95% interval", "segments"),
        [
            (own.label, _number(own.rfm), _number(own.both), _interval(own.gain), own.verdict.value)
            for own in made.targets
        ],
        title=f"Out-of-sample R2 of the next {made.settings.horizon_days} days",
    )
    for note in (made.stability_note, made.holdout_note):
        if note:
            say(f"{note[:1].upper()}{note[1:]}.".replace("..", "."))


def drift(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """What has moved since the version before, or since the segments were frozen."""
    place = open_workspace(workspace)
    with place.writing(), Progressing() as listener:
        pipeline = Pipeline(place, listener)
        pipeline.certificate()
        moved = pipeline.drifted()
    if as_json:
        emit_json([] if moved is None else [moved.model_dump(mode="json")])
        return
    if moved is None:
        emit_text("There is nothing to compare with: these segments are the first, and of the day of the last order.")
        return
    _show(moved)


def _show(moved: Drift) -> None:
    emit_text(moved.summary)
    emit_table(
        ("distribution", "PSI", "by chance", "reading"),
        [
            (shift.name, f"{shift.psi:.3f}", f"{shift.chance:.3f}", shift.reading)
            for shift in (*moved.features, moved.segments)
        ],
        title=f"{moved.before} to {moved.now}: {moved.customers:,} customers in both, {moved.came:,} came, "
        f"{moved.went:,} went",
    )
    for title, migration in (("Placed by the earlier model", moved.frozen), ("As they are now", moved.refit)):
        emit_table(
            ("from", *migration.columns),
            [
                (row, *(f"{count:,}" if count else "" for count in counts))
                for row, counts in zip(migration.rows, migration.counts, strict=True)
            ],
            title=f"{title} (adjusted Rand {migration.ari:.2f})",
        )


def _range(value: Range | None) -> str:
    return "" if value is None else f"{value.mean:.2f} ({value.low:.2f}-{value.high:.2f})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _interval(value: Interval | None) -> str:
    return "" if value is None else f"{value.value:+.3f} ({value.low:+.3f} to {value.high:+.3f})"
