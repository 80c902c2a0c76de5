"""Whether the output fits its channel."""

from collections.abc import Mapping
from typing import Any

from assistant.copywriting import CHANNELS
from assistant.copywriting.linting.judging import fields_of
from assistant.records import CheckResult
from evals.metrics.found import piece_of, results_of, told
from evals.metrics.metric import Metric, Subject
from evals.metrics.options import strays, texts
from evals.records import Score, invalid, scored

NAME, VERSION = "channel_fit", 1
OF_FIELDS = frozenset({"length", "sms_parts", "empty", "emoji", "headline", "markup", "unknown_slot"})
"""Checks that say that a field cannot be sent as it is."""


def measure(subject: Subject) -> Score:
    """Share of the channel's fields that can be sent as they are, and as one more of them what law demands.

    A field is right where it has text, is within the channel's limit with every slot at its worst case, in no more
    than ten parts of a text message, and holds no markup and no sign that the channel refuses. The way out, sender,
    address, terms and disclaimers are one thing: all there, or not. A text has the fields that its labels tell, and no
    slots, so it is measured as it stands; `fields` are those that it has to have. A line is its field alone.
    """
    channel = CHANNELS.get(subject.case.channel)
    if channel is None:
        known = ", ".join(CHANNELS)
        return invalid(NAME, VERSION, f"the case's channel is {subject.case.channel!r}, not one of {known}")
    results = results_of(subject, brief=False)
    if isinstance(results, str):
        return invalid(NAME, VERSION, results)
    present = _present(subject)
    told_apart = {"piece", "line"} & set(subject.trial.detail) or list(present.values()) != [subject.text]
    if not told_apart and channel.name in ("landing", "google_rsa"):
        return invalid(NAME, VERSION, "its fields have no labels, so their limits cannot be told")
    wanted = dict.fromkeys((*subject.options.get("fields", ()), *present))
    wrong = {field: _wrong(field, present, results, alone=len(present) == 1) for field in wanted}
    if "line" not in subject.trial.detail:
        wrong["what law demands"] = [one for one in results if _error(one) and one.check.startswith("missing_")]
    right = sum(not found for found in wrong.values())
    return scored(NAME, VERSION, right / len(wrong), told([one for found in wrong.values() for one in found]))


def check_options(options: Mapping[str, Any]) -> str:
    """See `Metric.check_options`."""
    wrong = strays(options, ("fields",)) or texts(options, "fields")
    known = {limit.field for channel in CHANNELS.values() for limit in channel.fields}
    strange = [] if wrong else [field for field in options.get("fields", ()) if field not in known]
    return wrong or (f"fields has {strange[0]!r}, expected of {', '.join(sorted(known))}" if strange else "")


def _present(subject: Subject) -> dict[str, str]:
    """Fields of the output with their text."""
    detail = subject.trial.detail
    if "line" in detail:
        return {str(detail.get("field", detail["line"])): subject.text}
    piece = piece_of(subject)
    if piece:
        return {field.field: field.text for field in piece.fields}
    return fields_of(subject.text, subject.case.channel)


def _wrong(field: str, present: Mapping[str, str], results: list[CheckResult], *, alone: bool) -> list[CheckResult]:
    if field not in present:
        return [CheckResult(check="missing_field", field=field, severity="error", message="it is not there")]
    named = (field, "") if alone else (field,)
    return [one for one in results if _error(one) and one.check in OF_FIELDS and one.field in named]


def _error(result: CheckResult) -> bool:
    return result.severity == "error"


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    rests_on=("assistant.copywriting",),
    description="share of the channel's fields that are within its limits, and what law demands is there",
    measure=measure,
    check_options=check_options,
)
