"""The grocer's campaign: a brief and twenty pieces of copy."""

import datetime as dt

from report_grocer_trust import BELOW

from assistant.copywriting import PieceSlots, parse, render
from assistant.copywriting.documents import render_worst
from assistant.records import Brief, Campaign, CampaignSummary, CheckResult, Field, Offer, Piece, Slot

MODEL = "local:smollm2-135m-instruct"
HASHES = {"copy/email@1": "sha256:" + "0" * 64}
BUYS = ("Baby food", "Frozen pizza", "Fluid milk", "Soft drinks", "Cat food")


def campaign_of(pieces: tuple[Piece, ...]) -> Campaign:
    waiting = [piece for piece in pieces if piece.status == "needs_review"]
    return Campaign(
        campaign="autumn-pantry",
        brief=Brief(
            campaign="autumn-pantry",
            goal="Bring customers back into the shop for the October pantry week",
            offer=Offer(kind="percent_off", amount=20, code="PANTRY20"),
            starts=dt.date(2017, 10, 2),
            deadline=dt.date(2017, 10, 8),
            angles=("thrift", "treat"),
            sender="Journey Grocers",
            link="https://journey-grocers.example/pantry",
            address="1 Market Street, Cincinnati, OH 45202",
        ),
        model=MODEL,
        summary=CampaignSummary(
            pieces=len(pieces),
            ready=len(pieces) - len(waiting),
            needs_review=len(waiting),
            controls=sum(piece.angle == "control" for piece in pieces),
            reasons={"length": len(waiting)} if waiting else {},
        ),
        pieces=pieces,
        cautions={"S5": BELOW},
    )


def pieces_for(index: int) -> tuple[Piece, ...]:
    segment = f"S{index + 1}"
    slots = {
        "first_name": Slot(slot="first_name", value="there", worst="Maximilian-Alexander",
                           receipt="customer:first_name", merge=True),
        "offer.discount": Slot(slot="offer.discount", value="20%", worst="20%", receipt="brief:offer.amount"),
        "offer.code": Slot(slot="offer.code", value="PANTRY20", worst="PANTRY20", receipt="brief:offer.code"),
        "offer.deadline": Slot(slot="offer.deadline", value="October 8", worst="October 8", receipt="brief:deadline"),
        "product": Slot(slot="product", kind="product", value=BUYS[index].lower(), worst="frozen potatoes",
                        receipt=f"fact:{segment}.F16"),
        "orders": Slot(slot="orders", value="18 times", worst="18 times", receipt=f"fact:{segment}.F01"),
        "sender": Slot(slot="sender", value="Journey Grocers", worst="Journey Grocers", receipt="brief:sender"),
        "unsubscribe": Slot(slot="unsubscribe", value="Unsubscribe", worst="Unsubscribe",
                            receipt="customer:unsubscribe", merge=True),
        "link": Slot(slot="link", value="https://journey-grocers.example/pantry",
                     worst="https://journey-grocers.example/pantry", receipt="brief:link"),
        "address": Slot(slot="address", value="1 Market Street, Cincinnati, OH 45202",
                        worst="1 Market Street, Cincinnati, OH 45202", receipt="brief:address"),
    }  # fmt: skip
    mail = {
        "subject": "{offer.discount} off what you always buy",
        "preheader": "{product} and the rest of your list, until {offer.deadline}.",
        "body": "Hi {first_name},\n\nyou came to see us {orders} this year. Thank you! Until {offer.deadline} there is "
        "{offer.discount} off, and {product} is on the shelf as always.\n\nShow the code {offer.code} at the till.",
        "action": "Take {offer.discount} off",
        "footer": "{sender}, {address}. {unsubscribe}",
    }
    treat = mail | {"subject": "Something for you, {first_name}", "action": "See the shelf"}
    control = {
        "subject": "{offer.discount} off until {offer.deadline}",
        "preheader": "Code {offer.code}",
        "body": "{offer.discount} off until {offer.deadline} with the code {offer.code}.",
        "action": "Shop at {link}",
        "footer": "{sender}, {address}. {unsubscribe}",
    }
    sms = {
        "text": "{sender}: {offer.discount} off {product} until {offer.deadline} with {offer.code}. "
        "{link} Reply STOP to end"
    }
    return (
        _piece(segment, "email", "thrift", mail, slots),
        _piece(segment, "email", "treat", treat, slots, late=index == 2),
        _piece(segment, "email", "control", control, slots),
        _piece(segment, "sms", "thrift", sms, slots, late=index == 4),
    )  # fmt: skip


def _piece(
    segment: str, channel: str, angle: str, texts: dict[str, str], slots: dict[str, Slot], late: bool = False
) -> Piece:
    fields = []
    for name, text in texts.items():
        spans, filled = parse(text), PieceSlots(tuple(slots.values()))
        fields.append(
            Field(
                field=name,
                spans=spans,
                text=render(spans, filled),
                length=len(render_worst(spans, filled)),
                written_by="house" if name == "footer" else "brief" if angle == "control" else MODEL,
            )
        )
    used = tuple(slot for slot in slots.values() if any(f"{{{slot.slot}}}" in text for text in texts.values()))
    over = f"{fields[0].field} is 71 characters at its longest, 60 are allowed"
    return Piece(
        piece=f"{segment}-{channel}-{angle}",
        segment=segment,
        channel=channel,  # type: ignore[arg-type]
        angle=angle,
        status="needs_review" if late else "ready",
        reasons=(over,) if late else (),
        fields=tuple(fields),
        slots=used,
        checks=(CheckResult(check="length", field=fields[0].field, severity="error", message=over),) if late else (),
        candidates=0 if angle == "control" else 12,
        repaired=late,
        model="brief" if angle == "control" else MODEL,
        prompt_hashes=HASHES,
    )
