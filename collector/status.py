"""How the store is: what the operator asks of it, and what of that needs a person."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Table, and_, func, select

from collector.store import upgrade
from collector.store.engine import database_bytes
from collector.store.samples import DAMAGED
from collector.store.schema import (
    agent,
    agent_seen,
    chunk,
    clock_doubt,
    device_state,
    fact,
    gap,
    landing,
    ledger,
    rollup,
    watermark,
)
from inventory.errors import Problem
from inventory.words import _

DAY_S = 86400
CLOCK_OFF_S = 60.0
"""From here on a clock is wrong, not just late: slots may have been moved."""
HOLE_OLD_S = 3600.0
GAP_NEW_S = 7 * DAY_S
LANDING_OLD_DAYS = 2


class AgentState(msgspec.Struct, frozen=True, kw_only=True):
    """One agent: times in seconds since 1970, ``clock_offset_s`` is the collector's clock minus its own."""

    school: str
    agent: str
    last_report: float | None
    lag_s: float | None
    newest_slot: int | None
    version: str
    clock_offset_s: float | None
    epoch: str


class Hole(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers after ``seq`` that have not come although later ones have."""

    school: str
    agent: str
    epoch: str
    lane: str
    seq: int
    missing: int
    since: float


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A gap that an agent has reported."""

    school: str
    agent: str
    what: str
    why: str
    batches: int
    first_at: float
    last_at: float
    received_at: float


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the store: rows, bytes of bodies, and the oldest day (days since 1970) of the samples."""

    rows: dict[str, int]
    landing_oldest_day: int | None
    landing_damaged: int
    chunk_bytes: int
    rollup_bytes: int
    database_bytes: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The store at one moment."""

    now: float
    schema_version: int
    agents: list[AgentState]
    holes: list[Hole]
    gaps: list[Lost]
    kept: Kept


def status_of(connection: Connection, now: float) -> Status:
    """Everything that ``wanzhao collector status`` shows; ``now`` is seconds since 1970."""
    return Status(
        now=now,
        schema_version=upgrade.version_of(connection) or 0,
        agents=_agents(connection, now),
        holes=_holes(connection),
        gaps=_gaps(connection, now),
        kept=_kept(connection),
    )


def problems(status: Status, fresh_s: float) -> Iterator[Problem]:
    """What needs a person; an agent is silent after ``fresh_s`` seconds."""
    for one in status.agents:
        if one.lag_s is None:
            yield Problem(
                one.agent, _("enrolled, but has never reported"), _("see wanzhao doctor at the school")
            )
        elif one.lag_s > fresh_s:
            yield Problem(
                one.agent,
                _("silent for %(hours)d h") % {"hours": one.lag_s // 3600},
                _("see whether its host, its line and its service run"),
            )
        if one.clock_offset_s is not None and abs(one.clock_offset_s) > CLOCK_OFF_S:
            yield Problem(
                one.agent,
                _("its clock is off by %(seconds)d s") % {"seconds": one.clock_offset_s},
                _("set up NTP on its host"),
            )
    for hole in status.holes:
        if status.now - hole.since > HOLE_OLD_S:
            yield Problem(
                hole.agent,
                _("%(count)d batches after number %(seq)d are missing")
                % {"count": hole.missing, "seq": hole.seq},
                _("see wanzhao agent spool at the school"),
            )
    for lost in status.gaps:
        if lost.what == "everything":
            yield Problem(
                lost.agent,
                _("%(count)d batches were lost for good: %(why)s") % {"count": lost.batches, "why": lost.why},
                _("give its spool more room, or mend what kept it from reporting"),
            )
    oldest = status.kept.landing_oldest_day
    if oldest is not None and oldest < status.now // DAY_S - LANDING_OLD_DAYS:
        yield Problem(
            _("samples"),
            _("some have waited %(days)d days to be compacted") % {"days": status.now // DAY_S - oldest},
            _("see the log of the collector"),
        )
    if status.kept.landing_damaged:
        yield Problem(
            _("samples"),
            _("%(count)d batches could not be read and are kept as they are")
            % {"count": status.kept.landing_damaged},
            _("see the log of the collector; check the disk"),
        )


def _agents(connection: Connection, now: float) -> list[AgentState]:
    """Agents that reported, and those with a valid token that have not."""
    last = _last_receipts(connection)
    found = {}
    for row in connection.execute(select(agent_seen)):
        offset, epoch = last.get((row.school_id, row.agent_id), (None, ""))
        found[(row.school_id, row.agent_id)] = AgentState(
            school=row.school_id,
            agent=row.agent_id,
            last_report=row.last_report,
            lag_s=max(now - row.last_report, 0.0),
            newest_slot=row.newest_slot,
            version=row.agent_version,
            clock_offset_s=offset,
            epoch=epoch,
        )
    enrolled = select(agent.c.school_id, agent.c.agent_id).where(agent.c.revoked_at.is_(None)).distinct()
    for school_id, agent_id in connection.execute(enrolled):
        none = AgentState(
            school=school_id,
            agent=agent_id,
            last_report=None,
            lag_s=None,
            newest_slot=None,
            version="",
            clock_offset_s=None,
            epoch="",
        )
        found.setdefault((school_id, agent_id), none)
    return [found[key] for key in sorted(found)]


def _last_receipts(connection: Connection) -> dict[tuple[str, str], tuple[float | None, str]]:
    """(clock offset, epoch) of the newest batch of each agent, by school and agent."""
    newest = (
        select(ledger.c.school_id, ledger.c.agent_id, func.max(ledger.c.received_at).label("received_at"))
        .group_by(ledger.c.school_id, ledger.c.agent_id)
        .subquery()
    )
    same = and_(*(ledger.c[name] == newest.c[name] for name in ("school_id", "agent_id", "received_at")))
    query = select(ledger).select_from(ledger.join(newest, same))
    return {(row.school_id, row.agent_id): (row.offset_s, row.epoch) for row in connection.execute(query)}


def _holes(connection: Connection) -> list[Hole]:
    """Lanes in which a later number has come and an earlier one has not."""
    key = ("school_id", "agent_id", "epoch", "lane")
    same = and_(*(ledger.c[name] == watermark.c[name] for name in key), ledger.c.seq > watermark.c.seq)
    ahead = func.max(ledger.c.seq) - watermark.c.seq - func.count()
    query = (
        select(watermark, ahead.label("missing"), func.min(ledger.c.received_at).label("since"))
        .select_from(watermark.join(ledger, same))
        .group_by(*watermark.primary_key.columns, watermark.c.seq, watermark.c.updated_at)
        .having(ahead > 0)
        .order_by(*watermark.primary_key.columns)
    )
    return [
        Hole(
            school=row.school_id,
            agent=row.agent_id,
            epoch=row.epoch,
            lane=row.lane,
            seq=row.seq,
            missing=row.missing,
            since=row.since,
        )
        for row in connection.execute(query)
    ]


def _gaps(connection: Connection, now: float) -> list[Lost]:
    query = select(gap).where(gap.c.received_at > now - GAP_NEW_S).order_by(gap.c.received_at)
    return [
        Lost(
            school=row.school_id,
            agent=row.agent_id,
            what=row.what,
            why=row.why,
            batches=row.last_seq - row.first_seq + 1 if row.last_seq else 0,
            first_at=row.first_at,
            last_at=row.last_at,
            received_at=row.received_at,
        )
        for row in connection.execute(query)
    ]


def _kept(connection: Connection) -> Kept:
    tables = (ledger, fact, device_state, watermark, gap, clock_doubt, landing, chunk, rollup)
    return Kept(
        rows={
            str(table.name): int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in tables
        },
        landing_oldest_day=connection.execute(
            select(func.min(landing.c.day)).where(landing.c.codec != DAMAGED)
        ).scalar(),
        landing_damaged=connection.execute(
            select(func.count()).select_from(landing).where(landing.c.codec == DAMAGED)
        ).scalar_one(),
        chunk_bytes=_body_bytes(connection, chunk),
        rollup_bytes=_body_bytes(connection, rollup),
        database_bytes=database_bytes(connection),
    )


def _body_bytes(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.sum(func.length(table.c.body)))).scalar() or 0)
