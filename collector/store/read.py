"""Out of the store: one school as of a time, and what the county's pages need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from collector.store.held import HeldFacts, HeldPolls, PollRow
from collector.store.history import devices_with_facts, held_of_device
from collector.store.known import as_known_at
from collector.store.polls import DAY_S, NEWEST_DAYS
from collector.store.series import days_of, read_landed, read_series, read_subjects
from collector.store.statement import fetch
from inventory.facts import SampleColumns
from inventory.register import Register, School
from inventory.snapshot import AgentSeen, SchoolSnapshot

LOOK_BACK_DAYS = 61
"""The longest window any rule reads (60 days of holiday freeze), and the day that it begins in."""


_DAYS = (
    "SELECT device_id, MIN(day), MAX(day) FROM chunk WHERE school_id = ? GROUP BY device_id "
    "UNION ALL SELECT '', MIN(day), MAX(day) FROM landing WHERE school_id = ?"
)


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """The samples of a school, read from the store while the connection is open; what has landed in some days
    is decoded once, and days without samples are not asked for."""

    connection: Connection
    school_id: str
    landed: dict[tuple[int, int], list[SampleColumns]] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)
    """device -> first and last day with a chunk; "": of what has landed"""

    def values(
        self, device: str, subject: str, key: str, start: int, end: int
    ) -> Sequence[tuple[int, int | float]]:
        """See inventory.snapshot.Series."""
        if not self._has_any(device, start, end):
            return ()
        landed = self._landed(start, end)
        return read_series(self.connection, self.school_id, device, subject, key, start, end, landed)

    def subjects(self, device: str, key: str, start: int, end: int) -> Sequence[str]:
        """See inventory.snapshot.Series."""
        if not self._has_any(device, start, end):
            return ()
        landed = self._landed(start, end)
        return read_subjects(self.connection, self.school_id, device, key, start, end, landed)

    def _has_any(self, device: str, start: int, end: int) -> bool:
        if not self.days:
            found = fetch(self.connection, _DAYS, (self.school_id, self.school_id))
            self.days.update({name: (first, last) for name, first, last in found if first is not None})
            self.days.setdefault("", (1, 0))
        first, last = days_of(start, end)
        kept = (self.days[name] for name in (device, "") if name in self.days)
        return any(begin <= last and first <= until for begin, until in kept)

    def _landed(self, start: int, end: int) -> list[SampleColumns]:
        days = days_of(start, end)
        if days not in self.landed:
            self.landed[days] = read_landed(self.connection, self.school_id, *days)
        return self.landed[days]


@dataclass(frozen=True, slots=True)
class KnownSeries:
    """The samples of a school as they were known at a time. A sample comes with its poll: where the poll had
    been told by then (known.py), so had the sample."""

    series: StoredSeries
    polls: HeldPolls
    interval_s: int

    def values(
        self, device: str, subject: str, key: str, start: int, end: int
    ) -> Sequence[tuple[int, int | float]]:
        """See inventory.snapshot.Series."""
        found = self.series.values(device, subject, key, start, end)
        polls = self.polls.get(device)
        if polls is None or not found:
            return ()
        step = self.interval_s
        told = polls.over([slot // step * step for slot, _value in found])
        return [one for one, outcome in zip(found, told, strict=True) if outcome == "ok"]

    def subjects(self, device: str, key: str, start: int, end: int) -> Sequence[str]:
        """See inventory.snapshot.Series."""
        named = self.series.subjects(device, key, start, end)
        return [subject for subject in named if self.values(device, subject, key, start, end)]


def read_snapshot(
    connection: Connection,
    school: School,
    register: Register,
    as_of: float,
    as_known: float | None = None,
    *,
    lazily: bool = False,
) -> SchoolSnapshot:
    """Everything about one school as of ``as_of`` (seconds since 1970), as known at ``as_known`` (None:
    now). Facts and samples are read when somebody asks, so the connection has to stay open."""
    since = int(as_of) - LOOK_BACK_DAYS * DAY_S
    days = (since // DAY_S, int(as_of) // DAY_S)
    polls = _polls(connection, school.id, *days, register.poll_interval_s, as_known, lazily=lazily)
    series = StoredSeries(connection, school.id)
    return SchoolSnapshot(
        as_of=as_of,
        school=school,
        calendar=register.calendar,
        interval_s=register.poll_interval_s,
        facts=HeldFacts(
            lambda device: held_of_device(connection, school.id, device, since, int(as_of), as_known),
            lambda: devices_with_facts(connection, school.id),
        ),
        polls=polls,
        agents=tuple(
            _agent_as_of(agent, school, polls, as_of) for agent in read_agents(connection, school.id)
        ),
        series=series if as_known is None else KnownSeries(series, polls, register.poll_interval_s),
        links=tuple(link for link in register.links if link.school == school.id),
        county_documents=register.documents,
    )


_AGENTS = (
    "SELECT agent_id, campus_id, last_report, newest_slot, agent_version FROM agent_seen WHERE school_id = ? "
    "ORDER BY agent_id"
)


def read_agents(connection: Connection, school_id: str) -> tuple[AgentSeen, ...]:
    """When each agent of a school was last heard."""
    rows = fetch(connection, _AGENTS, (school_id,))
    return tuple(
        AgentSeen(agent=a, campus=c, last_report=t, newest_slot=s, version=v) for a, c, t, s, v in rows
    )


_ALL_AGENTS = (
    "SELECT school_id, agent_id, campus_id, last_report, newest_slot, agent_version, changes FROM agent_seen "
    "ORDER BY school_id, agent_id"
)


def read_all_agents(connection: Connection) -> dict[str, list[tuple[AgentSeen, int]]]:
    """The agents of every school, each with the count of its news."""
    found: dict[str, list[tuple[AgentSeen, int]]] = {}
    for school, agent, campus, last_report, newest_slot, version, changes in fetch(connection, _ALL_AGENTS):
        seen = AgentSeen(
            agent=agent, campus=campus, last_report=last_report, newest_slot=newest_slot, version=version
        )
        found.setdefault(school, []).append((seen, changes))
    return found


def _agent_as_of(agent: AgentSeen, school: School, polls: HeldPolls, as_of: float) -> AgentSeen:
    """An agent that has reported since ``as_of`` was last heard, as of then, by the newest poll it had made.

    Only the last receipt is kept, so for a past time the polls themselves say when there was an agent.
    """
    if agent.last_report is None or agent.last_report <= as_of:
        return agent
    devices = [d.id for campus in school.campuses if campus.id == agent.campus for d in campus.devices]
    newest = max((polls.newest(d, as_of) or 0 for d in devices), default=0) or None
    return replace(agent, last_report=newest, newest_slot=newest)


_POLLS = (
    "SELECT device_id, day, interval_s, states FROM poll_day WHERE school_id = ? AND day >= ? AND day <= ?"
)


def _polls(
    connection: Connection,
    school_id: str,
    first: int,
    last: int,
    interval_s: int,
    as_known: float | None,
    *,
    lazily: bool,
) -> HeldPolls:
    """All days, or the newest and how to get the others."""
    newest = max(first, last - NEWEST_DAYS) if lazily else first

    def rows(first: int, last: int) -> Sequence[PollRow]:
        found: Sequence[PollRow] = fetch(connection, _POLLS, (school_id, first, last))
        return found if as_known is None else as_known_at(connection, school_id, found, first, last, as_known)

    older = (lambda: rows(first, newest - 1)) if lazily else None
    return HeldPolls(rows(newest, last), interval_s, newest, older)
