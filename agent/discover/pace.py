"""How gently a network is asked: so many questions a second, at uneven moments, so many open at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

RATE_PER_S = 40.0
"""Questions a second: a /24 takes a few seconds, a switch's processor and an ARP table notice nothing."""
AT_ONCE = 96
JITTER = 0.5


@dataclass(slots=True)
class Pace:
    """``async with pace:`` around each question. ``sleep`` and ``rng`` are given by tests.

    The gaps vary by half around their mean, so that no two sweeps of a county fall into step.
    """

    rng: random.Random
    rate_per_s: float = RATE_PER_S
    at_once: int = AT_ONCE
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    asked: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _open: asyncio.Semaphore | None = None

    async def __aenter__(self) -> None:
        if self._open is None:
            self._open = asyncio.Semaphore(self.at_once)
        await self._open.acquire()
        async with self._turn:
            self.asked += 1
            mean_s = 1 / self.rate_per_s
            await self.sleep(mean_s * self.rng.uniform(1 - JITTER, 1 + JITTER))

    async def __aexit__(self, *_error: object) -> None:
        assert self._open is not None
        self._open.release()
