"""Links that tell where a visitor came from."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import regex

_SAFE = "/:@!$&'()+,;=~%"
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content")


def with_utm(link: str, *, source: str, medium: str, campaign: str, content: str) -> str:
    """A link with the parameters that web analytics count by (Google Analytics, campaign URL parameters).

    Signs that no address holds as they are (RFC 3986), braces and bars among them, are written in percent: so no
    platform takes a part of an address for a merge tag.

    Args:
        link: an address; its other parameters and its fragment stay, utm parameters of its own are replaced.
        source: who sends, such as the shop's name.
        medium: email, sms, cpc, ...
        campaign: its name.
        content: the piece.
    """
    parts = urlsplit(link)
    told = dict(zip(UTM, (slug(source), medium, campaign, content), strict=True))
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in UTM]
    safe = {name: quote(getattr(parts, name), safe=_SAFE).replace("%%", "%25%25") for name in ("path", "fragment")}
    return urlunsplit(parts._replace(query=urlencode([*kept, *told.items()]), **safe))


def slug(name: str) -> str:
    """A name as it stands in an address: `Corner Grocery` -> `corner-grocery`."""
    return regex.sub(r"[^\p{L}\p{N}]+", "-", name.lower()).strip("-") or "shop"
