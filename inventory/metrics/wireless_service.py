"""D7: whether the wireless network is managed, and its controller is well (metric-catalogue 4.D)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look
from inventory.metrics.params import Params
from inventory.metrics.truth import Truth, every, poll_verdict, unknown
from inventory.metrics.wireless import registered_aps
from inventory.register import Campus, Device
from inventory.rules import ONE_BP
from inventory.verdict import Evidence, State, Verdict

D7 = "wifi_controller_health"
MAX_UNMANAGED_APS = 5
MAX_CPU_BP = 8000
THR_BP = 9900
LEGS = ("cpu", "licences", "standby")
"""What is asked of a controller besides an answer."""
HELD_S = 3600
"""How long a reading of a processor stands for it; agents read them several times an hour."""
UNHEALTHY = "controller_unhealthy"
NO_STANDBY = "standby_not_ready"


def controller_health(look: Look, campus: Campus, params: Params) -> Verdict:
    """D7: the polls in which every controller of the campus answered, its busiest processor was below
    ``max_cpu``, it had licences for all its access points, and the standby that the register declares was
    ready. Without any controller, more than
    ``max_unmanaged_aps`` access points fail; fewer need none."""
    controllers = _controllers(campus)
    aps = registered_aps(campus)
    if not controllers:
        return _unmanaged(campus, aps, params)
    grid = look.grid(params, campus, clock="always")
    legs = [leg for each in controllers for leg in _legs(look, campus, each, grid, params)]
    tally = every(leg.truth for leg in legs).tally(grid)
    polled = tally.counts.a + tally.counts.d
    return poll_verdict(
        D7,
        campus.id,
        grid,
        tally,
        params,
        value=tally.counts.a * ONE_BP // polled / ONE_BP if polled else None,
        threshold=params.bp("thr", THR_BP) / ONE_BP,
        thr_bp=THR_BP,
        evidence=tuple(leg.evidence(grid) for leg in legs),
    )


def _controllers(campus: Campus) -> list[str]:
    """The controllers in service, and those of other campuses that access points of this one hang on."""
    own = [d.id for d in campus.devices if d.role == "wlan_controller" and d.status == "in_service"]
    return list(dict.fromkeys((*own, *(ap.controller for ap in registered_aps(campus) if ap.controller))))


def _unmanaged(campus: Campus, aps: Sequence[Device], params: Params) -> Verdict:
    most = params.number("max_unmanaged_aps", MAX_UNMANAGED_APS)
    verdict = unknown(D7, campus.id, "ap_register_empty", origin=params.origin("max_unmanaged_aps"))
    if not aps:
        return verdict
    evidence = Evidence(level="E1", what="access points without a controller", value=str(len(aps)))
    if len(aps) > most:
        return replace(verdict, state=State.FAIL, reason="unmanaged_wifi", level="E1", evidence=(evidence,))
    return replace(verdict, state=State.NA, reason="no_controller_needed", evidence=(evidence,))


@dataclass(frozen=True, slots=True)
class Leg:
    """One thing that is asked of a controller, poll by poll; ``value`` is what it said last."""

    device: str
    what: str
    truth: Truth
    value: str = ""

    def evidence(self, grid: Grid) -> Evidence:
        known = self.truth.true | self.truth.any_false
        tally = self.truth.tally(grid)
        first, last = grid.first_last(known)
        return Evidence(
            level="E3" if known else "E0",
            what=self.what,
            device=self.device,
            value=self.value or ("" if known else tally.unknown_reason),
            first=first,
            last=last,
            counts=tally.counts,
        )


def _legs(look: Look, campus: Campus, controller: str, grid: Grid, params: Params) -> list[Leg]:
    """It answers; its processors are not busy; it has licences for its access points; its standby, if one is
    declared, is ready. Where it is down, the others are not asked."""
    ok, down = look.polls(controller, grid)
    excused = look.excused(controller, campus, grid)
    answers = Truth(true=ok, excused=excused)
    answers.add_false("device_down", down)
    if look.is_unread(controller, campus, grid):
        answers.add_unknown("controller_unreadable", grid.full)
    asked = params.words("legs", LEGS)
    legs = [Leg(controller, "sysUpTime", answers)]
    if "cpu" in asked:
        legs.append(_cpu(look, controller, grid, ok, params.bp("max_cpu", MAX_CPU_BP)))
    if "licences" in asked:
        legs.append(_licences(look, campus, controller, grid, ok))
    if "standby" in asked and _has_standby(look, campus, controller):
        legs.append(_standby(look, controller, grid, ok))
    return legs


def _cpu(look: Look, controller: str, grid: Grid, ok: int, max_bp: int) -> Leg:
    """The busiest processor, by the newest reading of each in the last hour."""
    truth = Truth()
    first, after = (grid.slots[0] - HELD_S, grid.slots[-1] + grid.interval_s) if grid.slots else (0, 0)
    series = look.snapshot.series
    loads = [
        series.values(controller, subject, "cpu_percent", first, after)
        for subject in series.subjects(controller, "cpu_percent", first, after)
    ]
    told = busy = 0
    for readings in loads:
        times = [at for at, _percent in readings]
        for at, slot in enumerate(grid.slots):
            found = bisect_left(times, slot + grid.interval_s) - 1
            if found >= 0 and slot - times[found] < HELD_S:
                told |= 1 << at
                busy |= int(round(readings[found][1] * 100) >= max_bp) << at
    truth.add_false(UNHEALTHY, ok & busy)
    truth.add_unknown("too_few_samples" if any(loads) else "not_supported_by_device", ok & ~told)
    truth.true = ok & told & ~busy
    most = max((readings[-1][1] for readings in loads if readings), default=None)
    return Leg(controller, "cpu_percent", truth, "" if most is None else f"{most:g} %")


def _licences(look: Look, campus: Campus, controller: str, grid: Grid, ok: int) -> Leg:
    truth = Truth()
    needed = _needed(look, campus, controller)
    spans = look.spans(controller, "", "aps_licensed")
    for stretch, (licensed,) in grid.pieces([spans]):
        mask = stretch & ok
        if not isinstance(licensed, int | float):
            truth.add_unknown("not_supported_by_device", mask)
        elif licensed >= needed:
            truth.true |= mask
        else:
            truth.add_false(UNHEALTHY, mask)
    return Leg(controller, "aps_licensed", truth, f"{spans[-1].value}/{needed}" if spans else "")


def _has_standby(look: Look, campus: Campus, controller: str) -> bool:
    campuses = look.snapshot.school.campuses or (campus,)
    return any(d.standby for each in campuses for d in each.devices if d.id == controller)


def _standby(look: Look, controller: str, grid: Grid, ok: int) -> Leg:
    truth = Truth()
    spans = look.spans(controller, "", "standby")
    for stretch, (state,) in grid.pieces([spans]):
        mask = stretch & ok
        if state is None:
            truth.add_unknown("not_supported_by_device", mask)
        elif state == "ready":
            truth.true |= mask
        else:
            truth.add_false(NO_STANDBY, mask)
    return Leg(controller, "standby", truth, str(spans[-1].value) if spans else "")


def _needed(look: Look, campus: Campus, controller: str) -> int:
    """The access points in service of the whole school that hang on a controller."""
    campuses = look.snapshot.school.campuses or (campus,)
    return sum(ap.controller == controller for each in campuses for ap in registered_aps(each))


CAMPUS: CampusMetrics = {D7: controller_health}
