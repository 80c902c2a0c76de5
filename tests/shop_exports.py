"""The exported shop as Shopify and as WooCommerce export it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from exported_shop import Order, Row, Shop, Truth, money, truth_of, write_rows

# Shopify ------------------------------------------------------------------------------------------------------------

SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing City,Billing Country,Billing Phone,Shipping Name,"
    "Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,"
    "Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,"
    "Receipt Number,Duties"
)
SHOPIFY_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,"
    "Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Image Src,Image Position,Gift Card,SEO Title,"
    "Status"
)
SHOPIFY_PRODUCTS_2025 = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,"
    "Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,Option2 Linked To,Option3 name,"
    "Option3 value,Option3 Linked To,Price,Compare-at price,Cost per item,Charge tax,Inventory quantity,"
    "Product image URL,Image position,Gift card,SEO title,SEO description"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address City,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,"
    "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"
)


def shopify_exports(folder: Path, shop: Shop, *, products_of: str = "") -> tuple[dict[str, Path], Truth]:
    """Orders, products and customers as Shopify's admin exports them; `products_of` "2025": the newer headers."""
    files = {
        "orders": write_rows(folder / "orders_export_1.csv", SHOPIFY_ORDERS, _shopify_orders(shop)),
        "products": write_rows(
            folder / "products_export_1.csv",
            SHOPIFY_PRODUCTS_2025 if products_of == "2025" else SHOPIFY_PRODUCTS,
            _shopify_products(shop, products_of == "2025"),
        ),
        "customers": write_rows(
            folder / "customers_export.csv",
            SHOPIFY_CUSTOMERS,
            (
                {
                    "Customer ID": f"'72104483{at:05d}",
                    "First Name": one.first_name,
                    "Last Name": one.last_name,
                    "Email": one.email,
                    "Accepts Email Marketing": "yes" if one.consents else "no",
                    "Accepts SMS Marketing": "no",
                    "Total Spent": "0.00",
                    "Total Orders": "0",
                }
                for at, one in enumerate(shop.customers)
            ),
        ),
    }
    return files, truth_of(shop, "#{}")


def _shopify_orders(shop: Shop) -> Iterable[Row]:
    # The newest order comes first, as the admin exports it.
    for order in reversed(shop.orders):
        stamp = f"{order.at:%Y-%m-%d %H:%M:%S} +0000"
        for at, (variant, quantity) in enumerate(order.lines):
            row: Row = {
                "Name": f"#{order.number}",
                "Email": order.customer.email.upper() if order.gross % 5 == 0 else order.customer.email,
                "Created at": stamp,
                "Lineitem quantity": quantity,
                "Lineitem name": variant.line_name,
                "Lineitem price": money(variant.cents),
                "Lineitem sku": variant.sku,
                "Lineitem requires shipping": "true",
                "Lineitem discount": "0.00",
                "Vendor": variant.vendor,
            }
            if at == 0:
                row |= {
                    "Financial Status": _financial_status(order),
                    "Paid at": stamp,
                    "Fulfillment Status": "fulfilled",
                    "Accepts Marketing": "yes" if order.customer.consents else "no",
                    "Currency": "USD",
                    "Subtotal": money(order.paid),
                    "Shipping": "5.00",
                    "Taxes": "0.00",
                    "Total": money(order.paid + 500),
                    "Discount Code": order.code,
                    "Discount Amount": money(order.discount),
                    "Billing Name": f"{order.customer.first_name} {order.customer.last_name}",
                    "Notes": "ring twice,\nthen wait" if order.gross % 11 == 0 else "",
                    "Cancelled at": stamp if order.cancelled else "",
                    "Refunded Amount": money(order.refund),
                    "Id": f"55500000{order.number}",
                    "Source": "web",
                }
            yield row


def _financial_status(order: Order) -> str:
    if order.cancelled:
        return "voided" if order.gross % 2 else "refunded"
    if not order.refund:
        return "paid"
    return "refunded" if order.refund == order.paid else "partially_refunded"


def _shopify_products(shop: Shop, newer: bool) -> Iterable[Row]:
    seen: set[str] = set()
    for variant in shop.variants:
        handle = variant.title.lower().replace(" ", "-")
        parts = variant.option.split(" / ") if variant.option else ["Default Title"]
        row: Row = {
            "Handle": handle,
            "Option1 Name": "Colour" if variant.option else "Title",
            "Option1 Value": parts[0],
            "Option2 Value": parts[1] if len(parts) > 1 else "",
            "Variant SKU": variant.sku,
            "Variant Price": money(variant.cents),
            "Variant Inventory Qty": "3",
        }
        if handle not in seen:
            row |= {
                "Title": variant.title,
                "Body (HTML)": variant.description,
                "Vendor": variant.vendor,
                "Product Category": "Home, Garden & More > Things > Good things",
                "Type": variant.kind,
                "Tags": "one, two",
                "Published": "true",
                "Status": "active",
                "Image Src": "https://example.com/1.jpg",
                "Image Position": "1",
            }
        yield _renamed(row) if newer else row
        if handle not in seen:
            image: Row = {"Handle": handle, "Image Src": "https://example.com/2.jpg", "Image Position": "2"}
            yield _renamed(image) if newer else image
        seen.add(handle)


_RENAMED = {
    "Handle": "URL handle",
    "Body (HTML)": "Description",
    "Product Category": "Product category",
    "Published": "Published on online store",
    "Option1 Name": "Option1 name",
    "Option1 Value": "Option1 value",
    "Option2 Value": "Option2 value",
    "Variant SKU": "SKU",
    "Variant Price": "Price",
    "Variant Inventory Qty": "Inventory quantity",
    "Image Src": "Product image URL",
    "Image Position": "Image position",
}


def _renamed(row: Mapping[str, object]) -> Row:
    return {_RENAMED.get(name, name): value for name, value in row.items()}


# WooCommerce --------------------------------------------------------------------------------------------------------

WOO_ORDERS = (
    "order_id,order_number,order_number_formatted,date,status,shipping_total,tax_total,discount_total,order_total,"
    "refunded_total,order_currency,payment_method,customer_id,billing_first_name,billing_last_name,billing_email,"
    "billing_phone,item_id,item_product_id,item_name,item_sku,item_quantity,item_subtotal,item_subtotal_tax,item_total,"
    "item_total_tax,item_refunded,item_refunded_qty,item_meta"
)
WOO_PRODUCTS = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,Tax status,In stock?,"
    "Stock,Sale price,Regular price,Categories,Tags,Images,Parent,Position"
)


def woocommerce_exports(folder: Path, shop: Shop) -> tuple[dict[str, Path], Truth]:
    """Orders, one row an item, and products; coupons are spread over the items by the platform itself."""
    files = {
        "orders": write_rows(folder / "orders-export.csv", WOO_ORDERS, _woo_orders(shop)),
        "products": write_rows(
            folder / "wc-product-export.csv",
            WOO_PRODUCTS,
            (
                {
                    "ID": 100 + at,
                    "Type": "simple",
                    "SKU": variant.product_id,
                    "Name": variant.line_name,
                    "Published": 1,
                    "Description": variant.description,
                    "Regular price": money(variant.cents),
                    "Categories": f"Shop > {variant.kind}, Sale",
                }
                for at, variant in enumerate(shop.variants)
            ),
        ),
    }
    truth = truth_of(shop, coupons=False)
    truth.products = {variant.product_id: variant.line_name for variant in shop.variants}
    return files, truth


def _woo_orders(shop: Shop) -> Iterable[Row]:
    for order in shop.orders:
        left = order.discount
        for at, (variant, quantity) in enumerate(order.lines):
            subtotal = variant.cents * quantity
            last = at == len(order.lines) - 1
            share = left if last else min(left, order.discount * subtotal // order.gross)
            left -= share
            yield {
                "order_id": 7000 + int(order.number),
                "order_number": order.number,
                "date": f"{order.at:%Y-%m-%d %H:%M:%S}",
                "status": "cancelled" if order.cancelled else "completed",
                "discount_total": money(order.discount),
                "order_total": money(order.paid),
                "refunded_total": money(order.refund),
                "order_currency": "USD",
                "customer_id": 0,
                "billing_first_name": order.customer.first_name,
                "billing_last_name": order.customer.last_name,
                "billing_email": order.customer.email,
                "item_product_id": 100,
                "item_name": variant.line_name,
                "item_sku": variant.product_id,
                "item_quantity": quantity,
                "item_subtotal": money(subtotal),
                "item_total": money(subtotal - share),
                "item_refunded": "0",
                "item_refunded_qty": "0",
            }
