"""What a county of sixty schools is made of: campuses hour by hour, and papers. Records only.

Nothing here knows how the product stores or judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

CST = timezone(timedelta(hours=8))
NOW = datetime(2026, 9, 18, 20, 0, tzinfo=CST)
"""Friday evening."""
HOUR = timedelta(hours=1)
LAST_HOURS, DAYS_BEFORE = 9 * 24, 23
HOURS = [
    NOW - HOUR * n
    for n in range(LAST_HOURS + DAYS_BEFORE * 24, 0, -1)
    if n <= LAST_HOURS or 6 <= (NOW - HOUR * n).hour <= 22
]
"""One poll an hour, the last begins an hour before NOW. Of the weeks before the last nine days only the
hours in which a school can be open: nobody asks for the nights."""
LAST = len(HOURS) - LAST_HOURS
"""Where the last nine days begin in HOURS."""
HOLIDAY = date(2026, 9, 16)
TODAY = NOW.date()
TERMS = ((date(2025, 9, 1), date(2026, 1, 23)), (date(2026, 3, 2), date(2026, 7, 3)))
THIS_TERM = (date(2026, 9, 1), date(2027, 1, 22))


@dataclass
class Paper:
    """A document: what the reviewer said, and from when until when it holds. ``kept`` is where: with the
    school,
    with the county, nowhere although it is named (lost), or there is only a word in the row itself (word)."""

    review: str = "accepted"
    valid_until: date | None = None
    issued_on: date | None = None
    kept: str = "school"


@dataclass
class Ap:
    """``states``: online, offline or missing, by hour."""

    id: str
    states: list[str]


@dataclass
class Room:
    id: str
    kind: str
    aps: list[str]
    no_ap: bool = False


@dataclass
class Lease:
    kind: str
    down: int | None
    up: int | None
    start: date
    end: date
    paper: Paper | None


@dataclass
class Lan:
    """A user network: whether its interface has a /64, and sends router advertisements, by hour."""

    name: str
    kind: str
    prefix: list[bool]
    adverts: list[bool]


@dataclass
class Socket:
    """A socket of a room: (oper, Mbit/s or None where the switch does not say, duplex) by hour."""

    room: str
    states: list[tuple[str, int | None, str]]


@dataclass
class Box:
    """A camera, a recorder or a security device: its polls by hour, ok, down or gap."""

    id: str
    role: str
    polls: list[str]
    status: str = "in_service"


@dataclass
class CampusTruth:
    """``gateway``, ``controller``, ``switch`` and ``agent`` are outcomes by hour: ok, down, gap.
    ``members`` are
    ports of the uplink by hour as (oper, Mbit/s); one member is a single port. ``reached``: the three
    targets."""

    id: str
    medium: str
    gateway: list[str]
    controller: list[str]
    members: list[list[tuple[str, int]]]
    is_aggregate: bool
    addresses: list[list[str]]
    next_hops: list[list[str]]
    lans: list[Lan]
    agent: list[str]
    reached: list[list[bool]]
    own_address: bool
    aps: list[Ap]
    rooms: list[Room]
    rooms_confirmed: bool
    leases: list[Lease]
    switch: list[str]
    sockets: list[Socket]
    boxes: list[Box]
    load: list[tuple[int, int]]
    """what each member of the uplink carries from an hour to the next, bit/s in and out"""
    restarts: set[int]
    """hours before which the gateway has started anew: its clock and counters began at 0"""
    tells_octets: bool
    stations: dict[date, list[tuple[int, int]]]
    """of a day by network (as in ``lans``): machines, and those with a living IPv6 address; nothing where the
    gateway does not tell"""
    works: list[tuple[datetime, datetime]] = field(default_factory=list)
    has_buildings: bool = True
    tells_models: bool = True
    tells_years: bool = True
    """what the clerks entered of the buildings, and of every device"""


@dataclass
class Thing:
    """A facility row."""

    kind: str
    paper: Paper | None
    absent: bool = False
    count: int = 1
    name: str = ""
    level: str = ""
    features: tuple[str, ...] = ()
    platform: str = ""
    value: float | None = None
    rooms: tuple[str, ...] = ()
    completed: date | None = None
    expires: date | None = None


@dataclass
class Light:
    """A classroom's light by a report: lux and uniformity of desk and board, colour rendering, control."""

    room: str
    day: date
    desk: tuple[float, float]
    board: tuple[float, float]
    ra: float | None
    control: str
    paper: Paper | None


@dataclass
class Guard:
    """A security function's row: by whom (school, county, none), which device, and the dates that were
    read."""

    function: str
    by: str = "school"
    device: str = ""
    licence: date | None = None
    signatures: date | None = None
    log_seen: date | None = None
    log_days: int | None = None
    log_gap: int | None = None
    log_read: date | None = None
    paper: Paper | None = None


@dataclass
class FiledSystem:
    """A system under the multi-level protection scheme."""

    name: str
    level: int
    number: str
    assessed: date | None
    paper: Paper | None


@dataclass
class Visit:
    """What an inspector found on the spot, of one target, and until when it holds."""

    target: str
    state: str
    day: date
    until: date


@dataclass
class LetOff:
    """An exemption from a target (or from a metric)."""

    target: str
    paper: Paper | None
    start: date | None = None
    end: date | None = None


@dataclass
class SchoolTruth:
    id: str
    kind: str
    stages: tuple[str, ...]
    place: str
    ownership: str
    boarding: bool
    campuses: list[CampusTruth]
    things: list[Thing] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    systems: list[FiledSystem] = field(default_factory=list)
    has_site: bool = False
    told: dict[str, bool] = field(default_factory=dict)
    """students, staff, classes, township, contact: whether somebody has entered them"""
    visits: list[Visit] = field(default_factory=list)
    let_off: list[LetOff] = field(default_factory=list)


@dataclass
class PlatformTruth:
    """A named system of the county."""

    name: str
    status: str
    paper: Paper | None


@dataclass
class CountyTruth:
    schools: list[SchoolTruth]
    things: list[Thing] = field(default_factory=list)
    platforms: list[PlatformTruth] = field(default_factory=list)


def part(whole: int, n: int) -> int:
    """How many of a day's machines have been heard by an hour: they come between five and nine."""
    hour = (HOURS[n] + HOUR).hour or 24
    return whole * min(max(hour - 5, 0), 4) // 4
