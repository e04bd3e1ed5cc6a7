"""Where the samples of each metric of the county page come from: functions of one view, nothing else.

Nothing here compares a number with a target: states come from the verdicts. A figure that is not known gives
no sample, while its state is given as ``unknown``: a series that vanished and an unknown are two faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from exporters.exposition import Sample
from inventory.verdict import CampusLine, CountyView, State, TargetState, Verdict

Detail = Literal["targets", "all"]
"""What a page holds: of each target its own metric, or the legs as well, with coverage and time."""

QUOTE_CHARS = 60

# Unit of a verdict or goal -> factor to the base unit that metrics carry. Other units pass as they are.
BASE_UNITS: dict[str, float] = {
    "Mbit/s": 1e6,
    "mbps": 1e6,
    "kbit/s": 1e3,
    "kbps": 1e3,
    "percent": 0.01,
    "%": 0.01,
    "bp": 0.0001,
    "ratio": 1.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "days": 86400.0,
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is made from. ``verdicts`` lists (target, school, campus verdict) once each, with all legs
    where the page has every detail."""

    view: CountyView
    rendered_at: float
    fresh_s: float
    has_all: bool
    verdicts: tuple[tuple[str, str, Verdict], ...]
    lines: tuple[tuple[str, CampusLine], ...]


def page_of(view: CountyView, rendered_at: float, fresh_s: float, detail: Detail = "all") -> Page:
    lines = tuple((s.school.id, line) for s in view.schools for line in s.campuses)
    has_all = detail == "all"
    return Page(view, rendered_at, fresh_s, has_all, tuple(_verdicts(view, with_legs=has_all)), lines)


def _verdicts(view: CountyView, *, with_legs: bool) -> Iterator[tuple[str, str, Verdict]]:
    """A metric that is a leg twice within one target stands for itself once: the outer one."""
    for school in view.schools:
        for rolled in school.verdicts:
            seen: set[tuple[str, str]] = set()
            for campus in rolled.campuses:
                for verdict in _with_legs(campus) if with_legs else (campus,):
                    if (key := (verdict.metric, verdict.subject)) not in seen:
                        seen.add(key)
                        yield rolled.target, school.school.id, verdict


def _with_legs(verdict: Verdict) -> Iterator[Verdict]:
    """The verdict, then its legs; a leg of a leg comes after all legs."""
    level: tuple[Verdict, ...] = (verdict,)
    while level:
        yield from level
        level = tuple(leg for outer in level for leg in outer.legs)


def base(value: float, unit: str) -> float:
    """The value in base units: bit/s, seconds, ratio 0..1."""
    factor = BASE_UNITS.get(unit, 1.0)
    # A quotient of integers stays exact where a product with 0.01 does not: 60 % is 0.6.
    return value / round(1 / factor) if factor < 1 else value * factor


def school_info(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        school = view.school
        stages = ",".join(school.stages)
        labels = (school.id, page.view.county, school.name, school.kind, stages, school.urban_rural)
        yield labels, 1.0


def campus_info(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        for line in view.campuses:
            yield (line.campus, view.school.id, line.name or view.school.name), 1.0


def target_info(page: Page) -> Iterator[Sample]:
    for text in page.view.texts:
        quote = " / ".join(text.quote)[:QUOTE_CHARS]
        due = text.due.isoformat() if text.due else ""
        words = (text.metric, text.scope, text.aggregate, text.unit, text.origin, due, quote)
        yield (page.view.profile.id, text.id, *words), 1.0


def profile_info(page: Page) -> Iterator[Sample]:
    profile = page.view.profile
    yield (profile.id, profile.version, profile.sha256), 1.0


def target_state(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        for verdict in view.verdicts:
            yield (verdict.target, view.school.id, verdict.state.value), 1.0


def metric_state(page: Page) -> Iterator[Sample]:
    for target, school, verdict in page.verdicts:
        yield (target, verdict.metric, school, verdict.subject, verdict.state.value), 1.0


def metric_value(page: Page) -> Iterator[Sample]:
    for target, school, verdict in page.verdicts:
        # An unknown verdict may carry its last value for people to read; it is not a current figure.
        if verdict.value is not None and verdict.state is not State.UNKNOWN:
            yield (target, verdict.metric, school, verdict.subject), base(verdict.value, verdict.unit)


def metric_coverage(page: Page) -> Iterator[Sample]:
    for target, school, verdict in page.verdicts if page.has_all else ():
        if verdict.polls and verdict.polls.n:
            polls = verdict.polls
            yield (target, verdict.metric, school, verdict.subject), (polls.a + polls.d) / polls.n


def metric_evaluated(page: Page) -> Iterator[Sample]:
    for target, school, verdict in page.verdicts if page.has_all else ():
        yield (target, verdict.metric, school, verdict.subject), page.view.as_of


def county_ratio(page: Page) -> Iterator[Sample]:
    profile = page.view.profile.id
    for target in page.view.targets:
        for bound, bp in (("lower", target.low_bp), ("upper", target.high_bp)):
            if bp is not None:
                yield (profile, target.target, bound), bp / 10000


def county_schools(page: Page) -> Iterator[Sample]:
    profile = page.view.profile.id
    for target in page.view.targets:
        counts = target.counts
        for state, n in zip(State, (counts.p, counts.f, counts.u, counts.na), strict=True):
            yield (profile, target.target, state.value), float(n)


def county_goal(page: Page) -> Iterator[Sample]:
    for target in page.view.targets:
        if target.goal is not None:
            yield (page.view.profile.id, target.target), base(target.goal, target.unit)


def county_state(page: Page) -> Iterator[Sample]:
    for target in page.view.targets:
        for state in TargetState:
            yield (page.view.profile.id, target.target, state.value), float(target.state is state)


def county_due(page: Page) -> Iterator[Sample]:
    for target in page.view.targets:
        if target.due is not None:
            yield (page.view.profile.id, target.target), end_of_day(target.due, page.view.timezone)


def end_of_day(day: date, timezone: str) -> float:
    """The midnight that ends a day in a time zone, seconds since 1970 UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone)).timestamp()


def quality_state(page: Page) -> Iterator[Sample]:
    for verdict in page.view.quality:
        yield (verdict.metric, verdict.state.value), 1.0


def quality_ratio(page: Page) -> Iterator[Sample]:
    for verdict in page.view.quality:
        for bound, bp in (("lower", verdict.low_bp), ("upper", verdict.high_bp)):
            if bp is not None:
                yield (verdict.metric, bound), bp / 10000


def last_report(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        if line.last_report is not None:
            yield (school, line.campus), line.last_report


def agent_up(page: Page) -> Iterator[Sample]:
    oldest = page.view.as_of - page.fresh_s
    for school, line in page.lines:
        yield (school, line.campus), float(line.last_report is not None and line.last_report >= oldest)


Figure = Callable[[CampusLine], float | None]


def figure(of: Figure) -> Callable[[Page], Iterator[Sample]]:
    """Samples of one figure of the campus lines; a campus that does not have it has no series."""

    def samples(page: Page) -> Iterator[Sample]:
        for school, line in page.lines:
            if (value := of(line)) is not None:
                yield (school, line.campus), float(value)

    return samples


def areas(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        yield (school, line.campus, "registered"), float(line.main_areas)
        if line.aps_online is not None:  # while nobody knows which access points work, this is not known
            yield (school, line.campus, "covered"), float(line.main_areas_covered)
        yield (school, line.campus, "unmapped"), float(line.main_areas_unmapped)


def snapshot(page: Page) -> Iterator[Sample]:
    yield (), page.view.as_of


def rendered(page: Page) -> Iterator[Sample]:
    yield (), page.rendered_at


def regressions(page: Page) -> Iterator[Sample]:
    for each in page.view.regressions:
        yield (each.school, each.item, each.kind), 1.0


def regressions_since(page: Page) -> Iterator[Sample]:
    for each in page.view.regressions:
        yield (each.school, each.item), each.since
