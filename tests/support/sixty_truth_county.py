"""What an honest verdict of the county is: targets over schools, over rooms, over items, and of named
systems."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from sixty_truth import all_of, standing
from sixty_truth_papers import accepted, things, worth
from sixty_types import TODAY, CampusTruth, CountyTruth, LetOff, SchoolTruth, Thing

STATUSES = ["planned", "building", "accepted", "operating"]


@dataclass(frozen=True)
class Sum:
    """Units that pass, fail and are unknown."""

    p: int
    f: int
    u: int

    @property
    def n(self) -> int:
        return self.p + self.f + self.u


OPEN = Sum(0, 0, 1)
"""Nobody knows how many there are."""


# Schools


def school_state(
    school: SchoolTruth, target: str, metric: str, judge: Callable[[SchoolTruth, CampusTruth], str]
) -> str:
    """All campuses pass; what an inspector found stands above it, and an exemption above all."""
    if is_let_off(school, target, metric):
        return "na"
    visits = [
        visit for visit in school.visits if visit.target == target and visit.day <= TODAY <= visit.until
    ]
    if visits:
        return max(visits, key=lambda visit: visit.day).state
    return all_of(judge(school, campus) for campus in school.campuses)


def is_let_off(school: SchoolTruth, target: str, metric: str) -> bool:
    return any(row.target in (target, metric) and _holds(row) for row in school.let_off)


def _holds(row: LetOff) -> bool:
    is_on = (row.start is None or row.start <= TODAY) and (row.end is None or row.end >= TODAY)
    return is_on and standing(row.paper) == "accepted"


def of_schools(states: Iterable[str]) -> Sum:
    told = list(states)
    return Sum(told.count("pass"), told.count("fail"), told.count("unknown"))


# Rooms and items


def pooled(parts: Iterable[Sum | None]) -> Sum:
    """All units together; a part of which nobody knows the number leaves the whole open."""
    told = list(parts)
    known = [part for part in told if part is not None]
    if not told or len(known) < len(told):
        return OPEN
    return Sum(sum(part.p for part in known), sum(part.f for part in known), sum(part.u for part in known))


def items(rows: list[Thing], kinds: tuple[str, ...], names: tuple[str, ...] = ()) -> Sum:
    """Accepted items, and those that may come to count; who says nothing may have one."""
    own = [row for row in things(rows, *kinds) if not names or row.name in names]
    p = sum(row.count for row in accepted(own))
    u = sum(row.count for row in own if not row.absent and worth(row) != "accepted")
    said = [row for row in own if not row.absent or worth(row) != "rejected"]
    return Sum(p, 0, u if said else 1)


def county_items(county: CountyTruth, kinds: tuple[str, ...], names: tuple[str, ...] = ()) -> Sum:
    """The county's own items and those of its schools: its list is what it holds of them."""
    lists = [county.things, *(school.things for school in county.schools)]
    told = [
        rows
        for rows in lists
        if any(not row.absent and (not names or row.name in names) for row in things(rows, *kinds))
    ]
    return pooled(items(rows, kinds, names) for rows in told) if told else OPEN


def designated(schools: list[SchoolTruth], kind: str) -> Sum:
    """E7: the county gives the title, so a school without a row, or with one that was refused, has none."""
    p = u = 0
    for school in schools:
        rows = [row for row in things(school.things, kind) if not row.absent]
        if accepted(rows):
            p += 1
        elif any(worth(row) != "rejected" for row in rows):
            u += 1
    return Sum(p, 0, u)


# Named systems


def platform(county: CountyTruth, name: str, least: str = "accepted") -> str:
    """E10: as far as the plan asks, by an accepted paper; a name in quotation marks is the same name."""
    states = [
        _platform(row.status, standing(row.paper), least)
        for row in county.platforms
        if row.name.strip("“”") == name
    ]
    if "pass" in states:
        return "pass"
    return "fail" if states and set(states) == {"fail"} else "unknown"


def platforms(county: CountyTruth, wanted: int, least: str = "accepted") -> str:
    """So many, which the plan does not name: that there are no others nobody can say."""
    states = [_platform(row.status, standing(row.paper), least) for row in county.platforms]
    return "pass" if states.count("pass") >= wanted else "unknown"


def _platform(status: str, paper: str, least: str) -> str:
    if status == "retired" or STATUSES.index(status) < STATUSES.index(least):
        return "fail"
    return "pass" if paper == "accepted" else "unknown"


def of_one(state: str) -> Sum:
    return of_schools([state])


# The target


def by_share(counts: Sum, goal: Fraction, *, above: bool = False) -> str:
    """A share of the units."""
    if counts.n == 0:
        return "undetermined"
    low, high = Fraction(counts.p, counts.n), Fraction(counts.p + counts.u, counts.n)
    return _by_bounds(low, high, goal, above=above)


def by_number(counts: Sum, goal: int, *, above: bool = False) -> str:
    """A number of units."""
    return _by_bounds(Fraction(counts.p), Fraction(counts.p + counts.u), Fraction(goal), above=above)


def _by_bounds(low: Fraction, high: Fraction, goal: Fraction, *, above: bool) -> str:
    if low > goal or (low == goal and not above):
        return "met"
    return "not_met" if high < goal or (high == goal and above) else "undetermined"
