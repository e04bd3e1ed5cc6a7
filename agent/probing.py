"""The agent's own tests beside its polls: short ones within the round, long ones in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime

from agent.probes.config import ProbesSettings
from agent.probes.facts import facts_of_probe
from agent.probes.run import due_kinds, run_probes
from inventory.facts import FactValue
from inventory.log import get_logger
from inventory.probes import ProbeKind, ProbeResult

log = get_logger(__name__)

Run = Callable[[ProbesSettings, Collection[ProbeKind], datetime, float | None], Awaitable[list[ProbeResult]]]
"""The seam to the network: (settings, kinds, now, busy ratio of the uplink) -> results."""

WITHIN_A_ROUND: frozenset[ProbeKind] = frozenset({"tcp"})
"""The others take longer than a round may; their facts go with the round in which they end."""
_LONGEST = 1000
"""Octets of a text that a collector takes are 1 KiB."""


async def _run(
    settings: ProbesSettings, due: Collection[ProbeKind], now: datetime, busy: float | None
) -> list[ProbeResult]:
    return await run_probes(settings, due, now, busy_ratio=busy)


class Probing:
    """What the tests found so far: ``facts`` by (subject, key), as they stand now."""

    def __init__(self, settings: ProbesSettings, run: Run = _run) -> None:
        self.facts: dict[tuple[str, str], FactValue] = {}
        self._settings = settings
        self._run = run
        self._done_at: dict[ProbeKind, float] = {}
        self._running: dict[ProbeKind, asyncio.Task[None]] = {}

    async def round(self, now: float, busy: float | None) -> None:
        """Make the tests that are due: waits for the short ones, starts the long ones. ``now`` is seconds
        since 1970, ``busy`` the share of the uplink that was in use, 0..1, or None when nobody knows."""
        due = due_kinds(self._settings, now, self._done_at) - self._running.keys()
        for kind in sorted(due - WITHIN_A_ROUND):
            self._start(kind, now, busy)
        if short := due & WITHIN_A_ROUND:
            await self._make(short, now, busy)

    async def close(self) -> None:
        """End what still runs."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _start(self, kind: ProbeKind, now: float, busy: float | None) -> None:
        task = asyncio.create_task(self._make({kind}, now, busy), name=f"probe {kind}")
        self._running[kind] = task
        task.add_done_callback(lambda _task: self._running.pop(kind, None))

    async def _make(self, kinds: Collection[ProbeKind], now: float, busy: float | None) -> None:
        self._done_at.update(dict.fromkeys(kinds, now))
        started = time.monotonic()
        results = await self._run(self._settings, kinds, datetime.fromtimestamp(now, UTC), busy)
        log.debug("%d tests (%s) in %.1f s", len(results), " ".join(kinds), time.monotonic() - started)
        for result in results:
            for subject, key, value in facts_of_probe(result):
                self._keep(subject, key, value)

    def _keep(self, subject: str, key: str, value: FactValue) -> None:
        if value is None:
            self.facts.pop((subject, key), None)
        else:
            self.facts[subject, key] = value[:_LONGEST] if isinstance(value, str) else value
