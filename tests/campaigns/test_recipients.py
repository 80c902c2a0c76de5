"""Who gets what: counted, capped, coded, one arm a customer, the same bytes twice."""

import csv
import datetime as dt
import hashlib
import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.campaigns.recipients import Sources, write_recipients
from assistant.campaigns.recipients.limits import FilledField, parts_sql
from assistant.campaigns.recipients.writing import _DANGEROUS
from assistant.copywriting.channels import GSM_EXTENSION, sms_parts
from assistant.copywriting.dialects import safe_cell
from assistant.errors import DataError
from assistant.records import Arm, RecipientPlan, RecipientReport

CUSTOMERS = 4_000
ARMS = ("control", "thrift", "ease")


def plan(**changes: Any) -> RecipientPlan:
    said: dict[str, Any] = {
        "campaign": "spring",
        "seed": 7,
        "starts": dt.date(2026, 3, 1),
        "segments": ("S1", "S2"),
        "channels": ("email", "sms"),
        "arms": tuple(
            Arm(segment=s, channel=c, arm=a, piece=f"{s}-{c}-{a}", language="en")
            for s in ("S1", "S2")
            for c in ("email", "sms")
            for a in ARMS
        ),
        **changes,
    }
    return RecipientPlan.model_validate(said)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    folder = tmp_path_factory.mktemp("shop")
    draw = random.Random(3)
    ids = [f"C{n:05d}" for n in range(CUSTOMERS)]
    pd.DataFrame({"customer_id": ids, "segment": [draw.choice(("S1", "S2", "S3")) for _ in ids]}).to_parquet(
        folder / "members.parquet"
    )
    pd.DataFrame(
        {
            "customer_id": ids,
            "email": [None if draw.random() < 0.1 else f"c{n % 3900}@example.com" for n in range(CUSTOMERS)],
            "phone": [f"+1 555 {n:07d}" if draw.random() < 0.5 else "" for n in range(CUSTOMERS)],
            "first_name": [draw.choice(("Ann", "=HYPERLINK(1)", None, "Maximilian")) for _ in ids],
            "email_opt_in": pd.array([draw.choice((True, True, False, None)) for _ in ids], dtype="boolean"),
            "sms_opt_in": pd.array([draw.choice((True, False)) for _ in ids], dtype="boolean"),
        }
    ).to_parquet(folder / "customers.parquet")
    rows = [
        (customer, kind, rank, f"P{item}", f"Product {item}")
        for customer in ids[:-5]
        for kind in ("new", "again")
        for rank, item in enumerate(draw.sample(range(12), draw.choice((2, 3))), start=1)
    ]
    names = ["customer_id", "kind", "rank", "product_id", "name"]
    pd.DataFrame(rows, columns=names).to_parquet(folder / "recommended.parquet")
    (folder / "suppression.csv").write_text("email,phone\nC7@Example.com ,\n,1-555-0000009\n", encoding="utf-8")
    return Sources(
        members=folder / "members.parquet",
        customers=folder / "customers.parquet",
        recommended=folder / "recommended.parquet",
        suppression=folder / "suppression.csv",
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def changed(sources: Sources, **changes: Any) -> Sources:
    return Sources(**{**sources.__dict__, **changes})


def by_loop(order: RecipientPlan, sources: Sources) -> dict[str, dict[str, str]]:
    """Channel -> customer -> what becomes of them: the rules once more, customer by customer."""
    members = pd.read_parquet(sources.members)
    people = pd.read_parquet(sources.customers).set_index("customer_id")
    mine = members[members["segment"].isin(order.segments)].sort_values("customer_id")
    told: dict[str, dict[str, str]] = {channel: {} for channel in order.channels}
    for channel, column, consent in (("email", "email", "email_opt_in"), ("sms", "phone", "sms_opt_in")):
        seen: set[str] = set()
        for customer in mine["customer_id"]:
            person = people.loc[customer]
            email = "" if pd.isna(person["email"]) else str(person["email"]).strip().lower()
            digits = "".join(sign for sign in str(person["phone"]) if sign.isdigit())
            address = email if column == "email" else digits
            twice = bool(address) and address in seen
            seen.add(address)
            agreed = not pd.isna(person[consent]) and bool(person[consent])
            if email == "c7@example.com" or digits == "15550000009":
                told[channel][customer] = "suppressed"
            elif not agreed:
                told[channel][customer] = "no_consent"
            elif not address:
                told[channel][customer] = "no_address"
            elif twice:
                told[channel][customer] = "duplicate_address"
            else:
                told[channel][customer] = "recipients"
    return told


def test_every_customer_is_counted_once_and_as_a_loop_counts_them(shop: Sources, tmp_path: Path) -> None:
    report = write_recipients(plan(), shop, tmp_path, at_once=700)
    expected = by_loop(plan(), shop)
    for counts in report.counts:
        told = list(expected[counts.channel].values())
        for name in ("suppressed", "no_consent", "no_address", "duplicate_address", "recipients"):
            assert getattr(counts, name) == told.count(name), name
        assert counts.suppressed
        assert counts.members == len(told)
        assert sum(counts.arms.values()) == counts.recipients
        written = [row["customer_id"] for row in rows(tmp_path / f"{counts.channel}.csv")]
        assert written == sorted(c for c, what in expected[counts.channel].items() if what == "recipients")


def test_a_customer_is_in_one_arm_and_another_engine_can_tell_which(shop: Sources, tmp_path: Path) -> None:
    write_recipients(plan(holdout=0.2), shop, tmp_path)
    arms: dict[str, set[str]] = {}
    for name in ("email", "sms"):
        for row in rows(tmp_path / f"{name}.csv"):
            arms.setdefault(row["customer_id"], set()).add(row["arm"])
            assert row["piece"] == f"{row['segment']}-{name}-{row['arm']}"
            digest = hashlib.md5(f"spring/7/{row['customer_id']}".encode()).hexdigest()
            assert int(digest[:8], 16) % 10_000 >= 2_000
            assert row["arm"] == ARMS[int(digest[8:16], 16) % 3]
    assert all(len(found) == 1 for found in arms.values())
    held = {row["customer_id"] for row in rows(tmp_path / "holdout.csv")}
    assert held
    assert not held & set(arms)


def test_arms_are_drawn_by_their_weights(shop: Sources, tmp_path: Path) -> None:
    weights = dict(zip(ARMS, (1, 2, 5), strict=True))
    arms = tuple(arm.model_copy(update={"weight": weights[arm.arm]}) for arm in plan().arms)
    report = write_recipients(plan(arms=arms, assume_consent=("email",)), shop, tmp_path)
    counts = report.counts[0]
    chi = sum(
        (counts.arms[arm] - counts.recipients * share / 8) ** 2 / (counts.recipients * share / 8)
        for arm, share in weights.items()
    )
    assert chi < 13.8  # chance of more with two degrees of freedom: one in a thousand


def test_products_are_the_new_ones_then_those_bought_before_and_none_twice(shop: Sources, tmp_path: Path) -> None:
    write_recipients(plan(), shop, tmp_path, at_once=900)
    lists = pd.read_parquet(shop.recommended).sort_values("rank")
    own = {key: list(group["name"]) for key, group in lists.groupby(["customer_id", "kind"])}
    for row in rows(tmp_path / "email.csv"):
        expected = list(own.get((row["customer_id"], "new"), []))
        expected += [name for name in own.get((row["customer_id"], "again"), []) if name not in expected]
        expected = (expected + [""] * 3)[:3]
        assert [row[f"product_{n}"] for n in (1, 2, 3)] == expected


def test_how_it_is_parted_changes_no_byte(shop: Sources, tmp_path: Path) -> None:
    reports: list[RecipientReport] = []
    for at_once in (300, 300, 10_000):
        folder = tmp_path / str(len(reports))
        folder.mkdir()
        reports.append(write_recipients(plan(holdout=0.1), shop, folder, at_once=at_once))
        assert [path.name for path in sorted(folder.iterdir())] == ["email.csv", "holdout.csv", "sms.csv"]
    assert reports[0].files == reports[1].files == reports[2].files


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_codes_go_out_once_and_the_same_again(shop: Sources, tmp_path: Path, suffix: str) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text("code\n" + "".join(f"K{n:06d}\n" for n in range(3_500)), encoding="utf-8")
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir(), second.mkdir()
    report = write_recipients(plan(), changed(shop, codes=codes), first, at_once=500, suffix=suffix)
    given = {row["customer_id"]: row["code"] for row in rows(first / "issued.csv")}
    assert len(set(given.values())) == len(given) == report.codes_given
    assert report.codes_left == 3_500 - len(given)
    for name in ("email", "sms"):
        path = first / f"{name}{suffix}"
        told = rows(path) if suffix == ".csv" else pd.read_parquet(path).to_dict("records")
        assert told
        assert all(row["coupon"] == given[row["customer_id"]] for row in told)
    # Somebody new comes along: whoever had a code keeps it.
    wider = plan(
        segments=("S1", "S2", "S3"),
        arms=(*plan().arms, Arm(segment="S3", channel="email", arm="thrift", piece="S3-email-thrift", language="en")),
    )
    again = changed(shop, codes=codes, issued=first / "issued.csv")
    write_recipients(wider, again, second)
    later = {row["customer_id"]: row["code"] for row in rows(second / "issued.csv")}
    assert given.items() <= later.items()
    assert len(set(later.values())) == len(later) > len(given)


def test_too_few_codes_and_codes_twice_are_told_before_anything_is_written(shop: Sources, tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    out = tmp_path / "out"
    out.mkdir()
    codes.write_text("A1\nA2\nA1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"'A1' in lines 1, 3"):
        write_recipients(plan(), changed(shop, codes=codes), out)
    codes.write_text("A1\nA2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"2 codes that are free and [\d,]+ recipients need one; add"):
        write_recipients(plan(), changed(shop, codes=codes), out)
    assert not list(out.iterdir())


def test_the_frequency_cap_counts_the_days_before_the_start(shop: Sources, tmp_path: Path) -> None:
    free = tmp_path / "free"
    free.mkdir()
    write_recipients(plan(), shop, free)
    ann, bob, eve = (row["customer_id"] for row in rows(free / "email.csv")[:3])
    sends = tmp_path / "sends.csv"
    sends.write_text(
        "customer_id,channel,sent_at\n"
        f"{ann},email,2026-02-27 10:00:00\n{ann},email,2026-02-28\n"  # two in the seven days
        f"{bob},email,2026-02-28\n{bob},email,2026-02-10\n{bob},sms,2026-02-28\n"  # one of each
        f"{eve},email,2026-02-28\n{eve},email,2026-03-01\n",  # one is after the start
        encoding="utf-8",
    )
    out = tmp_path / "out"
    out.mkdir()
    report = write_recipients(plan(max_messages=2), changed(shop, sends=sends), out)
    assert {counts.channel: counts.capped for counts in report.counts} == {"email": 1, "sms": 0}
    written = {row["customer_id"] for row in rows(out / "email.csv")}
    assert ann not in written
    assert {bob, eve} <= written


def test_who_is_in_two_segments_belongs_to_the_first(shop: Sources, tmp_path: Path) -> None:
    members = pd.read_parquet(shop.members)
    both = members[members["segment"] == "S1"]["customer_id"].head(50)
    both.to_frame().to_parquet(tmp_path / "A1.parquet")
    arms = tuple(
        Arm(segment=s, channel="email", arm="thrift", piece=f"{s}-email-thrift", language="en") for s in ("A1", "S1")
    )
    sources = changed(shop, audiences={"A1": tmp_path / "A1.parquet"})
    for segments, first in ((("A1", "S1"), "A1"), (("S1", "A1"), "S1")):
        folder = tmp_path / first
        folder.mkdir()
        order = plan(
            segments=segments, channels=("email",), arms=arms, match_by="customer_id", assume_consent=("email",)
        )
        write_recipients(order, sources, folder)
        told = {row["customer_id"]: row["segment"] for row in rows(folder / "email.csv")}
        assert {told[customer] for customer in both if customer in told} == {first}
        assert len(told) == len(rows(folder / "email.csv"))


def test_an_error_half_way_leaves_nothing_behind(shop: Sources, tmp_path: Path) -> None:
    def fail(done: int, total: int, note: str) -> None:
        if done > total * 0.7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_recipients(plan(), shop, tmp_path, at_once=500, on_step=fail)
    assert not list(tmp_path.iterdir())


def test_a_field_that_is_too_long_for_somebody_is_found(shop: Sources, tmp_path: Path) -> None:
    parts = (("text", "Hi "), ("first_name", "there"), ("text", "!"))
    fields = [FilledField("S1-email-thrift", "email", "subject", 13, parts)]
    assert write_recipients(plan(), shop, tmp_path, fields=fields).overruns
    found = write_recipients(plan(), shop, tmp_path, fields=fields).overruns[0]
    names = pd.read_parquet(shop.customers).set_index("customer_id")["first_name"]
    mine = [row for row in rows(tmp_path / "email.csv") if row["piece"] == "S1-email-thrift"]
    sizes = [len(f"Hi {row['first_name'] or 'there'}!") for row in mine]
    assert found.recipients == sum(size > 13 for size in sizes)
    assert found.longest == max(sizes)
    assert len(str(names[found.customer_id])) + 4 > 13


TEXTS = st.text(alphabet=st.sampled_from("aZ é€^|Ж😀中\n"), max_size=90)


@given(TEXTS, TEXTS, st.text(alphabet=st.sampled_from("Añ€Ж😀"), max_size=40))
def test_parts_of_a_text_message_are_counted_as_elsewhere(before: str, after: str, name: str) -> None:
    parts = (("text", before * 2), ("first_name", "there"), ("text", after))
    field = FilledField("p", "sms", "text", 320, parts)
    row = duckdb.execute(f"SELECT {parts_sql(field)} FROM (SELECT ? AS first_name)", [name]).fetchone()
    whole = before * 2 + (name or "there") + after
    # A sign of two places is torn at the end of a part here, and never there: at most one part in ten differs.
    assert row
    assert row[0] <= sms_parts(whole) <= row[0] + 1
    if not any(sign in GSM_EXTENSION or ord(sign) > 0xFFFF for sign in whole):
        assert row[0] == sms_parts(whole)


def test_parts_of_text_messages_are_added_up(shop: Sources, tmp_path: Path) -> None:
    long = "x" * 158
    fields = [
        FilledField(f"{s}-sms-{arm}", "sms", "text", 320, (("text", long), ("first_name", "there")))
        for s in ("S1", "S2")
        for arm in ARMS
    ]
    report = write_recipients(plan(), shop, tmp_path, fields=fields, at_once=900)
    names = [row["first_name"] for row in rows(tmp_path / "sms.csv")]
    expected = [sms_parts(long + (name or "there")) for name in names]
    assert report.sms_parts == {parts: expected.count(parts) for parts in sorted(set(expected))}
    assert sum(report.sms_parts.values()) == len(names)


def test_names_that_look_like_formulas_are_texts(shop: Sources, tmp_path: Path) -> None:
    write_recipients(plan(), shop, tmp_path)
    names = {row["first_name"] for row in rows(tmp_path / "email.csv")}
    assert "'=HYPERLINK(1)" in names
    assert "=HYPERLINK(1)" not in names


@given(st.text(alphabet=st.sampled_from("=+-@\t\r'a1＝＋－＠ \n"), max_size=5))
def test_cells_are_made_safe_as_elsewhere(text: str) -> None:
    row = duckdb.execute(
        f"SELECT CASE WHEN regexp_matches(?, '{_DANGEROUS.replace(chr(39), chr(39) * 2)}') THEN '''' || ? ELSE ? END",
        [text] * 3,
    ).fetchone()
    assert row
    assert row[0] == safe_cell(text)


@pytest.mark.parametrize(
    ("content", "told"),
    [("name\nAnn\n", "none of the columns customer_id, email, phone"), (None, "is not there")],
)
def test_a_suppression_list_that_cannot_be_used_is_refused(
    shop: Sources, tmp_path: Path, content: str | None, told: str
) -> None:
    path = tmp_path / "list.csv"
    if content:
        path.write_text(content, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(DataError, match=told):
        write_recipients(plan(), changed(shop, suppression=path), out)
    assert not list(out.iterdir())
