"""What an honest verdict of each school is: the catalogue's rules, hour by hour, slow and plain.

Nothing of the product is used here but its words for states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sixty_world import CST, HOLIDAY, HOURS, NOW, TODAY, CampusTruth, Paper, SchoolTruth, Thing

MAIN = {"classroom", "teacher_office"}
TARGETS_OF_A_NETWORK = ("access-port", "access-contract", "ipv6", "wifi")


def counted_hours(school: SchoolTruth, campus: CampusTruth) -> list[int]:
    """The places in HOURS that count: school hours of the last seven days, less announced work."""
    opens, closes = (time(6, 30), time(22)) if school.boarding else (time(7, 30), time(17, 30))
    newest = NOW - timedelta(hours=1)  # a poll must have ended one interval before
    oldest = newest - timedelta(days=7)
    found = []
    for n, begin in enumerate(HOURS):
        is_school_day = begin.weekday() < 5 and begin.date() != HOLIDAY
        if not (oldest <= begin < newest and is_school_day and opens <= begin.time() < closes):
            continue
        if any(start <= begin < end for start, end in campus.works):
            continue
        found.append(n)
    return found


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


def port(school: SchoolTruth, campus: CampusTruth) -> str:
    def at(n: int) -> bool | None:
        if campus.gateway[n] != "ok":
            return {"down": False, "gap": None}[campus.gateway[n]]
        up = [mbps for oper, mbps in campus.members[n] if oper == "up" and mbps >= 10_000]
        return sum(up) >= 10_000 and campus.medium != "pon"

    return by_polls(at(n) for n in counted_hours(school, campus))


def contract(school: SchoolTruth, campus: CampusTruth) -> str:
    """Accepted and valid leases add up; a fibre of one's own is as fast as its port."""
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
        if sum(sure) >= 10_000:
            return "pass"
        if any(mbps is None for mbps, _found in figures) or not sure:
            return "unknown"
        return "unknown" if sum(mbps for mbps, _found in figures if mbps) >= 10_000 else "fail"
    if valid:
        return "unknown"
    ended = [row.end for row in rows if row.end < TODAY]
    return "fail" if ended and (TODAY - max(ended)).days > 30 else "unknown"


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


def ipv6(school: SchoolTruth, campus: CampusTruth) -> str:
    return all_of(
        [
            wan_address(school, campus),
            default_route(school, campus),
            prefixes(campus),
            reachability(school, campus),
        ]
    )


# Wireless


def access_point(school: SchoolTruth, campus: CampusTruth, name: str) -> list[bool | None]:
    states = next(ap.states for ap in campus.aps if ap.id == name)
    return [
        states[n] == "online"
        if campus.controller[n] == "ok"
        else {"down": False, "gap": None}[campus.controller[n]]
        for n in counted_hours(school, campus)
    ]


def rooms(school: SchoolTruth, campus: CampusTruth) -> str:
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
    return by_units(states, Fraction(95, 100))


def access_points(school: SchoolTruth, campus: CampusTruth) -> str:
    return by_polls(answer for ap in campus.aps for answer in access_point(school, campus, ap.id))


def wifi(school: SchoolTruth, campus: CampusTruth) -> str:
    return all_of([rooms(school, campus), access_points(school, campus)])


# Papers


def standing(paper: Paper | None) -> str:
    if paper is None:
        return "none"
    if paper.review == "accepted" and paper.valid_until is not None and paper.valid_until < TODAY:
        return "expired"
    return paper.review


def things(school: SchoolTruth, *kinds: str) -> list[Thing]:
    """Rows that are finished by today."""
    return [
        thing
        for thing in school.things
        if thing.kind in kinds and (thing.completed is None or thing.completed <= TODAY)
    ]


def at_least_one(school: SchoolTruth, *kinds: str) -> str:
    rows = things(school, *kinds)
    if any(standing(row.paper) == "accepted" and not row.absent for row in rows):
        return "pass"
    return "fail" if any(row.absent and standing(row.paper) == "accepted" for row in rows) else "unknown"


# Schools and the county


def school_state(school: SchoolTruth, judge: Callable[[SchoolTruth, CampusTruth], str]) -> str:
    return all_of(judge(school, campus) for campus in school.campuses)


def county_share(states: Iterable[str], goal: Fraction) -> str:
    told = [state for state in states if state != "na"]
    p, u, n = told.count("pass"), told.count("unknown"), len(told)
    if n == 0:
        return "undetermined"
    if Fraction(p, n) >= goal:
        return "met"
    return "not_met" if Fraction(p + u, n) < goal else "undetermined"


def is_exempt(school: SchoolTruth, target: str) -> bool:
    return (
        school.exempt is not None and school.exempt[0] == target and standing(school.exempt[1]) == "accepted"
    )


def local(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), CST)
