"""Ctrl-C where nothing may be torn: it waits until what is being written is written."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Ctrl-C held back, and let through where it is wanted."""

    def __init__(self) -> None:
        self._holds = False
        self._late = False

    @contextmanager
    def heard(self, *, held: bool) -> Iterator[None]:
        """Take every Ctrl-C meanwhile; only the main thread can.

        Args:
            held: whether it waits to begin with.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._heard)
        self._holds = held
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    @contextmanager
    def held(self) -> Iterator[None]:
        """A Ctrl-C waits until the block is over, and is raised then."""
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
        self.raise_late()

    @contextmanager
    def through(self) -> Iterator[None]:
        """A Ctrl-C is raised at once, one that has waited first of all."""
        self.raise_late()
        self._holds = False
        try:
            yield
        finally:
            self._holds = True

    def raise_late(self) -> None:
        """Raise what has waited."""
        if self._late:
            self._late = False
            raise KeyboardInterrupt

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if not self._holds:
            raise KeyboardInterrupt
        self._late = True
