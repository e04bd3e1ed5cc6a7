"""E8: cameras enrolled, online and kept (metric-catalogue 4.E)."""

from __future__ import annotations

from msgspec.structs import replace

from inventory.metrics.catalogue import catalogue
from inventory.metrics.kinds import SchoolMetrics
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import REASON_OF
from inventory.metrics.rows import found
from inventory.metrics.truth import Truth, poll_verdict, pooled, unknown
from inventory.rules import composite
from inventory.verdict import Evidence, State, Verdict

E8 = "security_video_networked"
ROLES = ("camera", "nvr")
RETENTION_DAYS = 30
"""Fujian's rule of 2014; a police that asks for 90 has them in the profile."""


def video_networked(look: Look, params: Params) -> Verdict:
    """E8: on the county's platform, online, and (where asked for) kept long enough."""
    makers = {"enrolled": _enrolled, "online": _online, "retention": _retention}
    legs = tuple(makers[leg](look, params) for leg in params.words("legs", ("enrolled", "online")))
    ruling = composite(legs)
    return Verdict(
        metric=E8,
        subject=look.snapshot.school.id,
        state=ruling.state,
        reason=ruling.reason,
        unit=catalogue()[E8].unit,
        origin=params.origin("legs"),
        level=min(leg.level for leg in legs),
        window=next((leg.window for leg in legs if leg.window), None),
        legs=legs,
    )


def _enrolled(look: Look, params: Params) -> Verdict:
    """A row of the platform that the profile names; a row that names none may be of any."""
    platform = params.word("platform", "")
    rows = found(look.snapshot.school.facilities, ("video_enrolled",), look.proof)
    mine = [row for row in rows.accepted if not platform or row.platform in ("", platform)]
    state, reason = (State.PASS, "") if mine else rows.missing
    if rows.accepted and not mine:
        reason = "evidence_missing"
    if reason == "declared_none":
        reason = "not_enrolled"
    return Verdict(
        metric=E8,
        subject=look.snapshot.school.id,
        state=state,
        reason=reason,
        origin=params.origin("platform"),
        level=rows.level,
        evidence=rows.evidence,
        leg="enrolled",
    )


def _online(look: Look, params: Params) -> Verdict:
    """All polls of all cameras and recorders in service, round the clock, as one heap."""
    school = look.snapshot.school
    tallies = {}
    for campus in school.campuses:
        grid = look.grid(params, campus, clock="always")
        for device in campus.devices:
            if device.role in ROLES and device.status == "in_service":
                ok, down = look.polls(device.id, grid)
                truth = Truth(true=ok, excused=look.excused(device.id, campus, grid))
                truth.add_false("camera_offline", down)
                tallies[device.id] = truth.tally(grid)
    total = pooled(tallies.values())
    if total.counts.a == 0:
        # Nothing of the camera network ever answered: it is out of the agent's reach, not offline.
        return _leg(unknown(E8, school.id, "cameras_unreadable", origin=params.origin("thr")))
    evidence = tuple(
        Evidence(level="E3", what="ICMP/SNMP", device=name, counts=tally.counts)
        for name, tally in tallies.items()
        if tally.counts.d or tally.counts.m
    )
    grid = look.grid(params, school.campuses[0], clock="always")
    share = total.counts.a * 10_000 // (total.counts.a + total.counts.d) / 10_000
    return _leg(poll_verdict(E8, school.id, grid, total, params, value=share, evidence=evidence))


def _leg(verdict: Verdict) -> Verdict:
    return replace(verdict, leg="online", unit="ratio")


def _retention(look: Look, params: Params) -> Verdict:
    """Days that are kept, by an accepted record."""
    wanted = params.number("retention_days", RETENTION_DAYS)
    rows = found(look.snapshot.school.facilities, ("video_retention",), look.proof)
    days = [row.value for row in rows.accepted if row.value is not None]
    standings = [standing for _row, standing in rows.others]
    reason = REASON_OF[standings[0]] if standings else "retention_unknown"
    state = State.UNKNOWN
    if days:
        state = State.PASS if min(days) >= wanted else State.FAIL
        reason = "" if state is State.PASS else "retention_short"
    elif rows.absent:
        state, reason = State.FAIL, "retention_short"
    return Verdict(
        metric=E8,
        subject=look.snapshot.school.id,
        state=state,
        reason=reason,
        value=min(days, default=None),
        unit="days",
        threshold=wanted,
        origin=params.origin("retention_days"),
        level=rows.level,
        evidence=rows.evidence,
        leg="retention",
    )


SCHOOL: SchoolMetrics = {E8: video_networked}
