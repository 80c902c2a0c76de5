"""The customer table as somebody fluent in DuckDB writes it: small queries for the names, one for the rows.

Everything that DuckDB has and other engines lack is used where it helps: `bit_count`, `filter`, small integers, casts
of wide sums. The columns are those of `customer_features`, in its order, so that the two can be held to each other.
"""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

_NAMES = """
with sold as (
    select product_id, sum(amount_minor) as sales from '{orders}'
    where ordered_at < timestamp '{as_of}' and quantity >= 0 group by all
)
select coalesce(nullif(p.category, 'No category'), '') as category,
       coalesce(nullif(p.department, 'No department'), '') as department, sum(sales)::bigint as sales
from sold left join '{products}' p using (product_id) group by all
"""

_CHANNELS = """
select sales_channel, count(*) as lines from '{orders}'
where ordered_at < timestamp '{as_of}' and quantity >= 0 group by all
"""

_TABLE = """
with coded as (
    select product_id, private_brand, category, department,
           1::bigint << (dense_rank() over (order by category) - 1) as bit
    from (select product_id, private_brand, category, department from '{products}')
), products as (
    select product_id, private_brand, case when category = 'No category' then 0 else bit end as bit,
           case department {departments_at} else -1 end::tinyint as d,
           case category {categories_at} else -1 end::tinyint as c
    from coded
), orders as (
    select customer_id, order_id, min(ordered_at) filter (where quantity >= 0) as moment,
           sum(amount_minor)::bigint as net, (sum(amount_minor) filter (where quantity >= 0))::bigint as sales,
           (sum(discount_minor) filter (where quantity >= 0))::bigint as discount,
           (sum(coupon_minor) filter (where quantity >= 0))::bigint as coupon,
           (sum(quantity) filter (where quantity >= 0))::bigint as items,
           count(*) filter (where quantity >= 0) as lines, count(*) filter (where quantity < 0) as returned,
           min(sales_channel) filter (where quantity >= 0) as channel
    from '{orders}' where ordered_at < timestamp '{as_of}'
    group by customer_id, order_id
), timed as (
    select *, moment::date as day, hour(moment) as hour, isodow(moment) as weekday from orders
), habits as (
    select customer_id, count(moment) as n, date '{as_of}' - max(day) as recency, date '{as_of}' - min(day) as tenure,
           sum(net)::bigint as net, coalesce(sum(sales), 0)::bigint as sales,
           coalesce(sum(discount), 0)::bigint as discount, sum(items)::bigint as items, sum(lines)::bigint as lines,
           coalesce(sum(sales) filter (where day >= date '{as_of}' - 91), 0)::bigint as s1,
           coalesce(sum(sales) filter (where day >= date '{as_of}' - 182 and day < date '{as_of}' - 91), 0)::bigint
               as s0,
           count(moment) filter (where coupon > 0) as with_coupon,
           count(moment) filter (where returned > 0) as returned,
           {times}
    from timed group by customer_id having count(moment) > 0
), spent as (
    select customer_id, (sum(amount_minor) filter (where private_brand))::bigint as private, {spent},
           bit_count(bit_or(bit)) as categories
    from '{orders}' left join products using (product_id)
    where ordered_at < timestamp '{as_of}' and quantity >= 0
    group by customer_id
), visits as (
    select customer_id, max(occurred_at)::date as last, count(*) filter (where event = 'browse') as browse,
           count(*) filter (where event = 'search') as search, count(*) filter (where event = 'cart') as cart,
           count(*) filter (where event = 'purchase') as purchase
    from '{events}'
    where occurred_at < timestamp '{as_of}' and event in ('browse', 'search', 'cart', 'purchase')
    group by customer_id
), campaigns as (
    select customer_id, count(*) as received, count(*) filter (where redeemed) as redeemed
    from (
        select customer_id, campaign_id, bool_or(event = 'coupon_redeemed') as redeemed
        from '{events}'
        where occurred_at < timestamp '{as_of}' and campaign_id is not null
              and event in ('campaign_received', 'coupon_redeemed')
        group by customer_id, campaign_id having bool_or(event = 'campaign_received')
    ) group by customer_id
)
select customer_id, recency as recency_days, n as frequency, net as monetary_minor, tenure as tenure_days,
       (tenure - recency) / nullif(n - 1, 0) as days_between_orders,
       recency * (n - 1) / nullif(tenure - recency, 0) as overdue, net / n as basket_value_minor,
       lines / n as basket_lines, items / n as basket_items,
       coalesce(discount / nullif(sales + discount, 0), 0) as discount_share, with_coupon / n as coupon_share,
       coalesce(coalesce(private, 0) / nullif(sales, 0), 0) as private_brand_share,
       redeemed / nullif(received, 0) as redemption_share, returned / n as return_share,
       coalesce((sales - net) / nullif(sales, 0), 0) as returned_spend_share,
       (weekday_6 + weekday_7) / n as weekend_share, {shares},
       coalesce(browse, 0) as browse_events, coalesce(search, 0) as search_events, coalesce(cart, 0) as cart_events,
       coalesce(purchase, 0) as purchase_events, date '{as_of}' - last as days_since_visit,
       cart / nullif(browse, 0) as cart_rate, purchase / nullif(cart, 0) as purchase_rate,
       categories as categories_bought, coalesce((s1 - s0) / nullif(s1 + s0, 0), 0) as trend, {spend_shares}
from habits left join spent using (customer_id) left join visits using (customer_id)
     left join campaigns using (customer_id)
"""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PARTS = {
    "morning": "hour between 5 and 10",
    "midday": "hour between 11 and 15",
    "evening": "hour between 16 and 20",
    "night": "hour >= 21 or hour < 5",
}


def by_hand(folder: Path, as_of: str, engine: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The customer table of a shop with at most 64 categories, returns, several channels and all kinds of events."""
    return engine.execute(query_of(folder, as_of, engine)).df()


def query_of(folder: Path, as_of: str, engine: duckdb.DuckDBPyConnection) -> str:
    """The query, with the names that two small ones find."""
    places: dict[str, Any] = {name: folder / f"{name}.parquet" for name in ("orders", "products", "events")}
    places["as_of"] = as_of
    cells = engine.execute(_NAMES.format(**places)).df()
    departments = _top(cells, "department", "sales", 8)
    categories = _top(cells, "category", "sales", 12)
    channels = _top(engine.execute(_CHANNELS.format(**places)).df(), "sales_channel", "lines", 6)
    times = [f"count(moment) filter (where weekday = {at}) as weekday_{at}" for at in range(1, 8)]
    times += [f"count(moment) filter (where {when}) as {part}" for part, when in _PARTS.items()]
    times += [f"count(moment) filter (where channel = '{name}') as channel_{at}" for at, name in enumerate(channels)]
    shares = [f"weekday_{at} / n as {name}_share" for at, name in enumerate(_WEEKDAYS, start=1)]
    shares += [f"{part} / n as {part}_share" for part in _PARTS]
    shares += [f'channel_{at} / n as "channel: {name}"' for at, name in enumerate(channels)]
    spent, spend_shares = [], []
    for letter, column, names in (("d", "department", departments), ("c", "category", categories)):
        for at, name in enumerate(names):
            spent.append(f"(sum(amount_minor) filter (where {letter} = {at}))::bigint as {letter}{at}")
            spend_shares.append(f'coalesce(coalesce({letter}{at}, 0) / nullif(sales, 0), 0) as "{column}: {name}"')
    return _TABLE.format(
        **places,
        departments_at=" ".join(f"when '{name}' then {at}" for at, name in enumerate(departments)),
        categories_at=" ".join(f"when '{name}' then {at}" for at, name in enumerate(categories)),
        times=", ".join(times),
        shares=", ".join(shares),
        spent=", ".join(spent),
        spend_shares=", ".join(spend_shares),
    )


def _top(cells: pd.DataFrame, column: str, by: str, count: int) -> list[str]:
    totals = cells[cells[column].fillna("") != ""].groupby(column)[by].sum()
    return [str(name) for name in sorted(totals.index, key=lambda name: (-totals[name], name))[:count]]
