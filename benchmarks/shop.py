"""A shop of any size from a seed, straight to canonical Parquet: skewed customers, products, channels and returns."""

from pathlib import Path

import duckdb

PRODUCTS = 30_000
DEPARTMENTS = 8
CATEGORIES = 60
LINES_AN_ORDER = 7
# Customers of the shop that was measured first: 229,349 with ten million lines.
CUSTOMERS_A_LINE = 0.0229349
EVENTS_A_LINE = 0.2
SECONDS = 730 * 86_400
FIRST_DAY = "2022-01-01"
AS_OF = "2024-01-01"

# A hash is the draw: the same key and salt give the same number whatever the number of threads.
_UNIFORM = "create macro u(k, salt) as (hash(k, salt, {seed}) >> 11)::double / 9007199254740992.0"

_PRODUCTS = """
select 'P' || lpad(p::varchar, 6, '0') as product_id, 'Product ' || p as name, null::varchar as source_type,
       'Category ' || lpad(c::varchar, 2, '0') as category, 'Department ' || c % {departments} as department,
       'Brand ' || floor(400 * power(u(p, 2), 2))::int as brand, u(p, 3) < 0.25 as private_brand,
       null::varchar as package_size, price as price_minor, null::varchar as description, true as advertisable
from (select p, floor({categories} * power(u(p, 1), 1.6))::int as c, (99 + floor(1500 * power(u(p, 4), 3)))::bigint
      as price from range({products}) t(p))
order by product_id
"""

_ORDERS = """
with made as (
    select k, least(40, 1 + floor(-ln(1 - u(k, 11)) * 6.5))::int as n,
           floor({customers} * power(u(k, 12), 1.5))::bigint as c,
           timestamp '{first}' + to_seconds((k * ({seconds}::double - 3600) / {orders} + 3600 * u(k, 13))::bigint)
               as moment,
           u(k, 14) as channel, u(k, 15) < 0.15 as coupon
    from range({orders}) t(k)
), lines as (
    select *, unnest(range(n))::bigint as line from made
), drawn as (
    select *, k * 64 + line as id from lines
), priced as (
    select *, floor({products} * power(u(id, 21), 2.5))::bigint as p,
           case when u(id, 23) < 0.02 then -1 else 1 + floor(3 * power(u(id, 22), 3))::bigint end as q
    from drawn
)
select 'O' || lpad(k::varchar, 9, '0') as order_id, line, 'C' || lpad(c::varchar, 8, '0') as customer_id,
       'P' || lpad(p::varchar, 6, '0') as product_id, moment as ordered_at, q::bigint as quantity,
       (q * (99 + floor(1500 * power(u(p, 4), 3))))::bigint as amount_minor,
       case when q > 0 and u(id, 24) < 0.3 then 50 else 0 end::bigint as discount_minor,
       case when coupon and line = 0 then 100 else 0 end::bigint as coupon_minor, null::varchar as store_id,
       case when channel < 0.5 then 'web' when channel < 0.8 then 'store' when channel < 0.99 then 'app' end
           as sales_channel,
       null::timestamp as known_at
from priced
"""

_EVENTS = """
select 'C' || lpad(floor({customers} * power(u(k, 31), 1.5))::bigint::varchar, 8, '0') as customer_id,
       case when e < 0.6 then 'browse' when e < 0.75 then 'search' when e < 0.9 then 'cart'
            when e < 0.95 then 'purchase' when e < 0.98 then 'campaign_received' else 'coupon_redeemed' end as event,
       timestamp '{first}' + to_seconds(({seconds}::double * u(k, 33))::bigint) as occurred_at,
       null::varchar as event_id, null::varchar as session_id, null::varchar as product_id,
       null::varchar as search_text, null::varchar as order_id,
       case when e >= 0.95 then 'K' || floor(20 * u(k, 34))::int end as campaign_id, null::varchar as coupon_id,
       null::timestamp as known_at
from (select k, u(k, 32) as e from range({events}) t(k))
"""

_CUSTOMERS = """
select 'C' || lpad(c::varchar, 8, '0') as customer_id, null::timestamp as known_at from range({customers}) t(c)
"""

_CAMPAIGNS = """
select 'K' || k as campaign_id, 'Type A' as campaign_type, date '{first}' as starts, date '{first}' + 30 as ends
from range(20) t(k)
"""

_TABLES = {
    "products": _PRODUCTS,
    "orders": _ORDERS,
    "events": _EVENTS,
    "customers": _CUSTOMERS,
    "past_campaigns": _CAMPAIGNS,
}


def write_shop(folder: Path, lines: int, seed: int = 7) -> None:
    """Write the tables; the same arguments give the same rows.

    Args:
        folder: made where it is missing; one Parquet file a table.
        lines: order lines, about.
        seed: of every draw.
    """
    folder.mkdir(parents=True, exist_ok=True)
    orders = max(1, lines // LINES_AN_ORDER)
    sizes = {
        "orders": orders,
        "customers": max(50, int(lines * CUSTOMERS_A_LINE)),
        "events": int(lines * EVENTS_A_LINE),
        "products": PRODUCTS,
        "departments": DEPARTMENTS,
        "categories": CATEGORIES,
        "seconds": SECONDS,
        "first": FIRST_DAY,
    }
    with duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(folder / "spilled")}) as engine:
        engine.execute(_UNIFORM.format(seed=seed))
        # Rows are made in the order of their keys and written as they are made: nothing is sorted or kept.
        for name, query in _TABLES.items():
            path = folder / f"{name}.parquet"
            engine.execute(f"copy ({query.format(**sizes)}) to '{path}' (format parquet, compression zstd)")
