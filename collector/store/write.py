"""One batch into the store: ledger, facts, polls and the agent's last word, in the caller's transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, and_, bindparam, or_, select, tuple_

from collector.store import polls
from collector.store.engine import lock_school, upsert
from collector.store.schema import agent_seen, fact, ledger, poll_day
from inventory.errors import Refused
from inventory.facts import Batch, FactValue, Receipt, Rejected
from inventory.words import _


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a token belongs to; every row that a batch writes carries this school."""

    school_id: str
    agent_id: str
    campus_id: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A checked batch and what is known of its coming; ``shift_s`` is what its slots were moved by."""

    sender: Sender
    batch: Batch
    sha256: str
    received_at: float
    offset_s: float | None = None
    shift_s: int = 0
    rejected: tuple[Rejected, ...] = ()


def store_batch(connection: Connection, arrival: Arrival) -> Receipt:
    """Store a batch once. Raises Refused(409) when its number was used for other content."""
    return Receipt(
        status=_store(connection, arrival),
        agent=arrival.batch.agent,
        epoch=arrival.batch.epoch,
        lane=arrival.batch.lane,
        seq=arrival.batch.seq,
        rejected=list(arrival.rejected),
        received_at=arrival.received_at,
        clock_offset_s=arrival.offset_s,
    )


def _store(connection: Connection, arrival: Arrival) -> Literal["stored", "duplicate"]:
    sender, batch, received_at = arrival.sender, arrival.batch, arrival.received_at
    lock_school(connection, sender.school_id)
    key = {
        "school_id": sender.school_id,
        "agent_id": sender.agent_id,
        "epoch": batch.epoch,
        "lane": batch.lane,
        "seq": batch.seq,
    }
    known = connection.execute(
        select(ledger.c.sha256).where(*(ledger.c[name] == value for name, value in key.items()))
    ).scalar()
    if known == arrival.sha256:
        return "duplicate"
    if known is not None:
        raise Refused(_("batch %(seq)d was stored with other content") % {"seq": batch.seq}, status=409)
    connection.execute(
        ledger.insert().values(
            **key,
            sha256=arrival.sha256,
            received_at=received_at,
            made_at=batch.made_at,
            offset_s=arrival.offset_s,
            shift_s=arrival.shift_s,
        )
    )
    _store_facts(connection, sender.school_id, batch, received_at)
    _store_polls(connection, sender.school_id, batch)
    _store_seen(connection, sender, batch, received_at)
    return "stored"


@dataclass(slots=True)
class _Span:
    """A stored span while a batch changes it; ``stored`` says that the row exists already."""

    valid_from: int
    valid_to: int | None
    value: str
    stored: bool
    changed: bool = False


_Name = tuple[str, str, str]

NAMES_IN_A_QUERY = 5000
"""Databases bound the values of one statement (SQLite 32,766); above this whole devices are read."""


def _store_facts(connection: Connection, school_id: str, batch: Batch, received_at: float) -> None:
    news = list(_news(batch))
    frames = set(zip(batch.frames.device, batch.frames.slot, strict=True))
    if not news and not frames:
        return
    first = min([slot for slot, _name, _value in news] + [slot for _device, slot in frames])
    spans = _load_spans(connection, school_id, {f[0] for f in frames}, {n[1] for n in news}, first)
    told = {(name, slot) for slot, name, _value in news}
    for device, slot in sorted(frames, key=lambda frame: frame[1]):
        for name in [n for n in spans if n[0] == device and (n, slot) not in told]:
            _put(spans[name], slot, None)
    for slot, name, value in sorted(news, key=lambda row: row[0]):
        _put(spans[name], slot, value)
    _save_spans(connection, school_id, spans, received_at)


def _news(batch: Batch) -> Iterable[tuple[int, _Name, FactValue]]:
    columns = batch.facts
    rows = zip(columns.device, columns.slot, columns.subject, columns.key, columns.value, strict=True)
    for device, slot, subject, key, value in rows:
        yield slot, (device, subject, key), value


def _put(spans: list[_Span], slot: int, value: FactValue) -> None:
    """From ``slot`` on the fact has this value (None: none), until the next span that is known already."""
    text = None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
    covering = next(
        (s for s in spans if s.valid_from <= slot and (s.valid_to is None or slot < s.valid_to)), None
    )
    following = min((s.valid_from for s in spans if s.valid_from > slot), default=None)
    end = covering.valid_to if covering else following
    if covering and covering.value == text:
        return
    if covering and covering.valid_from == slot:
        # The same slot, polled twice (an agent restarted): the later answer stands.
        covering.value, covering.changed = text or "null", True
        return
    if covering:
        covering.valid_to, covering.changed = slot, True
    if text is not None:
        spans.append(_Span(slot, end, text, stored=False, changed=True))


def _load_spans(
    connection: Connection, school_id: str, framed: set[str], names: set[_Name], first: int
) -> dict[_Name, list[_Span]]:
    """The spans that a batch may touch: of a framed device all, else those of the facts named."""
    single = sorted(name for name in names if name[0] not in framed)
    if len(single) > NAMES_IN_A_QUERY:
        framed, single = framed | {name[0] for name in single}, []
    by_name = tuple_(fact.c.device_id, fact.c.subject, fact.c.key).in_(single)
    rows = connection.execute(
        select(
            fact.c.device_id, fact.c.subject, fact.c.key, fact.c.valid_from, fact.c.valid_to, fact.c.value
        ).where(
            fact.c.school_id == school_id,
            or_(fact.c.device_id.in_(sorted(framed)), by_name)
            if single
            else fact.c.device_id.in_(sorted(framed)),
            or_(fact.c.valid_to.is_(None), fact.c.valid_to > first),
        )
    )
    spans: dict[_Name, list[_Span]] = defaultdict(list)
    for device, subject, key, valid_from, valid_to, value in rows:
        spans[(device, subject, key)].append(_Span(valid_from, valid_to, value, stored=True))
    return spans


def _save_spans(
    connection: Connection, school_id: str, spans: dict[_Name, list[_Span]], received_at: float
) -> None:
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for (device, subject, key), rows in spans.items():
        for span in rows:
            if not span.changed:
                continue
            row = {"device": device, "subject_": subject, "key_": key, "start": span.valid_from}
            row |= {"end": span.valid_to, "value_": span.value, "school": school_id, "known": received_at}
            (old if span.stored else new).append(row)
    if old:
        connection.execute(
            fact.update()
            .where(
                and_(
                    fact.c.school_id == bindparam("school"),
                    fact.c.device_id == bindparam("device"),
                    fact.c.subject == bindparam("subject_"),
                    fact.c.key == bindparam("key_"),
                    fact.c.valid_from == bindparam("start"),
                )
            )
            .values(valid_to=bindparam("end"), value=bindparam("value_")),
            old,
        )
    if new:
        connection.execute(
            fact.insert().values(
                school_id=bindparam("school"),
                device_id=bindparam("device"),
                subject=bindparam("subject_"),
                key=bindparam("key_"),
                valid_from=bindparam("start"),
                valid_to=bindparam("end"),
                value=bindparam("value_"),
                known_from=bindparam("known"),
            ),
            new,
        )


def _store_polls(connection: Connection, school_id: str, batch: Batch) -> None:
    by_day: dict[tuple[str, int], list[tuple[int, Any]]] = defaultdict(list)
    for device, slot, outcome in zip(batch.polls.device, batch.polls.slot, batch.polls.outcome, strict=True):
        place = slot % polls.DAY_S // batch.interval_s
        by_day[(device, slot // polls.DAY_S)].append((place, outcome))
    if not by_day:
        return
    stored = {
        (device, day): states
        for device, day, states in connection.execute(
            select(poll_day.c.device_id, poll_day.c.day, poll_day.c.states).where(
                poll_day.c.school_id == school_id,
                poll_day.c.interval_s == batch.interval_s,
                poll_day.c.device_id.in_(sorted({device for device, _day in by_day})),
                poll_day.c.day.in_(sorted({day for _device, day in by_day})),
            )
        )
    }
    rows = []
    for (device, day), outcomes in by_day.items():
        states = bytearray(stored.get((device, day)) or polls.empty(batch.interval_s))
        for place, outcome in outcomes:
            polls.write(states, place, outcome)
        rows.append(
            {
                "school_id": school_id,
                "device_id": device,
                "day": day,
                "interval_s": batch.interval_s,
                "states": bytes(states),
            }
        )
    upsert(connection, poll_day, rows)


def _store_seen(connection: Connection, sender: Sender, batch: Batch, received_at: float) -> None:
    newest = max(batch.polls.slot, default=0)
    before = connection.execute(
        select(agent_seen.c.newest_slot).where(
            agent_seen.c.school_id == sender.school_id, agent_seen.c.agent_id == sender.agent_id
        )
    ).scalar()
    row = {
        "school_id": sender.school_id,
        "agent_id": sender.agent_id,
        "campus_id": sender.campus_id,
        "last_report": received_at,
        "newest_slot": max(newest, before or 0),
        "interval_s": batch.interval_s,
        "agent_version": batch.agent_version[:32],
    }
    upsert(connection, agent_seen, [row])
