"""The exported shop as Google Analytics 4 and as Klaviyo export it."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from exported_shop import Order, Row, Shop, Truth, Variant, truth_of, write_rows

# Google Analytics 4 -------------------------------------------------------------------------------------------------


def ga4_export(folder: Path, shop: Shop) -> tuple[dict[str, Path], Truth]:
    """Events as JSON lines: a view and a cart before every purchase, one search, and events that are none of ours."""
    truth = Truth(orders={}, products={variant.product_id: variant.title for variant in shop.variants})
    path = folder / "events.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for order in shop.orders:
            if order.cancelled:
                continue
            for event in _ga4_events(order):
                file.write(json.dumps(event, ensure_ascii=False) + "\n")
                meant = {"view_item": "browse", "add_to_cart": "cart", "search": "search", "purchase": "purchase"}
                name = meant.get(str(event["event_name"]))
                items = event["items"]
                assert isinstance(items, list)
                if name:
                    when = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(str(event["event_timestamp"])))
                    truth.events += [(order.customer.email, name, when)] * max(len(items), 1)
    return {"events": path}, truth


def _ga4_events(order: Order) -> Iterable[Row]:
    since = int((order.at - dt.datetime(1970, 1, 1)).total_seconds() * 1_000_000)
    variant = order.lines[0][0]
    item = _ga4_item(variant, 1)
    yield _ga4_event(order, "session_start", since - 5_000_000, [])
    yield _ga4_event(order, "search", since - 4_000_000, [], search_term="warm & soft")
    yield _ga4_event(order, "view_item", since - 3_000_000, [item])
    yield _ga4_event(order, "add_to_cart", since - 2_000_000, [item])
    yield _ga4_event(order, "begin_checkout", since - 1_000_000, [item])
    lines = [_ga4_item(one, quantity) for one, quantity in order.lines]
    yield _ga4_event(order, "purchase", since, lines, transaction_id=order.number)


def _ga4_item(variant: Variant, quantity: int) -> Row:
    return {
        "item_id": variant.product_id,
        "item_name": variant.title,
        "item_brand": variant.vendor,
        "item_category": variant.kind,
        "price": variant.cents / 100,
        "quantity": quantity,
    }


def _ga4_event(order: Order, name: str, at: int, items: Sequence[Row], **said: str) -> Row:
    session: Row = {"key": "ga_session_id", "value": {"int_value": str(at // 1_000_000 // 1800), "string_value": None}}
    search = [
        {"key": key, "value": {"string_value": text, "int_value": None}}
        for key, text in said.items()
        if key == "search_term"
    ]
    return {
        "event_date": f"{order.at:%Y%m%d}",
        # BigQuery writes 64-bit integers as text in JSON.
        "event_timestamp": str(at),
        "event_name": name,
        "event_params": [session, *search],
        "user_id": order.customer.email,
        "user_pseudo_id": f"{order.number}.{at}",
        "platform": "WEB",
        "ecommerce": {"transaction_id": said.get("transaction_id")},
        "items": list(items),
    }


# Klaviyo ------------------------------------------------------------------------------------------------------------

KLAVIYO_PROFILES = (
    "Email,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,Address,City,State / Region,Country,"
    "Zip Code,Source,First Active,Last Active,Profile Created On,Email Marketing Consent,SMS Marketing Consent"
)
KLAVIYO_EVENTS = "Event ID,Metric,Email,Timestamp,Value,Product Name,SKU,Campaign Name"


def klaviyo_exports(folder: Path, shop: Shop) -> tuple[dict[str, Path], Truth]:
    """Profiles and events."""
    truth = truth_of(shop)
    metrics = (
        ("Received Email", "campaign_received"),
        ("Opened Email", "campaign_opened"),
        ("Clicked Email", "campaign_clicked"),
        ("Viewed Product", "browse"),
        ("Added to Cart", "cart"),
        ("Placed Order", "purchase"),
        ("Bounced Email", ""),
    )
    rows: list[Row] = []
    for order in shop.orders[:60]:
        for at, (metric, event) in enumerate(metrics):
            when = order.at + dt.timedelta(minutes=at)
            variant = order.lines[0][0]
            rows.append(
                {
                    "Event ID": f"e{order.number}{at}",
                    "Metric": metric,
                    "Email": order.customer.email,
                    "Timestamp": f"{when:%Y-%m-%d %H:%M:%S}",
                    "Product Name": variant.title if event in ("browse", "cart") else "",
                    "SKU": variant.product_id if event in ("browse", "cart") else "",
                    "Campaign Name": "Spring" if "Email" in metric else "",
                }
            )
            if event:
                truth.events.append((order.customer.email, event, when))
    profiles = (
        {
            "Email": one.email,
            "Klaviyo ID": f"01H{at:05d}",
            "First Name": one.first_name,
            "Last Name": one.last_name,
            "Phone Number": f"'+1555010{at:04d}",
            "Email Marketing Consent": "SUBSCRIBED" if one.consents else "NEVER_SUBSCRIBED",
            "SMS Marketing Consent": "Unsubscribed",
        }
        for at, one in enumerate(shop.customers)
    )
    files = {
        "customers": write_rows(folder / "profiles.csv", KLAVIYO_PROFILES, profiles),
        "events": write_rows(folder / "events.csv", KLAVIYO_EVENTS, rows),
    }
    return files, truth
