"""What can go wrong with one attempt at a request, and what follows from it."""

import datetime as dt
import email.utils
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Billed(Enum):
    """Whether a provider charges for an attempt that gave no answer."""

    NO = "no"
    YES = "yes"
    UNSURE = "unsure"
    """The line broke after the request was sent: the server may have answered it all the same."""


@dataclass
class Fault(Exception):
    """An attempt that gave no answer.

    `again` says whether another attempt may do better; `everyone` that every request would meet the same, as with a
    wrong key, so that none is sent any more. `wait` is what the server asked for, in seconds. `invalid` marks an
    answer that came and could not be used, with its `text` and tokens.
    """

    reason: str
    again: bool = False
    everyone: bool = False
    billed: Billed = Billed.NO
    wait: float | None = None
    invalid: bool = False
    text: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may be answered; every other status of 400 and above is final."""
EVERYONE = frozenset({401, 402})
"""Statuses that no other request of the batch would escape: no key, a wrong key, no money."""
UNSURE = frozenset({408, 502, 504})
"""Statuses of a middleman that lost touch with a server which may have answered."""
NO_MONEY = ("insufficient_quota", "billing_hard_limit_reached")
"""OpenAI's codes on a 429 that waiting does not cure."""


def fault_of_status(status: int, reason: str, headers: Mapping[str, str], code: str = "") -> Fault:
    """What an HTTP status of 400 or above means; `code` is the provider's own word for it, if it gave one."""
    if code in NO_MONEY:
        return Fault(reason, everyone=True)
    missing_model = status == 404 and code == "model_not_found"
    return Fault(
        reason,
        again=status in AGAIN,
        everyone=status in EVERYONE or missing_model,
        billed=Billed.UNSURE if status in UNSURE else Billed.NO,
        wait=retry_after(headers),
    )


def retry_after(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """Seconds a server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).

    None where it says nothing that can be read; never below 0.
    """
    told = {name.lower(): value.strip() for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(told[name]) * unit)
        except (KeyError, ValueError):
            continue
    try:
        at = email.utils.parsedate_to_datetime(told["retry-after"])
    except (KeyError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - (now or dt.datetime.now(dt.UTC))).total_seconds())
