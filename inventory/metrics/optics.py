"""A7: is the light of the uplink healthy (metric-catalogue 4.A)?

Light is counted in hundredths of a decibel. The samples of an hour stand for it; between them and where there
are none the fact does, which follows the light by half a decibel.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from inventory.facts import FactValue
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import DEFAULTS, Params
from inventory.metrics.ports import find_port, members_of
from inventory.metrics.truth import Truth, every, poll_verdict, unknown
from inventory.metrics.uplinks import PortTruth, physical, port_truth, uplinks_of
from inventory.register import Campus, Uplink
from inventory.verdict import Evidence, State, Verdict

A7 = "access_optics_margin"
MIN_MARGIN_DB = 2
NOW_POLLS = 3
HELD_S = 3600
"""How long a sample stands for the light; agents read it four times an hour."""

COPPER = re.compile(r"copper|base-?g?t\b|rj-?45|\bdac\b|twinax|base-?cr|base-?cx", re.IGNORECASE)
TYPE_LIMITS = (
    # Received light by IEEE 802.3 (clauses 38, 52), dBm; 10GBASE-ZR as makers agree. The first that fits.
    (re.compile(r"10g.*zr", re.IGNORECASE), -24.0, -7.0),
    (re.compile(r"10g.*er", re.IGNORECASE), -15.8, -1.0),
    (re.compile(r"10g.*lr(?!m)", re.IGNORECASE), -14.4, 0.5),
    (re.compile(r"10g.*sr", re.IGNORECASE), -9.9, -1.0),
    (re.compile(r"1000base[-_ ]?lx", re.IGNORECASE), -19.0, -3.0),
    (re.compile(r"1000base[-_ ]?sx", re.IGNORECASE), -17.0, 0.0),
)
"""What a module of a type is made for, where it does not tell its own limits."""
_KEYS = ("rx_dbm", "light", "ddm", "unit", "rx_low_warn_dbm", "rx_high_warn_dbm", "type")
_ALARM_KEYS = ("rx_low_alarm_dbm", "rx_high_alarm_dbm")


@dataclass(slots=True)
class Light:
    """The light of one port: its truth by poll, and its margin by place in the grid, hundredths of a dB."""

    port: PortTruth
    subject: str
    truth: Truth = field(default_factory=Truth)
    margins: dict[int, int] = field(default_factory=dict)
    rx: int | None = None
    """the newest"""
    limits: tuple[int, int | None] | None = None
    is_copper: bool = False


def optics_margin(look: Look, campus: Campus, params: Params) -> Verdict:
    """A7: in a poll the light of every port of the uplinks is within its module's limits, without alarm; over
    the window its middle margin is ``min_margin_db`` or more."""
    uplinks = uplinks_of(campus, params)
    origin = params.origin("min_margin_db")
    if not uplinks:
        return unknown(A7, campus.id, "uplink_not_declared", origin=origin)
    grid = look.grid(params, campus, clock="always")
    lights = [
        light
        for uplink in physical(look, uplinks)
        for light in _lights_of(look, campus, uplink, grid, params)
    ]
    glass = [light for light in lights if not light.is_copper]
    if not glass:
        return replace(unknown(A7, campus.id, "copper", origin=origin), state=State.NA)
    limit = params.number("min_margin_db", MIN_MARGIN_DB)
    margins: dict[int, int] = {}
    for light in glass:
        for at, margin in light.margins.items():
            margins[at] = min(margin, margins.get(at, margin))
    middle = sorted(margins.values())[(len(margins) - 1) // 2] if margins else None
    verdict = poll_verdict(
        A7,
        campus.id,
        grid,
        every(light.truth for light in glass).tally(grid),
        params,
        value=None if middle is None else middle / 100,
        threshold=limit,
        decided_by="min_margin_db",
        thr_bp=9900,
        evidence=tuple(_evidence(light, grid) for light in glass),
    )
    if verdict.state is State.PASS and middle is not None and middle < round(limit * 100):
        return replace(verdict, state=State.FAIL, reason="light_low")
    return verdict


def margin_now(look: Look, campus: Campus) -> float | None:
    """dB from the received light to the nearer limit of its module, the least of the campus's uplinks, by the
    newest facts; None: nobody tells."""
    margins = []
    for uplink in uplinks_of(campus, DEFAULTS):
        facts = look.facts(uplink.device)
        subject = find_port(facts, uplink.port)
        slot = look.newest_ok(uplink.device, (NOW_POLLS - 1) * look.snapshot.interval_s)
        if subject is None or slot is None:
            continue
        for member in members_of(facts, subject) or [subject]:
            said = {key: value_at(look.spans(uplink.device, member, f"optic_{key}"), slot) for key in _KEYS}
            rx, limits = _hundredths(said["rx_dbm"]), _limits(said, DEFAULTS)
            if rx is not None and limits is not None and said["light"] != "none":
                margins.append(_margin(rx, *limits))
    return min(margins) / 100 if margins else None


def _lights_of(look: Look, campus: Campus, uplink: Uplink, grid: Grid, params: Params) -> list[Light]:
    """One light for each port of an uplink: of an aggregate those that are its members now."""
    found: list[Light] = []

    def judge(port: PortTruth, ok: int) -> None:
        facts = look.facts(uplink.device)
        slot = grid.slots[-1]
        members = [
            member
            for member in members_of(facts, port.subject)
            if value_at(look.spans(uplink.device, member, "lag"), slot) is not None
        ]
        found.extend(_light(look, port, member, grid, ok, params) for member in members or [port.subject])

    port = port_truth(look, campus, uplink, grid, judge)
    return found or [Light(port, port.subject, port.truth)]


def _light(look: Look, port: PortTruth, subject: str, grid: Grid, ok: int, params: Params) -> Light:
    device = port.uplink.device
    light = Light(port, subject, Truth(excused=port.truth.excused, false=dict(port.truth.false)))
    kinds = look.spans(device, subject, "optic_type")
    if kinds and COPPER.search(str(kinds[-1].value)):
        light.is_copper = True
        return light
    histories = [look.spans(device, subject, f"optic_{key}") for key in (*_KEYS, *_ALARM_KEYS)]
    samples = _Samples(look, device, subject, grid)
    for stretch, values in grid.pieces(histories):
        said = dict(zip((*_KEYS, *_ALARM_KEYS), values, strict=True))
        _judge(light, said, stretch & ok, samples, params)
    return light


def _judge(light: Light, said: dict[str, FactValue], mask: int, samples: _Samples, params: Params) -> None:
    """The light in a stretch in which no fact about it changed."""
    limits = _limits(said, params)
    fact = _hundredths(said["rx_dbm"])
    if said["light"] == "none":
        light.truth.add_false("light_none", mask)
    elif fact is None:
        is_unread = said["unit"] is not None or said["ddm"] is True
        light.truth.add_unknown("not_supported_by_device" if is_unread else "no_ddm", mask)
    elif limits is None:
        light.truth.add_unknown("not_supported_by_device", mask)
    else:
        alarms = [_hundredths(said[key]) for key in _ALARM_KEYS]
        for at in _places(mask):
            rx = samples.at(at, fact)
            margin = _margin(rx, *limits)
            light.margins[at], light.rx, light.limits = margin, rx, limits
            if margin >= 0 and _margin(rx, *alarms) >= 0:
                light.truth.true |= 1 << at
            else:
                light.truth.add_false("light_low", 1 << at)


def _limits(said: dict[str, FactValue], params: Params) -> tuple[int, int | None] | None:
    """Between which powers the module works: by its own word, else by the county's (``low_dbm``,
    ``high_dbm``), else by its type; None: nobody says."""
    low, high = _hundredths(said["rx_low_warn_dbm"]), _hundredths(said["rx_high_warn_dbm"])
    if low is not None:
        return low, high
    if "low_dbm" in params.values:
        most = params.number("high_dbm", 0) if "high_dbm" in params.values else None
        return round(params.number("low_dbm", 0) * 100), None if most is None else round(most * 100)
    kind = str(said["type"] or "")
    for pattern, least, most in TYPE_LIMITS:
        if pattern.search(kind):
            return round(least * 100), round(most * 100)
    return None


def _margin(rx: int, low: int | None, high: int | None = None) -> int:
    """How far the light is from the nearer limit; far from a limit that nobody told."""
    sides = [rx - low] if low is not None else []
    if high is not None:
        sides.append(high - rx)
    return min(sides, default=0)


def _hundredths(value: FactValue) -> int | None:
    return round(value * 100) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _places(mask: int) -> Iterator[int]:
    """The slots of a mask, by their place in the grid."""
    while mask:
        last = mask & -mask
        yield last.bit_length() - 1
        mask ^= last


class _Samples:
    """The light of a port at each slot: the newest sample of the last hour, else the fact."""

    def __init__(self, look: Look, device: str, subject: str, grid: Grid) -> None:
        window = grid.window
        rows: Sequence[tuple[int, float]] = ()
        if window is not None:
            rows = look.snapshot.series.values(device, subject, "rx_dbm", window[0] - HELD_S, window[1])
        self._slots = [slot for slot, _value in rows]
        self._values = [round(value * 100) for _slot, value in rows]
        self._grid = grid

    def at(self, place: int, fact: int) -> int:
        slot = self._grid.slots[place]
        found = bisect_right(self._slots, slot) - 1
        is_fresh = found >= 0 and slot - self._slots[found] < HELD_S
        return self._values[found] if is_fresh else fact


def _evidence(light: Light, grid: Grid) -> Evidence:
    """The newest light of a port and what it has to lie between."""
    known = light.truth.true | light.truth.any_false
    first, last = grid.first_last(known)
    tally = light.truth.tally(grid)
    value = ""
    if light.rx is not None and light.limits is not None:
        low, high = light.limits
        most = "" if high is None else f"{high / 100:g}"
        value = f"{light.rx / 100:g} dBm ({low / 100:g}..{most})"
    return Evidence(
        level="E3" if known else "E0",
        what="rx_dbm",
        device=light.port.uplink.device,
        subject=light.subject,
        value=value or (tally.fail_reason if known else tally.unknown_reason),
        first=first,
        last=last,
        counts=tally.counts,
    )


CAMPUS: CampusMetrics = {A7: optics_margin}
