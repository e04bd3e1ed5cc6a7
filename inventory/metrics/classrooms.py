"""E4, E5 and E9: lessons held together, light, multimedia (metric-catalogue 4.E)."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from inventory.clock import is_school_day
from inventory.facts import PORT
from inventory.metrics.flow import rates
from inventory.metrics.kinds import SchoolMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF
from inventory.metrics.rows import Found, found
from inventory.metrics.units import Unit, unit_verdict
from inventory.papers import LightTest
from inventory.register import Area
from inventory.rules import composite
from inventory.verdict import Evidence, State, Verdict

E4 = "sync_classroom_operational"
E5 = "smart_lighting_classroom_ratio"
E9 = "multimedia_classroom_ratio"
MIN_SESSIONS = 16
"""Lessons a term; ours, no plan says it."""
SESSION_S = 30 * 60
CODEC_BPS = 1_000_000
"""What a codec sends and receives at least while a lesson is on, both ways."""
CLASSROOM = "classroom"
DESK_LX, DESK_UNIFORMITY, BOARD_LX, BOARD_UNIFORMITY, RA = 300, 0.7, 500, 0.8, 80
"""GB 7793-2010 and GB 50099: desk and blackboard, maintained illuminance and uniformity; colour rendering."""
LIGHT_MONTHS = 36


# E4


def sync_classroom(look: Look, params: Params) -> Verdict:
    """E4: a room for lessons together is there, and is used."""
    makers = {"built": _built, "used": _used}
    legs = tuple(makers[leg](look, params) for leg in params.words("legs", ("built", "used")))
    ruling = composite(legs)
    return Verdict(
        metric=E4,
        subject=look.snapshot.school.id,
        state=ruling.state,
        reason=ruling.reason,
        value=next((leg.value for leg in legs if leg.leg == "used"), None),
        unit="sessions",
        origin=params.origin("legs"),
        level=min(leg.level for leg in legs),
        legs=legs,
    )


def _built(look: Look, params: Params) -> Verdict:
    rows = found(look.snapshot.school.facilities, ("sync_classroom",), look.proof)
    state, reason = rows.state
    return Verdict(
        metric=E4,
        subject=look.snapshot.school.id,
        state=state,
        reason=reason,
        origin=params.origin("legs"),
        level=rows.level,
        evidence=rows.evidence,
        leg="built",
    )


def _used(look: Look, params: Params) -> Verdict:
    """Lessons of the last complete term, by the platform's lists, or by what the codec sent. Too few by the
    lists that were accepted is not known to be too few while another waits to be looked at."""
    needed = params.number("min_sessions_per_term", MIN_SESSIONS)
    rows = found(look.snapshot.school.facilities, ("sync_sessions",), look.proof)
    term = _last_term(look)
    verdict = Verdict(
        metric=E4,
        subject=look.snapshot.school.id,
        state=State.UNKNOWN,
        reason="term_not_declared",
        unit="sessions",
        threshold=needed,
        origin=params.origin("min_sessions_per_term"),
        level=rows.level,
        evidence=rows.evidence,
        leg="used",
    )
    if term is None:
        return verdict
    told = [row.value for row in rows.accepted if row.value is not None and _is_in(row.completed_on, term)]
    total = sum(told)
    if told and total >= needed:
        return _as(verdict, State.PASS, "", total)
    seen, evidence = _codec_sessions(look, term)
    if seen >= needed:  # a lower bound: samples may be missing
        return _as(verdict, State.PASS, "", float(seen), "E3", evidence)
    claimed = [row for row in rows.claimed if _is_in(row.completed_on, term)]
    most = sum(needed if row.value is None else row.value for row in claimed)
    if told and total + most >= needed:
        return _as(verdict, State.UNKNOWN, "evidence_unreviewed", total)
    if told:
        return _as(verdict, State.FAIL, "too_few", total)
    if rows.absent and not rows.claimed:
        return _as(verdict, State.FAIL, "declared_none", None)
    reason = "evidence_unreviewed" if claimed else "sessions_missing"
    return _as(verdict, State.UNKNOWN, reason, float(seen) if seen else None, "E0", evidence)


def _as(
    verdict: Verdict,
    state: State,
    reason: str,
    value: float | None,
    level: str = "",
    evidence: tuple[Evidence, ...] = (),
) -> Verdict:
    return replace(
        verdict,
        state=state,
        reason=reason,
        value=value,
        level=level or verdict.level,
        evidence=(*verdict.evidence, *evidence),
    )


def _last_term(look: Look) -> tuple[date, date] | None:
    """The newest term that is over."""
    over = [term for term in look.snapshot.calendar.terms if term[1] < look.today]
    return max(over, key=lambda term: term[1], default=None)


def _is_in(day: date | None, term: tuple[date, date]) -> bool:
    """A list without a date is of no term that anybody knows."""
    return day is not None and term[0] <= day <= term[1]


def _codec_sessions(look: Look, term: tuple[date, date]) -> tuple[int, tuple[Evidence, ...]]:
    """Half hours and more in school hours in which a codec sent and received a megabit a second."""
    zone = ZoneInfo(look.snapshot.calendar.timezone)
    start, end = (int(datetime.combine(day, time(), zone).timestamp()) for day in term)
    total, evidence = 0, []
    for campus in look.snapshot.school.campuses:
        for device in campus.devices:
            if device.role != "classroom_codec" or device.status != "in_service":
                continue
            seen = 0
            for subject in look.facts(device.id):
                if subject.startswith(PORT):
                    seen = max(seen, _sessions(look, device.id, subject, start, end + 86_400))
            if seen:
                total += seen
                evidence.append(Evidence(level="E3", what="ifHCOctets", device=device.id, value=str(seen)))
    return total, tuple(evidence)


def _sessions(look: Look, device: str, subject: str, start: int, end: int) -> int:
    ways = [dict(rates(look, device, subject, key, start, end)) for key in ("in_octets", "out_octets")]
    busy = sorted(
        slot
        for slot in ways[0].keys() & ways[1].keys()
        if min(way[slot] for way in ways) >= CODEC_BPS and _is_school_time(look, slot)
    )
    step = look.snapshot.interval_s
    sessions, length = 0, 0
    for at, slot in enumerate(busy):
        length = length + step if at and slot - busy[at - 1] == step else step
        sessions += length - step < SESSION_S <= length
    return sessions


def _is_school_time(look: Look, slot: int) -> bool:
    calendar = look.calendar()
    moment = datetime.fromtimestamp(slot, ZoneInfo(calendar.timezone))
    return is_school_day(moment.date(), calendar) and calendar.opens <= moment.time() < calendar.closes


# E5 and E9: rooms


def smart_lighting(look: Look, params: Params) -> Verdict:
    """E5: ordinary classrooms whose light an accepted report finds good, with a control, over all of them."""
    needs_control = params.flag("require_control", default=True)
    months = params.number("report_max_age_months", LIGHT_MONTHS)
    newest: dict[str, LightTest] = {}
    for test in sorted(look.snapshot.school.light_tests, key=lambda test: test.tested_on):
        if test.tested_on <= look.today:
            newest[test.room] = test
    units = []
    for room in _classrooms(look):
        report = newest.get(room.id)
        state, reason = _light(look, report, months, control=needs_control)
        units.append(Unit(state, reason, _light_evidence(look, room, report, reason)))
    evidence = tuple(unit.evidence for unit in units if unit.evidence and unit.state is not State.PASS)
    return _rooms(look, params, E5, 8500, units, evidence)


def _light(look: Look, test: LightTest | None, months: float, *, control: bool) -> tuple[State, str]:
    if test is None:
        return State.UNKNOWN, "evidence_missing"
    standing = look.proof.standing(test)
    if standing != "accepted":
        return State.UNKNOWN, REASON_OF[standing]
    if months_between(test.tested_on, look.today) >= months:
        return State.UNKNOWN, "evidence_expired"
    is_good = (
        test.desk_lx >= DESK_LX
        and test.desk_uniformity >= DESK_UNIFORMITY
        and test.board_lx >= BOARD_LX
        and test.board_uniformity >= BOARD_UNIFORMITY
        and (test.ra is None or test.ra >= RA)
        and (bool(test.control) or not control)
    )
    return (State.PASS, "") if is_good else (State.FAIL, "lighting_low")


def _light_evidence(look: Look, room: Area, test: LightTest | None, reason: str) -> Evidence:
    if test is None:
        return Evidence(level="E0", what="light test", subject=room.id, value=reason)
    value = f"{test.desk_lx:g} lx {test.desk_uniformity:g}, {test.board_lx:g} lx {test.board_uniformity:g}"
    return Evidence(
        level=look.proof.level(test),
        what="light test",
        subject=room.id,
        value=f"{value}, {test.control or 'no control'}",
        day=test.tested_on,
        document=test.document,
    )


def multimedia(look: Look, params: Params) -> Verdict:
    """E9: ordinary classrooms with accepted multimedia equipment, over all of them."""
    rows = found(look.snapshot.school.facilities, ("multimedia",), look.proof)
    good = {room for row in rows.accepted for room in row.rooms}
    named = {room: REASON_OF[standing] for row, standing in rows.others for room in row.rooms}
    units = [_equipped(rows, room.id, good, named) for room in _classrooms(look)]
    students = look.snapshot.school.students
    per_100 = len(good) * 100 / students if students else None
    evidence = rows.evidence
    if per_100 is not None:
        evidence += (Evidence(level=rows.level, what="per 100 students", value=f"{per_100:.1f}"),)
    return _rooms(look, params, E9, 10_000, units, evidence)


def _equipped(rows: Found, room: str, good: set[str], named: dict[str, str]) -> Unit:
    if room in good:
        return Unit(State.PASS)
    if room in named:
        return Unit(State.UNKNOWN, named[room])
    if rows.absent:
        return Unit(State.FAIL, "declared_none")
    return Unit(State.UNKNOWN, "facility_missing")


def _classrooms(look: Look) -> list[Area]:
    return [
        area for campus in look.snapshot.school.campuses for area in campus.areas if area.kind == CLASSROOM
    ]


def _rooms(
    look: Look, params: Params, metric: str, thr_bp: int, units: list[Unit], evidence: tuple[Evidence, ...]
) -> Verdict:
    """The unit-ratio rule over rooms; as long as a campus's list is not confirmed nobody knows how many."""
    school = look.snapshot.school
    is_told = bool(school.campuses) and all(campus.areas_confirmed for campus in school.campuses)
    verdict = unit_verdict(
        metric,
        school.id,
        units if is_told else (),
        params.bp("thr", thr_bp),
        origin=params.origin("thr"),
        level="E2",
        without="" if is_told else "area_register_empty",
    )
    return replace(
        verdict,
        units=verdict.units if is_told else None,
        evidence=evidence,
    )


def months_between(first: date, last: date) -> int:
    """Whole months from one day to another."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


SCHOOL: SchoolMetrics = {E4: sync_classroom, E5: smart_lighting, E9: multimedia}
