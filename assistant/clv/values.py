"""What every customer is expected to order and to be worth in the year to come."""

from dataclasses import dataclass

import pandas as pd

from assistant.clv.decision import decide
from assistant.clv.forecasting import Base, by_model, by_rate
from assistant.clv.histories import merge_histories
from assistant.clv.holdout import calibration_cutoff, orders_of
from assistant.clv.spend import forecast_spend
from assistant.clv.sufficiency import requirements_of
from assistant.clv.summary import kept_share, purchase_summary
from assistant.config import LifetimeSettings
from assistant.data import Cutoff, Tables
from assistant.records.lifetime import LifetimeReport


@dataclass(frozen=True)
class Lifetimes:
    """The forecast in force, why it is, and what it says of every customer."""

    record: LifetimeReport
    customers: pd.DataFrame
    """One row a customer with an order, by `customer_id`, no value missing but where said:

    - `expected_orders_365`: purchase days in the 365 days from `as_of` on.
    - `p_alive`: probability that the customer has not left for good; missing where the forecast is naive.
    - `next_order_at`: date by which the customer is likelier than not to have ordered again; missing where there is
      none within two years, and where the forecast is naive.
    - `value_365_minor`: what the shop can expect to keep after returns, minor units.
    - `value_365_low_minor`, `value_365_high_minor`: what the customer's own outcome lies between with probability
      `record.interval`. Where hardly any outcome is an order both are 0 and the expectation, a mean, lies above.
    """


def lifetime_values(tables: Tables, cutoff: Cutoff, settings: LifetimeSettings, seed: int) -> Lifetimes:
    """Forecast orders and value of every customer, by a model only where it has earned it.

    Time and memory grow with customers by a few vectors; what likelihoods and simulation cost is bounded
    (`fitting.MOST_CUSTOMERS_DRAWN`, `simulation.MOST_SIMULATED`).

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them; its horizon is also how many days are kept back to judge forecasts by.
        settings: what a model needs, the interval, draws.
        seed: of everything that is drawn; equal seeds give equal results.
    """
    summary = purchase_summary(tables, cutoff)
    histories, place = merge_histories(summary)
    requirements = requirements_of(summary, settings)
    decision = decide(tables, cutoff, histories, requirements, settings, seed)
    base = Base(summary, histories, place, cutoff.as_of, kept_share(tables, cutoff))
    reasons, spend = decision.reasons, None
    if decision.model is not None and decision.fit is not None:
        spending = forecast_spend(summary, seed)
        reasons, spend = (*reasons, *spending.reasons), spending.record
        customers = by_model(base, decision.model, decision.fit, spending, settings, seed)
    else:
        window = None
        if decision.naive == "same_window":
            window = orders_of(tables.before(cutoff).after(calibration_cutoff(cutoff)), summary)
        customers = by_rate(base, window, cutoff.horizon_days, settings)
    record = LifetimeReport(
        as_of=cutoff.as_of.isoformat(),
        method=decision.naive if decision.model is None else decision.model.name,
        reasons=reasons,
        customers=len(summary),
        kept_share=base.kept_share,
        interval=settings.interval,
        requirements=requirements,
        fits=decision.fits,
        spend=spend,
        holdout=decision.holdout,
    )
    return Lifetimes(record, customers)
