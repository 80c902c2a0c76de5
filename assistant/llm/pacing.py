"""When the next request may be sent: so many requests and so many tokens a minute, and not while a server says wait."""

import asyncio
from collections.abc import Callable

MINUTE = 60.0


class Pacer:
    """Spaces requests evenly, so that no minute ever holds more than is allowed but for one request.

    A request takes up as much of a minute as its share of the limit on requests or on tokens, whichever is more.
    Its tokens are an estimate, set right when it is known how many they were. Evenly, and
    not a minute's allowance at once, because providers enforce a limit of 60 a minute as one a second too.
    All methods are to be called from one event loop.
    """

    def __init__(
        self,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        *,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._request = MINUTE / requests_per_minute if requests_per_minute else 0.0
        self._token = MINUTE / tokens_per_minute if tokens_per_minute else 0.0
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._free = 0.0
        self._held = 0.0

    def reserve(self, tokens: int) -> float:
        """Take the next free moment for a request of so many tokens; returns the seconds until then."""
        now = self._clock()
        start = max(now, self._free)
        if self._request or self._token:
            self._free = start + max(self._request, tokens * self._token)
        return max(start, self._held) - now

    def settle(self, reserved: int, used: int) -> None:
        """A request took other tokens than were reserved for it."""
        self._free += max(self._request, used * self._token) - max(self._request, reserved * self._token)

    def hold(self, seconds: float) -> None:
        """Nothing more is sent for so long: the server has asked for it."""
        self._held = max(self._held, self._clock() + seconds)

    def held(self) -> float:
        """Seconds that are left of it."""
        return max(0.0, self._held - self._clock())
