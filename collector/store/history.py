"""What the store says of facts: as of any time, and as it was known at any time (see schema.fact)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select

from collector.store.schema import fact
from collector.store.spans import ABSENT
from collector.store.statement import fetch
from inventory.facts import FactValue
from inventory.snapshot import FactKey

Held = tuple[str, str, str, int, int | None, str]
"""Device, subject, key; the slot from which and before which it held (None: still); the value as JSON."""
HeldHere = tuple[str, str, int, int | None, str]
"""The same without the device."""


def history(
    connection: Connection,
    school_id: str,
    since: int,
    until: int,
    as_known: float | None = None,
    only: tuple[str, ...] = (),
) -> Iterable[Held]:
    """The values that held at any time from after ``since`` to ``until``, in the order of facts and times, as
    they were known at ``as_known`` (None: now). ``only`` is a device, or a device, a subject and a key."""
    end = _end_as_known(as_known)
    names = (fact.c.device_id, fact.c.subject, fact.c.key)
    return connection.execute(
        select(*names, fact.c.valid_from, end, fact.c.value)
        .where(
            fact.c.school_id == school_id,
            *(column == name for column, name in zip(names, only, strict=False)),
            fact.c.valid_from <= until,
            or_(end.is_(None), end > since),
            fact.c.key != "",
            fact.c.value != ABSENT,
            _known(as_known),
        )
        .order_by(*names, fact.c.valid_from)
    )


_HELD_NOW = (
    "SELECT subject, key, valid_from, valid_to, value FROM fact WHERE school_id = ? AND device_id = ? "
    "AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?) AND known_to IS NULL AND key <> '' "
    "AND value <> 'null' ORDER BY subject, key, valid_from"
)
"""'null' is ABSENT."""


def held_of_device(
    connection: Connection, school_id: str, device: str, since: int, until: int, as_known: float | None = None
) -> Sequence[HeldHere]:
    """The same of one device, quickly."""
    if as_known is None:
        return fetch(connection, _HELD_NOW, (school_id, device, until, since))
    rows = history(connection, school_id, since, until, as_known, (device,))
    return [(subject, key, start, end, text) for _device, subject, key, start, end, text in rows]


_DEVICES = "SELECT DISTINCT device_id FROM fact WHERE school_id = ? ORDER BY device_id"


def devices_with_facts(connection: Connection, school_id: str) -> list[str]:
    """The devices of which anything was ever told."""
    return [device for (device,) in fetch(connection, _DEVICES, (school_id,))]


def state_at(
    connection: Connection, school_id: str, as_of: float, as_known: float | None = None, device: str = ""
) -> dict[FactKey, FactValue]:
    """The whole state of a school (or of one device of it) as of a time: (device, subject, key) -> value."""
    only = (device,) if device else ()
    slot = int(as_of)
    found = history(connection, school_id, slot, slot, as_known, only)
    return {(d, subject, key): json.loads(text) for d, subject, key, _start, _end, text in found}


def fact_at(
    connection: Connection,
    school_id: str,
    device: str,
    subject: str,
    key: str,
    as_of: float,
    as_known: float | None = None,
) -> FactValue:
    """One fact as of a time, as it was known at another (None: now); None where it was not true."""
    slot = int(as_of)
    found = history(connection, school_id, slot, slot, as_known, (device, subject, key))
    value: FactValue = next((json.loads(text) for *_name, text in found), None)
    return value


def _known(as_known: float | None) -> ColumnElement[bool]:
    if as_known is None:
        return fact.c.known_to.is_(None)
    return and_(fact.c.known_from <= as_known, or_(fact.c.known_to.is_(None), fact.c.known_to > as_known))


def _end_as_known(as_known: float | None) -> ColumnElement[Any]:
    """An end counts from when it was known; rows of before ends had a time have always had theirs."""
    if as_known is None:
        return fact.c.valid_to
    known = or_(fact.c.ended_at.is_(None), fact.c.ended_at <= as_known)
    return case((known, fact.c.valid_to), else_=None)
