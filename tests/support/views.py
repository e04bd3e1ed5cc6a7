"""A county made by hand: six schools that between them show every state, and names that attack a reader.

The verdicts are what judging would give; exporters only show them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from msgspec.structs import replace as revised

from inventory.register import Campus, School
from inventory.verdict import (
    AgentLine,
    CampusLine,
    CountyTarget,
    CountyView,
    Evidence,
    PollCounts,
    ProfileRef,
    SchoolVerdict,
    SchoolView,
    State,
    TargetState,
    TargetText,
    UnitCounts,
    Verdict,
)

AS_OF = 1_763_805_600.0  # 2025-11-22 18:00 in Shanghai
WINDOW = (1_763_193_600, 1_763_805_300)
SPEED, WIFI, LIBRARY = "demo-access-10g", "demo-wifi", "demo-library"
HOSTILE = "<script>alert('x')</script>"
HOSTILE_CELL = "=cmd|' /C calc'!A0, \"quoted\"\nsecond line \\ end"

GOOD = PollCounts(a=590, d=5, m=5)
BAD = PollCounts(a=0, d=600, m=0)
SILENT = PollCounts(a=0, d=0, m=600)

TEXTS = (
    TargetText(
        id=SPEED,
        quote=("全县所有学校万兆到校", "100%实现专网万兆接入"),
        metric="access_10g_composite",
        plan_ids=("001-01",),
        klass="a",
        strength="must",
        scope="all_k12",
        scope_note="全县所有中小学和幼儿园",
        params=(("basis", "port"), ("min_port_mbps", "10000")),
        param_origin=(("min_port_mbps", "plan"),),
        aggregate="school_rate",
        value=100.0,
        unit="percent",
        due=date(2025, 12, 31),
        due_basis="implied",
        origin="plan",
        note="link rate, not throughput",
    ),
    TargetText(
        id=WIFI,
        quote=("无线网络覆盖学校主要教学和办公区域",),
        metric="wifi_coverage_composite",
        plan_ids=("001-05",),
        klass="a",
        params=(("area_ratio", "0.95"),),
        param_origin=(("area_ratio", "product_default"),),
        scope="all_k12",
        aggregate="school_rate",
        value=60.0,
        unit="percent",
        due=date(2025, 6, 30),
        due_basis="stated",
        origin="plan",
    ),
    TargetText(
        id=LIBRARY,
        quote=("智能图书馆覆盖率60%",),
        metric="smart_library_present",
        klass="b",
        scope="all_k12",
        aggregate="report",
        origin="county_decision",
    ),
)


def view() -> CountyView:
    """The county. n = 5 for both rated targets: one school is out of scope of each."""
    schools = (
        _school("2133990001", "实验小学", _fine("2133990001-01")),
        _school("2133990002", HOSTILE, _slow("2133990002-01")),
        _school("2133990003", HOSTILE_CELL, _silent("2133990003-01")),
        _school("3133990004", "九年一贯制学校", _fine("3133990004-01"), _no_wifi("3133990004-02")),
        _school("1133990005", "中心幼儿园", _not_applicable("1133990005-01"), kind="kindergarten"),
        _school("2133990006", "新建小学"),
    )
    return CountyView(
        as_of=AS_OF,
        county="示例县",
        adcode="999999",
        profile=ProfileRef(
            id="demo", version="1", sha256="ab" * 32, title="示例县教育规划(节选)", status="draft"
        ),
        source_document="plan.txt",
        source_sha256="cd" * 32,
        source_excerpt=True,
        texts=TEXTS,
        targets=(
            CountyTarget(
                target=SPEED,
                state=TargetState.NOT_MET,
                counts=UnitCounts(p=2, f=1, u=2, na=1),
                low_bp=4000,
                high_bp=8000,
                goal=100.0,
                unit="percent",
                aggregate="school_rate",
                due=date(2025, 12, 31),
                origin="plan",
            ),
            CountyTarget(
                target=WIFI,
                state=TargetState.UNDETERMINED,
                counts=UnitCounts(p=2, f=1, u=2, na=1),
                low_bp=4000,
                high_bp=8000,
                goal=60.0,
                unit="percent",
                aggregate="school_rate",
                due=date(2025, 6, 30),
                origin="plan",
            ),
            CountyTarget(
                target=LIBRARY,
                state=TargetState.REPORT,
                counts=UnitCounts(p=0, f=0, u=6),
                aggregate="report",
                origin="county_decision",
            ),
        ),
        schools=schools,
        quality=(
            Verdict(
                metric="agent_coverage",
                subject="999999",
                state=State.FAIL,
                reason="agent_silent",
                value=0.6667,
                unit="ratio",
                threshold=0.95,
                units=UnitCounts(p=4, f=2, u=0),
                low_bp=6666,
                high_bp=6666,
            ),
            Verdict(metric="target_determinacy", subject="999999", state=State.PASS, low_bp=4999),
        ),
        agents=tuple(
            AgentLine(
                school=school.school.id,
                campus=line.campus,
                agent=line.campus,
                version="0.1.0",
                last_report=line.last_report,
                newest_slot=int(line.last_report) // 300 * 300,
                clock_offset_s=0.25,
                missing_batches=3,
            )
            for school in schools
            for line in school.campuses
            if line.last_report is not None
        ),
        profile_first_used=AS_OF - 30 * 86400,
        baselines=2,
        accepted_at=AS_OF - 9 * 86400,
    )


def many(schools: int) -> CountyView:
    """A large county: the six schools again and again, each with an id of its own."""
    base = view()
    return replace(base, schools=tuple(_renumbered(base.schools[n % 6], n) for n in range(schools)))


def _renumbered(school: SchoolView, n: int) -> SchoolView:
    old, new = school.school.id, f"21{n:08d}"

    def again(verdict: Verdict) -> Verdict:
        return revised(
            verdict,
            subject=verdict.subject.replace(old, new),
            legs=tuple(again(leg) for leg in verdict.legs),
        )

    return revised(
        school,
        school=replace(
            school.school,
            id=new,
            campuses=tuple(replace(c, id=c.id.replace(old, new)) for c in school.school.campuses),
        ),
        verdicts=tuple(
            revised(v, school=new, campuses=tuple(again(c) for c in v.campuses)) for v in school.verdicts
        ),
        campuses=tuple(revised(line, campus=line.campus.replace(old, new)) for line in school.campuses),
    )


CampusResult = tuple[CampusLine, Verdict, Verdict]


def _school(school_id: str, name: str, *campuses: CampusResult, kind: str = "primary") -> SchoolView:
    school = School(
        id=school_id,
        name=name,
        kind=kind,
        stages=("preschool",) if kind == "kindergarten" else ("primary",),
        township="城关镇",
        urban_rural="town",
        students=480,
        classes=12,
        campuses=tuple(Campus(id=line.campus, name=line.name) for line, *_ in campuses),
    )
    speeds = tuple(speed for _, speed, _ in campuses)
    wifis = tuple(wifi for _, _, wifi in campuses)
    libraries = tuple(_leaf("smart_library_present", line.campus, "not_computed") for line, *_ in campuses)
    return SchoolView(
        school=school,
        verdicts=(
            _rolled(SPEED, school_id, speeds),
            _rolled(WIFI, school_id, wifis),
            _rolled(LIBRARY, school_id, libraries),
        ),
        campuses=tuple(line for line, *_ in campuses),
        expiries=(("contract", date(2025, 12, 31)), ("evidence", date(2026, 6, 30))),
    )


def _rolled(target: str, school: str, campuses: tuple[Verdict, ...]) -> SchoolVerdict:
    states = {verdict.state for verdict in campuses} - {State.NA}
    if not campuses:
        return SchoolVerdict(target=target, school=school, state=State.UNKNOWN, reason="no_campus")
    if not states:
        return SchoolVerdict(target=target, school=school, state=State.NA, campuses=campuses)
    worst = next(s for s in (State.FAIL, State.UNKNOWN, State.PASS) if s in states)
    reason = {State.FAIL: "campus_failed", State.UNKNOWN: "campus_unknown"}.get(worst, "")
    return SchoolVerdict(target=target, school=school, state=worst, reason=reason, campuses=campuses)


def _leaf(metric: str, campus: str, reason: str) -> Verdict:
    return Verdict(metric=metric, subject=campus, state=State.UNKNOWN, reason=reason)


def _speed(campus: str, state: State, reason: str, mbps: float | None, polls: PollCounts) -> Verdict:
    leg = Verdict(
        metric="access_port_speed_10g",
        subject=campus,
        state=state,
        reason=reason,
        value=mbps,
        unit="Mbit/s",
        threshold=10000.0,
        origin="plan",
        level="E3" if polls.a + polls.d else "E0",
        window=WINDOW,
        polls=polls,
        low_bp=polls.a * 10000 // polls.n,
        high_bp=(polls.a + polls.m) * 10000 // polls.n,
        evidence=(
            Evidence(
                level="E3",
                what="ifHighSpeed",
                device="gw-1",
                subject="port:XGigabitEthernet0/0/1",
                value="" if mbps is None else f"{mbps:.0f}",
                first=WINDOW[0],
                last=WINDOW[1],
                counts=polls,
            ),
        ),
    )
    parent = {State.FAIL: "leg_failed", State.UNKNOWN: "leg_unknown"}.get(state, "")
    return Verdict(
        metric="access_10g_composite",
        subject=campus,
        state=state,
        reason=parent,
        origin="plan",
        level=leg.level,
        legs=(leg,),
    )


def _wifi(campus: str, state: State, reason: str = "", units: UnitCounts | None = None) -> Verdict:
    counted = units is not None and units.u == 0
    leg = Verdict(
        metric="wifi_ap_online_ratio",
        subject=campus,
        state=state,
        reason=reason,
        value=units.p / units.n if units and counted else None,
        unit="ratio",
        threshold=0.95,
        level="E3" if counted else "E0",
        window=WINDOW,
        units=units,
        low_bp=units.p * 10000 // units.n if units and counted else None,
        high_bp=(units.p + units.u) * 10000 // units.n if units and counted else None,
    )
    parent = {State.FAIL: "leg_failed", State.UNKNOWN: "leg_unknown"}.get(state, "")
    return Verdict(
        metric="wifi_coverage_composite",
        subject=campus,
        state=state,
        reason=parent,
        level=leg.level,
        legs=(leg,),
    )


def _line(campus: str, speed: float | None, aps_online: int | None, last: float | None) -> CampusLine:
    return CampusLine(
        campus=campus,
        name="主校区" if campus.endswith("-01") else "东校区",
        port_speed_mbps=speed,
        contract_mbps=1000 if speed else None,
        aps_registered=12,
        aps_online=aps_online,
        main_areas=30,
        main_areas_covered=29,
        main_areas_unmapped=1,
        last_report=last,
        devices=(("access", "answering", 4), ("access", "silent", 1), ("gateway", "answering", 1)),
        optics_margin_db=4.5,
        ipv6=(("address", True), ("default_route", False)),
    )


def _fine(campus: str) -> CampusResult:
    return (
        _line(campus, 10000.0, 12, AS_OF - 60),
        _speed(campus, State.PASS, "", 10000.0, GOOD),
        _wifi(campus, State.PASS, units=UnitCounts(p=12, f=0, u=0)),
    )


def _slow(campus: str) -> CampusResult:
    return (
        _line(campus, 1000.0, 12, AS_OF - 120),
        _speed(campus, State.FAIL, "negotiated_1000", 1000.0, BAD),
        _wifi(campus, State.PASS, units=UnitCounts(p=12, f=0, u=0)),
    )


def _silent(campus: str) -> CampusResult:
    return (
        _line(campus, None, None, None),
        _speed(campus, State.UNKNOWN, "no_data", None, SILENT),
        _wifi(campus, State.UNKNOWN, "no_data", UnitCounts(p=0, f=0, u=12)),
    )


def _no_wifi(campus: str) -> CampusResult:
    return (
        _line(campus, 20000.0, 8, AS_OF - 7200),
        _speed(campus, State.PASS, "", 20000.0, GOOD),
        _wifi(campus, State.FAIL, "ap_offline", UnitCounts(p=8, f=4, u=0)),
    )


def _not_applicable(campus: str) -> CampusResult:
    return (
        _line(campus, None, None, AS_OF - 60),
        Verdict(metric="access_10g_composite", subject=campus, state=State.NA),
        Verdict(metric="wifi_coverage_composite", subject=campus, state=State.NA),
    )
