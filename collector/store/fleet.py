"""How the way of each agent's batches is: its clock, numbers that are missing, batches lost for good.

For pages that are made every minute, of thousands of agents: each question is a look at the end of an index.
``wanzhao collector status`` (collector/status.py) tells the same at length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from collector.store.statement import fetch

LOST_WITHIN_S = 7 * 86400


@dataclass(frozen=True, slots=True)
class Way:
    """``clock_offset_s`` is the collector's clock minus the agent's at its newest batch; ``missing`` are
    numbers below which later ones have come; ``lost`` are batches that the agent reported as lost within a
    week."""

    clock_offset_s: float | None = None
    missing: int = 0
    lost: int = 0


Fleet = Mapping[tuple[str, str], Way]
"""(school id, agent id) -> the way of its batches"""

_LANES = (
    "WITH lanes AS (SELECT school_id s, agent_id a, epoch e, lane n, seq, updated_at FROM watermark) "
    "SELECT s, a, updated_at, seq, "
    "(SELECT max(l.seq) FROM ledger l WHERE l.school_id = s AND l.agent_id = a AND l.epoch = e "
    "AND l.lane = n), "
    "(SELECT count(*) FROM ledger l WHERE l.school_id = s AND l.agent_id = a AND l.epoch = e "
    "AND l.lane = n AND l.seq > lanes.seq), "
    "(SELECT l.offset_s FROM ledger l WHERE l.school_id = s AND l.agent_id = a AND l.epoch = e "
    "AND l.lane = n ORDER BY l.seq DESC LIMIT 1) FROM lanes"
)
_LOST = (
    "SELECT school_id, agent_id, sum(last_seq - first_seq + 1) FROM gap "
    "WHERE what = 'everything' AND received_at > ? GROUP BY school_id, agent_id"
)


def read_fleet(connection: Connection, now: float) -> Fleet:
    """The ways of all agents that have sent something."""
    newest: dict[tuple[str, str], tuple[float, float | None]] = {}
    missing: dict[tuple[str, str], int] = {}
    for school, agent, updated_at, seq, last, above, offset_s in fetch(connection, _LANES):
        key = (school, agent)
        missing[key] = missing.get(key, 0) + max(0, (last or seq) - seq - above)
        newest[key] = max(newest.get(key, (0.0, None)), (updated_at, offset_s), key=lambda one: one[0])
    lost = {(s, a): int(n) for s, a, n in fetch(connection, _LOST, (now - LOST_WITHIN_S,))}
    return {
        key: Way(newest.get(key, (0.0, None))[1], missing.get(key, 0), lost.get(key, 0))
        for key in newest.keys() | lost.keys()
    }
