"""Out of the store: one school as of a time, and what the county's pages need."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from collector.store.history import history
from collector.store.polls import DAY_S, PollDays
from collector.store.schema import agent_seen, poll_day
from collector.store.series import read_series
from inventory.facts import FactValue
from inventory.register import Register, School
from inventory.snapshot import AgentSeen, FactKey, Polls, SchoolSnapshot, Span

LOOK_BACK_DAYS = 61
"""The longest window any rule reads (60 days of holiday freeze), and the day that it begins in."""


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """The samples of a school, read from the store while the connection is open."""

    connection: Connection
    school_id: str

    def values(
        self, device: str, subject: str, key: str, start: int, end: int
    ) -> Sequence[tuple[int, int | float]]:
        """See inventory.snapshot.Series."""
        return read_series(self.connection, self.school_id, device, subject, key, start, end)


def read_snapshot(
    connection: Connection,
    school: School,
    register: Register,
    as_of: float,
    as_known: float | None = None,
) -> SchoolSnapshot:
    """Everything about one school as of ``as_of`` (seconds since 1970); of its facts what was known at
    ``as_known`` (None: now). Polls are kept as they are known now."""
    since = int(as_of) - LOOK_BACK_DAYS * DAY_S
    interval_s = register.poll_interval_s
    polls = _polls(connection, school.id, since // DAY_S, int(as_of) // DAY_S, interval_s)
    return SchoolSnapshot(
        as_of=as_of,
        school=school,
        calendar=register.calendar,
        interval_s=interval_s,
        facts=_facts(connection, school.id, since, int(as_of), as_known),
        polls={device: Polls(days) for device, days in polls.items()},
        agents=tuple(
            _agent_as_of(agent, school, polls, as_of) for agent in read_agents(connection, school.id)
        ),
        series=StoredSeries(connection, school.id),
        links=tuple(link for link in register.links if link.school == school.id),
        county_documents=register.documents,
    )


def read_agents(connection: Connection, school_id: str) -> tuple[AgentSeen, ...]:
    """When each agent of a school was last heard."""
    rows = connection.execute(
        select(
            agent_seen.c.agent_id, agent_seen.c.campus_id, agent_seen.c.last_report, agent_seen.c.newest_slot
        )
        .where(agent_seen.c.school_id == school_id)
        .order_by(agent_seen.c.agent_id)
    )
    return tuple(AgentSeen(agent=a, campus=c, last_report=t, newest_slot=s) for a, c, t, s in rows)


def _agent_as_of(agent: AgentSeen, school: School, polls: dict[str, PollDays], as_of: float) -> AgentSeen:
    """An agent that has reported since ``as_of`` was last heard, as of then, by the newest poll it had made.

    Only the last receipt is kept, so for a past time the polls themselves say when there was an agent.
    """
    if agent.last_report is None or agent.last_report <= as_of:
        return agent
    devices = [d.id for campus in school.campuses if campus.id == agent.campus for d in campus.devices]
    newest = max((polls[d].newest(as_of) or 0 for d in devices if d in polls), default=0) or None
    return replace(agent, last_report=newest, newest_slot=newest)


def _facts(
    connection: Connection, school_id: str, since: int, until: int, as_known: float | None
) -> dict[FactKey, tuple[Span, ...]]:
    spans: dict[FactKey, list[Span]] = {}
    values: dict[str, FactValue] = {}
    rows = history(connection, school_id, since, until, as_known)
    for device, subject, key, start, end, text in rows:
        if text not in values:
            values[text] = json.loads(text)
        span = Span(start, end, values[text])
        found = spans.setdefault((device, subject, key), [])
        if found and found[-1].end == start and found[-1].value == span.value:
            # Told again: one span, in more than one row.
            found[-1] = Span(found[-1].start, end, span.value)
        else:
            found.append(span)
    return {name: tuple(found) for name, found in spans.items()}


def _polls(
    connection: Connection, school_id: str, first: int, last: int, interval_s: int
) -> dict[str, PollDays]:
    rows = connection.execute(
        select(poll_day.c.device_id, poll_day.c.day, poll_day.c.interval_s, poll_day.c.states).where(
            poll_day.c.school_id == school_id, poll_day.c.day >= first, poll_day.c.day <= last
        )
    )
    days: dict[str, dict[tuple[int, int], bytes]] = defaultdict(dict)
    for device, day, grid, states in rows:
        days[device][(day, grid)] = states
    return {device: PollDays(found, interval_s) for device, found in days.items()}
