"""D4, D5 and D6: how modern the access points are, how full, and on which bands (metric-catalogue 4.D)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from msgspec.structs import replace

from inventory.clock import REACH_BACK_DAYS, SCHOOL_DAYS_NEEDED, UNIT_S, finished_school_days
from inventory.metrics.ap_book import ap_subject
from inventory.metrics.kinds import CampusMetrics
from inventory.metrics.limits import against_limit, with_limit
from inventory.metrics.look import Grid, Look, value_at
from inventory.metrics.params import Params
from inventory.metrics.truth import unknown
from inventory.metrics.units import Unit, unit_verdict
from inventory.metrics.wireless import registered_aps
from inventory.register import Campus, Device
from inventory.rules import ONE_BP, percentile, poll_ratio
from inventory.verdict import Evidence, PollCounts, State, Verdict
from inventory.wifi_models import of_model, of_model_alone

D4 = "wifi_generation_share"
D5 = "wifi_client_density"
D6 = "wifi_5ghz_share"
MIN_GENERATION = 6
HELD_DAYS = 9
"""How long a controller's word on a model stands after it last answered."""
DAYS = 5
MAX_CLIENTS = 60
P95_BP = 9500
MIN_SAMPLES_BP = 6000
HOUR_S = 3600
WIDE_BP = 7000
"""The share of D6 below which an access point is named where no limit is set."""
OFFLINE = ("offline", "missing")
LOW_BAND, HIGH_BANDS = "clients_2g4", ("clients_5g", "clients_6g")
PARTS = 27_720
"""What one station of an hour's mean is counted as: up to twelve readings divide it without a rest."""


def generation_share(look: Look, campus: Campus, params: Params) -> Verdict:
    """D4: access points of Wi-Fi 6 and newer, over all that are in service. For information, unless a target
    sets a ``limit``."""
    origin = params.origin("limit")
    aps = registered_aps(campus)
    if not aps:
        return unknown(D4, campus.id, "ap_register_empty", origin=origin)
    units = [_generation(look, ap, params.number("min_generation", MIN_GENERATION)) for ap in aps]
    return unit_verdict(
        D4,
        campus.id,
        units,
        params.bp("limit", ONE_BP) if "limit" in params.values else None,
        origin=origin,
        level=_weakest(units),
    )


def _generation(look: Look, ap: Device, least: float) -> Unit:
    """By what the controller tells of its radios and model, else by the model in the register."""
    device, subject = ap_subject(look, ap)
    slot = look.newest_ok(device, HELD_DAYS * UNIT_S["d"])
    told, level = generation_of(look, ap)
    evidence = Evidence(
        level=level if told is not None else "E0",
        what="generation",
        device=device,
        subject=subject or _name(ap),
        value="model_unknown" if told is None else f"Wi-Fi {told}",
        last=slot,
    )
    if told is None:
        return Unit(State.UNKNOWN, "model_unknown", evidence)
    return Unit(State.PASS, "", evidence) if told >= least else Unit(State.FAIL, "generation_old", evidence)


def generation_of(look: Look, ap: Device) -> tuple[int | None, str]:
    """The Wi-Fi generation of an access point, None where nobody tells, and what proves it."""
    device, subject = ap_subject(look, ap)
    slot = look.newest_ok(device, HELD_DAYS * UNIT_S["d"])
    vendor = value_at(look.spans(device, "", "vendor"), slot) if slot is not None else None
    told = value_at(look.spans(device, subject, "generation"), slot) if subject and slot is not None else None
    if isinstance(told, int):
        return told, "E3"
    return of_model(ap.model, str(vendor)) if vendor else of_model_alone(ap.model), "E1"


def client_density(look: Look, campus: Campus, params: Params) -> Verdict:
    """D5: access points that had at most ``max_clients`` stations at once at the 95th percentile of the polls
    of the last school days, over all. Polls in which one was offline do not count."""
    origin = params.origin("max_clients")
    aps = registered_aps(campus)
    grid = school_days(look, campus, params)
    faults = (("ap_register_empty", not aps), ("holiday", not grid.slots))
    for reason, applies in faults:
        if applies:
            return unknown(D5, campus.id, reason, origin=origin)
    units = [_density(look, campus, ap, grid, params) for ap in aps]
    return unit_verdict(
        D5, campus.id, units, params.bp("thr", 9500), origin=origin, level=_weakest(units), window=grid.window
    )


def _density(look: Look, campus: Campus, ap: Device, grid: Grid, params: Params) -> Unit:
    device, subject = ap_subject(look, ap)
    evidence = Evidence(level="E0", what="p95 clients", device=device, subject=subject or _name(ap))
    if look.is_unread(device, campus, grid) or not any(look.polls(device, grid)):
        return Unit(State.UNKNOWN, "controller_unreadable", replace(evidence, value="controller_unreadable"))
    excused = look.excused(device, campus, grid) | look.excused(ap.id, campus, grid)
    left = grid.full & ~excused & ~_offline(look, device, subject, grid)
    told = _samples(look, device, subject, "clients", grid, left) if subject else {}
    most = params.number("max_clients", MAX_CLIENTS)
    over = sum(n > most for n in told.values())
    counts = PollCounts(a=len(told) - over, d=over, m=left.bit_count() - len(told))
    # p95 by nearest rank is within the limit where 95 % of the polls are.
    ruling = poll_ratio(counts, P95_BP, min_coverage_bp=params.bp("min_samples", MIN_SAMPLES_BP))
    reason = {
        State.PASS: "",
        State.FAIL: "ap_crowded",
        State.UNKNOWN: "too_few_samples" if left else "ap_offline",
    }[ruling.state]
    evidence = replace(
        evidence,
        level="E3" if told else "E0",
        value=f"{percentile(sorted(told.values()), P95_BP):g}" if told else reason,
        first=min(told, default=None),
        last=max(told, default=None),
        counts=counts,
    )
    return Unit(ruling.state, reason, evidence)


@dataclass(frozen=True, slots=True)
class Bands:
    """The stations of one access point, means of its hours added up, in PARTS: on 5 GHz and above, on
    all bands that were told, and on nobody knows which. Hours in which it told, and that it was online."""

    device: str
    subject: str
    high: int = 0
    known: int = 0
    other: int = 0
    told: int = 0
    hours: int = 0

    def evidence(self) -> Evidence:
        n = max(1, self.told) * PARTS
        return Evidence(
            level="E3" if self.told else "E0",
            what="clients by band",
            device=self.device,
            subject=self.subject,
            value=f"{self.high / n:.1f}/{self.known / n:.1f}" if self.told else "radio_unknown",
            counts=PollCounts(a=self.told, d=0, m=self.hours - self.told),
        )


def band_share(look: Look, campus: Campus, params: Params) -> Verdict:
    """D6: stations on radios of 5 GHz and above, over all, in the school hours of the last school days.

    Agents read radios several times an hour: an hour of an access point counts by the mean of its readings.
    Stations on nobody knows which band keep the bounds apart. For information, unless a ``limit`` is set."""
    base = with_limit(unknown(D6, campus.id, "ap_register_empty"), params)
    aps = registered_aps(campus)
    grid = school_days(look, campus, params)
    if not aps or not grid.slots:
        return replace(base, reason="holiday" if aps else base.reason)
    rows = _rows(look, campus, aps, grid)
    high, known, other = (sum(getattr(row, name) for row in rows) for name in ("high", "known", "other"))
    told, hours = sum(row.told for row in rows), sum(row.hours for row in rows)
    least = WIDE_BP if base.thr_bp is None else base.thr_bp
    base = replace(
        base,
        reason="radio_unknown",
        window=grid.window,
        level="E3" if told else "E0",
        evidence=tuple(
            row.evidence() for row in rows if row.high * ONE_BP < least * row.known or not row.told
        ),
    )
    if known:
        base = replace(
            base,
            value=high * ONE_BP // known / ONE_BP,
            low_bp=high * ONE_BP // (known + other),
            high_bp=(high + other) * ONE_BP // (known + other),
        )
    faults = (
        ("radio_unknown", not told),
        ("too_few_samples", told * ONE_BP < params.bp("min_samples", MIN_SAMPLES_BP) * hours),
        ("too_few_clients", not known),
    )
    reason = next((reason for reason, applies in faults if applies), "")
    if reason and base.thr_bp is not None:
        return replace(base, reason=reason)
    return against_limit(base, "band_low")


def _rows(look: Look, campus: Campus, aps: Iterable[Device], grid: Grid) -> list[Bands]:
    """Each access point; where a controller tells none of them by band but itself, the controller."""
    by_device: dict[str, list[Device]] = {}
    for ap in aps:
        by_device.setdefault(ap.controller or ap.id, []).append(ap)
    found: list[Bands] = []
    for device, own in by_device.items():
        rows = []
        for ap in own:
            _device, subject = ap_subject(look, ap)
            row = _bands(look, device, subject, grid) if subject else None
            rows.append(row or Bands(device, _name(ap), hours=len(_hours(look, grid, grid.full))))
        if not any(row.told for row in rows) and _is_alone(look, campus, device):
            whole = _bands(look, device, "", grid)
            rows = [whole] if whole.told else rows
        found += rows
    return found


def _is_alone(look: Look, campus: Campus, controller: str) -> bool:
    """No access point of another campus hangs on a controller."""
    others = (other for other in look.snapshot.school.campuses if other.id != campus.id)
    return not any(ap.controller == controller for other in others for ap in other.devices)


def _bands(look: Look, device: str, subject: str, grid: Grid) -> Bands:
    left = grid.full & ~_offline(look, device, subject, grid)
    low, *highs, every = (
        _samples(look, device, subject, key, grid, left) for key in (LOW_BAND, *HIGH_BANDS, "clients")
    )
    by_hour: dict[int, list[int]] = {}
    for slot in {*low, *highs[0], *highs[1], *every}:
        by_hour.setdefault(slot // HOUR_S, []).append(slot)
    high = known = other = told = 0
    for slots in by_hour.values():
        banded = [slot for slot in slots if slot in low or any(slot in each for each in highs)]
        kept = banded or slots
        above = [sum(each.get(slot, 0) for each in highs) for slot in kept]
        of_bands = [n + low.get(slot, 0) for n, slot in zip(above, kept, strict=True)]
        beside = [max(0, every.get(slot, 0) - n) for n, slot in zip(of_bands, kept, strict=True)]
        told += bool(banded)
        high += sum(above) * PARTS // len(kept)
        known += sum(of_bands) * PARTS // len(kept)
        other += sum(beside) * PARTS // len(kept)
    return Bands(device, subject, high, known, other, told, len(_hours(look, grid, left)))


def school_days(look: Look, campus: Campus, params: Params) -> Grid:
    """The polls in school hours of the last finished school days; none where these are too few."""
    wanted = max(1, int(params.number("days", DAYS)))
    spans = list(islice(finished_school_days(look.snapshot.as_of, look.calendar(campus)), wanted))
    if len(spans) < min(SCHOOL_DAYS_NEEDED, wanted):
        return Grid((), look.snapshot.interval_s)
    slots = look.grid_of(f"{REACH_BACK_DAYS}d", "school", campus).slots
    return Grid([s for s in slots if spans[-1][1] <= s < spans[0][2]], look.snapshot.interval_s)


def _hours(look: Look, grid: Grid, mask: int) -> frozenset[int]:
    key = ("hours", grid.key, mask)
    hours = look.keep(key, lambda: frozenset(slot // HOUR_S for slot in _slots(look, grid, mask)))
    return cast("frozenset[int]", hours)


def _slots(look: Look, grid: Grid, mask: int) -> frozenset[int]:
    """The slots of a mask: the same few masks are asked for by every radio of every access point."""
    slots = look.keep(("slots", grid.key, mask), lambda: frozenset(grid.of(mask)))
    return cast("frozenset[int]", slots)


def _offline(look: Look, device: str, subject: str | None, grid: Grid) -> int:
    """The polls in which a controller said that an access point was not there."""
    if not subject:
        return 0
    found = 0
    for mask, (state,) in grid.pieces([look.spans(device, subject, "state")]):
        found |= mask if state in OFFLINE else 0
    return found


def _samples(look: Look, device: str, subject: str, key: str, grid: Grid, mask: int) -> Mapping[int, int]:
    """The numbers of the slots of a mask; the largest where a slot has several."""
    assert grid.window is not None
    wanted = _slots(look, grid, mask)
    found: dict[int, int] = {}
    for at, n in look.snapshot.series.values(device, subject, key, *grid.window):
        slot = at // grid.interval_s * grid.interval_s
        if slot in wanted and n >= 0:
            found[slot] = max(int(n), found.get(slot, 0))
    return found


def _weakest(units: Sequence[Unit]) -> str:
    """The least that proves one of the units that are known."""
    known = [u.evidence.level for u in units if u.evidence and u.state in (State.PASS, State.FAIL)]
    return min(known, default="E0")


def _name(ap: Device) -> str:
    return f"ap:{ap.name or ap.id}"


CAMPUS: CampusMetrics = {D4: generation_share, D5: client_density, D6: band_share}
