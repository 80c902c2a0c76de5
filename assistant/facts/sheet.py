"""Fact sheets, one a segment: metrics laid out as ratios of sums, compared, numbered and said."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.config import FactSettings
from assistant.data import Tables, within_sentence
from assistant.facts.campaigns import redemptions
from assistant.facts.formatting import format_value
from assistant.facts.products import Purchases, purchases, staple_products, typical_products
from assistant.facts.statistics import Compared, compare
from assistant.features import features_in
from assistant.records import Fact, FactSheet, Segment, Segmentation, Unit

Matrix = NDArray[np.float64]

TYPICAL_PRODUCTS = 8
STAPLE_PRODUCTS = 4
TOPICS: tuple[str, ...] = get_args(Fact.model_fields["topic"].annotation)


@dataclass(frozen=True)
class Metric:
    """One number to state of a segment, as sums over customers."""

    name: str
    topic: str
    label: str
    unit: Unit
    source: str
    numerator: Matrix
    """(n,) per customer."""
    denominator: Matrix
    """(n,) per customer; ones for a mean."""


def build_sheets(
    tables: Tables,
    features: pd.DataFrame,
    assignments: pd.DataFrame,
    segmentation: Segmentation,
    settings: FactSettings,
    currency: str,
    audiences: Sequence[Segment] = (),
    cautions: Mapping[str, str] | None = None,
) -> tuple[FactSheet, ...]:
    """The fact sheet of every segment and audience of at least `min_group_size` customers.

    Args:
        tables: the canonical tables.
        features: the customer table.
        assignments: `customer_id`, `segment`; a customer may be in a segment and in audiences.
        segmentation: names and as_of.
        settings: smallest group, bootstrap draws.
        currency: ISO 4217.
        audiences: groups by rule, beside the segments.
        cautions: segment -> why it is below the bar of its certificate.
    """
    as_of = dt.date.fromisoformat(segmentation.as_of)
    customers = features.sort_values("customer_id", kind="stable").reset_index(drop=True)
    members = assignments.groupby("segment")["customer_id"]
    bought = purchases(tables, as_of, customers["customer_id"])
    general = [*_feature_metrics(customers), *_campaign_metrics(tables, as_of, customers["customer_id"])]
    sheets = []
    for segment in (*segmentation.segments, *audiences):
        if segment.segment not in members.groups:
            continue
        inside = customers["customer_id"].isin(members.get_group(segment.segment)).to_numpy()
        if inside.sum() < settings.min_group_size:
            continue
        metrics = [
            metric
            for metric in (*general, *_product_metrics(bought, inside, settings.min_group_size))
            # No fact is stated of fewer customers than the smallest group, nor set beside that of so few others.
            if all((metric.denominator[group] > 0).sum() >= settings.min_group_size for group in (inside, ~inside))
        ]
        drafts = [*_size_facts(customers, inside, segment.segment, currency)]
        if metrics:
            compared = compare(
                np.column_stack([metric.numerator for metric in metrics]),
                np.column_stack([metric.denominator for metric in metrics]),
                inside,
                settings.resamples,
                segmentation.seed,
            )
            drafts += [_fact(metric, compared, at, segment.segment, currency) for at, metric in enumerate(metrics)]
        drafts.sort(key=lambda fact: TOPICS.index(fact.topic))
        sheets.append(
            FactSheet(
                segment=segment.segment,
                name=segment.name,
                as_of=segmentation.as_of,
                currency=currency,
                caution=(cautions or {}).get(segment.segment, ""),
                facts=tuple(
                    fact.model_copy(update={"fact": f"{segment.segment}.F{number:02d}"})
                    for number, fact in enumerate(drafts, start=1)
                ),
            )
        )
    return tuple(sheets)


def _feature_metrics(customers: pd.DataFrame) -> list[Metric]:
    metrics = []
    for feature in features_in(customers.columns):
        values = customers[feature.name].to_numpy(dtype=np.float64)
        known = ~np.isnan(values)
        metrics.append(
            Metric(
                name=feature.name,
                topic=feature.topic,
                label=feature.label,
                unit=feature.unit,
                source=f"mean over customers of {feature.source}",
                numerator=np.where(known, values, 0.0),
                denominator=known.astype(np.float64),
            )
        )
    return metrics


def _campaign_metrics(tables: Tables, as_of: dt.date, customers: pd.Series) -> list[Metric]:
    return [
        Metric(
            name=f"redeems:{campaign_type}",
            topic="campaigns",
            label=f"share of {campaign_type} campaigns received that led to a redeemed coupon",
            unit=Unit.SHARE,
            source=f"campaigns of {campaign_type!r} with a coupon_redeemed / campaigns with a campaign_received",
            numerator=answered,
            denominator=received,
        )
        for campaign_type, (answered, received) in redemptions(tables, as_of, customers).items()
    ]


def _product_metrics(bought: Purchases, inside: NDArray[np.bool_], least_buyers: int) -> list[Metric]:
    metrics = []
    for column in typical_products(bought, inside, least_buyers=least_buyers, count=TYPICAL_PRODUCTS):
        name = bought.names[column]
        metrics.append(
            Metric(
                name=f"buys:{name}",
                topic="products",
                label=f"share of order lines that are {within_sentence(name)}",
                unit=Unit.SHARE,
                source=f"order lines with product name {name!r} / all order lines",
                numerator=bought.of(column),
                denominator=bought.total,
            )
        )
    for column in staple_products(bought, inside, least_buyers=least_buyers, count=STAPLE_PRODUCTS):
        name = bought.names[column]
        metrics.append(
            Metric(
                name=f"has_bought:{name}",
                topic="products",
                label=f"share of customers who have bought {within_sentence(name)}",
                unit=Unit.SHARE,
                source=f"customers with an order line of product name {name!r} / all customers",
                numerator=(bought.of(column) > 0).astype(np.float64),
                denominator=np.ones(len(inside)),
            )
        )
    return metrics


def _size_facts(customers: pd.DataFrame, inside: NDArray[np.bool_], segment: str, currency: str) -> list[Fact]:
    """Counts of the whole, compared with nothing."""
    spend = customers["monetary_minor"].to_numpy(dtype=np.float64)
    revenue_share = float(spend[inside].sum() / spend.sum()) if spend.sum() else 0.0
    rows = (
        (
            "customers",
            "customers in the segment",
            float(inside.sum()),
            Unit.CUSTOMERS,
            "count of its customers",
        ),
        (
            "customer_share",
            "share of all customers",
            float(inside.mean()),
            Unit.SHARE,
            "its customers / all customers",
        ),
        (
            "revenue_share",
            "share of all spend",
            revenue_share,
            Unit.SHARE,
            "its sum(amount_minor) / all amount_minor",
        ),
    )
    return [
        Fact(
            fact="",
            segment=segment,
            topic="size",
            metric=metric,
            label=label,
            value=value,
            unit=unit,
            display=format_value(value, unit, currency),
            direction="none",
            sentence=f"{label[:1].upper()}{label[1:]}: {format_value(value, unit, currency)}.",
            source=source,
        )
        for metric, label, value, unit, source in rows
    ]


def _fact(metric: Metric, compared: Compared, at: int, segment: str, currency: str) -> Fact:
    value, others = float(compared.value[at]), float(compared.others[at])
    display, others_display = (format_value(number, metric.unit, currency) for number in (value, others))
    # A trend runs from -1 to 1, so one divided by another says nothing.
    ratio = value / others if others > 0 and metric.unit is not Unit.RATIO else None
    direction = {1: "higher", -1: "lower", 0: "same"}[int(compared.direction[at])]
    return Fact(
        fact="",
        segment=segment,
        topic=metric.topic,
        metric=metric.name,
        label=metric.label,
        value=value,
        unit=metric.unit,
        display=display,
        others=others,
        others_display=others_display,
        ratio=ratio,
        low=float(compared.low[at]),
        high=float(compared.high[at]),
        ratio_low=None if ratio is None else _number(compared.ratio_low[at]),
        ratio_high=None if ratio is None else _number(compared.ratio_high[at]),
        direction=direction,
        sentence=fact_sentence(metric.label, display, others_display, ratio, direction),
        source=metric.source,
    )


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def fact_sentence(label: str, display: str, others: str, ratio: float | None, direction: str) -> str:
    """A fact said in full, beside the same number of all other customers.

    Args:
        label: the metric in a reader's words.
        display: the value as a reader sees it.
        others: the others' as a reader sees it.
        ratio: value / others; None where that says nothing.
        direction: higher, lower or same.
    """
    said = f"{label[:1].upper()}{label[1:]}: {display}, against {others} for all other customers"
    if direction == "same":
        return f"{said}; the difference may be chance."
    if ratio is not None:
        return f"{said}, {ratio:.1f} times as much." if ratio >= 1.05 else f"{said}."
    return f"{said}."
