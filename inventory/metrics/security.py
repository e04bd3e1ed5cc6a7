"""F1 to F4: security functions, in place and at work (metric-catalogue 4.F)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from inventory.clock import window_s
from inventory.metrics.catalogue import catalogue
from inventory.metrics.classrooms import months_between
from inventory.metrics.kinds import SchoolMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF, Standing
from inventory.metrics.truth import Truth, judge_polls, pooled
from inventory.metrics.units import Unit, unit_verdict
from inventory.papers import MlpsSystem, SecurityService
from inventory.register import Campus, Device, School
from inventory.rules import ONE_BP
from inventory.verdict import Evidence, State, Verdict

F1 = "security_device_set_complete"
F2 = "security_device_effective"
F3 = "security_log_retention"
F4 = "mlps_record_valid"
REQUIRED = ("firewall", "ips", "behaviour_audit", "log_audit", "endpoint_mgmt")
"""What a school needs where the county has adopted no list; a web application firewall besides where it has a
site of its own."""
SEEN_WITHIN = "7d"
LOG_DAYS = 180
"""Cybersecurity Law of the PRC, article 21: six months."""
SIGNATURE_DAYS = 30
RECORD_DAYS = 90


@dataclass(frozen=True, slots=True)
class Provided:
    """A security function: the devices of its role in service, and the register's rows about it."""

    function: str
    devices: tuple[tuple[Campus, Device], ...]
    rows: tuple[SecurityService, ...]


def set_complete(look: Look, params: Params) -> Verdict:
    """F1: each required function is met by a device of its role that was seen within ``seen_within`` (a
    week), by a document of a box that no agent reads, or by the county with an accepted document."""
    return _units(look, params, F1, [_met(look, params, one) for one in _functions(look, params)])


def effective(look: Look, params: Params) -> Verdict:
    """F2: each function that F1 counts is online, licensed, up to date and has logged lately."""
    units: list[Unit] = []
    for one in _functions(look, params):
        if _met(look, params, one).state is State.PASS:
            units += _checks(look, params, one)
    if not units:
        return _verdict(look, F2, State.UNKNOWN, "security_unread", params.origin("thr"))
    return _units(look, params, F2, units)


def log_retention(look: Look, params: Params) -> Verdict:
    """F3: days that the oldest searchable log goes back, without a gap of more than a week."""
    wanted = params.number("min_days", LOG_DAYS)
    rows = [row for row in look.snapshot.school.security if row.function == "log_audit"]
    told = [row for row in rows if row.log_days is not None and look.proof.standing(row) == "accepted"]
    fresh = [row for row in told if _age(look, row) <= params.number("record_max_age_days", RECORD_DAYS)]
    verdict = _verdict(look, F3, State.UNKNOWN, "security_unread", params.origin("min_days"))
    verdict = replace(
        verdict,
        threshold=wanted,
        origin=params.origins.get("min_days", "law"),
        evidence=tuple(_row_evidence(look, row, f"{row.log_days} d") for row in told),
    )
    if not fresh:
        return replace(verdict, reason="stale" if told else _unread(look, rows))
    days = max(row.log_days or 0 for row in fresh)
    best = next(row for row in fresh if row.log_days == days)
    verdict = replace(verdict, value=float(days), level=look.proof.level(best))
    if days < wanted:
        return replace(verdict, state=State.FAIL, reason="retention_short")
    if (best.log_gap_days or 0) > params.number("max_gap_days", 7):
        return replace(verdict, state=State.FAIL, reason="log_gap")
    return replace(verdict, state=State.PASS, reason="")


def mlps(look: Look, params: Params) -> Verdict:
    """F4: every system is filed and assessed as often as its level asks. Without a system it is na."""
    systems = look.snapshot.school.systems
    if not systems:
        return _verdict(look, F4, State.NA, "no_systems", params.origin("level3_months"))
    return _units(look, params, F4, [_filed(look, params, row) for row in systems])


# F1


def required_functions(school: School, params: Params) -> tuple[str, ...]:
    """The functions that a school has to have."""
    return params.words("required", (*REQUIRED, "waf") if school.websites else REQUIRED)


def _functions(look: Look, params: Params) -> list[Provided]:
    school = look.snapshot.school
    required = required_functions(school, params)
    in_service = [
        (campus, device)
        for campus in school.campuses
        for device in campus.devices
        if device.role in required and device.status == "in_service"
    ]
    return [
        Provided(
            function,
            tuple(found for found in in_service if found[1].role == function),
            tuple(row for row in school.security if row.function == function),
        )
        for function in required
    ]


def _met(look: Look, params: Params, one: Provided) -> Unit:
    """Whether a function is there. That nobody has entered anything is not known to be a lack; a row that
    says that nobody provides it is, and so is a device that has not answered for so long while others did. A
    paper stands for what the county provides and for a box that no agent reads, never for a device that is
    polled."""
    within = params.word("seen_within", SEEN_WITHIN)
    for _campus, device in one.devices:
        if _is_seen(look, device.id, within):
            return Unit(State.PASS, "", Evidence(level="E3", what=one.function, device=device.id))
    is_read = any(device in look.snapshot.polls for device in _devices(one))
    for row in one.rows:
        # A firewall that prevents intrusions is one device with two functions: its row names the device.
        if row.device and _is_seen(look, row.device, within):
            return Unit(State.PASS, "", Evidence(level="E3", what=one.function, device=row.device))
        counts = row.provided_by == "county" or (row.provided_by == "school" and not is_read)
        if counts and look.proof.standing(row) == "accepted":
            return Unit(State.PASS, "", _row_evidence(look, row, row.provided_by))
    standings: list[Standing] = [look.proof.standing(row) for row in one.rows]
    reason = "function_missing"
    if any(row.provided_by == "none" for row in one.rows):
        return Unit(State.FAIL, reason, Evidence(level="E1", what=one.function, value="none"))
    if any(_is_down(look, campus, device, within) for device, campus in _placed(look, one).items()):
        return Unit(State.FAIL, "device_down", Evidence(level="E3", what=one.function))
    if one.devices or is_read:
        reason = "not_seen"
    elif standings:
        reason = REASON_OF[min(standings, key=_NEAREST.index)]
    return Unit(State.UNKNOWN, reason, Evidence(level="E0", what=one.function, value=reason))


def _devices(one: Provided) -> list[str]:
    """The devices of the role, and those that rows name."""
    return [device.id for _campus, device in one.devices] + [row.device for row in one.rows if row.device]


def _placed(look: Look, one: Provided) -> dict[str, Campus]:
    """The same with the campus of each; of a device that only a row names the school's first."""
    placed = {device.id: campus for campus, device in one.devices}
    first = look.snapshot.school.campuses[:1]
    return {name: placed.get(name, *first) for name in _devices(one) if name in placed or first}


_NEAREST: list[Standing] = ["claimed", "expired", "rejected", "none", "accepted"]


def _is_seen(look: Look, device: str, within: str) -> bool:
    return look.newest_ok(device, window_s(within)) is not None


def _is_down(look: Look, campus: Campus, device: str, within: str) -> bool:
    grid = look.grid_of(within, "always", campus)
    ok, down = look.polls(device, grid)
    return not ok and down.bit_count() * 10 >= 9 * len(grid.slots)


# F2


def _checks(look: Look, params: Params, one: Provided) -> list[Unit]:
    row = one.rows[0] if one.rows else None
    signed, logged = row and row.signatures_on, row and row.log_seen_on
    name = one.function
    return [
        Unit(*_online(look, params, one), Evidence(level="E3", what=name, value="online")),
        Unit(*_licence(look, row), _dated(name, "licence", row and row.license_until)),
        Unit(
            *_not_older(look, signed, params, "signature_max_age_days", SIGNATURE_DAYS),
            _dated(name, "signatures", signed),
        ),
        Unit(*_not_older(look, logged, params, "log_max_age_days", 1), _dated(name, "log", logged)),
    ]


def _online(look: Look, params: Params, one: Provided) -> tuple[State, str]:
    """Answered in enough of a week's polls. What the county provides is the county's to watch: its document
    stands for it."""
    tallies = []
    for device, campus in _placed(look, one).items():
        grid = look.grid(params, campus, clock="always")
        ok, down = look.polls(device, grid)
        truth = Truth(true=ok, excused=look.excused(device, campus, grid))
        truth.add_false("device_down", down)
        tallies.append(truth.tally(grid))
    total = pooled(tallies)
    if total.counts.a + total.counts.d:
        state, reason, _low, _high = judge_polls(total, Params(), params.bp("online", 9500))
        return state, reason
    if any(row.provided_by == "county" for row in one.rows):
        return State.NA, ""
    return State.UNKNOWN, "security_unread"


def _licence(look: Look, row: SecurityService | None) -> tuple[State, str]:
    if row is None or row.license_until is None:
        return State.UNKNOWN, "security_unread"
    return (State.PASS, "") if row.license_until >= look.today else (State.FAIL, "license_expired")


_OLD = {"signature_max_age_days": "signatures_old", "log_max_age_days": "no_log"}


def _not_older(look: Look, day: object, params: Params, name: str, default: float) -> tuple[State, str]:
    """Dates of the register are of the day on which somebody looked; one that nobody entered is not known."""
    if not isinstance(day, date):
        return State.UNKNOWN, "security_unread"
    good = (look.today - day).days <= params.number(name, default)
    return (State.PASS, "") if good else (State.FAIL, _OLD[name])


def _dated(function: str, what: str, day: object) -> Evidence:
    found = day if isinstance(day, date) else None
    return Evidence(level="E1" if found else "E0", what=function, value=what, day=found)


# F3 and F4


def _age(look: Look, row: SecurityService) -> float:
    return float("inf") if row.log_read_on is None else (look.today - row.log_read_on).days


def _unread(look: Look, rows: Sequence[SecurityService]) -> str:
    standings: list[Standing] = [look.proof.standing(row) for row in rows if row.log_days is not None]
    return REASON_OF[min(standings, key=_NEAREST.index)] if standings else "security_unread"


def _filed(look: Look, params: Params, row: MlpsSystem) -> Unit:
    standing = look.proof.standing(row)
    evidence = Evidence(
        level=look.proof.level(row),
        what=f"level {row.level}",
        subject=row.name,
        value=row.filing_no,
        day=row.assessed_on,
        document=row.document,
    )
    if not row.filing_no:
        return Unit(State.FAIL, "not_filed", evidence)
    if standing != "accepted":
        return Unit(State.UNKNOWN, REASON_OF[standing], evidence)
    every = {2: params.number("level2_months", 24)}.get(row.level, params.number("level3_months", 12))
    if row.level >= 2 and (row.assessed_on is None or months_between(row.assessed_on, look.today) >= every):
        return Unit(State.FAIL, "assessment_overdue", evidence)
    return Unit(State.PASS, "", evidence)


# Verdicts


def _units(look: Look, params: Params, metric: str, units: Sequence[Unit]) -> Verdict:
    """By the unit-ratio rule, with what proves each of them."""
    evidence = tuple(unit.evidence for unit in units if unit.evidence)
    passing = [unit.evidence.level for unit in units if unit.evidence and unit.state is State.PASS]
    verdict = unit_verdict(
        metric,
        look.snapshot.school.id,
        units,
        params.bp("thr", ONE_BP),
        origin=params.origin("thr"),
        level=min(passing, default="E0"),
    )
    return replace(verdict, evidence=evidence)


def _verdict(look: Look, metric: str, state: State, reason: str, origin: str) -> Verdict:
    return Verdict(
        metric=metric,
        subject=look.snapshot.school.id,
        state=state,
        reason=reason,
        unit=catalogue()[metric].unit,
        origin=origin,
    )


def _row_evidence(look: Look, row: SecurityService, value: str) -> Evidence:
    return Evidence(
        level=look.proof.level(row),
        what=row.function,
        device=row.device,
        value=value,
        day=row.log_read_on,
        document=row.document,
    )


SCHOOL: SchoolMetrics = {F1: set_complete, F2: effective, F3: log_retention, F4: mlps}
