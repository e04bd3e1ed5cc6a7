"""G1, G3 and G6: how far the data can be trusted (metric-catalogue 4.G)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.clock import window_s
from inventory.metrics.kinds import CampusMetrics, CountyLook, CountyMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params
from inventory.register import Campus, Register, School
from inventory.rules import bounds, unit_ratio
from inventory.verdict import CountyTarget, State, TargetState, UnitCounts, Verdict

G1 = "agent_coverage"
G3 = "inventory_completeness"
G6 = "target_determinacy"


def agent_coverage(look: CountyLook, params: Params = DEFAULTS) -> Verdict:
    """G1: schools in scope with every campus's agent heard in the last day, over all of them."""
    since = look.as_of - window_s(params.word("heard_within", "1d"))
    heard = {a.campus for a in look.agents if a.last_report is not None and a.last_report >= since}
    live = sum(
        bool(school.campuses) and all(campus.id in heard for campus in school.campuses)
        for school in look.schools
    )
    counts = UnitCounts(p=live, f=len(look.schools) - live, u=0)
    thr_bp = params.bp("thr", 9500)
    ruling = unit_ratio(counts, thr_bp, never_filled_in="register_empty")
    return Verdict(
        metric=G1,
        subject=look.subject,
        state=ruling.state,
        reason="agent_silent" if ruling.state is State.FAIL else ruling.reason,
        value=_ratio(ruling.low_bp),
        unit="ratio",
        threshold=thr_bp / 10_000,
        origin=params.origin("thr"),
        level="E3",
        units=counts,
        low_bp=ruling.low_bp,
        high_bp=ruling.high_bp,
        thr_bp=thr_bp,
    )


def required_fields(school: School) -> tuple[int, int]:
    """How many of a school's required fields are filled, and how many there are."""
    filled = _school_fields(school)
    return sum(filled), len(filled)


def inventory_completeness(fields: Iterable[tuple[int, int]], params: Params, *, subject: str) -> Verdict:
    """G3: required fields of the register that are filled, over all of them; ``fields`` is what
    ``required_fields`` gives of each school."""
    told = list(fields)
    return _completeness(sum(each[0] for each in told), sum(each[1] for each in told), params, subject)


def campus_completeness(look: Look, campus: Campus, params: Params) -> Verdict:
    """G3 of one campus, with the fields of its school."""
    school = look.snapshot.school
    filled = [*_own_fields(school), *_campus_fields(campus)]
    return _completeness(sum(filled), len(filled), params, campus.id)


def target_determinacy(targets: Sequence[CountyTarget], register: Register) -> Verdict:
    """G6: targets with a met or not-met verdict, over those with a goal. For information: no threshold."""
    states = [target.state for target in targets if target.state is not TargetState.REPORT]
    told = sum(state in (TargetState.MET, TargetState.NOT_MET) for state in states)
    counts = UnitCounts(p=told, f=0, u=len(states) - told)
    low_bp, _high = bounds(told, 0, len(states))
    return Verdict(
        metric=G6,
        subject=register.adcode or register.county,
        state=State.NA,
        value=_ratio(low_bp),
        unit="ratio",
        units=counts,
        low_bp=low_bp,
        high_bp=low_bp,
    )


def _completeness(filled: int, required: int, params: Params, subject: str) -> Verdict:
    counts = UnitCounts(p=filled, f=required - filled, u=0)
    thr_bp = params.bp("thr", 9500)
    ruling = unit_ratio(counts, thr_bp, never_filled_in="register_empty")
    return Verdict(
        metric=G3,
        subject=subject,
        state=ruling.state,
        reason="field_empty" if ruling.state is State.FAIL else ruling.reason,
        value=_ratio(ruling.low_bp),
        unit="ratio",
        threshold=thr_bp / 10_000,
        origin=params.origin("thr"),
        level="E1",
        units=counts,
        low_bp=ruling.low_bp,
        high_bp=ruling.high_bp,
        thr_bp=thr_bp,
    )


def _school_fields(school: School) -> list[bool]:
    return _own_fields(school) + [field for campus in school.campuses for field in _campus_fields(campus)]


def _own_fields(school: School) -> list[bool]:
    return [
        school.students is not None,
        school.staff is not None,
        school.classes is not None,
        bool(school.township),
        bool(school.urban_rural),
        bool(school.contact),
        bool(school.campuses),
    ]


def _campus_fields(campus: Campus) -> list[bool]:
    return [
        bool(campus.uplinks),
        *(uplink.medium != "unknown" for uplink in campus.uplinks),
        bool(campus.contracts),
        campus.areas_confirmed,
        *(bool(area.aps) or area.no_ap for area in campus.areas if area.main),
        *(bool(device.model) for device in campus.devices),
        *(device.purchased is not None for device in campus.devices),
        bool(campus.user_vlans),
        bool(campus.buildings),
    ]


def _ratio(bp: int | None) -> float | None:
    return None if bp is None else bp / 10_000


CAMPUS: CampusMetrics = {G3: campus_completeness}
COUNTY: CountyMetrics = {G1: agent_coverage}
