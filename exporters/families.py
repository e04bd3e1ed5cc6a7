"""Every metric of the county page: name, labels, meaning, and where in the view its samples come from.

Nothing here compares a number with a target: states come from the verdicts. A figure that is not known has
no series, while its state is exported as ``unknown``: a series that vanished and an unknown are two faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exporters.exposition import Family, Sample
from inventory.verdict import CampusLine, CountyView, State, TargetState, Verdict

PREFIX = "wanzhao_"
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
    """What a page is made from. ``verdicts`` lists (target, campus verdict or leg) once each."""

    view: CountyView
    rendered_at: float
    fresh_s: float
    verdicts: tuple[tuple[str, Verdict], ...]
    lines: tuple[tuple[str, CampusLine], ...]


def page_of(view: CountyView, rendered_at: float, fresh_s: float) -> Page:
    lines = tuple((s.school.id, line) for s in view.schools for line in s.campuses)
    return Page(view, rendered_at, fresh_s, tuple(_verdicts(view)), lines)


def _verdicts(view: CountyView) -> Iterator[tuple[str, Verdict]]:
    """A metric that is a leg twice within one target stands for itself once: the outer one."""
    for school in view.schools:
        for rolled in school.verdicts:
            seen: set[tuple[str, str]] = set()
            for campus in rolled.campuses:
                for verdict in _with_legs(campus):
                    if (key := (verdict.metric, verdict.subject)) not in seen:
                        seen.add(key)
                        yield rolled.target, verdict


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


def _school_info(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        school = view.school
        stages = ",".join(school.stages)
        labels = (school.id, page.view.county, school.name, school.kind, stages, school.urban_rural)
        yield labels, 1.0


def _campus_info(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        for line in view.campuses:
            yield (line.campus, view.school.id, line.name or view.school.name), 1.0


def _target_info(page: Page) -> Iterator[Sample]:
    for text in page.view.texts:
        quote = " / ".join(text.quote)[:QUOTE_CHARS]
        due = text.due.isoformat() if text.due else ""
        words = (text.metric, text.scope, text.aggregate, text.unit, text.origin, due, quote)
        yield (page.view.profile.id, text.id, *words), 1.0


def _profile_info(page: Page) -> Iterator[Sample]:
    profile = page.view.profile
    yield (profile.id, profile.version, profile.sha256), 1.0


def _target_state(page: Page) -> Iterator[Sample]:
    for view in page.view.schools:
        for verdict in view.verdicts:
            yield (verdict.target, view.school.id, verdict.state.value), 1.0


def _metric_state(page: Page) -> Iterator[Sample]:
    for target, verdict in page.verdicts:
        yield (target, verdict.metric, verdict.subject, verdict.state.value), 1.0


def _metric_value(page: Page) -> Iterator[Sample]:
    for target, verdict in page.verdicts:
        # An unknown verdict may carry its last value for people to read; it is not a current figure.
        if verdict.value is not None and verdict.state is not State.UNKNOWN:
            yield (target, verdict.metric, verdict.subject), base(verdict.value, verdict.unit)


def _metric_coverage(page: Page) -> Iterator[Sample]:
    for target, verdict in page.verdicts:
        if verdict.polls and verdict.polls.n:
            polls = verdict.polls
            yield (target, verdict.metric, verdict.subject), (polls.a + polls.d) / polls.n


def _metric_evaluated(page: Page) -> Iterator[Sample]:
    for target, verdict in page.verdicts:
        yield (target, verdict.metric, verdict.subject), page.view.as_of


def _county_ratio(page: Page) -> Iterator[Sample]:
    profile = page.view.profile.id
    for target in page.view.targets:
        for bound, bp in (("lower", target.low_bp), ("upper", target.high_bp)):
            if bp is not None:
                yield (profile, target.target, bound), bp / 10000


def _county_schools(page: Page) -> Iterator[Sample]:
    profile = page.view.profile.id
    for target in page.view.targets:
        counts = target.counts
        for state, n in zip(State, (counts.p, counts.f, counts.u, counts.na), strict=True):
            yield (profile, target.target, state.value), float(n)


def _county_goal(page: Page) -> Iterator[Sample]:
    for target in page.view.targets:
        if target.goal is not None:
            yield (page.view.profile.id, target.target), base(target.goal, target.unit)


def _county_state(page: Page) -> Iterator[Sample]:
    for target in page.view.targets:
        for state in TargetState:
            yield (page.view.profile.id, target.target, state.value), float(target.state is state)


def _county_due(page: Page) -> Iterator[Sample]:
    for target in page.view.targets:
        if target.due is not None:
            yield (page.view.profile.id, target.target), end_of_day(target.due, page.view.timezone)


def end_of_day(day: date, timezone: str) -> float:
    """The midnight that ends a day in a time zone, seconds since 1970 UTC."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone)).timestamp()


def _quality_state(page: Page) -> Iterator[Sample]:
    for verdict in page.view.quality:
        yield (verdict.metric, verdict.state.value), 1.0


def _quality_ratio(page: Page) -> Iterator[Sample]:
    for verdict in page.view.quality:
        for bound, bp in (("lower", verdict.low_bp), ("upper", verdict.high_bp)):
            if bp is not None:
                yield (verdict.metric, bound), bp / 10000


def _last_report(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        if line.last_report is not None:
            yield (school, line.campus), line.last_report


def _agent_up(page: Page) -> Iterator[Sample]:
    oldest = page.view.as_of - page.fresh_s
    for school, line in page.lines:
        yield (school, line.campus), float(line.last_report is not None and line.last_report >= oldest)


Figure = Callable[[CampusLine], float | None]


def _figure(of: Figure) -> Callable[[Page], Iterator[Sample]]:
    """Samples of one figure of the campus lines; a campus that does not have it has no series."""

    def samples(page: Page) -> Iterator[Sample]:
        for school, line in page.lines:
            if (value := of(line)) is not None:
                yield (school, line.campus), float(value)

    return samples


def _links(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        for link, mbps in (("port", line.port_speed_mbps), ("contract", line.contract_mbps)):
            if mbps is not None:
                yield (school, line.campus, link), base(mbps, "Mbit/s")


def _areas(page: Page) -> Iterator[Sample]:
    for school, line in page.lines:
        yield (school, line.campus, "registered"), float(line.main_areas)
        if line.aps_online is not None:  # while nobody knows which access points work, this is not known
            yield (school, line.campus, "covered"), float(line.main_areas_covered)
        yield (school, line.campus, "unmapped"), float(line.main_areas_unmapped)


def _snapshot(page: Page) -> Iterator[Sample]:
    yield (), page.view.as_of


def _rendered(page: Page) -> Iterator[Sample]:
    yield (), page.rendered_at


_ONLY_CURRENT = "Only the series of the current state exists, with the value 1."
_CACHED = "As of wanzhao_snapshot_timestamp_seconds."
_BY_METRIC = ("target", "metric", "campus")
_BY_CAMPUS = ("school", "campus")
_BY_TARGET = ("profile", "target")

# (name without prefix, labels, help, samples), in the order of the page.
METRICS: tuple[tuple[str, tuple[str, ...], str, Callable[[Page], Iterator[Sample]]], ...] = (
    (
        "snapshot_timestamp_seconds",
        (),
        "Time of the state that this page shows, seconds since 1970 UTC. All other metrics are as of it.",
        _snapshot,
    ),
    (
        "page_rendered_timestamp_seconds",
        (),
        "Time at which this page was written, seconds since 1970 UTC.",
        _rendered,
    ),
    (
        "profile_info",
        ("profile", "version", "sha256"),
        "The plan profile that judged, always 1; sha256 is that of its file.",
        _profile_info,
    ),
    (
        "target_info",
        (*_BY_TARGET, "metric", "scope", "aggregate", "unit", "origin", "due", "quote"),
        "A target of the plan, always 1; quote is the beginning of the plan's own words, due a local date.",
        _target_info,
    ),
    (
        "school_info",
        ("school", "county", "name", "kind", "stages", "urban_rural"),
        "A school of the register, always 1; join on school for the name. Source: schools table.",
        _school_info,
    ),
    (
        "campus_info",
        ("campus", "school", "name"),
        "A campus of the register, always 1; join on campus for the school. Source: campuses table.",
        _campus_info,
    ),
    (
        "county_target_state",
        (*_BY_TARGET, "state"),
        f"1 for the target's current state of met, not_met, undetermined, report; else 0. {_CACHED}",
        _county_state,
    ),
    (
        "county_target_ratio",
        (*_BY_TARGET, "bound"),
        "Share of units that meet the target, ratio 0..1: lower counts unknown as not met, upper as met. "
        f"{_CACHED}",
        _county_ratio,
    ),
    (
        "county_target_schools",
        (*_BY_TARGET, "state"),
        f"Units of the target by state: schools, or what aggregate in wanzhao_target_info pools. {_CACHED}",
        _county_schools,
    ),
    (
        "county_target_goal",
        _BY_TARGET,
        "What the plan asks for, ratio 0..1 where it asks for a share, else a number of units.",
        _county_goal,
    ),
    (
        "county_target_due_timestamp_seconds",
        _BY_TARGET,
        "End of the day on which the target is due, county's time zone, seconds since 1970 UTC.",
        _county_due,
    ),
    (
        "county_quality_state",
        ("metric", "state"),
        f"State of a data quality metric of the county. {_ONLY_CURRENT} {_CACHED}",
        _quality_state,
    ),
    (
        "county_quality_ratio",
        ("metric", "bound"),
        f"Bounds of a data quality metric of the county, ratio 0..1. {_CACHED}",
        _quality_ratio,
    ),
    (
        "school_target_state",
        ("target", "school", "state"),
        f"State of a target at a school: pass, fail, unknown, na. {_ONLY_CURRENT} {_CACHED}",
        _target_state,
    ),
    (
        "campus_metric_state",
        (*_BY_METRIC, "state"),
        f"State of a target's metric (or of a part of it) at a campus. {_ONLY_CURRENT} {_CACHED}",
        _metric_state,
    ),
    (
        "campus_metric_value",
        _BY_METRIC,
        "Value that decided, in base units (bit/s, seconds, ratio 0..1, else a number); absent while "
        f"unknown. Link speeds are bit/s, as plans state them. {_CACHED}",
        _metric_value,
    ),
    (
        "campus_metric_coverage_ratio",
        _BY_METRIC,
        "Share of the window's polls that gave an answer (true, false or down), ratio 0..1; the rest are "
        f"gaps. {_CACHED}",
        _metric_coverage,
    ),
    (
        "campus_metric_last_evaluated_timestamp_seconds",
        _BY_METRIC,
        "Time as of which the metric was judged, seconds since 1970 UTC.",
        _metric_evaluated,
    ),
    (
        "campus_link_speed",
        (*_BY_CAMPUS, "link"),
        "Bit/s, as plans state it: link=port is the speed of the uplink port or aggregate now, from "
        "ifHighSpeed, link=contract what the register says is leased; absent when unknown. " + _CACHED,
        _links,
    ),
    (
        "campus_aps_registered",
        _BY_CAMPUS,
        "Access points of the campus in the register.",
        _figure(lambda line: line.aps_registered),
    ),
    (
        "campus_aps_online",
        _BY_CAMPUS,
        f"Registered access points that the controller reports online; absent when unknown. {_CACHED}",
        _figure(lambda line: line.aps_online),
    ),
    (
        "campus_main_areas",
        (*_BY_CAMPUS, "kind"),
        "Main rooms of the campus: registered, covered by a working access point (absent when unknown), "
        f"unmapped (no access point named in the register). {_CACHED}",
        _areas,
    ),
    (
        "agent_last_report_timestamp_seconds",
        _BY_CAMPUS,
        "When the collector last accepted something from the agent, seconds since 1970 UTC; absent when "
        "never.",
        _last_report,
    ),
    (
        "agent_up",
        _BY_CAMPUS,
        f"1 when the agent's last report was fresh, 0 when it was too old or there never was one. {_CACHED}",
        _agent_up,
    ),
)

FAMILIES: tuple[tuple[Family, Callable[[Page], Iterator[Sample]]], ...] = tuple(
    (Family(PREFIX + name, labels, words), samples) for name, labels, words, samples in METRICS
)
