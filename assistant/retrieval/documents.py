"""What the vector store holds: product types, and what customers do with them."""

import datetime as dt
import hashlib
import re
from typing import Any

import ibis
import numpy as np
import pandas as pd
from scipy import sparse

from assistant.data import Cutoff, Tables, within_sentence
from assistant.facts import format_money
from assistant.records import Document, FactSheet

COMPANION_NAMES = 400
LEAST_TOGETHER = 100
COUPON_PRODUCTS = 6


def build_documents(
    tables: Tables,
    as_of: dt.date,
    sheets: tuple[FactSheet, ...],
    assignments: pd.DataFrame,
    currency: str,
    min_group_size: int,
) -> tuple[Document, ...]:
    """Every text worth finding again.

    Args:
        tables: the canonical tables.
        as_of: rows of that day or later are not seen.
        sheets: fact sheets; their product facts become `buys_more` documents.
        assignments: `customer_id`, `segment`.
        currency: ISO 4217.
        min_group_size: fewest customers behind any number, and behind the name of a coupon product.

    Returns:
        Documents with unique ids. Groups smaller than the fact sheets allow have no document.
    """
    orders = tables.before(Cutoff(as_of)).orders
    seen = orders.filter(orders.quantity >= 0)
    lines = seen.inner_join(tables.products.filter(tables.products.advertisable), "product_id")
    return (
        *_products(lines, currency, min_group_size),
        *_together(lines, int(seen.order_id.nunique().execute()), min_group_size),
        *_buys_more(sheets),
        *_coupons(lines, sheets, assignments, min_group_size),
        *_hours(sheets),
    )


def documents_about(metric: str, topic: str, segment: str) -> tuple[str, ...]:
    """Ids of the documents that tell of what a metric counts, where the index holds them.

    Args:
        metric: of a fact.
        topic: of a fact.
        segment: whose.
    """
    kind, _, name = metric.partition(":")
    if kind == "buys":
        return f"buys-more:{segment}:{slug(name)}", f"product:{slug(name)}"
    if kind == "has_bought":
        return (f"product:{slug(name)}",)
    if topic == "when":
        return (f"hours:{segment}",)
    if topic == "campaigns" or metric == "coupon_share":
        return (f"coupons:{segment}",)
    return ()


def slug(text: str) -> str:
    """Lower-case words joined by hyphens: a part of a document's id.

    Letters outside ASCII cannot stand in it; what would lose some is told apart by a digest of the text.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if text.isascii():
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("-")


def _products(lines: Any, currency: str, least: int) -> list[Document]:
    unit_price = (lines.amount_minor / lines.quantity.nullif(0)).cast("float64")
    frame: Any = (
        lines.mutate(unit_price=unit_price)
        .group_by("name")
        .aggregate(
            category=lambda t: t.category.min(),
            department=lambda t: t.department.min(),
            lines=lambda t: t.count(),
            customers=lambda t: t.customer_id.nunique(),
            own=lambda t: t.private_brand.sum(),
            low=lambda t: t.unit_price.quantile(0.1),
            high=lambda t: t.unit_price.quantile(0.9),
        )
        .order_by("name")
        .execute()
    )
    documents = []
    for row in frame.itertuples(index=False):
        own = row.own / row.lines
        brands = (
            "only under the shop's own brand" if own == 1
            else "under makers' brands only" if own == 0
            else "under makers' brands and the shop's own"
        )  # fmt: skip
        # What fewer customers than the smallest group bought is told without a number.
        sales = (
            f"Most cost {format_money(row.low, currency)} to {format_money(row.high, currency)}. "
            f"Bought {row.lines:,} times by {row.customers:,} customers."
            if row.customers >= least
            else "Seldom bought."
        )
        documents.append(
            Document(
                document=f"product:{slug(row.name)}",
                kind="product",
                title=row.name,
                text=f"{row.name}. {row.category}, in {row.department}. Sold {brands}. {sales}",
                source=f"order lines with product name {row.name!r}: count, distinct customers, 10th to 90th "
                "percentile of amount_minor / quantity",
            )
        )
    # Two names may share a slug; the id must not.
    return list({document.document: document for document in documents}.values())


def _together(lines: Any, orders: int, least: int) -> list[Document]:
    """For each of the best sellers, the product that shares a basket with it most beyond chance (lift).

    Args:
        lines: order lines of products that may be named.
        orders: all orders, whatever is in them.
        least: fewest customers who must have bought both at once.
    """
    pairs: Any = lines.group_by("order_id", "name").aggregate(customer_id=lambda t: t.customer_id.min()).execute()
    names = pairs["name"].value_counts().sort_index().nlargest(COMPANION_NAMES).index
    pairs = pairs[pairs["name"].isin(names)]
    if not len(pairs):
        return []
    rows, _ = pd.factorize(pairs["order_id"])
    baskets = sparse.csc_matrix((np.ones(len(pairs)), (rows, names.get_indexer(pairs["name"]))))
    whose = pairs.assign(row=rows).drop_duplicates("row").set_index("row")["customer_id"]
    both = (baskets.T @ baskets).toarray()
    alone = both.diagonal().copy()
    np.fill_diagonal(both, 0)
    lift = both * orders / np.outer(alone, alone)
    lift[both < LEAST_TOGETHER] = 0
    documents = []
    for at in np.argsort([str(name) for name in names]):
        other = int(lift[at].argmax())
        if lift[at, other] <= 1:
            continue
        together = np.intersect1d(*(baskets[:, [column]].nonzero()[0] for column in (int(at), other)))
        # A hundred baskets may be those of a few customers.
        if whose[together].nunique() < least:
            continue
        first, second = str(names[int(at)]), str(names[other])
        documents.append(
            Document(
                document=f"bought-together:{slug(first)}:{slug(second)}",
                kind="bought_together",
                title=f"{first} with {within_sentence(second)}",
                text=(
                    f"{first} and {within_sentence(second)} are bought together: "
                    f"{both[at, other]:,.0f} baskets hold both, "
                    f"{lift[at, other]:.1f} times as many as chance would give."
                ),
                source=f"orders with both names / (orders with {first!r} x orders with {second!r} / all orders)",
            )
        )
    return documents


def _buys_more(sheets: tuple[FactSheet, ...]) -> list[Document]:
    documents = []
    for sheet in sheets:
        for fact in sheet.facts:
            if fact.metric.startswith("buys:") and fact.direction == "higher":
                product = fact.metric.removeprefix("buys:")
                documents.append(
                    Document(
                        document=f"buys-more:{sheet.segment}:{slug(product)}",
                        kind="buys_more",
                        segment=sheet.segment,
                        title=f"{sheet.name} buy more {within_sentence(product)}",
                        text=f"{sheet.name} buy more {within_sentence(product)} than others. {fact.sentence}",
                        source=f"fact {fact.fact}: {fact.source}",
                    )
                )
    return documents


def _hours(sheets: tuple[FactSheet, ...]) -> list[Document]:
    """On which days and at which hours each segment orders."""
    documents = []
    for sheet in sheets:
        facts = [fact for fact in sheet.facts if fact.topic == "when"]
        if facts:
            documents.append(
                Document(
                    document=f"hours:{sheet.segment}",
                    kind="hours",
                    segment=sheet.segment,
                    title=f"When {sheet.name} order",
                    text=f"Days and hours at which {sheet.name} order. {' '.join(fact.sentence for fact in facts)}",
                    source="; ".join(f"fact {fact.fact}: {fact.source}" for fact in facts),
                )
            )
    return documents


def _coupons(lines: Any, sheets: tuple[FactSheet, ...], assignments: pd.DataFrame, least: int) -> list[Document]:
    """On which products each segment uses coupons."""
    used = lines.filter(lines.coupon_minor > 0)
    segments = ibis.memtable(assignments[["customer_id", "segment"]])
    frame: Any = (
        used.inner_join(segments, "customer_id")
        .group_by("segment", "name")
        .aggregate(lines=lambda t: t.count(), customers=lambda t: t.customer_id.nunique())
        .order_by("segment", ibis.desc("lines"), "name")
        .execute()
    )
    documents = []
    for sheet in sheets:
        # Named products must not point at a handful of people.
        own = frame[(frame["segment"] == sheet.segment) & (frame["customers"] >= least)].head(COUPON_PRODUCTS)
        if not len(own):
            continue
        names = ", ".join(f"{row.name} ({row.lines:,} lines)" for row in own.itertuples(index=False))
        documents.append(
            Document(
                document=f"coupons:{sheet.segment}",
                kind="coupons",
                segment=sheet.segment,
                title=f"Coupons of {sheet.name}",
                text=f"{sheet.name} use coupons most often on: {names}.",
                source=f"order lines with coupon_minor > 0 by product name, at least {least} customers each",
            )
        )
    return documents
