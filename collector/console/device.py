"""The devices of a school, and the page of one: what it is, its ports, optics and access points as of a time,
and plots of its samples."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from collector.console.frame import HEADERS, Console, NotFound, Page
from collector.console.plots import GROUPS, Choice, Plot, choices, read_plot
from collector.console.school import asked_time
from collector.judging import register_at
from collector.people.person import Session
from collector.store.history import state_at
from collector.store.read import read_snapshot
from inventory.errors import InputError
from inventory.facts import AP, PORT, FactValue
from inventory.reading import Outcome
from inventory.register import Campus, Device, Register, School
from inventory.snapshot import SchoolSnapshot
from inventory.words import _

DAY_S = 86400
SPANS = (1, 7, 31)
"""Days that a plot may show."""
NEWEST = 24
"""As many numbers of a plot stand in the page itself, for who has no script."""
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """A port or an access point: its name, its facts by key (inventory.facts), its role by the register."""

    name: str
    facts: Mapping[str, FactValue]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Polled:
    """Polls of a device within a day: how many were answered, not answered, not made (inventory.reading's
    Outcome); the newest slot that was answered, seconds since 1970, and the newest outcome that is known."""

    ok: int
    down: int
    gap: int
    last_ok: int | None
    newest: Outcome


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: the register as of ``at``, the school, and how it was asked for."""

    school: School
    register: Register
    at: float


async def devices(console: Console, request: Request, session: Session) -> Page:
    """The devices of a school by campus, and whether each has answered within the last day."""
    plan = console.plan(request.query_params.get("plan", ""))
    as_of = asked_time(console, request.query_params.get("as_of", ""), plan)

    def read() -> tuple[School, float, list[tuple[Campus, Device, Polled]]]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            place = _place(connection, request, session, as_of)
            snapshot = read_snapshot(connection, place.school, place.register, place.at, lazily=True)
            found = [
                (campus, device, polled(snapshot, device.id))
                for campus in place.school.campuses
                for device in campus.devices
            ]
        return place.school, place.at, found

    school, at, found = await run_in_threadpool(read)
    data = {"school": school, "at": at, "devices": found, "plan": plan.profile.id, "as_of": as_of}
    return Page("devices", data | {"view": console.view(plan.profile.id)})


async def device(console: Console, request: Request, session: Session) -> Page:
    """One device of the register."""
    plan = console.plan(request.query_params.get("plan", ""))
    as_of = asked_time(console, request.query_params.get("as_of", ""), plan)
    days = _days(request)
    subject, group = request.query_params.get("of"), request.query_params.get("plot", "")

    def read() -> dict[str, object]:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            place = _place(connection, request, session, as_of)
            campus, found = _device(place.school, request)
            snapshot = read_snapshot(connection, place.school, place.register, place.at, lazily=True)
            state = state_at(connection, place.school.id, place.at, device=found.id)
            start, end = int(place.at) - days * DAY_S, int(place.at) + 1
            drawable = choices(connection, place.school.id, found.id, start, end)
            chosen = chosen_of(drawable, subject, group)
            plot = chosen and read_plot(
                connection, place.school.id, found.id, chosen, start, end, place.register.poll_interval_s
            )
            return {
                "school": place.school,
                "campus": campus,
                "device": found,
                "at": place.at,
                "facts": {key: value for (_d, about, key), value in state.items() if not about},
                "ports": _parts(state, PORT, _port_roles(campus, found.id)),
                "aps": _parts(state, AP, {}),
                "polled": polled(snapshot, found.id),
                "choices": drawable,
                "chosen": chosen,
                "newest": _newest(plot) if plot else [],
                "unit": plot.unit if plot else "",
            }

    data = await run_in_threadpool(read)
    shared = {"plan": plan.profile.id, "as_of": as_of, "days": days, "spans": SPANS}
    return Page("device", data | shared | {"view": console.view(plan.profile.id)})


async def samples(console: Console, request: Request, session: Session) -> JSONResponse:
    """The numbers of one plot: {"unit", "slots": [...], "lines": [[key, [...]], ...]}; null is a hole."""
    plan = console.plan(request.query_params.get("plan", ""))
    as_of = asked_time(console, request.query_params.get("as_of", ""), plan)
    days = _days(request)
    choice = Choice(request.query_params.get("of", ""), request.query_params.get("plot", ""))
    if choice.group not in GROUPS:
        raise NotFound(_("there is no plot %(name)s") % {"name": choice.group})

    def read() -> Plot:
        with console.engine.connect().execution_options(reads_only=True) as connection:
            place = _place(connection, request, session, as_of)
            _campus, found = _device(place.school, request)
            start, end = int(place.at) - days * DAY_S, int(place.at) + 1
            interval_s = place.register.poll_interval_s
            return read_plot(connection, place.school.id, found.id, choice, start, end, interval_s)

    plot = await run_in_threadpool(read)
    body = {"unit": plot.unit, "slots": plot.slots, "lines": plot.lines}
    return JSONResponse(body, headers=HEADERS)


def polled(snapshot: SchoolSnapshot, device: str) -> Polled:
    """The polls of a device in the day before the snapshot's time, of slots that are over."""
    step = snapshot.interval_s
    last = int(snapshot.as_of) // step * step
    slots = list(range(last - DAY_S, last, step))
    polls = snapshot.polls.get(device)
    outcomes: list[Outcome] = polls.over(slots) if polls else ["gap"] * len(slots)
    answered = [slot for slot, outcome in zip(slots, outcomes, strict=True) if outcome == "ok"]
    return Polled(
        ok=len(answered),
        down=outcomes.count("down"),
        gap=outcomes.count("gap"),
        last_ok=answered[-1] if answered else None,
        newest=next((outcome for outcome in reversed(outcomes) if outcome != "gap"), "gap"),
    )


def chosen_of(drawable: Sequence[Choice], subject: str | None, group: str) -> Choice | None:
    """The plot that is asked for, else the first by the order of GROUPS; None where nothing was measured."""
    if subject is not None and Choice(subject, group) in drawable:
        return Choice(subject, group)
    order = list(GROUPS)
    return min(drawable, key=lambda one: order.index(one.group), default=None)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key to sort names of ports: 0/0/2 comes before 0/0/10."""
    pieces = _DIGITS.split(name)
    return tuple((1, int(one), "") if one.isdecimal() else (0, 0, one) for one in pieces)


def _place(connection: Connection, request: Request, session: Session, as_of: float | None) -> Place:
    """The school of an address; one that is not for the person is not there."""
    school_id: str = request.path_params["school"]
    at = time.time() if as_of is None else as_of
    if session.person.sees(school_id):
        register = register_at(connection, at)
        for school in register.schools:
            if school.id == school_id:
                return Place(school, register, at)
    raise NotFound(_("there is no school %(name)s") % {"name": school_id})


def _device(school: School, request: Request) -> tuple[Campus, Device]:
    told: Mapping[str, str] = request.path_params
    for campus in school.campuses:
        for found in campus.devices:
            if (campus.id, found.id) == (told["campus"], told["device"]):
                return campus, found
    raise NotFound(_("there is no device %(name)s") % {"name": told["device"]})


def _days(request: Request) -> int:
    written = request.query_params.get("days", "1")
    if written not in map(str, SPANS):
        allowed = ", ".join(map(str, SPANS))
        raise InputError(_("a plot shows one of these numbers of days: %(allowed)s") % {"allowed": allowed})
    return int(written)


def _port_roles(campus: Campus, device: str) -> dict[str, str]:
    return {port.port: port.role for port in campus.ports if port.device == device} | {
        uplink.port: "uplink" for uplink in campus.uplinks if uplink.device == device
    }


def _parts(
    state: Mapping[tuple[str, str, str], FactValue], prefix: str, roles: Mapping[str, str]
) -> list[Part]:
    found: dict[str, dict[str, FactValue]] = {}
    for (_device, subject, key), value in state.items():
        if subject.startswith(prefix):
            found.setdefault(subject.removeprefix(prefix), {})[key] = value
    return [
        Part(name, facts, roles.get(name, ""))
        for name, facts in sorted(found.items(), key=lambda one: natural(one[0]))
    ]


def _newest(plot: Plot) -> list[tuple[int, list[tuple[str, float | None]]]]:
    """The last slots of a plot, the newest first, with each line's value."""
    places = range(len(plot.slots) - 1, max(-1, len(plot.slots) - 1 - NEWEST), -1)
    return [(plot.slots[at], [(key, values[at]) for key, values in plot.lines]) for at in places]
