"""Channels as data: their fields, limits and where the limits come from."""

import math
from dataclasses import dataclass

# GSM 03.38 basic character set; its extension table costs two septets a character.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWO = frozenset("^{}[]~\\|€\f")


@dataclass(frozen=True)
class FieldLimit:
    """One field of a channel. Lengths are characters with every slot at its worst case."""

    field: str
    at_most: int
    """Longer is an error."""
    aim: tuple[int, int]
    """Outside is a warning."""
    source: str


@dataclass(frozen=True)
class Channel:
    """One way to reach a customer."""

    name: str
    fields: tuple[FieldLimit, ...]

    def limit(self, field: str) -> FieldLimit:
        """The limits of one of its fields."""
        return next(limit for limit in self.fields if limit.field == field)


CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        Channel(
            "email",
            (
                FieldLimit("subject", 60, (10, 50), "hard limit: Braze's house limit; aim: Intuit's design guide"),
                FieldLimit("preheader", 100, (20, 70), "Braze documentation; must not repeat the subject"),
                FieldLimit("body", 600, (60, 400), "house"),
                FieldLimit("action", 25, (4, 20), "house: one call to action, the width of a button on a phone"),
                FieldLimit("footer", 400, (20, 400), "CAN-SPAM: postal address and a working opt-out"),
            ),
        ),
        Channel(
            "sms",
            (
                FieldLimit("text", 320, (40, 160), "Twilio advises 320; 160 GSM-7 characters are one part"),
            ),
        ),
    )
}  # fmt: skip


def sms_parts(text: str) -> int:
    """Parts a text message is sent in.

    GSM-7 holds 160 characters in one part and 153 in each of several; one character outside it turns the message
    to UCS-2, with 70 and 67 (3GPP TS 23.038 and 23.040).
    """
    if all(character in _GSM or character in _GSM_TWO for character in text):
        length, single, joined = sum(2 if character in _GSM_TWO else 1 for character in text), 160, 153
    else:
        length, single, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else math.ceil(length / joined)
