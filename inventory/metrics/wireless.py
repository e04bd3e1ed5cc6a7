"""D1 and D3: access points that are up, and the rooms that they serve (metric-catalogue 4.D).

The register says which access points there ought to be: a dead one vanishes from some controllers' tables,
so one that the table lacks counts as offline.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from inventory.clock import UNIT_S
from inventory.facts import AP, FactValue
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.truth import Tally, Truth, judge_polls, poll_verdict, pooled, unknown
from inventory.register import Area, Campus, Device
from inventory.rules import unit_ratio
from inventory.verdict import Evidence, State, UnitCounts, Verdict

D1 = "wifi_area_coverage"
D3 = "wifi_ap_online_ratio"
AP_TABLE = "wireless"
"""The name under which an agent tells how the reading of a controller's access points went."""
READ = ("ok", "empty")
NOW_POLLS = 4
"""Polls after which an access point that is read by itself is no longer online now (3, and one under way)."""
UNREADABLE = ("partial", "timeout", "error")

_NO_MARKS = {ord(mark): None for mark in ":-. "}

ApIndex = dict[tuple[str, str], str]
"""("mac" | "serial" | "name", the value in one form) -> subject at the controller"""


def ap_online_ratio(look: Look, campus: Campus, params: Params) -> Verdict:
    """D3: polls in which the registered access points were online, over all that there ought to be."""
    aps = registered_aps(campus)
    if not aps:
        return unknown(D3, campus.id, "ap_register_empty", origin=params.origin("thr"))
    grid = look.grid(params, campus)
    tallies = {ap.id: ap_tally(look, campus, ap, grid) for ap in aps}
    total = pooled(tallies.values())
    polled = total.counts.a + total.counts.d
    return poll_verdict(
        D3,
        campus.id,
        grid,
        total,
        params,
        value=total.counts.a * 10_000 // polled / 10_000 if polled else None,
        threshold=params.bp("thr", 9500) / 10_000,
        evidence=_ap_evidence(aps, tallies, grid, params),
    )


def area_coverage(look: Look, campus: Campus, params: Params) -> Verdict:
    """D1: main rooms that a working access point serves, over all main rooms."""
    origin = params.origin("area_ratio")
    if not campus.areas_confirmed or not campus.areas:
        return unknown(D1, campus.id, "area_register_empty", origin=origin)
    grid = look.grid(params, campus)
    if not grid.slots:
        return unknown(D1, campus.id, "holiday", origin=origin)
    aps = {ap.id: ap for ap in registered_aps(campus)}
    main = [area for area in campus.areas if area.main]
    rooms = [(area, *_area_state(look, campus, area, aps, grid, params)) for area in main]
    counts = UnitCounts(
        p=sum(state is State.PASS for _, state, _ in rooms),
        f=sum(state is State.FAIL for _, state, _ in rooms),
        u=sum(state is State.UNKNOWN for _, state, _ in rooms),
        na=len(campus.areas) - len(main),
    )
    thr_bp = params.bp("area_ratio", 9500)
    ruling = unit_ratio(counts, thr_bp)
    return Verdict(
        metric=D1,
        subject=campus.id,
        state=ruling.state,
        reason=_rooms_reason(ruling.state, [(state, reason) for _, state, reason in rooms]),
        value=None if ruling.low_bp is None else ruling.low_bp / 10_000,
        unit="ratio",
        threshold=thr_bp / 10_000,
        origin=origin,
        level="E3" if counts.p + counts.f else "E1",
        window=grid.window,
        units=counts,
        low_bp=ruling.low_bp,
        high_bp=ruling.high_bp,
        thr_bp=thr_bp,
        evidence=tuple(
            Evidence(level="E1", what="area", subject=area.id, value=reason)
            for area, state, reason in rooms
            if state is not State.PASS
        ),
    )


def registered_aps(campus: Campus) -> list[Device]:
    """The access points that ought to be working."""
    return [device for device in campus.devices if device.role == "ap" and device.status == "in_service"]


def aps_online_now(look: Look, campus: Campus) -> int | None:
    """Access points online at the newest poll that reached their controller; None when none did in a day."""
    answers = [_is_online_now(look, ap) for ap in registered_aps(campus)]
    told = [answer for answer in answers if answer is not None]
    return sum(told) if told else None


def _is_online_now(look: Look, ap: Device) -> bool | None:
    slot = look.newest_ok(ap.controller or ap.id, UNIT_S["d"])
    if slot is None:
        return None
    if not ap.controller:
        return slot >= look.snapshot.as_of - NOW_POLLS * look.snapshot.interval_s
    subject = _find_ap(look, ap)
    state = value_at(look.spans(ap.controller, subject, "state"), slot) if subject else None
    if state is not None:
        return state == "online"
    is_read = look.table_status(ap.controller, AP_TABLE, slot) in READ or bool(_ap_index(look, ap.controller))
    return False if is_read else None


def ap_tally(look: Look, campus: Campus, ap: Device, grid: Grid) -> Tally:
    """The polls in which an access point was online, as its controller says, or as it answers itself."""
    key = ("ap", campus.id, ap.id, grid.key)
    return cast(Tally, look.keep(key, lambda: _ap_truth(look, campus, ap, grid).tally(grid)))


def _ap_truth(look: Look, campus: Campus, ap: Device, grid: Grid) -> Truth:
    truth = Truth(excused=look.excused(ap.controller or ap.id, campus, grid))
    if not ap.controller:
        truth.true, own_down = look.polls(ap.id, grid)
        truth.add_false("ap_offline", own_down)
        if not truth.true | own_down:
            truth.add_unknown("controller_unreadable", grid.full)
        return truth
    ok, down = look.polls(ap.controller, grid)
    truth.add_false("device_down", down)
    if look.is_unread(ap.controller, campus, grid):
        truth.add_unknown("controller_unreadable", grid.full)
        return truth
    subject = _find_ap(look, ap)
    facts = look.facts(ap.controller)
    state = facts.get(subject, {}).get("state", ()) if subject else ()
    histories = [state, facts.get("", {}).get("tables", ())]
    for stretch, (value, tables) in grid.pieces(histories):
        mask = stretch & ok
        if value == "online":
            truth.true |= mask
        elif value in ("offline", "missing"):
            truth.add_false("ap_offline", mask)
        elif value is not None:
            truth.add_unknown("controller_unreadable", mask)
        else:
            _missing(look, ap.controller, tables, truth, mask)
    return truth


def _missing(look: Look, controller: str, tables: FactValue, truth: Truth, mask: int) -> None:
    """The table lacks the access point: offline if the table was read, else nobody can tell."""
    status = tables.get(AP_TABLE, "") if isinstance(tables, dict) else ""
    if status in UNREADABLE:
        truth.add_unknown("table_unreadable", mask)
    elif status in READ or (not status and _ap_index(look, controller)):
        truth.add_false("ap_offline", mask)
    else:
        truth.add_unknown("controller_unreadable", mask)


def _find_ap(look: Look, ap: Device) -> str | None:
    """The controller's subject of a registered access point: by MAC, then serial number, then name."""
    index = _ap_index(look, ap.controller)
    for key, value, form in (("mac", ap.mac, _hex), ("serial", ap.serial, _plain), ("name", ap.name, _plain)):
        if value and (subject := index.get((key, form(value)))):
            return subject
    return None


def _ap_index(look: Look, controller: str) -> ApIndex:
    return cast(ApIndex, look.keep(("ap index", controller), lambda: _make_index(look, controller)))


def _make_index(look: Look, controller: str) -> ApIndex:
    index: ApIndex = {}
    for subject, keys in look.facts(controller).items():
        if not subject.startswith(AP):
            continue
        for key, form in (("mac", _hex), ("serial", _plain), ("name", _plain)):
            for span in keys.get(key, ()):
                index.setdefault((key, form(str(span.value))), subject)
    return index


def _area_state(
    look: Look, campus: Campus, area: Area, aps: dict[str, Device], grid: Grid, params: Params
) -> tuple[State, str]:
    """Whether a working access point serves a room, and why not."""
    if area.no_ap:
        return State.FAIL, "declared_none"
    mapped = [aps[ap] for ap in area.aps if ap in aps]
    if not mapped:
        return State.UNKNOWN, "area_unmapped"
    found = [judge_polls(ap_tally(look, campus, ap, grid), params)[:2] for ap in mapped]
    for state in (State.PASS, State.UNKNOWN, State.FAIL):
        reasons = [reason for found_state, reason in found if found_state is state]
        if reasons:
            return state, reasons[0]
    return State.UNKNOWN, "no_data"


def _rooms_reason(state: State, rooms: list[tuple[State, str]]) -> str:
    """The most frequent reason among the rooms that decided; failing rooms share one name."""
    if state not in (State.FAIL, State.UNKNOWN):
        return ""
    reasons = [reason for room_state, reason in rooms if room_state is state]
    if state is State.FAIL and set(reasons) - {"declared_none"}:
        return "area_without_ap"
    return max(reasons, key=reasons.count, default="leg_unknown")


def _ap_evidence(
    aps: Iterable[Device], tallies: dict[str, Tally], grid: Grid, params: Params
) -> tuple[Evidence, ...]:
    """The access points that do not pass by themselves."""
    first, last = (grid.slots[0], grid.slots[-1]) if grid.slots else (None, None)
    found = []
    for ap in aps:
        state, reason, *_ = judge_polls(tallies[ap.id], params)
        if state is not State.PASS:
            found.append(
                Evidence(
                    level="E3" if state is State.FAIL else "E0",
                    what="ap_state",
                    device=ap.controller or ap.id,
                    subject=AP + (ap.name or ap.id),
                    value=reason,
                    first=first,
                    last=last,
                    counts=tallies[ap.id].counts,
                )
            )
    return tuple(found)


def _hex(mac: str) -> str:
    return mac.casefold().translate(_NO_MARKS)


def _plain(text: str) -> str:
    return text.strip().casefold()


CAMPUS: CampusMetrics = {D1: area_coverage, D3: ap_online_ratio}
