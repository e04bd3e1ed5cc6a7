"""From the threads that store to the event loop: one wakeup for all that is ready."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Calls:
    """Calls for the loop from other threads: many at once wake it once."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_woken = False

    def put(self, loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
        """Have the loop make a call soon."""
        self._waiting.append(call)
        if not self._is_woken:
            self._is_woken = True
            loop.call_soon_threadsafe(self._make)

    def _make(self) -> None:
        self._is_woken = False  # before the first look: what comes after it wakes the loop again
        while self._waiting:
            self._waiting.popleft()()
