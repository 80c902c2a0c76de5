"""The receipt of an evaluation: SQL over a workspace's own files, for DuckDB started in the workspace's folder."""

import datetime as dt
from collections.abc import Callable

from assistant.records import CUSTOMER_PREFIX, Fact, Predicate, Where
from assistant.records.predicates import ASKED, POOLED

_FEATURES = "'segments/features.parquet'"
_SIZES = {
    "customers": "count(*) FILTER (inside)",
    "customer_share": "count(*) FILTER (inside) / count(*)",
    "revenue_share": "sum(monetary_minor) FILTER (inside) / sum(monetary_minor)",
}
_SIGNS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}


def query_of(predicate: Predicate, as_of: dt.date) -> str:
    """One row with the columns value, others and customers.

    Names reach it as quoted literals and quoted identifiers, so none can end the statement or begin another.

    Args:
        predicate: what is asked.
        as_of: rows of orders and events of that day or later are not seen.
    """
    kind, colon, _ = predicate.metric.partition(":")
    rows = _ROWS.get(kind + colon)
    median = predicate.statistic == "median"
    counted = "count(DISTINCT customer_id)" if rows in (_buys, _redeems) else "count(x)"
    return (
        f"SELECT {'median' if median else 'avg'}(x) FILTER (inside) AS value, "
        f"{'median' if median else 'avg'}(x) FILTER (NOT inside) AS others, "
        f"{counted} FILTER (inside) AS customers\n"
        f"FROM (SELECT *, customer_id IN ({_members(predicate.population)}) AS inside\n"
        f"      FROM ({(rows or _feature)(predicate, as_of)}))"
    )


def fact_query(fact: Fact, as_of: dt.date) -> str:
    """The SQL that gives a fact of a sheet: its value, that of all others, and the customers counted."""
    if fact.metric in _SIZES:
        return (
            f"SELECT {_SIZES[fact.metric]} AS value, count(*) FILTER (inside) AS customers\n"
            f"FROM (SELECT *, customer_id IN ({_members(fact.segment)}) AS inside FROM {_FEATURES})"
        )
    named = fact.metric.startswith((*POOLED, *ASKED))
    return query_of(
        Predicate(
            metric=fact.metric,
            statistic="share" if named else "mean",
            population=fact.segment,
            comparator="about",
            threshold="others",
            unit=fact.unit,
        ),
        as_of,
    )


def product_query(name: str) -> str:
    """The SQL that gives the rows of the catalogue with a product's name."""
    return (
        "SELECT product_id, name, category, department, price_minor, advertisable\n"
        f"FROM 'data/products.parquet' WHERE lower(name) = lower({literal(name)}) ORDER BY product_id LIMIT 5"
    )


def _members(population: str) -> str:
    """An audience has a file of its own."""
    if population.startswith("A"):
        return f"SELECT customer_id FROM {literal(f'segments/audiences/{population}.parquet')}"
    return f"SELECT customer_id FROM 'segments/assignments.parquet' WHERE segment = {literal(population)}"


def _feature(predicate: Predicate, _: dt.date) -> str:
    column = identifier(predicate.metric)
    return f"SELECT customer_id, {_asked(column, predicate.where)} AS x FROM {_FEATURES}"


def _attribute(predicate: Predicate, _: dt.date) -> str:
    column = identifier(predicate.metric.removeprefix(CUSTOMER_PREFIX))
    return (
        f"SELECT customer_id, {_asked(f'CAST({column} AS VARCHAR)', predicate.where)} AS x\n"
        f"            FROM {_FEATURES} JOIN 'data/customers.parquet' USING (customer_id)"
    )


def _buys(predicate: Predicate, as_of: dt.date) -> str:
    return (
        f"SELECT customer_id, CAST(coalesce(advertisable AND name = {_name(predicate)}, false) AS INTEGER) AS x\n"
        "            FROM 'data/orders.parquet' LEFT JOIN 'data/products.parquet' USING (product_id)\n"
        f"            WHERE {_sold(as_of)}"
    )


def _has_bought(predicate: Predicate, as_of: dt.date) -> str:
    return (
        "SELECT customer_id, CAST(customer_id IN (\n"
        "                SELECT customer_id\n"
        "                FROM 'data/orders.parquet' JOIN 'data/products.parquet' USING (product_id)\n"
        f"                WHERE advertisable AND name = {_name(predicate)} AND {_sold(as_of)}\n"
        f"            ) AS INTEGER) AS x FROM {_FEATURES}"
    )


def _redeems(predicate: Predicate, as_of: dt.date) -> str:
    end = f"{as_of.isoformat()}"
    return (
        "SELECT customer_id, CAST(bool_or(event = 'coupon_redeemed') AS INTEGER) AS x\n"
        "            FROM 'data/events.parquet' JOIN 'data/past_campaigns.parquet' USING (campaign_id)\n"
        f"            WHERE campaign_type = {_name(predicate)} AND occurred_at < TIMESTAMP '{end}'\n"
        f"              AND starts < DATE '{end}' AND customer_id IN (SELECT customer_id FROM {_FEATURES})\n"
        "            GROUP BY customer_id, campaign_id HAVING bool_or(event = 'campaign_received')"
    )


_ROWS: dict[str, Callable[[Predicate, dt.date], str]] = {
    "buys:": _buys, "has_bought:": _has_bought, "redeems:": _redeems, "customer:": _attribute
}  # fmt: skip


def _sold(as_of: dt.date) -> str:
    return (
        f"quantity >= 0 AND ordered_at < TIMESTAMP '{as_of.isoformat()}' "
        f"AND customer_id IN (SELECT customer_id FROM {_FEATURES})"
    )


def _asked(column: str, where: Where | None) -> str:
    if where is None:
        return column
    if where.one_of is not None:
        condition = f"{column} IN ({', '.join(map(literal, where.one_of))})"
    else:
        ((name, number),) = where.model_dump(exclude_none=True).items()
        condition = f"{column} {_SIGNS[name]} {number!r}"
    return f"CAST({condition} AS INTEGER)"


def _name(predicate: Predicate) -> str:
    return literal(predicate.metric.partition(":")[2])


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A column's name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
