"""A school judged by a plan, and the county's view of all of them. No input or output, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil

import msgspec

from inventory.dossier import dossier
from inventory.expiry import next_expiries
from inventory.live import devices_now
from inventory.metrics.access import A1, A2
from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import COUNTY, SCHOOL, compute, of_school
from inventory.metrics.county_core import A10, link_verdicts
from inventory.metrics.ipv6 import ipv6_now
from inventory.metrics.kinds import CountyLook
from inventory.metrics.look import Look
from inventory.metrics.optics import margin_now
from inventory.metrics.params import DEFAULTS
from inventory.metrics.quality import (
    agent_coverage,
    inventory_completeness,
    required_fields,
    target_determinacy,
)
from inventory.metrics.wireless import D1, aps_online_now
from inventory.needed import needs_of
from inventory.overrides import after_deadline, as_tested_on_site, exemption
from inventory.profile import Profile, Target
from inventory.register import Campus, Register, School
from inventory.rules import percent_to_bp, roll_up, roll_up_count, tally, together
from inventory.snapshot import AgentSeen, SchoolSnapshot
from inventory.verdict import (
    CampusLine,
    CountyTarget,
    CountyView,
    SchoolVerdict,
    SchoolView,
    State,
    TargetState,
    TargetText,
    UnitCounts,
    Verdict,
)

NOT_COUNTED = UnitCounts(p=0, f=0, u=1)
"""A county-level row that nothing computes: one unit, unknown."""


def judge_school(snapshot: SchoolSnapshot, profile: Profile, *, whole: bool = False) -> SchoolView:
    """One school under one plan; ``whole`` adds every metric that the plan does not ask for."""
    look = Look(snapshot)
    view = judge_look(look, profile)
    return msgspec.structs.replace(view, dossier=dossier(look, view.verdicts)) if whole else view


def judge_look(look: Look, profile: Profile) -> SchoolView:
    """One school: a verdict per target in its scope, in the order of the plan, and a line per campus. Several
    plans may judge one look: what they share is laid out once."""
    school = look.snapshot.school
    look.needs = needs_of(profile, school)
    verdicts = tuple(
        _school_verdict(look, profile, target)
        for target in profile.targets
        if applies(profile, target, school)
    )
    lines = tuple(_campus_line(look, campus, verdicts) for campus in school.campuses)
    asked = [target.reading for target in profile.targets if target.metric == A10]
    return SchoolView(
        school=school,
        verdicts=verdicts,
        campuses=lines,
        links=link_verdicts(look, asked),
        required=required_fields(school),
        expiries=next_expiries(school, look.today),
    )


def applies(profile: Profile, target: Target, school: School) -> bool:
    """Whether a target is judged at a school: its scope holds it (a scope of the county holds none) and its
    metric is not the county's."""
    return catalogue()[target.metric].level == "C" and profile.scope_of(target).holds(school)


def judge_county(
    register: Register,
    profile: Profile,
    schools: Sequence[SchoolView],
    agents: Sequence[AgentSeen],
    as_of: float,
) -> CountyView:
    """The county under one plan: every target with its bounds, and how good the data are."""
    found: dict[str, list[SchoolVerdict]] = {target.id: [] for target in profile.targets}
    for view in schools:
        for verdict in view.verdicts:
            found.setdefault(verdict.target, []).append(verdict)
    look = CountyLook(register=register, schools=register.schools, views=schools, agents=agents, as_of=as_of)
    targets = tuple(_county_target(profile, target, found[target.id], look) for target in profile.targets)
    return CountyView(
        as_of=as_of,
        county=register.county,
        adcode=register.adcode,
        profile=profile.ref,
        source_document=profile.source.document or profile.head.title,
        source_sha256=profile.source.sha256,
        source_excerpt=profile.source.excerpt,
        texts=target_texts(profile),
        targets=targets,
        schools=tuple(schools),
        quality=(
            agent_coverage(look),
            _county_completeness(register, schools),
            target_determinacy(targets, register),
        ),
        timezone=register.calendar.timezone,
    )


def target_texts(profile: Profile) -> tuple[TargetText, ...]:
    """What a report prints of each target."""
    return tuple(_target_text(profile, target) for target in profile.targets)


# One school


def _school_verdict(look: Look, profile: Profile, target: Target) -> SchoolVerdict:
    school = look.snapshot.school
    exempt = exemption(look, target)
    found: tuple[Verdict, ...]
    if target.metric in SCHOOL:
        found = (of_school(target.metric, look, target.reading),)
    else:
        found = tuple(compute(target.metric, look, campus, target.reading) for campus in school.campuses)
    if not found:
        return SchoolVerdict(target=target.id, school=school.id, state=State.UNKNOWN, reason="no_campus")
    if school.site_tests or profile.defaults.unknown_after is not None:
        found = tuple(
            after_deadline(
                as_tested_on_site(look, target, verdict), look.today, profile.defaults.unknown_after
            )
            for verdict in found
        )
    ruling = together(found, mixed_fail="campus_failed", mixed_unknown="campus_unknown")
    return SchoolVerdict(
        target=target.id,
        school=school.id,
        state=State.NA if exempt else ruling.state,
        reason="exempt" if exempt else ruling.reason,
        campuses=found,
        exemption=exempt,
    )


def _campus_line(look: Look, campus: Campus, verdicts: tuple[SchoolVerdict, ...]) -> CampusLine:
    """The figures beside the verdicts; taken from the verdicts where the plan asked for them."""
    own = {
        verdict.metric: verdict
        for verdict in _flat(v for found in verdicts for v in found.campuses if v.subject == campus.id)
    }
    port, contract, areas = (
        own.get(metric) or compute(metric, look, campus, DEFAULTS) for metric in (A1, A2, D1)
    )
    main = [area for area in campus.areas if area.main]
    reports = [
        agent.last_report
        for agent in look.snapshot.agents
        if agent.campus == campus.id and agent.last_report is not None
    ]
    return CampusLine(
        campus=campus.id,
        name=campus.name,
        port_speed_mbps=port.value,
        contract_mbps=None if contract.value is None else int(contract.value),
        aps_registered=sum(d.role == "ap" and d.status == "in_service" for d in campus.devices),
        aps_online=aps_online_now(look, campus),
        main_areas=len(main),
        main_areas_covered=areas.units.p if areas.units else 0,
        main_areas_unmapped=sum(not area.aps and not area.no_ap for area in main),
        last_report=max(reports, default=None),
        poll_interval_s=look.snapshot.interval_s,
        devices=devices_now(look, campus),
        ipv6=tuple(ipv6_now(look, campus).items()),
        optics_margin_db=margin_now(look, campus),
    )


def _flat(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    for verdict in verdicts:
        yield from _flat(verdict.legs)
        yield verdict


# The county


def _county_target(
    profile: Profile, target: Target, found: list[SchoolVerdict], look: CountyLook
) -> CountyTarget:
    verdict = _county_verdict(profile, target, look)
    counts = _counts(target, found, verdict)
    state = _target_state(target, counts, verdict)
    is_counted = target.aggregate in ("school_rate", "pooled_units") and counts.n
    return CountyTarget(
        target=target.id,
        state=state,
        counts=counts,
        low_bp=counts.p * 10_000 // counts.n if is_counted else None,
        high_bp=(counts.p + counts.u) * 10_000 // counts.n if is_counted else None,
        goal=target.value,
        unit=target.unit,
        aggregate=target.aggregate,
        due=target.due,
        origin=target.threshold_origin,
        verdict=verdict,
    )


def _county_verdict(profile: Profile, target: Target, look: CountyLook) -> Verdict | None:
    """What is judged once for the county; None where the schools' verdicts are added up."""
    scope = profile.scope_of(target)
    is_county = catalogue()[target.metric].level == "K" or scope.unit == "county"
    if target.metric not in COUNTY or not is_county:
        return None
    if scope.unit != "county":
        look = replace(look, schools=tuple(school for school in look.schools if scope.holds(school)))
    return COUNTY[target.metric](look, target.reading)


def _target_state(target: Target, counts: UnitCounts, verdict: Verdict | None) -> TargetState:
    if target.aggregate == "report":
        return TargetState.REPORT
    if target.aggregate == "single":
        # The county's one row: its own rule has weighed the units, which are shown beside it.
        return _single(counts if verdict is None else tally([verdict.state]))
    if target.value is None or (target.aggregate != "school_rate" and counts is NOT_COUNTED):
        return TargetState.UNDETERMINED
    if target.aggregate == "count":
        return roll_up_count(counts, ceil(target.value), op=target.op)
    return roll_up(counts, percent_to_bp(target.value), op=target.op)


def _counts(target: Target, found: list[SchoolVerdict], verdict: Verdict | None) -> UnitCounts:
    if verdict is not None:
        return tally([verdict.state]) if verdict.units is None else verdict.units
    if catalogue()[target.metric].level == "K":
        return NOT_COUNTED
    if target.aggregate == "pooled_units" or target.params.get("count_by") == "items":
        return _pooled(found)
    return tally(each.state for each in found)


def _pooled(found: list[SchoolVerdict]) -> UnitCounts:
    """Rooms of all schools together, but of those that are let off. One school whose rooms are not counted
    leaves the sum open."""
    found = [school for school in found if not school.exemption]
    campuses = [verdict for school in found for verdict in school.campuses if verdict.state is not State.NA]
    units = [verdict.units for verdict in campuses]
    if not units or any(counts is None for counts in units) or not all(v.campuses for v in found):
        return NOT_COUNTED
    kept = [counts for counts in units if counts is not None]
    return UnitCounts(
        p=sum(c.p for c in kept),
        f=sum(c.f for c in kept),
        u=sum(c.u for c in kept),
        na=sum(c.na for c in kept),
    )


def _single(counts: UnitCounts) -> TargetState:
    if counts.n == 0 or counts.u:
        return TargetState.NOT_MET if counts.f else TargetState.UNDETERMINED
    return TargetState.NOT_MET if counts.f else TargetState.MET


def _county_completeness(register: Register, schools: Sequence[SchoolView]) -> Verdict:
    counted = {view.school.id: view.required for view in schools}
    fields = (counted.get(school.id) or required_fields(school) for school in register.schools)
    return inventory_completeness(fields, DEFAULTS, subject=register.adcode or register.county)


# Texts


def _target_text(profile: Profile, target: Target) -> TargetText:
    scope = profile.scope_of(target)
    return TargetText(
        id=target.id,
        quote=target.quote,
        metric=target.metric,
        plan_ids=target.plan_ids,
        klass=target.klass,
        strength=target.strength,
        scope=scope.name,
        scope_note=scope.note,
        params=tuple((name, _text(value)) for name, value in target.params.items()),
        param_origin=tuple(target.param_origin.items()),
        aggregate=target.aggregate,
        op=target.op,
        value=target.value,
        unit=target.unit,
        due=target.due,
        due_basis=target.due_basis,
        origin=target.threshold_origin,
        note=target.note,
    )


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
