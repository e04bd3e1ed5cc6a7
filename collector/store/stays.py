"""How long each school was judged the same: the history that a forecast looks at."""

from __future__ import annotations

from sqlalchemy import Connection, select

from collector.store.schema import verdict
from inventory.forecast import Stay
from inventory.verdict import State


def read_stays(connection: Connection, profile_id: str, target_id: str, as_known: float) -> list[Stay]:
    """The stays of every school under a target of a profile (all its versions), as known at a time."""
    rows = connection.execute(
        select(verdict.c.school_id, verdict.c.known_from, verdict.c.known_to, verdict.c.state)
        .where(
            verdict.c.profile_id == profile_id,
            verdict.c.target_id == target_id,
            verdict.c.known_from <= as_known,
        )
        .order_by(verdict.c.school_id, verdict.c.known_from)
    )
    return [Stay(school, start, end, state == State.PASS) for school, start, end, state in rows]
