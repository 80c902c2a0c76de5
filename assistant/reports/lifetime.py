"""What customers are expected to order: the forecast in force, why it is, and how it fared on days kept back."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.facts import format_percent
from assistant.records.lifetime import ForecastScore, Holdout, LifetimeReport, PurchaseFit
from assistant.reports import numbers
from assistant.reports.axes import Axis, Spot, axis_of, line

NAMES = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "same_rate": "same rate as so far",
    "same_window": "as many as in the days before",
    "zero": "nobody orders again",
}
_MODELS = ("bg_nbd", "mbg_nbd", "pareto_nbd")


@dataclass(frozen=True)
class BinRow:
    """Customers with the same number of repeat purchases."""

    x: float
    repeats: str
    customers: str
    few: bool
    actual: str
    model: str
    naive: str


@dataclass(frozen=True)
class Calibration:
    """Three curves over the same bins."""

    up: Axis
    actual: tuple[Spot, ...]
    model: tuple[Spot, ...]
    naive: tuple[Spot, ...]
    model_line: str
    naive_line: str
    model_name: str
    naive_name: str
    bins: tuple[BinRow, ...]
    few: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ScoreLine:
    """How one forecast fared."""

    name: str
    rmse: str
    bias: str
    top_decile: str
    ahead: str
    """RMSE of the better naive forecast less its own, with its interval; empty of a naive forecast."""
    in_force: bool
    remark: bool


@dataclass(frozen=True)
class FitLine:
    """The parameters of one fitted model."""

    name: str
    until: str
    parameters: tuple[tuple[str, str], ...]
    words: str


@dataclass(frozen=True)
class Expected:
    """Everything the section shows."""

    method: str
    naive: bool
    says: str
    report: LifetimeReport
    held_back: str
    calibration: Calibration | None
    scores: tuple[ScoreLine, ...]
    fits: tuple[FitLine, ...]


def expected_of(report: LifetimeReport) -> Expected:
    """Lay out the forecast in force and what led to it."""
    holdout, naive = report.holdout, report.method not in _MODELS
    return Expected(
        method=NAMES[report.method],
        naive=naive,
        says=_says(report, naive),
        report=report,
        held_back=_held_back(holdout) if holdout else "",
        calibration=_calibration(holdout) if holdout and holdout.calibration else None,
        scores=tuple(_score(score, report.method) for score in holdout.scores) if holdout else (),
        fits=tuple(_fits(report)),
    )


def _says(report: LifetimeReport, naive: bool) -> str:
    if naive:
        return (
            f"No model of buying is in force: what a customer will order is taken to be the {NAMES[report.method]}"
            if report.method == "same_rate"
            else f"No model of buying is in force: a customer is taken to order {NAMES[report.method]}"
        ) + ", and a value in money rests on that."
    return (
        f"Orders, the chance that a customer is still one, and twelve-month values come from {NAMES[report.method]}. "
        f"A value’s interval is made to hold {format_percent(report.interval)} of outcomes."
    )


def _held_back(holdout: Holdout) -> str:
    return (
        f"Forecasts were made as of {numbers.date(holdout.as_of)} and judged on the "
        f"{numbers.counted(holdout.days, 'day')} from then on: "
        f"{numbers.counted(holdout.customers, 'customer')}, {numbers.counted(holdout.orders, 'day')} with a "
        f"purchase. {numbers.percent(holdout.model_coverage)} of customers ordered within the interval of "
        f"{NAMES[holdout.best_model]}."
    )


def _calibration(holdout: Holdout) -> Calibration:
    bins = holdout.calibration
    up = axis_of(
        [value for one in bins for value in (one.actual, one.model, one.naive)], lambda value: f"{value:g}", margin=0.0
    )
    across = [round(100 * (place + 0.5) / len(bins), 2) for place in range(len(bins))]

    def spots(value: Callable[[int], float]) -> tuple[Spot, ...]:
        return tuple(Spot(x, round(100 - up.at(value(place)), 2)) for place, x in enumerate(across))

    model, naive = spots(lambda place: bins[place].model), spots(lambda place: bins[place].naive)
    return Calibration(
        up=up,
        actual=spots(lambda place: bins[place].actual),
        model=model,
        naive=naive,
        model_line=line(model),
        naive_line=line(naive),
        model_name=NAMES[holdout.best_model],
        naive_name=NAMES[holdout.best_naive],
        bins=tuple(
            BinRow(
                x,
                one.repeats,
                numbers.count(one.customers),
                one.customers < numbers.FEW,
                numbers.plain(one.actual, 2),
                numbers.plain(one.model, 2),
                numbers.plain(one.naive, 2),
            )
            for x, one in zip(across, bins, strict=True)
        ),
        few=any(one.customers < numbers.FEW for one in bins),
        sentences=tuple(_sentences(holdout)),
    )


def _sentences(holdout: Holdout) -> list[str]:
    enough = [one for one in holdout.calibration if one.customers >= numbers.FEW]
    model, naive = NAMES[holdout.best_model], NAMES[holdout.best_naive]
    if not enough:
        return ["No group of customers is large enough to tell a forecast from luck."]
    nearer = sum(abs(one.model - one.actual) < abs(one.naive - one.actual) for one in enough)
    said = [
        f"{model} lies nearer to what happened than the naive forecast ({naive}) in {nearer} of "
        f"{numbers.counted(len(enough), 'group')} of customers."
    ]
    worst = max(enough, key=lambda one: abs(one.model - one.actual))
    if abs(worst.model - worst.actual) >= 0.05:
        way = "too many" if worst.model > worst.actual else "too few"
        said.append(
            f"It is furthest off for those with {worst.repeats} repeat purchases: "
            f"{numbers.plain(worst.model, 2)} orders a customer expected, {numbers.plain(worst.actual, 2)} made, {way}."
        )
    return said


def _score(score: ForecastScore, in_force: str) -> ScoreLine:
    ahead = ""
    if score.ahead is not None:
        ahead = numbers.signed(score.ahead, 3)
        if score.ahead_low is not None and score.ahead_high is not None:
            ahead += f" ({numbers.signed(score.ahead_low, 3)} to {numbers.signed(score.ahead_high, 3)})"
    return ScoreLine(
        NAMES[score.forecast],
        numbers.plain(score.rmse, 3),
        numbers.change(score.bias),
        numbers.percent(score.top_decile),
        ahead,
        score.forecast == in_force,
        score.forecast == "zero",
    )


def _fits(report: LifetimeReport) -> list[FitLine]:
    fits = [
        FitLine(NAMES[fit.model], numbers.date(fit.until), _named(fit.parameters), _fit_words(fit))
        for fit in report.fits
    ]
    spend = report.spend
    if spend:
        words = [
            f"log-likelihood {numbers.plain(spend.log_likelihood, 1)}",
            numbers.counted(spend.customers, "customer"),
            f"correlation of orders and spend {numbers.plain(spend.correlation, 2)}",
            *(() if spend.converged else ("did not converge",)),
            *filter(None, (spend.note,)),
        ]
        fits.append(FitLine("Gamma-Gamma", numbers.date(report.as_of), _named(spend.parameters), "; ".join(words)))
    return fits


def _named(parameters: dict[str, float]) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{value:,.4g}".replace("-", "−")) for name, value in parameters.items())


def _fit_words(fit: PurchaseFit) -> str:
    words = [
        f"log-likelihood {numbers.plain(fit.log_likelihood, 1)}",
        numbers.counted(fit.customers, "customer"),
        f"{fit.agreeing} of {numbers.counted(fit.starts, 'start')} agree",
        *(() if fit.converged else ("did not converge",)),
        *filter(None, (fit.note,)),
    ]
    return "; ".join(words)
