"""What customers are expected to order and to be worth, and why that forecast is the one in force."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record

PurchaseModelName = Literal["bg_nbd", "mbg_nbd", "pareto_nbd"]
NaiveName = Literal["same_rate", "same_window"]
ForecastName = Literal["bg_nbd", "mbg_nbd", "pareto_nbd", "same_rate", "same_window", "zero"]


class Requirement(Record):
    """One thing that a model of buying needs of a shop's data."""

    requirement: Literal["customers", "history_days", "days_since_order", "regulars"]
    label: str = Field(description="what is counted, in a reader's words")
    found: int
    needed: int = Field(description="at least this; of `days_since_order`, at most")
    met: bool


class PurchaseFit(Record):
    """A model of when customers order, fitted by maximum likelihood."""

    model: PurchaseModelName
    until: str = Field(description="ISO date; no row of that day or later was seen")
    parameters: dict[str, float] = Field(description="in the papers' names; time is in weeks")
    log_errors: dict[str, float] = Field(description="standard error of the logarithm of each parameter")
    log_likelihood: float
    customers: int = Field(description="fitted on; a seeded draw where the shop has more")
    starts: int = Field(description="starting points tried")
    agreeing: int = Field(description="starting points that came within 0.01 of the best log-likelihood")
    converged: bool
    note: str = Field(default="", description="what a reader of the parameters must know; empty: nothing")


class SpendFit(Record):
    """The Gamma-Gamma model of what a customer spends on a purchase day."""

    parameters: dict[str, float] = Field(description="p, q and v (minor units)")
    log_errors: dict[str, float] = Field(description="standard error of the logarithm of each parameter")
    log_likelihood: float
    customers: int = Field(description="customers with a repeat purchase that it was fitted on")
    correlation: float = Field(description="of repeat purchases and mean spend; the model takes it to be 0")
    converged: bool
    note: str = ""


class ForecastScore(Record):
    """How one forecast fared on the days kept back."""

    forecast: ForecastName
    rmse: float = Field(description="root mean squared error, orders a customer")
    bias: float = Field(description="forecast of all customers / their orders - 1; 0.05 is five percent too many")
    top_decile: float = Field(
        description="share of all orders made by the tenth of customers with the highest forecast"
    )
    ahead: float | None = Field(
        default=None,
        description="of a model: RMSE of the better naive forecast less its own, orders; above 0 is better",
    )
    ahead_low: float | None = Field(default=None, description="lower end of the 95% bootstrap interval of `ahead`")
    ahead_high: float | None = Field(default=None, description="its upper end")


class CalibrationBin(Record):
    """Customers with the same number of repeat purchases, and what they did on the days kept back."""

    repeats: str = Field(description="repeat purchases before: `0` to `6`, `7+`")
    customers: int
    actual: float = Field(description="orders a customer on the days kept back")
    model: float = Field(description="as forecast by the best model")
    naive: float = Field(description="as forecast by the better naive forecast")


class Holdout(Record):
    """Forecasts from an earlier day beside what happened after it."""

    as_of: str = Field(description="ISO date; forecasts saw no row of that day or later")
    days: int = Field(description="days kept back, from `as_of` on")
    customers: int = Field(description="customers with an order before `as_of`, all of whom are judged")
    orders: int = Field(description="purchase days of theirs on the days kept back")
    best_model: PurchaseModelName
    best_naive: NaiveName
    scores: tuple[ForecastScore, ...] = Field(description="models first, then naive forecasts, then zero as a remark")
    calibration: tuple[CalibrationBin, ...]
    model_coverage: float = Field(description="share of customers whose orders lie in the best model's interval")
    naive_coverage: float = Field(description="share of customers whose orders lie in the better naive interval")


class LifetimeReport(Record):
    """Which forecast is in force, and everything that led to it."""

    as_of: str = Field(description="ISO date; no row of that day or later was seen")
    method: Literal["bg_nbd", "mbg_nbd", "pareto_nbd", "same_rate", "same_window"]
    reasons: tuple[str, ...] = Field(description="why, in plain sentences")
    customers: int = Field(description="customers with an order")
    kept_share: float = Field(description="of money received, the share not paid back for returns; in every value")
    interval: float = Field(description="share of outcomes that a value's interval is to hold")
    requirements: tuple[Requirement, ...]
    fits: tuple[PurchaseFit, ...] = Field(description="of the holdout, then the one in force")
    spend: SpendFit | None = None
    holdout: Holdout | None = None
