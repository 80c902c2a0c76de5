"""What lies in a workspace's files, read straight from them: figures, names, days."""

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import duckdb

from evals.chat.stated import Kind, Stated, masked, stated_in

_PLAIN: tuple[Kind, ...] = ("number", "orders", "days", "items")
_STATES = ("checked", "needs_review", "approved", "rejected", "exported")
_WORDED = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|dozen|quarter|double|triple|hour)\b",
    re.I,
)
_TOTALS = """SELECT count(DISTINCT order_id), count(DISTINCT order_id) FILTER (quantity >= 0), count(*),
  count(DISTINCT customer_id), sum(amount_minor), sum(amount_minor) FILTER (quantity >= 0),
  min(ordered_at)::DATE, max(ordered_at)::DATE, count(DISTINCT ordered_at::DATE) FROM '{0}/orders.parquet'"""

_DOCUMENTS = """SELECT embedding_id, max(string_value) FILTER (WHERE key = 'title'),
  max(string_value) FILTER (WHERE key = 'chroma:document')
  FROM embeddings JOIN embedding_metadata USING (id) GROUP BY embedding_id"""


@dataclass(frozen=True)
class TrueFigure:
    """A number that holds."""

    pool: str
    """Where it is from: shop, segments, rules, offers, persona, campaign, piece, brief, plan."""
    subjects: frozenset[str]
    """Any of these must be spoken of; empty: the shop."""
    kind: Kind
    amount: float
    """Money in main units, shares in percent."""
    what: str = ""
    """A word that must follow the number, where that tells it from others; `|` between those that do."""


@dataclass(frozen=True)
class Document:
    """A document of the index, with the figures of its text."""

    document: str
    """Its id, `product:yogurt`."""
    text: str
    figures: tuple[Stated, ...]


def read_json(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text("utf-8"))


def date_of(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of an ISO date or moment; None where it is none."""
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day.year, day.month, day.day


def numbered_names(root: Path) -> set[str]:
    """Names of the catalogue that hold a digit or a word of number."""
    path = root / "data" / "products.parquet"
    if not path.exists():
        return set()
    rows = duckdb.sql(f"SELECT DISTINCT unnest([name, category, department]) FROM '{path.as_posix()}'").fetchall()
    return {name for (name,) in rows if name and _WORDED.search(name)}


def days_of(root: Path) -> Iterator[str]:
    """Days of the data: of the first and the last order, of past campaigns."""
    orders, past = root / "data" / "orders.parquet", root / "data" / "past_campaigns.parquet"
    if orders.exists():
        row = duckdb.sql(f"SELECT min(ordered_at), max(ordered_at) FROM '{orders.as_posix()}'").fetchone()
        yield from (str(day) for day in row or ())
    if past.exists():
        for row in duckdb.sql(f"SELECT starts, ends FROM '{past.as_posix()}'").fetchall():
            yield from (str(day) for day in row)


def figures_of_shop(root: Path, minor: int, segments: int) -> Iterator[TrueFigure]:
    """Totals of the tables, and how many there are of what."""

    def of(kind: Kind, amount: float, what: str = "") -> TrueFigure:
        return TrueFigure("shop", frozenset(), kind, float(amount), what)

    yield of("number", segments, "segment|group|细分|分群|群")
    yield of("number", len(list((root / "segments" / "audiences").glob("*.toml"))), "audience|受众")
    yield of("number", len(list((root / "personas").glob("*.json"))) - _manifests(root / "personas"), "persona|画像")
    yield of("number", len(list((root / "campaigns").glob("*/campaign.json"))), "campaign|活动")
    orders = root / "data" / "orders.parquet"
    if orders.exists():
        row = duckdb.sql(_TOTALS.format(orders.parent.as_posix())).fetchone() or ()
        kinds: tuple[Kind, ...] = ("orders", "orders", "number", "customers", "money", "money")
        for kind, amount in zip(kinds, row, strict=False):
            yield of(kind, float(amount) / minor if kind == "money" else amount)
        yield of("days", (row[7] - row[6]).days + 1)
        yield of("days", row[8])
        yield of("money", float(row[4]) / row[1] / minor)
        yield of("money", float(row[4]) / row[3] / minor)
    for name, what in (
        ("products", "product|item|商品|产品"),
        ("past_campaigns", "campaign|活动"),
        ("customers", "customer|顾客"),
    ):
        path = root / "data" / f"{name}.parquet"
        if path.exists():
            row = duckdb.sql(f"SELECT count(*) FROM '{path.as_posix()}'").fetchone() or (0,)
            yield of("number", row[0], what)
    if (root / "data" / "products.parquet").exists():
        path = root / "data" / "products.parquet"
        rows = duckdb.sql(
            "SELECT count(DISTINCT name), count(DISTINCT category), count(DISTINCT department) "
            f"FROM '{path.as_posix()}'"
        ).fetchone()
        yield from (of("number", amount) for amount in rows or ())


def _manifests(folder: Path) -> int:
    return len(list(folder.glob("*.manifest.json")))


def figures_of_segmentation(root: Path, minor: int) -> Iterator[TrueFigure]:
    """Sizes, money and stability of segments, and their rules of thumb."""
    path = root / "segments" / "segmentation.json"
    if not path.exists():
        return
    told = read_json(path)
    for own in told["segments"]:
        subject = frozenset({own["segment"]})
        yield TrueFigure("segments", subject, "customers", own["customers"])
        yield TrueFigure("segments", subject, "share", own["customer_share"] * 100)
        yield TrueFigure("segments", subject, "share", own["revenue_share"] * 100)
        yield TrueFigure("segments", subject, "money", own["revenue_minor"] / minor)
        if own.get("jaccard") is not None:
            yield TrueFigure("segments", subject, "number", own["jaccard"])
    for rule in (told.get("tree") or {}).get("rules", ()):
        subject = frozenset({rule["segment"]})
        yield TrueFigure("rules", subject, "customers", rule["customers"])
        yield TrueFigure("rules", subject, "share", rule["right"] * 100)
        for amount in _numbers(rule):
            yield TrueFigure("rules", subject, "money", amount / minor)
            yield TrueFigure("rules", subject, "share", amount * 100)
            yield from (TrueFigure("rules", subject, kind, amount) for kind in _PLAIN)
    certificate = root / "segments" / "certificate.json"
    for own in read_json(certificate)["segments"] if certificate.exists() else ():
        for amount in (own.get("jaccard") or {}).values():
            yield TrueFigure("segments", frozenset({own["segment"]}), "number", amount)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for own in value:
            yield from _numbers(own)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def documents_of(root: Path) -> Iterator[Document]:
    """What the index holds, from its database."""
    force = root / "index" / "CURRENT"
    path = root / "index" / force.read_text("utf-8").strip() / "chroma.sqlite3" if force.exists() else force
    if not path.is_file() or path == force:
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = database.execute(_DOCUMENTS).fetchall()
    for document, title, text in rows:
        figures = tuple(one for one in stated_in(masked(text or "", [title or ""])) if one.kind != "date")
        yield Document(document, text or "", figures)


def figures_of_offers(root: Path) -> Iterator[TrueFigure]:
    """Who stands behind the recommendations of segments."""
    for path in sorted((root / "segments" / "offers").glob("*.json")):
        for offer in read_json(path)["offers"]:
            reason = offer.get("reason") or {}
            for name in ("customers", "returned"):
                if reason.get(name) is not None:
                    yield TrueFigure("offers", frozenset({offer["name"]}), "customers", reason[name])
            if reason.get("customers") and reason.get("returned") is not None:
                share = 100 * reason["returned"] / reason["customers"]
                yield TrueFigure("offers", frozenset({offer["name"]}), "share", share)


def figures_of_personas(root: Path) -> Iterator[TrueFigure]:
    """What claims say and how many there are."""
    for path in sorted((root / "personas").glob("[SA]*.json")):
        if path.name.endswith(".manifest.json"):
            continue
        persona = read_json(path)
        subjects = frozenset({persona["segment"]})
        statuses = [claim["status"] for claim in persona["claims"]]
        yield TrueFigure("persona", subjects, "number", len(statuses), "claim|条")
        for status in set(statuses):
            yield TrueFigure("persona", subjects, "number", statuses.count(status), status)
        for claim in persona["claims"]:
            told = [claim["text"], (claim.get("evaluation") or {}).get("reason", "")]
            for one in (one for text in told for one in stated_in(text)):
                yield TrueFigure("persona", subjects, one.kind, (one.low + one.high) / 2)
        for one in stated_in(persona.get("line", "")):
            yield TrueFigure("persona", subjects, one.kind, (one.low + one.high) / 2)


def figures_of_campaign(folder: Path) -> Iterator[TrueFigure]:
    """How many pieces stand where, counted from the ledger, and what each piece says."""
    pieces = [json.loads(line) for line in (folder / "pieces.jsonl").read_text("utf-8").splitlines()]
    stands = {piece["piece"]: "checked" if piece["status"] == "ready" else "needs_review" for piece in pieces}
    ledger = folder / "ledger.jsonl"
    for line in ledger.read_text("utf-8").splitlines() if ledger.exists() else ():
        entry = json.loads(line)
        if entry.get("state") in _STATES:
            stands.update(dict.fromkeys(entry["pieces"], entry["state"]))
    words = {"checked": "ready|checked|可用|就绪", "needs_review": "need|review|审核", "control": "control|对照"}
    rows = [
        (own["segment"], own["channel"], stands[own["piece"]], "control" if own["angle"] == "control" else "written")
        for own in pieces
    ]
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        for kept in product((True, False), repeat=4):
            key = tuple(value if keep else "" for value, keep in zip(row, kept, strict=True))
            seen[key] = seen.get(key, 0) + 1
    for (segment, _, state, sort), count in seen.items():
        what = (
            words.get(state, state)
            if state
            else words["control"]
            if sort == "control"
            else "piece|written|message|条|件"
        )
        yield TrueFigure("campaign", frozenset({segment} if segment else ()), "number", count, what)
    for state in _STATES:
        if state not in stands.values():
            yield TrueFigure("campaign", frozenset(), "number", 0, words.get(state, state))
    for own in pieces:
        subjects = frozenset({own["piece"]})
        yield TrueFigure("piece", subjects, "number", own["candidates"], "candidate")
        for part in own["fields"]:
            yield TrueFigure("piece", subjects, "number", part["length"], "character|char|byte|字")
            yield TrueFigure("piece", subjects, "number", len(part["text"]), "character|char|字")
            yield from _quoted("piece", subjects, part["text"])
        for text in (*own["reasons"], *(slot["value"] for slot in own["slots"])):
            yield from _quoted("piece", subjects, text)


def reasons_of(folder: Path) -> set[str]:
    """Why pieces need review, as they say it."""
    lines = (folder / "pieces.jsonl").read_text("utf-8").splitlines()
    return {reason for line in lines for reason in json.loads(line)["reasons"]}


def _quoted(pool: str, subjects: frozenset[str], text: str) -> Iterator[TrueFigure]:
    for one in stated_in(text):
        if one.kind != "date":
            yield TrueFigure(pool, subjects, one.kind, (one.low + one.high) / 2)


def figures_of_brief(brief: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]]) -> Iterator[TrueFigure]:
    """The offer, and what the brief asks for: a piece a segment, channel, angle and language, a control beside."""
    offer = brief.get("offer", {})
    if offer.get("kind") == "percent_off":
        yield TrueFigure("brief", frozenset(), "share", float(offer["amount"]))
    elif "amount" in offer:
        yield TrueFigure("brief", frozenset(), "money", offer["amount"] / 100)
    sizes = {fact["segment"]: fact["value"] for fact in facts.values() if fact["metric"] == "customers"}
    groups = brief.get("audience") or [own for own in sizes if own.startswith("S")]
    blocks = len(groups) * len(brief.get("channels", ())) * len(brief.get("languages", ("en",)))
    written = blocks * len(brief.get("angles", ())) * int(brief.get("variants", 1))
    for amount, what in (
        (written, "piece|written|message|条|件"),
        (blocks, "control|对照"),
        (written + blocks, "piece|message|条|件"),
        (len(groups), "segment|group|分群|细分"),
        (len(brief.get("channels", ())), "channel|渠道"),
        (len(brief.get("angles", ())), "angle"),
    ):
        yield TrueFigure("plan", frozenset(), "number", amount, what)
    yield TrueFigure("plan", frozenset(), "customers", sum(sizes.get(own, 0) for own in groups))
    for own in groups:
        each = len(brief.get("angles", ())) * int(brief.get("variants", 1))
        yield TrueFigure("plan", frozenset({own}), "customers", sizes.get(own, 0))
        yield TrueFigure("plan", frozenset({own}), "number", each)
        yield TrueFigure("plan", frozenset({own}), "number", 1, "control|对照")
