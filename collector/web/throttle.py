"""How fast one agent may come: requests under way, and a token bucket.

One agent that has gone mad, or was stolen, must not take the collector from the others. A month of backlog
drains in three minutes all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

IN_FLIGHT = 4
BATCHES_A_SECOND = 50.0
BURST = 500.0
RETRY_AFTER_S = 5


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
    under_way: int = 0


@dataclass(slots=True)
class Throttle:
    """One bucket an agent, no more of them than agents with a token. Times are monotonic seconds."""

    in_flight: int = IN_FLIGHT
    a_second: float = BATCHES_A_SECOND
    burst: float = BURST
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def enter(self, agent: str, now: float) -> str:
        """ "" when the agent may come in, and then it must leave again; else what is at its limit."""
        bucket = self._buckets.setdefault(agent, _Bucket(self.burst, now))
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.filled_at) * self.a_second)
        bucket.filled_at = now
        if bucket.under_way >= self.in_flight:
            return "in_flight"
        if bucket.tokens < 1:
            return "rate"
        bucket.tokens -= 1
        bucket.under_way += 1
        return ""

    def leave(self, agent: str) -> None:
        """The agent's request has been answered."""
        self._buckets[agent].under_way -= 1
