"""The shop as a whole."""

import duckdb

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook
from assistant.chat.tools.tool import ChatTool, NoArguments
from assistant.data import ask
from assistant.errors import MissingArtefact
from assistant.pipeline import load_campaigns, load_personas
from assistant.records import Unit

_TOTALS = """\
SELECT count(DISTINCT order_id) FILTER (quantity >= 0) AS orders,
       count(DISTINCT customer_id) FILTER (quantity >= 0) AS customers,
       sum(amount_minor) FILTER (quantity >= 0) AS sales_minor,
       min(ordered_at)::DATE::VARCHAR AS first, max(ordered_at)::DATE::VARCHAR AS last
FROM 'data/orders.parquet'"""
_CATALOGUE = "SELECT count(*) AS products FROM 'data/products.parquet'"


def shop_overview(desk: Desk, arguments: NoArguments, page: Notebook) -> None:
    """What there is: orders, customers, money, products, segments, personas, campaigns."""
    if not (desk.workspace.data / "orders.parquet").exists():
        raise MissingArtefact("There are no orders yet; bring rows in with `assistant ingest`.")
    root = desk.workspace.root
    try:
        (totals,) = ask(root, _TOTALS)
        (catalogue,) = ask(root, _CATALOGUE)
    except duckdb.Error:
        raise MissingArtefact(
            "The tables in data/ cannot be read; bring the rows in again with `assistant ingest`."
        ) from None
    name = desk.workspace.settings.shop.name
    customers = page.figure(
        totals["customers"], Unit.CUSTOMERS, "customers with an order", definition=_TOTALS, zh="顾客数"
    )
    orders = page.figure(
        totals["orders"], Unit.ORDERS, "orders", shown=f"{totals['orders']:,}", definition=_TOTALS, zh="订单"
    )
    sales = page.figure(totals["sales_minor"] or 0, Unit.MONEY, "sales", definition=_TOTALS, zh="销售额")
    products = page.figure(
        catalogue["products"],
        Unit.COUNT,
        "products in the catalogue",
        shown=f"{catalogue['products']:,}",
        zh="商品目录商品",
    )
    first, last = (
        page.figure(0, Unit.COUNT, f"{which} order", shown=totals[which], definition=_TOTALS)
        for which in ("first", "last")
    )
    page.note(name)
    page.say(
        f"{name}: {customers.shown}, {orders.shown} orders and {sales.shown} of sales "
        f"from {first.shown} to {last.shown}.",
        customers, orders, sales, first, last,
        zh=f"{name}：{customers.shown}，{orders.shown} 笔订单，销售额 {sales.shown}，"
        f"时间从 {first.shown} 到 {last.shown}。",
    )  # fmt: skip
    page.say(f"The catalogue has {products.shown} products.", products, zh=f"商品目录里有 {products.shown} 种商品。")
    groups = desk.groups()
    counts = {
        "segments": (sum(group.segment.startswith("S") for group in groups), "个细分"),
        "audiences": (sum(group.segment.startswith("A") for group in groups), "个自定义受众"),
        "personas": (len(load_personas(desk.workspace)), "个画像"),
        "campaigns": (len(load_campaigns(desk.workspace)), "个活动"),
    }
    figures = [page.figure(count, Unit.COUNT, word, shown=str(count), zh=zh) for word, (count, zh) in counts.items()]
    page.say(
        "Made so far: " + ", ".join(f"{figure.label} {figure.shown}" for figure in figures) + ".", *figures,
        zh="共有 " + "、".join(f"{figure.shown} {figure.label}" for figure in figures) + "。",
    )  # fmt: skip
    page.table(
        ("what", "how many"),
        [(figure.label, figure.shown) for figure in (customers, orders, sales, products, *figures)],
        title=name,
    )


TOOLS = (
    ChatTool(
        "shop_overview",
        "The shop as a whole: customers, orders, sales, products, segments, personas, campaigns.",
        NoArguments,
        shop_overview,
    ),
)
