"""Counts of customers by a phrase, as SQL written by hand for the phrases of the scripts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_TIME = (
    r"(?:(?:in|within|over|during|for|since)?\s*(?:the\s+)?(?:last|past)?\s*"
    r"(?P<count>\d+)\s+(?P<unit>day|week|month|quarter|year)s?)"
)
_FILLERS = re.compile(r"^(?:(?:customers?|shoppers?|people|who|that|have|has|had|were|are|been)\s+)+")
# Products by the names that the scripts use; those whose category's name ends in the words, and none beside.
_GOODS = {
    "coffee": ("category", ("Coffee",)),
    "milk": ("category", ("Milk", "Canned milk")),
    "baby food": ("category", ("Baby food", "Natural baby food")),
    "frozen pizza": ("name", ("Frozen pizza",)),
}
_GOOD = "|".join(_GOODS)
_ORDERED = """SELECT customer_id FROM (
    SELECT customer_id, order_id, min(ordered_at) FILTER (quantity >= 0{coupon}) AS moment
    FROM '{data}/orders.parquet'{goods} GROUP BY ALL)
  WHERE moment >= {since} GROUP BY customer_id HAVING count(*) >= {least}"""
_SPENT = """SELECT customer_id FROM '{data}/orders.parquet' WHERE ordered_at >= {since}
  GROUP BY customer_id HAVING sum(amount_minor) >= {minor}"""
_REDEEMED = "SELECT customer_id FROM '{data}/events.parquet' WHERE event = 'coupon_redeemed'"
_TOP = """SELECT customer_id FROM '{segments}/features.parquet'
  WHERE monetary_minor >=
    (SELECT quantile_disc(monetary_minor, 1 - {percent} / 100.0) FROM '{segments}/features.parquet')"""
_EVERYBODY = "SELECT customer_id FROM '{segments}/features.parquet'"


@dataclass(frozen=True)
class Counted:
    """Customers whom a phrase takes."""

    customers: int
    customer_share: float
    """Of all customers."""
    revenue_minor: int
    revenue_share: float
    """Of all revenue."""


def count_of(phrase: str, root: Path, as_of: str, segment: str = "") -> Counted | None:
    """Count a phrase anew; None where no SQL has been written for its words.

    Args:
        phrase: as a tool was asked.
        root: the workspace's folder.
        as_of: ISO date of the cutoff.
        segment: only customers of it; empty: all.
    """
    said = re.sub(r"[\s,]+", " ", phrase.lower()).strip(" .?!")
    parts = [part for part in re.split(r"\s(?:and|but)\s|(?<=\w)\s(?=(?:not|nothing|no orders?)\b.*\d)", said) if part]
    told = [_sql_of(part, as_of) for part in parts]
    if not told or any(one is None for one in told):
        return None
    folders = {"data": (root / "data").as_posix(), "segments": (root / "segments").as_posix()}
    inside = " AND ".join(one.format(**folders) for one in told if one is not None)
    if segment:
        table = f"{folders['segments']}/assignments.parquet"
        inside += f" AND customer_id IN (SELECT customer_id FROM '{table}' WHERE segment = '{segment}')"
    row = duckdb.sql(
        f"SELECT count(*) FILTER (inside), count(*), coalesce(sum(monetary_minor) FILTER (inside), 0), "
        f"sum(monetary_minor) FROM (SELECT monetary_minor, coalesce({inside}, false) AS inside "
        f"FROM '{folders['segments']}/features.parquet')"
    ).fetchone()
    if row is None or not row[1]:
        return None
    return Counted(int(row[0]), row[0] / row[1], int(row[2]), float(row[2]) / float(row[3]) if row[3] else 0.0)


def bounds(low: float, high: float, counted: Counted, root: Path) -> bool:
    """Whether an amount of spend parts those who were counted from everybody else, as a top percentage does.

    Args:
        low: the amount's lower end, in minor units.
        high: its upper end.
        counted: who was counted.
        root: the workspace's folder.
    """
    table = (root / "segments" / "features.parquet").as_posix()
    row = duckdb.execute(
        f"SELECT count(*) FILTER (monetary_minor >= $1), count(*) FILTER (monetary_minor >= $2) FROM '{table}'",
        [low, high],
    ).fetchone()
    return row is not None and row[1] <= counted.customers <= row[0]


def _sql_of(part: str, as_of: str) -> str | None:
    """A condition on `customer_id`, folders left as `{data}` and `{segments}`."""
    part = _FILLERS.sub("", part)
    for pattern, make in _RULES:
        if match := re.fullmatch(pattern, part):
            return make(match, as_of)
    return None


def _since(match: "re.Match[str]", as_of: str) -> str:
    if not match["count"]:
        return "TIMESTAMP '1900-01-01'"
    return f"DATE '{as_of}' - INTERVAL {int(match['count']) * _DAYS[match['unit']]} DAY"


def _ordered(match: "re.Match[str]", as_of: str, *, turned: bool = False, coupon: bool = False, least: int = 1) -> str:
    sql = _ORDERED.replace("{coupon}", " AND coupon_minor > 0" if coupon else "").replace("{least}", str(least))
    sql = sql.replace("{goods}", "").replace("{since}", _since(match, as_of))
    return f"customer_id {'NOT IN' if turned else 'IN'} ({sql})"


def _bought(match: "re.Match[str]", as_of: str, *, turned: bool = False) -> str:
    column, names = _GOODS[match["good"]]
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    goods = f" WHERE product_id IN (SELECT product_id FROM '{{data}}/products.parquet' WHERE {column} IN ({listed}))"
    sql = _ORDERED.replace("{coupon}", "").replace("{least}", "1").replace("{goods}", goods)
    return f"customer_id {'NOT IN' if turned else 'IN'} ({sql.replace('{since}', _since(match, as_of))})"


def _spent(match: "re.Match[str]", as_of: str) -> str:
    minor = int(float(match["amount"].replace(",", "")) * 100) + (0 if match["least"] else 1)
    return f"customer_id IN ({_SPENT.replace('{since}', _since(match, as_of)).replace('{minor}', str(minor))})"


_RULES: tuple[tuple[str, Callable[["re.Match[str]", str], str]], ...] = (
    (rf"(?:ordered|shopped|active|bought anything|placed an order)(?:\s+{_TIME})", _ordered),
    (
        rf"(?:quiet|inactive|lapsed|silent|not|nothing|not (?:ordered|shopped|active)|ordered nothing|bought nothing|"
        rf"nothing (?:ordered|bought)|no orders?)\s+{_TIME}",
        lambda match, as_of: _ordered(match, as_of, turned=True),
    ),
    (rf"(?:ever )?bought (?P<good>{_GOOD})(?:\s+{_TIME})?", _bought),
    (
        rf"(?:never|not|not ever) bought (?P<good>{_GOOD})(?:\s+{_TIME})?",
        lambda match, as_of: _bought(match, as_of, turned=True),
    ),
    (
        rf"(?:used (?:a |any )?coupons?|ordered with (?:a )?coupons?)(?:\s+{_TIME})?",
        lambda match, as_of: _ordered(match, as_of, coupon=True),
    ),
    (r"redeemed (?:a |any )?coupons?", lambda match, as_of: f"customer_id IN ({_REDEEMED})"),
    (
        rf"spent (?:over|more than|(?P<least>at least)) [$]?(?P<amount>[\d.]+)(?: dollars)?(?:\s+{_TIME})?",
        _spent,
    ),
    (
        rf"ordered (?:more than|over) (?P<times>\d+) times(?:\s+{_TIME})?",
        lambda match, as_of: _ordered(match, as_of, least=int(match["times"]) + 1),
    ),
    (
        rf"ordered at least (?P<times>\d+) times(?:\s+{_TIME})?",
        lambda match, as_of: _ordered(match, as_of, least=int(match["times"])),
    ),
    (
        r"(?:in )?(?:the )?top (?P<percent>\d+) ?(?:percent|%)(?: by (?:spend|spending|revenue))?",
        lambda match, as_of: f"customer_id IN ({_TOP.replace('{percent}', match['percent'])})",
    ),
    (rf"(?:in |within )?{_TIME}", _ordered),
    (
        r"(?:everybody|everyone|all|all customers|(?:ever |have )?ordered)",
        lambda match, as_of: f"customer_id IN ({_EVERYBODY})",
    ),
)
