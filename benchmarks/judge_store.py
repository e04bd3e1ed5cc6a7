"""Ten thousand synthetic schools in a store, by bulk insert of one school's rows under other names.

A school holds some thirty devices, as in the other benchmarks: a gateway with 8 ports, a switch with 28, a
wireless controller with an access point in each of 30 rooms; an agent with active tests of three targets, a
lease; 286 facts (some of which have changed within the week) and 15 days of polls every five minutes of four
devices. Samples are left out: what is judged by them is judged once an hour.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine

from collector.store import polls
from collector.store.engine import insert_rows
from collector.store.registers import store_register
from collector.store.schema import agent_seen, fact, poll_day
from inventory.facts import FactValue
from inventory.probes import AGENT
from inventory.register import Area, Campus, Contract, Device, Register, School, Uplink, UserVlan

INTERVAL_S = 300
END = 1_790_320_500 // INTERVAL_S * INTERVAL_S
DAYS = 15
HOUR_S = 3600
PORT = "XGigabitEthernet0/0/1"
APS = 30
SCHOOLS_AT_ONCE = 200

Rows = list[tuple[Any, ...]]


def county(schools: int) -> Register:
    """The register."""
    return Register(
        county="试验县",
        adcode="339999",
        poll_interval_s=INTERVAL_S,
        schools=tuple(school(number) for number in range(schools)),
    )


def school(number: int) -> School:
    """A school with one campus."""
    name = f"21339{number:05d}"
    aps = tuple(
        Device(id=f"{name}-ap{n}", role="ap", mac=f"02:00:00:00:00:{n:02x}", controller=f"{name}-ac")
        for n in range(APS)
    )
    devices = (
        Device(id=f"{name}-gw", role="gateway"),
        Device(id=f"{name}-sw", role="access"),
        Device(id=f"{name}-ac", role="wlan_controller"),
        *aps,
    )
    areas = tuple(
        Area(id=f"{name}-r{n}", name=f"{n}", kind="classroom", main=True, aps=(aps[n].id,)) for n in range(30)
    )
    campus = Campus(
        id=f"{name}-01",
        areas_confirmed=True,
        uplinks=(Uplink(device=f"{name}-gw", port=PORT, medium="p2p_ethernet"),),
        contracts=(Contract(down_mbps=10000, up_mbps=10000, evidence="accepted"),),
        devices=devices,
        areas=areas,
        user_vlans=(UserVlan(name="教学", kind="teaching", device=f"{name}-gw", port="Vlanif10"),),
    )
    return School(id=name, name=f"学校{number}", kind="primary", stages=("primary",), campuses=(campus,))


def fill(engine: Engine, register: Register) -> None:
    """All schools, as if their agents had reported for fifteen days."""
    with engine.begin() as connection:
        store_register(connection, register, author="benchmark", at=1.0)
    schools = register.schools
    for first in range(0, len(schools), SCHOOLS_AT_ONCE):
        some = schools[first : first + SCHOOLS_AT_ONCE]
        with engine.begin() as connection:
            for table, names, make in (
                (fact, FACT_NAMES, _facts),
                (poll_day, POLL_NAMES, _polls),
                (agent_seen, SEEN_NAMES, _seen),
            ):
                insert_rows(connection, table, names, [row for one in some for row in make(one)])


FACT_NAMES = (
    "school_id",
    "device_id",
    "subject",
    "key",
    "valid_from",
    "known_from",
    "valid_to",
    "ended_at",
    "value",
)
POLL_NAMES = ("school_id", "device_id", "day", "interval_s", "states")
SEEN_NAMES = tuple(column.name for column in agent_seen.columns)


def _facts(one: School) -> Rows:
    began = END - DAYS * polls.DAY_S
    rows: Rows = []
    for suffix, facts in STATES.items():
        device = f"{AGENT}{one.campuses[0].id}" if suffix == "agent" else f"{one.id}-{suffix}"
        for (subject, key), value in facts.items():
            for start, end, text in _spans(one, subject, key, value, began):
                rows.append((one.id, device, subject, key, start, start + 9.0, end, end and end + 9.0, text))
    return rows


def _spans(
    one: School, subject: str, key: str, value: FactValue, began: int
) -> Iterator[tuple[int, int | None, str]]:
    """Nearly always one span. One access point in ten was away for some hours of the week; and in one school
    of a hundred the uplink was at 1G for a day."""
    text = json.dumps(value)
    number = int(one.id[-5:])
    away, back = 0, 0
    if key == "state" and (int(subject[-2:], 16) + number) % 10 == 0:
        away = END - 3 * polls.DAY_S + number % 24 * HOUR_S
        back, other = away + 5 * HOUR_S, '"offline"'
    elif (subject, key) == (f"port:{PORT}", "speed_mbps") and number % 100 == 7:
        away, back, other = END - 3 * polls.DAY_S, END - 2 * polls.DAY_S, "1000"
    if not away:
        yield began, None, text
        return
    yield began, away, text
    yield away, back, other
    yield back, None, text


def _polls(one: School) -> Rows:
    """All polls were ok but for an hour in which the agent was away, in one school of five."""
    number = int(one.id[-5:])
    devices = [f"{one.id}-{suffix}" for suffix in ("gw", "sw", "ac")] + [AGENT + one.campuses[0].id]
    last = END // polls.DAY_S
    rows: Rows = []
    for day in range(last - DAYS + 1, last + 1):
        states = bytes(ALL_OK if day < last else OK_TODAY)
        if number % 5 == 0 and day == last - 2:
            states = states[:6] + bytes(3) + states[9:]
        rows += [(one.id, device, day, INTERVAL_S, states) for device in devices]
    return rows


def _day(until: int) -> bytearray:
    states = polls.empty(INTERVAL_S)
    for place in range(until):
        polls.write(states, place, "ok")
    return states


ALL_OK = _day(polls.DAY_S // INTERVAL_S)
OK_TODAY = _day(END % polls.DAY_S // INTERVAL_S + 1)


def _seen(one: School) -> Rows:
    known = {
        "school_id": one.id,
        "agent_id": one.campuses[0].id,
        "campus_id": one.campuses[0].id,
        "last_report": END + 9.0,
        "newest_slot": END,
        "interval_s": INTERVAL_S,
        "agent_version": "1",
    }
    return [tuple(known.get(name, 0) for name in SEEN_NAMES)]


def _ports(names: Sequence[str], speed: int) -> dict[tuple[str, str], FactValue]:
    told: dict[str, FactValue] = {"oper": "up", "admin": "up", "type": 6, "speed_mbps": speed}
    return {(f"port:{name}", key): value for name in names for key, value in told.items()}


def _tables(*names: str) -> FactValue:
    return dict.fromkeys(names, "ok")


def _states() -> dict[str, dict[tuple[str, str], FactValue]]:
    about: dict[tuple[str, str], FactValue] = {("", "model"): "S5731", ("", "software"): "V200R021"}
    gateway = about | {
        ("", "ipv6_default_route"): ["fe80::1"],
        ("", "tables"): _tables("interfaces", "ipv6_addresses", "ipv6_default_routes", "ipv6_ra_interfaces"),
        **_ports([f"XGigabitEthernet0/0/{n}" for n in range(1, 9)], 10_000),
        (f"port:{PORT}", "ipv6"): ["2001:db8::2/64"],
        ("port:Vlanif10", "ipv6"): ["2001:db8:1::1/64"],
        ("port:Vlanif10", "ipv6_ra"): True,
    }
    switch = (
        about
        | {("", "tables"): _tables("interfaces")}
        | _ports([f"GigabitEthernet0/0/{n}" for n in range(1, 29)], 1000)
    )
    controller = about | {("", "tables"): _tables("wireless")}
    for n in range(APS):
        mac = f"02:00:00:00:00:{n:02x}"
        told: dict[str, FactValue] = {"mac": mac, "name": f"AP{n:02d}", "model": "AP5760", "state": "online"}
        controller |= {(f"ap:{mac}", key): value for key, value in told.items()}
    agent: dict[tuple[str, str], FactValue] = {}
    for n in range(3):
        agent |= {
            (f"probe:tcp:t{n}:ipv6", "ok"): True,
            (f"probe:tcp:t{n}:ipv6", "own_global"): 1,
            (f"probe:tcp:t{n}:ipv6", "address"): f"2001:db8::{n}",
        }
    return {"gw": gateway, "sw": switch, "ac": controller, "agent": agent}


STATES = _states()
