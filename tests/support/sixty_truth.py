"""What an honest verdict of each campus is: the catalogue's rules, hour by hour, slow and plain.

Nothing of the product is used here, nor anything of how it stores. ``sixty_truth_papers`` does the same for
papers, ``sixty_truth_county`` for targets and the county.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache

from sixty_types import HOLIDAY, HOUR, HOURS, NOW, TODAY, CampusTruth, Paper, SchoolTruth, part

MAIN = {"classroom", "teacher_office"}
NEWEST = NOW - HOUR
"""A poll counts when it has ended one interval before."""


def counted_hours(school: SchoolTruth, campus: CampusTruth, days: int = 7) -> tuple[int, ...]:
    """The places in HOURS that count: school hours of the last days, less announced work."""
    return _hours(school.boarding, tuple(campus.works), days, False)


def all_hours(campus: CampusTruth) -> tuple[int, ...]:
    """The same of the last seven days round the clock."""
    return _hours(False, tuple(campus.works), 7, True)


@cache
def _hours(
    boarding: bool, works: tuple[tuple[datetime, datetime], ...], days: int, always: bool
) -> tuple[int, ...]:
    opens, closes = (time(6, 30), time(22)) if boarding else (time(7, 30), time(17, 30))
    found = []
    for n, begin in enumerate(HOURS):
        if not NEWEST - timedelta(days=days) <= begin < NEWEST:
            continue
        if not always and not (is_school_day(begin.date()) and opens <= begin.time() < closes):
            continue
        if any(start <= begin < end for start, end in works):
            continue
        found.append(n)
    return tuple(found)


def is_school_day(day: date) -> bool:
    """Monday to Friday but for the holiday."""
    return day.weekday() < 5 and day != HOLIDAY


def by_polls(answers: Iterable[bool | None], share: Fraction = Fraction(95, 100)) -> str:
    """The poll-ratio rule: True, False, or None for a gap."""
    told = list(answers)
    a, d, m = told.count(True), told.count(False), told.count(None)
    n = a + d + m
    if a + d == 0:
        return "unknown"
    if Fraction(a + m, n) < share:
        return "fail"
    if Fraction(a + d, n) < Fraction(90, 100):
        return "unknown"
    return "pass" if Fraction(a, a + d) >= share else "fail"


def by_units(states: Iterable[str], share: Fraction) -> str:
    told = [state for state in states if state != "na"]
    p, f, u = (told.count(state) for state in ("pass", "fail", "unknown"))
    n = p + f + u
    if n == 0:
        return "na"
    if Fraction(p, n) >= share:
        return "pass"
    return "fail" if Fraction(p + u, n) < share else "unknown"


def all_of(states: Iterable[str]) -> str:
    told = [state for state in states if state != "na"]
    if not told:
        return "na"
    if "fail" in told:
        return "fail"
    return "unknown" if "unknown" in told else "pass"


# The uplink


def port(school: SchoolTruth, campus: CampusTruth, least: int = 10_000, least_member: int = 10_000) -> str:
    """A1."""

    def at(n: int) -> bool | None:
        if campus.gateway[n] != "ok":
            return {"down": False, "gap": None}[campus.gateway[n]]
        up = [mbps for oper, mbps in campus.members[n] if oper == "up" and mbps >= least_member]
        return sum(up) >= least and campus.medium != "pon"

    return by_polls(at(n) for n in counted_hours(school, campus))


def contract(school: SchoolTruth, campus: CampusTruth, least: int = 10_000) -> str:
    """A2: accepted and valid leases add up; a fibre of one's own is as fast as its port."""
    rows = [row for row in campus.leases if standing(row.paper) != "rejected"]
    valid = [row for row in rows if row.start <= TODAY <= row.end]
    if any(row.kind == "dark_fibre" and standing(row.paper) == "accepted" for row in valid):
        return port(school, campus)
    leased = [row for row in valid if row.kind != "dark_fibre"]
    if leased:
        figures = [
            (None if row.down is None or row.up is None else min(row.down, row.up), standing(row.paper))
            for row in leased
        ]
        sure = [mbps for mbps, found in figures if found == "accepted" and mbps is not None]
        if sum(sure) >= least:
            return "pass"
        if any(mbps is None for mbps, _found in figures) or not sure:
            return "unknown"
        return "unknown" if sum(mbps for mbps, _found in figures if mbps) >= least else "fail"
    if valid:
        return "unknown"
    ended = [row.end for row in rows if row.end < TODAY]
    return "fail" if ended and (TODAY - max(ended)).days > 30 else "unknown"


def contract_value(school: SchoolTruth, campus: CampusTruth) -> int | None:
    """A2's value, Mbit/s; None where its verdict is open or nothing is bought today."""
    if contract(school, campus) == "unknown":
        return None
    rows = [
        row for row in campus.leases if row.start <= TODAY <= row.end and standing(row.paper) == "accepted"
    ]
    if any(row.kind == "dark_fibre" for row in rows):
        return port_value(school, campus, 10_000)
    return sum(min(row.down, row.up) for row in rows if row.down is not None and row.up is not None) or None


# IPv6


def wan_address(school: SchoolTruth, campus: CampusTruth) -> str:
    return by_polls(
        gateway_says(campus, n, lambda n: any(a.startswith("2409:") for a in campus.addresses[n]))
        for n in counted_hours(school, campus)
    )


def default_route(school: SchoolTruth, campus: CampusTruth) -> str:
    return by_polls(
        gateway_says(campus, n, lambda n: bool(campus.next_hops[n])) for n in counted_hours(school, campus)
    )


def gateway_says(campus: CampusTruth, n: int, what: Callable[[int], bool]) -> bool | None:
    if campus.gateway[n] == "ok":
        return what(n)
    return False if campus.gateway[n] == "down" else None


def prefixes(campus: CampusTruth) -> str:
    users = [lan for lan in campus.lans if lan.kind != "camera"]
    if not users:
        return "unknown"
    answered = [n for n in range(len(HOURS)) if campus.gateway[n] == "ok"]
    if not answered or HOURS[answered[-1]] < NOW - timedelta(hours=26):
        return "unknown"
    newest = answered[-1]
    return by_units(
        ("pass" if lan.prefix[newest] and lan.adverts[newest] else "fail" for lan in users), Fraction(1)
    )


def reachability(school: SchoolTruth, campus: CampusTruth) -> str:
    def at(n: int) -> bool | None:
        if campus.agent[n] != "ok":
            return None
        if campus.reached[n].count(True) >= 2 and campus.own_address:
            return True
        if not campus.own_address and prefixes(campus) == "unknown":
            return None
        return False

    return by_polls(at(n) for n in counted_hours(school, campus))


# Wireless


def access_point(school: SchoolTruth, campus: CampusTruth, name: str) -> list[bool | None]:
    states = next(ap.states for ap in campus.aps if ap.id == name)
    return [
        states[n] == "online"
        if campus.controller[n] == "ok"
        else {"down": False, "gap": None}[campus.controller[n]]
        for n in counted_hours(school, campus)
    ]


def rooms(school: SchoolTruth, campus: CampusTruth, share: Fraction = Fraction(95, 100)) -> str:
    """D1."""
    if not campus.rooms_confirmed or not campus.rooms:
        return "unknown"
    states = []
    for room in campus.rooms:
        if room.kind not in MAIN:
            continue
        served = [by_polls(access_point(school, campus, ap)) for ap in room.aps]
        if room.no_ap or (served and all(state == "fail" for state in served)):
            states.append("fail")
        else:
            states.append("pass" if "pass" in served else "unknown")
    return by_units(states, share)


def access_points(school: SchoolTruth, campus: CampusTruth) -> str:
    return by_polls(answer for ap in campus.aps for answer in access_point(school, campus, ap.id))


# Papers


def standing(paper: Paper | None) -> str:
    """none, claimed, accepted, rejected or expired, today."""
    if paper is None or paper.kept == "lost":
        return "none"
    if paper.kept == "word":
        return paper.review
    if paper.issued_on is not None and paper.issued_on > TODAY:
        return "none"
    if paper.review == "accepted" and paper.valid_until is not None and paper.valid_until < TODAY:
        return "expired"
    return paper.review


# What was measured


def sockets(school: SchoolTruth, campus: CampusTruth, least: int = 1000) -> str:
    """B2: sockets that were up at least once, by their share of polls at the speed and in full duplex."""
    answered = [n for n in counted_hours(school, campus) if campus.switch[n] == "ok"]
    states = []
    for socket in campus.sockets:
        up = [socket.states[n] for n in answered if socket.states[n][0] == "up"]
        good = sum(mbps is not None and mbps >= least and duplex == "full" for _up, mbps, duplex in up)
        open_ = sum(mbps is None for _up, mbps, _duplex in up)
        if not answered:
            states.append("unknown")
        elif not up:
            continue
        elif Fraction(good, len(up)) >= Fraction(95, 100):
            states.append("pass")
        else:
            states.append("fail" if Fraction(good + open_, len(up)) < Fraction(95, 100) else "unknown")
    # Nobody has entered a socket, or none was in use: there is nothing to tell.
    return by_units(states, Fraction(95, 100)) if states else "unknown"


def port_value(school: SchoolTruth, campus: CampusTruth, least_member: int = 0) -> int | None:
    """A1's value: lower median of what the members that are up add up to, Mbit/s."""
    told = sorted(
        sum(mbps for oper, mbps in campus.members[n] if oper == "up" and mbps >= least_member)
        for n in counted_hours(school, campus)
        if campus.gateway[n] == "ok"
    )
    return told[(len(told) - 1) // 2] if told else None


def carried(campus: CampusTruth, n: int) -> tuple[int, int] | None:
    """What the uplink carried from this hour to the next, by its counters; None where they do not tell."""
    if not campus.tells_octets or n + 1 >= len(HOURS) or HOURS[n + 1] - HOURS[n] != HOUR:
        return None
    if campus.gateway[n] != "ok" or campus.gateway[n + 1] != "ok" or n + 1 in campus.restarts:
        return None
    bps_in, bps_out = campus.load[n]
    for before, after in zip(campus.members[n], campus.members[n + 1], strict=True):
        speed = max(before[1], after[1]) * 1_000_000
        if max(bps_in, bps_out) > speed * Fraction(105, 100):
            return None
    members = len(campus.members[n])
    return bps_in * members, bps_out * members


def utilisation(school: SchoolTruth, campus: CampusTruth, limit: Fraction = Fraction(70, 100)) -> str:
    """A6: 95th percentile of the stronger direction over thirty days of school hours, over what the link
    ought to carry: the smaller of port and contract, the port where the contract is not known."""
    speed = port_value(school, campus)
    bought = contract_value(school, campus)
    if not speed:
        return "unknown"
    reference = min(speed, bought) if bought else speed
    hours = counted_hours(school, campus, days=30)
    told = sorted(max(pair) for n in hours if (pair := carried(campus, n)) is not None)
    if Fraction(len(told), len(hours)) < Fraction(60, 100):
        return "unknown"
    rank = -(-95 * len(told) // 100)
    return "pass" if Fraction(told[rank - 1], reference * 1_000_000) <= limit else "fail"


def clients(school: SchoolTruth, campus: CampusTruth, limit: Fraction) -> str:
    """C4: of the machines of a school day the share with IPv6, lower median of the last five days; a day of
    too few machines, or of which nothing was told, may have been anything."""
    if not any(lan.kind != "camera" for lan in campus.lans):
        return "unknown"
    shares = [_share(school, campus, day) for day in last_school_days(school, 5)]
    if sum(share is not None for share in shares) * 2 <= len(shares):
        return "unknown"
    worst = sorted(Fraction(0) if share is None else share for share in shares)[(len(shares) - 1) // 2]
    best = sorted(Fraction(1) if share is None else share for share in shares)[(len(shares) - 1) // 2]
    if worst >= limit:
        return "pass"
    return "fail" if best < limit else "unknown"


def _share(school: SchoolTruth, campus: CampusTruth, day: date) -> Fraction | None:
    hours = [n for n, begin in enumerate(HOURS) if begin.date() == day and campus.gateway[n] == "ok"]
    if not hours or not campus.stations:
        return None
    machines = with_ipv6 = 0
    for lan, (whole, six) in zip(campus.lans, campus.stations[day], strict=True):
        if lan.kind != "camera":
            machines += max(part(whole, n) for n in hours)
            with_ipv6 += max(part(six, n) for n in hours)
    return Fraction(with_ipv6, machines) if machines >= (5 if school.kind == "kindergarten" else 20) else None


def last_school_days(school: SchoolTruth, wanted: int) -> list[date]:
    """The last school days whose hours are over."""
    day, found = TODAY, []
    closes = time(22) if school.boarding else time(17, 30)
    while len(found) < wanted:
        if is_school_day(day) and (day < TODAY or closes <= NOW.time()):
            found.append(day)
        day -= timedelta(days=1)
    return found


# Can the register and the agents be trusted


def as_registered(campus: CampusTruth, share: Fraction = Fraction(95, 100)) -> str:
    """G4: devices of the register that were seen in seven days, an access point in its controller's table; of
    cameras only those that were ever asked. Nobody is there whom the register does not know."""
    week = [n for n, begin in enumerate(HOURS) if begin >= NOW - timedelta(days=7)]
    seen = ["ok" in {polls[n] for n in week} for polls in (campus.gateway, campus.controller, campus.switch)]
    for box in campus.boxes:
        is_asked = box.role not in ("camera", "endpoint_mgmt") or set(box.polls) != {"gap"}
        if box.status == "in_service" and is_asked:
            seen.append("ok" in {box.polls[n] for n in week})
    answered = [n for n in week if campus.controller[n] == "ok"]
    if answered:
        seen += [any(ap.states[n] != "missing" for n in answered) for ap in campus.aps]
    if not any(seen):
        return "unknown"
    return by_units(["pass" if each else "fail" for each in seen], share)


def is_heard(school: SchoolTruth) -> str:
    """G1: every campus's agent was heard in the last day."""
    return "pass" if all("ok" in campus.agent[-24:] for campus in school.campuses) else "fail"


def filled_in(school: SchoolTruth, campus: CampusTruth, share: Fraction = Fraction(95, 100)) -> str:
    """G3: what the register has to say of a campus and its school, and does."""
    fields = [*school.told.values(), bool(school.place), True]  # it has a campus
    fields += [True, campus.medium != "unknown"]  # its uplink
    fields += [bool(campus.leases), campus.rooms_confirmed, bool(campus.lans), campus.has_buildings]
    fields += [bool(room.aps) or room.no_ap for room in campus.rooms if room.kind in MAIN]
    for _device in range(3 + len(campus.boxes) + len(campus.aps)):
        fields += [campus.tells_models, campus.tells_years]
    return by_units(["pass" if each else "fail" for each in fields], share)
