"""The networks of the sixty schools: what each port, access point, camera and machine was, hour by hour."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sixty_types import (
    CST,
    HOUR,
    HOURS,
    LAST,
    TODAY,
    Ap,
    Box,
    CampusTruth,
    Lan,
    Lease,
    Paper,
    Room,
    Socket,
)


def paper(chance: random.Random) -> Paper:
    """Any document: mostly accepted, some refused, some that hold no longer, not yet, or are lost."""
    until = chance.choice([None, None, -400, -1, 0, 400])
    return Paper(
        review=chance.choice(["accepted"] * 6 + ["claimed", "rejected"]),
        valid_until=None if until is None else TODAY + timedelta(days=until),
        issued_on=TODAY + timedelta(days=chance.choice([-500, -1, 0, 3])) if chance.random() < 0.3 else None,
        kept=chance.choice(["school"] * 8 + ["word", "county", "lost"]),
    )


def campus(chance: random.Random, name: str) -> CampusTruth:
    """A campus as chance will have it."""
    silent = chance.random() < 0.06
    away = _absences(chance, silent=silent)
    gateway = _outcomes(chance, away, chance.choice([0, 0, 0, 0.02, 0.06, 1.0]))
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
    rooms = _rooms(chance, name, aps)
    switch = _outcomes(chance, away, chance.choice([0, 0, 0, 0.02, 1.0]))
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
        rooms=rooms,
        rooms_confirmed=chance.random() < 0.9,
        leases=_leases(chance),
        switch=switch,
        sockets=_sockets(chance, rooms),
        boxes=_cameras(chance, name, away),
        load=_load(chance, members),
        restarts={n for n in range(len(HOURS)) if chance.random() < 0.004},
        tells_octets=chance.random() < 0.9,
        stations=_stations(chance, lans, has6=has6),
        works=works,
    )


def _absences(chance: random.Random, *, silent: bool) -> list[bool]:
    """Hours in which the agent was away: never, all the time, now and then, or for days on end."""
    if silent:
        return [True] * len(HOURS)
    style = chance.choice(["none", "none", "none", "none", "some", "days"])
    gone = [style == "some" and chance.random() < 0.08 for _ in HOURS]
    if style == "days":
        first = chance.choice([LAST, 0]) + chance.randrange(0, 186)
        length = chance.choice([12, 30, 80, 200])
        gone = [first <= n < first + length for n in range(len(HOURS))]
    return gone


def _outcomes(chance: random.Random, away: list[bool], bad: float) -> list[str]:
    return ["gap" if gone else "down" if chance.random() < bad else "ok" for gone in away]


def _members(chance: random.Random) -> tuple[list[list[tuple[str, int]]], bool]:
    style = chance.choice(
        ["10g", "10g", "10g", "25g", "1g", "down", "flap", "turned", "lag", "lag1g", "lagone"]
    )
    turn = LAST + chance.randrange(30, 206)
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
    turn = LAST + chance.randrange(60, 216)
    addresses = {"global": ["2409:8a28::1/64"], "ula": ["fd00::1/64"], "6to4": ["2002:c000:204::1/64"]}
    late = [addresses["global"] if n >= turn else [] for n in range(len(HOURS))]
    return late if style == "late" else [addresses.get(style, [])] * len(HOURS)


def _lan(chance: random.Random, name: str, kind: str, *, has6: bool) -> Lan:
    good = has6 and chance.random() < 0.92
    turn = chance.choice([0, 0, 0, len(HOURS) - 1])
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


def _rooms(chance: random.Random, name: str, aps: list[Ap]) -> list[Room]:
    found = []
    for n in range(chance.choice([6, 12, 20])):
        kind = chance.choice(["classroom", "classroom", "classroom", "teacher_office", "corridor"])
        style = chance.choice(["mapped"] * 30 + ["none", "open"])
        mapped = [ap.id for ap in chance.sample(aps, chance.choice([1, 1, 2]))] if style == "mapped" else []
        found.append(Room(f"{name}-r{n}", kind, mapped, no_ap=style == "none"))
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
                paper(chance),
            )
        )
    return found


def _sockets(chance: random.Random, rooms: list[Room]) -> list[Socket]:
    """Sockets of rooms, most of them as they should be; in some schools nobody has entered any."""
    if chance.random() < 0.1:
        return []
    worst = chance.choice([0, 0, 0, 0.03, 0.2])
    styles = ["slow", "half", "unused", "silent", "at times"]
    return [
        Socket(
            chance.choice(rooms).id, _socket(chance, chance.choice(styles) if chance.random() < worst else "")
        )
        for _n in range(chance.choice([4, 6, 10]))
    ]


def _socket(chance: random.Random, style: str) -> list[tuple[str, int | None, str]]:
    slow = chance.choice([10, 10, 100])
    now: dict[str, tuple[str, int | None, str]] = {
        "": ("up", 1000, "full"),
        "slow": ("up", slow, "full"),
        "half": ("up", 100, "half"),
        "unused": ("down", 1000, "full"),
        "silent": ("up", None, "full"),
    }
    if style == "at times":
        share = chance.choice([0.02, 0.1])
        return [now["slow"] if chance.random() < share else now[chance.choice(["", "unused"])] for _ in HOURS]
    return [now[style]] * len(HOURS)


def _cameras(chance: random.Random, name: str, away: list[bool]) -> list[Box]:
    """Cameras and their recorder; a network that the agent cannot reach gives no answer at all."""
    style = chance.choice(["good"] * 5 + ["bad", "apart", "dark", "one bad"])
    found = []
    for n in range(chance.choice([1, 2, 3])):
        bad = {"bad": 0.2, "dark": 1.0, "one bad": 0.3 if n == 0 else 0.0}.get(style, 0.01)
        polls = ["gap"] * len(HOURS) if style == "apart" else _outcomes(chance, away, bad)
        found.append(Box(f"{name}-cam{n}", "nvr" if n == 0 else "camera", polls))
    gone = Box(f"{name}-camx", "camera", _outcomes(chance, away, 1.0), status="retired")
    return [*found, gone] if chance.random() < 0.3 else found


def _load(chance: random.Random, members: list[list[tuple[str, int]]]) -> list[tuple[int, int]]:
    """What each member of the uplink carries, by how fast they are; once in a while a counter leaps."""
    level = chance.choice([0.02, 0.1, 0.3, 0.65, 0.72, 0.9])
    found = []
    for n, ports in enumerate(members):
        after = members[min(n + 1, len(members) - 1)]
        slowest = min(mbps if oper == "up" else 0 for oper, mbps in (max(ports), max(after)))
        busy = min(level * chance.uniform(0.8, 1.05), 0.99)
        bps = int(slowest * 1_000_000 * busy) // 8 * 8
        bps = bps * 4 if chance.random() < 0.01 else bps
        found.append((bps, bps // 16 * 8) if chance.random() < 0.7 else (bps // 16 * 8, bps))
    return found


def _stations(chance: random.Random, lans: list[Lan], *, has6: bool) -> dict[date, list[tuple[int, int]]]:
    """Machines by day and network, and those that use IPv6."""
    if chance.random() < 0.08:
        return {}
    share = chance.choice([0.2, 0.45, 0.55, 0.8, 0.95]) if has6 else 0.0
    size = chance.choice([2, 8, 40, 40, 100])
    found = {}
    for day in sorted({begin.date() for begin in HOURS}):
        today = size if chance.random() < 0.9 else 3
        counts = [today + chance.randrange(today) for _lan in lans]
        found[day] = [(n, min(n, round(n * share * chance.uniform(0.9, 1.1)))) for n in counts]
    return found
