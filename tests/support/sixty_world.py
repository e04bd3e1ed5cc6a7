"""A county of sixty schools as it truly is: what each port, access point and paper was, hour by hour.

Nothing here knows how the product stores or judges. ``sixty_store`` tells the product what its agents and
clerks would have told it, ``sixty_truth`` says what an honest verdict is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

CST = timezone(timedelta(hours=8))
NOW = datetime(2026, 9, 18, 20, 0, tzinfo=CST)
"""Friday evening."""
HOUR = timedelta(hours=1)
DAYS = 9
HOURS = [NOW - HOUR * n for n in range(DAYS * 24, 0, -1)]
"""One poll an hour; the last begins an hour before NOW."""
HOLIDAY = date(2026, 9, 16)
TODAY = NOW.date()


@dataclass
class Paper:
    """A document: what the reviewer said, and until when it holds."""

    review: str = "accepted"
    valid_until: date | None = None
    issued_on: date | None = None


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
class CampusTruth:
    """``gateway``, ``controller`` and ``agent`` are outcomes by hour: ok, down, gap. ``members`` are ports of
    the uplink by hour as (oper, Mbit/s); one member is a single port. ``reached``: the three targets."""

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
    works: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass
class Thing:
    """A facility row."""

    kind: str
    paper: Paper | None
    absent: bool = False
    count: int = 1
    level: str = ""
    features: tuple[str, ...] = ()
    platform: str = ""
    value: float | None = None
    completed: date | None = None
    expires: date | None = None


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
    exempt: tuple[str, Paper] | None = None


KINDS = [
    ("kindergarten", ("preschool",), "111"),
    ("primary", ("primary",), "213"),
    ("teaching_point", ("primary",), "213"),
    ("junior", ("junior",), "313"),
    ("nine_year", ("primary", "junior"), "313"),
    ("senior", ("senior",), "343"),
    ("vocational", ("vocational",), "363"),
]
FACILITIES = [
    "smart_campus",
    "innovation_lab",
    "subject_classroom",
    "future_classroom",
    "digital_home_school",
    "smart_library",
    "smart_campus_demo",
    "digital_resource_base",
    "iot_sensing",
    "ordinary_lab",
]


def county(seed: int = 2026) -> list[SchoolTruth]:
    """Sixty schools; the same seed gives the same county."""
    chance = random.Random(seed)
    return [_school(chance, n) for n in range(60)]


def _school(chance: random.Random, n: int) -> SchoolTruth:
    kind, stages, prefix = KINDS[n % len(KINDS)]
    name = f"{prefix[:2]}33{n:06d}"
    school = SchoolTruth(
        id=name,
        kind=kind,
        stages=stages,
        place=chance.choice(["urban", "town", "rural"]),
        ownership=chance.choice(["public", "public", "private"]),
        boarding=chance.random() < 0.2,
        campuses=[_campus(chance, f"{name}-{c + 1:02d}") for c in range(chance.choice([1, 1, 1, 2]))],
    )
    if n % 5 == 0:
        # Enough schools have what they need in writing that the port decides.
        for campus in school.campuses:
            since, until = TODAY - timedelta(days=300), TODAY + timedelta(days=400)
            campus.leases = [Lease("leased_bandwidth", 10_000, 10_000, since, until, Paper())]
    school.things = [thing for each in FACILITIES for thing in _things(chance, each)]
    if chance.random() < 0.1:
        school.exempt = ("cx-access-10g", _paper(chance))
    return school


def _things(chance: random.Random, kind: str) -> list[Thing]:
    if chance.random() < 0.1:
        return [Thing(kind, Paper(), absent=True)]
    return [_thing(chance, kind) for _n in range(chance.choice([0, 0, 1, 1, 2]))]


def _thing(chance: random.Random, kind: str) -> Thing:
    library = chance.sample(["self_service", "rfid", "online_catalogue"], chance.choice([1, 2, 2, 3]))
    completed = TODAY + timedelta(days=chance.choice([-900, -200, -1, 30]))
    return Thing(
        kind,
        _paper(chance) if chance.random() < 0.95 else None,
        count=chance.choice([1, 1, 2]),
        level=chance.choice(["self", "county", "county", "city"]) if kind == "smart_campus" else "",
        features=tuple(library) if kind == "smart_library" else (),
        completed=completed if chance.random() < 0.5 else None,
    )


def _paper(chance: random.Random) -> Paper:
    until = chance.choice([None, None, -400, -1, 0, 400])
    return Paper(
        review=chance.choice(["accepted"] * 6 + ["claimed", "rejected"]),
        valid_until=None if until is None else TODAY + timedelta(days=until),
    )


def _campus(chance: random.Random, name: str) -> CampusTruth:
    silent = chance.random() < 0.06
    away = _absences(chance, silent=silent)
    gateway = _outcomes(chance, away, chance.choice([0, 0, 0, 0.02, 0.06, 1.0] if name[-3] else [0]))
    controller = _outcomes(chance, away, chance.choice([0, 0, 0, 0.03, 0.2]))
    agent = ["gap" if gone else "ok" for gone in away]
    members, is_aggregate = _members(chance)
    has6 = chance.random() < 0.8
    lans = [
        _lan(chance, f"v{n}", kind, has6=has6)
        for n, kind in enumerate(["teaching", "office", "wifi_staff", "camera"])
        if chance.random() < 0.9
    ]
    aps = [Ap(f"{name}-ap{n}", _ap_states(chance)) for n in range(chance.choice([4, 8]))]
    works = []
    if chance.random() < 0.15:
        begin = datetime.combine(date(2026, 9, 15), datetime.min.time(), CST) + HOUR * 8
        works.append((begin, begin + HOUR * chance.choice([2, 6])))
    return CampusTruth(
        id=name,
        medium=chance.choice(["p2p_ethernet", "dark_fibre", "otn", "pon", "otn", "p2p_ethernet"]),
        gateway=gateway,
        controller=controller,
        members=members,
        is_aggregate=is_aggregate,
        addresses=_addresses(chance, has6=has6),
        next_hops=[["fe80::1"] if has6 and chance.random() > 0.01 else [] for _ in HOURS],
        lans=lans,
        agent=agent,
        reached=_reached(chance, has6=has6),
        own_address=chance.random() < 0.9,
        aps=aps,
        rooms=_rooms(chance, aps),
        rooms_confirmed=chance.random() < 0.9,
        leases=_leases(chance),
        works=works,
    )


def _absences(chance: random.Random, *, silent: bool) -> list[bool]:
    """Hours in which the agent was away: never, all the time, now and then, or for days on end."""
    if silent:
        return [True] * len(HOURS)
    style = chance.choice(["none", "none", "none", "some", "days"])
    gone = [style == "some" and chance.random() < 0.08 for _ in HOURS]
    if style == "days":
        first = chance.randrange(0, len(HOURS) - 30)
        length = chance.choice([12, 30, 80])
        gone = [first <= n < first + length for n in range(len(HOURS))]
    return gone


def _outcomes(chance: random.Random, away: list[bool], bad: float) -> list[str]:
    return ["gap" if gone else "down" if chance.random() < bad else "ok" for gone in away]


def _members(chance: random.Random) -> tuple[list[list[tuple[str, int]]], bool]:
    style = chance.choice(
        ["10g", "10g", "10g", "25g", "1g", "down", "flap", "turned", "lag", "lag1g", "lagone"]
    )
    turn = chance.randrange(30, len(HOURS) - 10)
    by_hour: list[list[tuple[str, int]]] = []
    for n in range(len(HOURS)):
        if style == "25g":
            now = [("up", 25_000)]
        elif style == "1g":
            now = [("up", 1000)]
        elif style == "down":
            now = [("down", 10_000)]
        elif style == "flap":
            now = [("down" if chance.random() < 0.05 else "up", 10_000)]
        elif style == "turned":
            now = [("up", 1000 if n < turn else 10_000)]
        elif style == "lag":
            now = [("up", 10_000), ("up" if chance.random() > 0.3 else "down", 10_000)]
        elif style == "lag1g":
            now = [("up", 1000)] * 10
        elif style == "lagone":
            now = [("up" if n > turn else "down", 10_000), ("down", 10_000)]
        else:
            now = [("up", 10_000)]
        by_hour.append(now)
    return by_hour, style.startswith("lag")


def _addresses(chance: random.Random, *, has6: bool) -> list[list[str]]:
    style = chance.choice(["global"] * 6 + ["ula", "late", "6to4"]) if has6 else "none"
    turn = chance.randrange(60, len(HOURS))
    addresses = {"global": ["2409:8a28::1/64"], "ula": ["fd00::1/64"], "6to4": ["2002:c000:204::1/64"]}
    late = [addresses["global"] if n >= turn else [] for n in range(len(HOURS))]
    return late if style == "late" else [addresses.get(style, [])] * len(HOURS)


def _lan(chance: random.Random, name: str, kind: str, *, has6: bool) -> Lan:
    good = has6 and chance.random() < 0.92
    turn = chance.randrange(0, len(HOURS) * 4)
    return Lan(
        name,
        kind,
        prefix=[good and n != turn for n in range(len(HOURS))],
        adverts=[good and chance.random() < 0.999 for _ in HOURS],
    )


def _reached(chance: random.Random, *, has6: bool) -> list[list[bool]]:
    loss = chance.choice([0.0, 0.0, 0.03, 0.3]) if has6 else 1.0
    return [[chance.random() >= loss for _ in range(3)] for _ in HOURS]


def _ap_states(chance: random.Random) -> list[str]:
    style = chance.choice(["on"] * 12 + ["off", "gone", "weak"])
    if style == "weak":
        return ["offline" if chance.random() < 0.1 else "online" for _ in HOURS]
    return [{"on": "online", "off": "offline", "gone": "missing"}[style]] * len(HOURS)


def _rooms(chance: random.Random, aps: list[Ap]) -> list[Room]:
    found = []
    for n in range(chance.choice([6, 12, 20])):
        kind = chance.choice(["classroom", "classroom", "classroom", "teacher_office", "corridor"])
        style = chance.choice(["mapped"] * 30 + ["none", "open"])
        mapped = [ap.id for ap in chance.sample(aps, chance.choice([1, 1, 2]))] if style == "mapped" else []
        found.append(Room(f"r{n}", kind, mapped, no_ap=style == "none"))
    return found


def _leases(chance: random.Random) -> list[Lease]:
    found = []
    for _n in range(chance.choice([0, 1, 1, 1, 2])):
        kind = chance.choice(["leased_bandwidth"] * 5 + ["dark_fibre", "shared_pon"])
        mbps = chance.choice([1000, 5000, 10_000, 10_000, 20_000])
        start = TODAY + timedelta(days=chance.choice([-700, -300, 20]))
        end = start + timedelta(days=chance.choice([270, 365, 680, 1500]))
        no_figure = chance.random() < 0.05
        found.append(
            Lease(
                kind,
                None if no_figure else mbps,
                None if no_figure else chance.choice([mbps, mbps, mbps // 2]),
                start,
                end,
                _paper(chance),
            )
        )
    return found
