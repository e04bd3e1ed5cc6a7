"""D1 and D3: access points that are up, and the rooms that they serve (metric-catalogue 4.D).

The register says which access points there ought to be: a dead one vanishes from some controllers' tables,
so one that the table lacks counts as offline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from inventory.clock import UNIT_S
from inventory.facts import AP, FactValue
from inventory.metrics.ap_book import ApBook, ap_book
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.truth import Tally, Truth, judge_polls, poll_verdict, pooled, unknown
from inventory.register import Area, Campus, Device
from inventory.rules import unit_ratio
from inventory.snapshot import Span
from inventory.verdict import Evidence, State, UnitCounts, Verdict

D1 = "wifi_area_coverage"
D3 = "wifi_ap_online_ratio"
AP_TABLE = "wireless"
"""The name under which an agent tells how the reading of a controller's access points went."""
READ = ("ok", "empty")
NEVER_TOLD = "never told"
NOW_POLLS = 4
"""Polls after which an access point that is read by itself is no longer online now (3, and one under way)."""
UNREADABLE = ("partial", "timeout", "error")


def ap_online_ratio(look: Look, campus: Campus, params: Params) -> Verdict:
    """D3: polls in which the registered access points were online, over all that there ought to be."""
    aps = _aps_of(look, campus)
    if not aps:
        return unknown(D3, campus.id, "ap_register_empty", origin=params.origin("thr"))
    grid = look.grid(params, campus)
    tallies = ap_tallies(look, campus, grid)
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
    main = [area for area in campus.areas if area.main]
    served = _judged(ap_tallies(look, campus, grid), params)
    working = {ap for ap, (state, _reason) in served.items() if state is State.PASS}
    rooms = [
        (area, State.PASS, "")
        if not area.no_ap and not working.isdisjoint(area.aps)
        else (area, *_area_state(area, served))
        for area in main
    ]
    states = [state for _, state, _ in rooms]
    counts = UnitCounts(
        p=states.count(State.PASS),
        f=states.count(State.FAIL),
        u=states.count(State.UNKNOWN),
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


def _aps_of(look: Look, campus: Campus) -> list[Device]:
    return cast("list[Device]", look.keep(("aps", campus.id), lambda: registered_aps(campus)))


def aps_online_now(look: Look, campus: Campus) -> int | None:
    """Access points online at the newest poll that reached their controller; None when none did in a day."""
    by_controller: dict[str, list[Device]] = {}
    for ap in _aps_of(look, campus):
        by_controller.setdefault(ap.controller, []).append(ap)
    told = [
        answer
        for controller, aps in by_controller.items()
        for answer in (_online_at(look, controller, aps) if controller else _online_alone(look, aps))
        if answer is not None
    ]
    return sum(told) if told else None


def _online_alone(look: Look, aps: Iterable[Device]) -> Iterator[bool | None]:
    """Access points that are read by themselves."""
    since = look.snapshot.as_of - NOW_POLLS * look.snapshot.interval_s
    for ap in aps:
        slot = look.newest_ok(ap.id, UNIT_S["d"])
        yield None if slot is None else slot >= since


def _online_at(look: Look, controller: str, aps: Iterable[Device]) -> Iterator[bool | None]:
    """What a controller said of its access points when it last answered."""
    slot = look.newest_ok(controller, UNIT_S["d"])
    if slot is None:
        return
    book = ap_book(look, controller)
    is_read = look.table_status(controller, AP_TABLE, slot) in READ or book.is_read()
    for spans in book.states(aps):
        state = value_at(spans, slot)
        yield state == "online" if state is not None else False if is_read else None


def ap_tally(look: Look, campus: Campus, ap: Device, grid: Grid) -> Tally:
    """The polls in which an access point was online, as its controller says, or as it answers itself."""
    return ap_tallies(look, campus, grid)[ap.id]


def ap_tallies(look: Look, campus: Campus, grid: Grid) -> dict[str, Tally]:
    """The same of every registered access point of a campus."""

    def make() -> dict[str, Tally]:
        by_controller: dict[str, list[Device]] = {}
        for ap in _aps_of(look, campus):
            by_controller.setdefault(ap.controller, []).append(ap)
        tallies: dict[str, Tally] = {}
        for controller, aps in by_controller.items():
            if controller:
                tallies.update(_controller(look, campus, controller, grid).tallies(aps))
            else:
                tallies.update((ap.id, _alone(look, campus, ap, grid)) for ap in aps)
        return tallies

    return cast("dict[str, Tally]", look.keep(("aps", campus.id, grid.key), make))


def _alone(look: Look, campus: Campus, ap: Device, grid: Grid) -> Tally:
    """An access point that is read by itself."""
    truth = Truth(excused=look.excused(ap.id, campus, grid))
    truth.true, own_down = look.polls(ap.id, grid)
    truth.add_false("ap_offline", own_down)
    if not truth.true | own_down:
        truth.add_unknown("controller_unreadable", grid.full)
    return truth.tally(grid)


@dataclass(frozen=True, slots=True)
class _Controller:
    """What the access points of one controller share in one window."""

    grid: Grid
    book: ApBook
    tables: tuple[Span, ...]
    excused: int
    ok: int
    down: int
    is_unread: bool

    def tallies(self, aps: Sequence[Device]) -> Iterator[tuple[str, Tally]]:
        """The tally of each access point. Most were in one state all the time, and share one."""
        alike: dict[FactValue, Tally] = {}
        first = self.grid.slots[0] if self.grid.slots else 0
        for ap, states in zip(aps, self.book.states(aps), strict=True):
            is_whole = bool(states) and states[-1].end is None and states[-1].start <= first
            if states and not (is_whole and self.grid.slots):
                yield ap.id, self._truth(states).tally(self.grid)
                continue
            key = states[-1].value if states else NEVER_TOLD
            tally = alike.get(key)
            if tally is None:
                tally = alike[key] = self._truth(states).tally(self.grid)
            yield ap.id, tally

    def _truth(self, states: tuple[Span, ...]) -> Truth:
        """Of an access point whose state went like this."""
        truth = Truth(excused=self.excused)
        truth.add_false("device_down", self.down)
        if self.is_unread:
            truth.add_unknown("controller_unreadable", self.grid.full)
            return truth
        for stretch, (value, tables) in self.grid.pieces([states, self.tables]):
            mask = stretch & self.ok
            if value == "online":
                truth.true |= mask
            elif value in ("offline", "missing"):
                truth.add_false("ap_offline", mask)
            elif value is not None:
                truth.add_unknown("controller_unreadable", mask)
            else:
                _missing(self.book, tables, truth, mask)
        return truth


def _controller(look: Look, campus: Campus, controller: str, grid: Grid) -> _Controller:
    ok, down = look.polls(controller, grid)
    return _Controller(
        grid=grid,
        book=ap_book(look, controller),
        tables=look.spans(controller, "", "tables"),
        excused=look.excused(controller, campus, grid),
        ok=ok,
        down=down,
        is_unread=look.is_unread(controller, campus, grid),
    )


def _missing(book: ApBook, tables: FactValue, truth: Truth, mask: int) -> None:
    """The table lacks the access point: offline if the table was read, else nobody can tell."""
    status = tables.get(AP_TABLE, "") if isinstance(tables, dict) else ""
    if status in UNREADABLE:
        truth.add_unknown("table_unreadable", mask)
    elif status in READ or (not status and book.is_read()):
        truth.add_false("ap_offline", mask)
    else:
        truth.add_unknown("controller_unreadable", mask)


def _judged(tallies: Mapping[str, Tally], params: Params) -> dict[str, tuple[State, str]]:
    """State and reason of each access point; those of one tally are judged once."""
    known: dict[int, tuple[State, str]] = {}
    for tally in tallies.values():
        if id(tally) not in known:
            known[id(tally)] = judge_polls(tally, params)[:2]
    return {ap: known[id(tally)] for ap, tally in tallies.items()}


def _area_state(area: Area, served: Mapping[str, tuple[State, str]]) -> tuple[State, str]:
    """Whether a working access point serves a room, and why not."""
    if area.no_ap:
        return State.FAIL, "declared_none"
    found = [served[ap] for ap in area.aps if ap in served]
    if not found:
        return State.UNKNOWN, "area_unmapped"
    for state in (State.PASS, State.UNKNOWN, State.FAIL):
        for found_state, reason in found:
            if found_state is state:
                return state, reason
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
    found: list[Evidence] = []
    judged = _judged(tallies, params)
    if all(state is State.PASS for state, _reason in judged.values()):
        return ()
    for ap in aps:
        state, reason = judged[ap.id]
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


CAMPUS: CampusMetrics = {D1: area_coverage, D3: ap_online_ratio}
