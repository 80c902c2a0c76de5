"""Judges' cards as a report shows them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.reports import numbers
from evals.judges.cards import Estimate, JudgeCard, find_card
from evals.records import MetricUse, Run
from evals.reporting.data import CardRow, CardShown


def cards_of(run: Run, folders: Sequence[Path]) -> tuple[CardShown, ...]:
    """One card for each metric that a model judged, whether it has been measured or not.

    Args:
        run: whose judges they are; a card that is not the one the run had is not shown.
        folders: where cards lie.
    """
    return tuple(_shown(use, folders) for use in run.metrics if use.judge)


def _shown(use: MetricUse, folders: Sequence[Path]) -> CardShown:
    if not use.judge_card:
        why = "It was never measured against labelled data; `assistant eval judge card` does that."
        return CardShown(use.judge, (use.label,), use.gates, why, (), "")
    card = find_card(folders, use.judge, use.metric, use.options)
    if card is None or card.sha256 != use.judge_card:
        why = "The card that it had in this run is not at hand, so what was measured cannot be shown."
        return CardShown(use.judge, (use.label,), use.gates, why, (), use.judge_card)
    why = " ".join((*card.reasons, *card.notes)) or "Every threshold of its card is reached."
    return CardShown(use.judge, (use.label,), use.gates, why, _rows(card), card.sha256)


def _rows(card: JudgeCard) -> tuple[CardRow, ...]:
    labelled = (
        f"{numbers.counted(card.judged, 'row')} of {card.rows:,} judged, {numbers.counted(card.groups, 'group')}, "
        f"{numbers.counted(card.annotators, 'annotator')}"
        + (f", {card.contested:,} contested" if card.contested else "")
    )
    told = [
        CardRow("Labels", card.data, labelled),
        CardRow("Kappa", _estimate(card.kappa), "agreement beyond chance with what most annotators said"),
        CardRow("Raw agreement", _share(card.raw_agreement), "overstates it: much of it is chance"),
        CardRow("Kappa of people", numbers.index(card.human_kappa), "between annotators: what can be reached"),
    ]
    if card.alt_test:
        passed = "passes" if card.alt_test.passes else "does not pass"
        told.append(
            CardRow(
                "Alt-test",
                passed,
                f"matches or beats {numbers.percent(card.alt_test.winning_rate)} of {card.alt_test.annotators} "
                f"annotators, who may be better by {card.alt_test.epsilon:g}",
            )
        )
    told += [
        CardRow("Sensitivity", _share(card.sensitivity), "of good ones, called good"),
        CardRow("Specificity", _share(card.specificity), "of bad ones, called bad"),
    ]
    if card.position_bias is not None:
        told.append(CardRow("Position bias", numbers.signed(card.position_bias, 2), "above 0 the first is favoured"))
    if card.consistency is not None:
        told.append(CardRow("Consistency", numbers.tenths(card.consistency), "verdicts that the order does not turn"))
    told += [
        CardRow("Length bias", _estimate(card.length_bias), "above 0 longer ones are favoured beyond what people do"),
        CardRow("Invalid", numbers.tenths(card.invalid_rate), "rows without a verdict that was offered"),
        CardRow("Pass rate", _share(card.pass_rate), "as it judges"),
        CardRow("Pass rate, corrected", _share(card.corrected_pass_rate), "put right by sensitivity and specificity"),
    ]
    return tuple(told)


def _estimate(one: Estimate) -> str:
    return numbers.plain(one.value, 2) + _bounds(one.low, one.high, lambda bound: numbers.plain(bound, 2))


def _share(one: Estimate) -> str:
    return numbers.tenths(one.value) + _bounds(one.low, one.high, numbers.tenths)


def _bounds(low: float | None, high: float | None, written: Callable[[float], str]) -> str:
    return "" if low is None or high is None else f" ({written(low)} to {written(high)})"
