"""Who gets what: customers into arms, and for each channel what becomes of them, a range of customer ids at a time."""

from collections.abc import Collection
from itertools import pairwise

import duckdb

from assistant.campaigns.recipients.sources import ADDRESS, CONSENT, folded, literal, one
from assistant.records import RecipientCounts, RecipientPlan
from assistant.records.recipients import HOLDOUT

_BUCKETS = 10_000
_REASONS = (
    "suppressed", "no_consent", "no_address", "duplicate_address", "capped", HOLDOUT, "no_piece", "recipients",
)  # fmt: skip


def lay_arms(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan) -> None:
    """`weights`: place, total; `drawn`: place, lot, arm, CHANNEL_piece; `pieces`: place, arm, channel, piece, language.

    An arm has as many lots as it weighs, so that it is found by an equality.
    """
    engine.execute(
        "CREATE TEMP TABLE pieces (place BIGINT, arm VARCHAR, channel VARCHAR, piece VARCHAR, language VARCHAR)"
    )
    engine.execute("CREATE TEMP TABLE weights (place BIGINT, total UBIGINT)")
    there = ", ".join(f"{channel}_piece BOOLEAN" for channel in plan.channels)
    engine.execute(f"CREATE TEMP TABLE drawn (place BIGINT, lot UBIGINT, arm VARCHAR, {there})")
    slots = ", ".join("?" * (3 + len(plan.channels)))
    for place, segment in enumerate(plan.segments):
        own = [arm for arm in plan.arms if arm.segment == segment]
        weights = {arm.arm: arm.weight for arm in reversed(own)}
        lots = [name for name in dict.fromkeys(arm.arm for arm in own) for _ in range(weights[name])]
        engine.execute("INSERT INTO weights VALUES (?, ?)", [place, len(lots)])
        channels = {(arm.arm, arm.channel) for arm in own}
        for lot, name in enumerate(lots):
            has = [(name, channel) in channels for channel in plan.channels]
            engine.execute(f"INSERT INTO drawn VALUES ({slots})", [place, lot, name, *has])
        for arm in own:
            engine.execute(
                "INSERT INTO pieces VALUES (?, ?, ?, ?, ?)", [place, arm.arm, arm.channel, arm.piece, arm.language]
            )


def find_duplicates(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan) -> None:
    """`later_KIND`: customers whose address is an earlier customer's; found by hashes first, which take less room."""
    for column in dict.fromkeys(ADDRESS[channel] for channel in plan.channels if ADDRESS[channel]):
        value = folded(column)
        engine.execute(
            f"""
            CREATE TEMP TABLE later_{column} AS
            WITH twice AS (
                SELECT hash({value}) AS h FROM people WHERE {column} IS NOT NULL GROUP BY h HAVING count(*) > 1
            ),
            shared AS (
                SELECT customer_id, {value} AS value FROM people JOIN members USING (customer_id)
                WHERE {column} IS NOT NULL AND hash({value}) IN (FROM twice)
            )
            SELECT DISTINCT customer_id
            FROM (SELECT customer_id, min(customer_id) OVER (PARTITION BY value) AS earliest FROM shared)
            WHERE customer_id > earliest
            """
        )


def ranges_of(engine: duckdb.DuckDBPyConnection, at_once: int) -> list[str]:
    """Conditions on `customer_id` that part the members into ranges of about so many."""
    count = one(engine, "SELECT count(*) FROM members")
    parts = max(1, -(-count // at_once))
    if parts == 1:
        return ["true"]
    # Only where the cuts lie depends on the sample, not what is written.
    rows = engine.execute(
        f"SELECT customer_id FROM (SELECT customer_id FROM members USING SAMPLE reservoir({parts * 200} ROWS) "
        "REPEATABLE (1)) ORDER BY 1"
    ).fetchall()
    ids = [str(row[0]) for row in rows]
    cuts = sorted({ids[len(ids) * at // parts] for at in range(1, parts)})
    edges = [None, *cuts, None]
    return [
        " AND ".join(
            [
                *([f"customer_id >= {literal(low)}"] if low is not None else []),
                *([f"customer_id < {literal(high)}"] if high is not None else []),
            ]
        )
        for low, high in pairwise(edges)
    ]


def draw(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, between: str, number: int) -> None:
    """`drawing`: the members of a range with their arm, and for each channel what becomes of them.

    It is kept until the range is written; what memory has no room for, the engine writes aside.
    """
    told = literal(f"{plan.campaign}/{plan.seed}/")
    held = round(plan.holdout * _BUCKETS)
    filled = {name for name in _lists(plan) if one(engine, f"SELECT count(*) FROM (FROM {name} LIMIT 1)")}
    pieces = ", ".join(f"{channel}_piece" for channel in plan.channels)
    statuses = ", ".join(f"{_status(plan, channel, filled)} AS {channel}_status" for channel in plan.channels)
    engine.execute(
        f"""
        CREATE TEMP TABLE drawing_{number} AS
        WITH mine AS (SELECT customer_id, min(place) AS place FROM members WHERE {between} GROUP BY customer_id),
        who AS (SELECT * FROM people WHERE {between}),
        hashed AS (
            SELECT mine.*, email, phone, first_name, email_opt_in, sms_opt_in, push_opt_in,
                md5({told} || mine.customer_id) AS digest
            FROM mine LEFT JOIN who USING (customer_id)
        ),
        numbered AS (
            SELECT *, ('0x' || substr(digest, 1, 8))::UBIGINT % {_BUCKETS} AS bucket,
                ('0x' || substr(digest, 9, 8))::UBIGINT AS draw FROM hashed
        ),
        armed AS (
            SELECT numbered.*, {pieces}, CASE WHEN bucket < {held} THEN {literal(HOLDOUT)} ELSE drawn.arm END AS arm
            FROM numbered LEFT JOIN weights USING (place)
            LEFT JOIN drawn ON drawn.place = numbered.place AND drawn.lot = draw % total
        )
        SELECT customer_id, place, first_name, email, phone, arm, {statuses} FROM armed
        """
    )
    engine.execute(f"CREATE OR REPLACE TEMP VIEW drawing AS FROM drawing_{number}")


def take(engine: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make `drawing` a range that was drawn, and drop the one before it."""
    engine.execute(f"CREATE OR REPLACE TEMP VIEW drawing AS FROM drawing_{number}")
    if number:
        engine.execute(f"DROP TABLE drawing_{number - 1}")


def _lists(plan: RecipientPlan) -> list[str]:
    """Tables of customers who get nothing; each that is empty is left out of the question."""
    addresses = dict.fromkeys(ADDRESS[channel] for channel in plan.channels if ADDRESS[channel])
    later = [f"later_{column}" for column in addresses] if plan.match_by == "address" else []
    return ["suppressed_customer_id", "suppressed_email", "suppressed_phone", "at_cap", *later]


def _status(plan: RecipientPlan, channel: str, filled: Collection[str]) -> str:
    column = ADDRESS[channel]
    consent = "true" if channel in plan.assume_consent else f"coalesce({CONSENT.get(channel, 'false')}, false)"
    by_address = bool(column) and plan.match_by == "address"
    listed = " OR ".join(
        f"{folded(name)} IN (SELECT value FROM suppressed_{name})"
        for name in ("customer_id", "email", "phone")
        if f"suppressed_{name}" in filled
    )
    cases = [
        *([(f"coalesce({listed}, false)", "suppressed")] if listed else []),
        (f"NOT {consent}", "no_consent"),
        *([(f"coalesce(trim({column}), '') = ''", "no_address")] if by_address else []),
        *([(f"customer_id IN (FROM later_{column})", "duplicate_address")] if f"later_{column}" in filled else []),
        *(
            [(f"customer_id IN (SELECT customer_id FROM at_cap WHERE channel = {literal(channel)})", "capped")]
            if "at_cap" in filled
            else []
        ),
        (f"arm = {literal(HOLDOUT)}", HOLDOUT),
        (f"NOT coalesce({channel}_piece, false)", "no_piece"),
    ]
    return "CASE " + " ".join(f"WHEN {test} THEN {literal(name)}" for test, name in cases) + " ELSE 'recipients' END"


def receiving(plan: RecipientPlan) -> str:
    """The condition of `drawing` that a customer is sent something."""
    return " OR ".join(f"{channel}_status = 'recipients'" for channel in plan.channels)


def count(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, *, first: bool) -> None:
    """Add the range in `drawing` to `counted`, and to `wanting` who needs a code."""
    if first:
        engine.execute("CREATE TEMP TABLE counted (channel VARCHAR, status VARCHAR, arm VARCHAR, customers BIGINT)")
        engine.execute("CREATE TEMP TABLE wanting (customers BIGINT)")
        engine.execute("CREATE TEMP TABLE given (customer_id VARCHAR, code VARCHAR)")
        engine.execute("CREATE TEMP TABLE taken (number BIGINT)")
    for channel in plan.channels:
        engine.execute(
            f"INSERT INTO counted SELECT {literal(channel)}, {channel}_status, arm, count(*) FROM drawing GROUP BY ALL"
        )
    engine.execute(
        f"INSERT INTO wanting SELECT count(*) FROM drawing WHERE ({receiving(plan)}) "
        "AND customer_id NOT IN (SELECT customer_id FROM issued)"
    )


def counts_of(engine: duckdb.DuckDBPyConnection, channel: str) -> RecipientCounts:
    """What became of the customers in a channel, of all ranges that were counted."""
    rows = engine.execute(
        "SELECT status, arm, sum(customers)::BIGINT FROM counted WHERE channel = ? GROUP BY ALL ORDER BY ALL", [channel]
    ).fetchall()
    totals = dict.fromkeys(_REASONS, 0)
    arms: dict[str, int] = {}
    for status, arm, customers in rows:
        totals[status] += customers
        if status == "recipients":
            arms[arm] = arms.get(arm, 0) + customers
    return RecipientCounts(channel=channel, members=sum(totals.values()), arms=arms, **totals)
